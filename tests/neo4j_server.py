"""Starts real Neo4j servers without Docker: `python tests/neo4j_server.py -- COMMAND…` runs COMMAND beside them.

Maven resolves the jars named in `neo4j/<line>/pom.xml` once, into a cache. Each start makes a home folder of its own
in the system's temporary folder, listens on a free port of the loopback address only, and leaves nothing behind.
COMMAND finds in its environment

    EVIDENCE_TEST_NEO4J_URI         the long-term line, 5.26
    EVIDENCE_TEST_NEO4J_NEXT_URI    the calendar line, where its newer Java is found
    EVIDENCE_TEST_NEO4J_USER, EVIDENCE_TEST_NEO4J_PASSWORD
    EVIDENCE_TEST_NEO4J_PID, EVIDENCE_TEST_NEO4J_NEXT_PID

With EVIDENCE_TEST_NEO4J_FOR=small-graphs they spend less on themselves, as is best for thousands of small graphs, one after the other.
COMMAND's exit code is passed on, and the servers are stopped however it ends. `--check` only says which could be started.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

TESTS = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("EVIDENCE_TEST_CACHE") or TESTS.parent / ".cache")
HEAP = os.environ.get("EVIDENCE_TEST_NEO4J_HEAP") or "1g"
FOR_SMALL_GRAPHS = os.environ.get("EVIDENCE_TEST_NEO4J_FOR") == "small-graphs"
USER = "neo4j"

SECONDS_TO_START = 120.0
SECONDS_TO_NOTICE = 3.0
SECONDS_TO_CLEAN_UP = 30.0
SECONDS_TO_STOP = 1.0  # a server's data is thrown away, and its Bolt connector alone would take ten to close

# Neo4j reaches into these packages of the JDK, which closes them by default.
JVM_OPTIONS = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
)

# The limits are those docker-compose.yml ships: what passes here must pass there.
CONFIGURATION = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.usage_report.enabled=false
db.transaction.timeout=10s
db.lock.acquisition.timeout=2s
db.memory.transaction.max=512m
server.memory.heap.initial_size=512m
server.memory.heap.max_size={heap}
server.memory.pagecache.size=512m
db.tx_log.preallocate=false
"""

# Whoever empties the database again and again changes its statistics each time, and half of the time would go into planning the same
# statements anew; a compiler that optimizes most never earns what it costs.
JVM_OPTIONS_FOR_SMALL_GRAPHS = ("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=240m", "-XX:+UseSerialGC")
CONFIGURATION_FOR_SMALL_GRAPHS = "dbms.cypher.min_replan_interval=1h\n"


class CannotStart(Exception):
    """A server could not be started; the message says why and shows the end of its log."""


class Interrupted(Exception):
    """Somebody asked us to end; raised from the signal handler so that every `finally` on the way out runs."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(signal.Signals(number).name)


@dataclass(frozen=True)
class Line:
    """A line of Neo4j releases that the project supports, and what starting it takes."""

    name: str
    uri_variable: str
    entry_point: str
    java: frozenset[int]

    @property
    def pom(self) -> Path:
        return TESTS / "neo4j" / self.name / "pom.xml"

    @property
    def version(self) -> str:
        version = ElementTree.parse(self.pom).findtext("version")
        assert version, f"{self.pom} names no version"
        return version

    @property
    def jars(self) -> Path:
        return CACHE / f"neo4j-{self.version}" / "lib"


LONG_TERM = Line("5.26", "EVIDENCE_TEST_NEO4J_URI", "org.neo4j.server.CommunityEntryPoint", frozenset({17, 21}))
CALENDAR = Line("2026", "EVIDENCE_TEST_NEO4J_NEXT_URI", "org.neo4j.server.Neo4jCommunity", frozenset({25}))
LINES = (LONG_TERM, CALENDAR)


def main(arguments: Sequence[str]) -> int:
    """Run what stands behind `--`, or say what could be started."""
    if list(arguments) == ["--check"]:
        return check()
    if len(arguments) < 2 or arguments[0] != "--":
        print(__doc__, file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        with servers(secrets.token_hex(16)) as environment:
            return run(arguments[1:], environment)
    except Interrupted as interrupted:
        return interrupted.exit_code
    except CannotStart as failure:
        print(f"neo4j: {failure}", file=sys.stderr)
        return 1


def check() -> int:
    """Exit code 0 when at least the long-term line can be started."""
    for line in LINES:
        lacking = what_is_lacking(line)
        print(f"neo4j: {line.version} {f'cannot be started: {lacking}' if lacking else 'can be started'}")
    return 1 if what_is_lacking(LONG_TERM) else 0


def what_is_lacking(line: Line) -> str | None:
    if find_java(line.java) is None:
        return f"no Java {' or '.join(map(str, sorted(line.java)))} found"
    if not line.jars.is_dir() and shutil.which("mvn") is None:
        return "no Maven (mvn) found to fetch its jars"
    return None


def interrupt(number: int, _frame: FrameType | None) -> None:
    """Raise once; a second Ctrl-C must not keep the servers from being stopped."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted(number)


def run(command: Sequence[str], environment: dict[str, str]) -> int:
    """The command's exit code; when we are interrupted, so is the command, and it gets the time to clean up."""
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        code = process.wait()
    except Interrupted:
        # A Ctrl-C at the terminal has reached the command as well, and a second one would cut its clean-up short.
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_NOTICE)
        end(process, signal.SIGINT, SECONDS_TO_CLEAN_UP)
        raise
    return code if code >= 0 else 128 - code


@contextmanager
def servers(password: str) -> Iterator[dict[str, str]]:
    """Every server that can be started here, all starting at once; gives the variables that lead to them."""
    with ExitStack() as running:
        starting = []
        for line in LINES:
            if lacking := what_is_lacking(line):
                print(f"neo4j: {line.version} is left out: {lacking}", flush=True)
            else:
                fetch_jars(line)
                starting.append((line, running.enter_context(server(line, password))))
        for line, home in starting:
            home.wait_until_started()
            print(f"neo4j: {line.version} answers at {home.uri}", flush=True)
        if not starting:
            raise CannotStart("nothing to start")
        addresses = {line.uri_variable: home.uri for line, home in starting}
        processes = {line.uri_variable.replace("_URI", "_PID"): str(home.process.pid) for line, home in starting}
        yield addresses | processes | {"EVIDENCE_TEST_NEO4J_USER": USER, "EVIDENCE_TEST_NEO4J_PASSWORD": password}


@dataclass(frozen=True)
class Home:
    """A server's home folder, its port, and the process that lives there."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def uri(self) -> str:
        return f"neo4j://127.0.0.1:{self.port}"

    def wait_until_started(self) -> None:
        """Raises CannotStart, with the end of the log, when the process ends or takes too long."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not (self.says_started() and self.listens()):
            if self.process.poll() is not None:
                raise CannotStart(f"the server ended with {self.process.returncode}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise CannotStart(f"the server was not ready within {SECONDS_TO_START:.0f} s\n{self.log_tail()}")
            time.sleep(0.1)

    def says_started(self) -> bool:
        return "Started." in read(self.folder / "logs" / "neo4j.log")

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log_tail(self) -> str:
        lines = read(self.folder / "logs" / "neo4j.log") + read(self.folder / "console.log")
        return "\n".join(lines.splitlines()[-40:])


@contextmanager
def server(line: Line, password: str) -> Iterator[Home]:
    """A server that has been told to start; stopped, and its home removed, at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"neo4j-{line.version}-"))
    try:
        port = free_port()
        (folder / "conf").mkdir()
        (folder / "conf" / "neo4j.conf").write_text(configuration(port), encoding="utf-8")
        set_password(line, folder, password)
        process = launched(line, folder)
        try:
            yield Home(folder, port, process)
        finally:
            end(process, signal.SIGTERM, SECONDS_TO_STOP)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def launched(line: Line, folder: Path) -> subprocess.Popen[bytes]:
    """The server that lives in a home folder; it may be killed, and launched there again."""
    with (folder / "console.log").open("ab") as console:
        return subprocess.Popen(
            start_command(line, folder),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C at the terminal is for the tests; the server goes after them
        )


def set_password(line: Line, folder: Path, password: str) -> None:
    """The first start reads it; there is no default password that would do."""
    done = subprocess.run(
        [*java(line), "org.neo4j.server.startup.Neo4jAdminCommand", "dbms", "set-initial-password", password],
        env=os.environ | {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise CannotStart(f"no password could be set for {line.version}\n{done.stdout}{done.stderr}")


def start_command(line: Line, folder: Path) -> list[str]:
    home = [f"--home-dir={folder}", f"--config-dir={folder / 'conf'}"]
    return [*java(line), "-Xms512m", f"-Xmx{HEAP}", line.entry_point, *home]


def java(line: Line) -> list[str]:
    """The beginning of every command line: the right Java, the jars, the packages opened."""
    found = find_java(line.java)
    assert found is not None, "asked for before what_is_lacking"
    options = [*JVM_OPTIONS, *(JVM_OPTIONS_FOR_SMALL_GRAPHS if FOR_SMALL_GRAPHS else ())]
    return [str(found), "-cp", f"{line.jars}/*", *options]


def configuration(port: int) -> str:
    """What a server's configuration file holds."""
    return CONFIGURATION.format(port=port, heap=HEAP) + (CONFIGURATION_FOR_SMALL_GRAPHS if FOR_SMALL_GRAPHS else "")


def fetch_jars(line: Line) -> None:
    """Copy the line's jars to the cache, unless they are there; a copy cut short is never taken for a whole one."""
    if line.jars.is_dir():
        return
    print(f"neo4j: fetching the jars of {line.version} (once)", flush=True)
    line.jars.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="lib-", dir=line.jars.parent))
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"]
    done = subprocess.run(
        ["mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(line.pom), *goal], stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise CannotStart(f"Maven could not fetch the jars of {line.version}")
    unfinished.rename(line.jars)


def find_java(majors: frozenset[int]) -> Path | None:
    """The first Java of one of these major versions: named in the environment, then on the path, then installed."""
    named = [
        os.environ.get(variable)
        for major in sorted(majors)
        for variable in (f"JAVA_HOME_{major}", f"JAVA_HOME_{major}_X64", f"JAVA_HOME_{major}_ARM64")
    ]
    homes = [Path(home) for home in [*named, os.environ.get("JAVA_HOME")] if home]
    on_path = shutil.which("java")
    candidates = [home / "bin" / "java" for home in homes]
    candidates += [Path(on_path)] if on_path else []
    candidates += sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    return next((java for java in candidates if java.is_file() and major_version(java) in majors), None)


def major_version(java: Path) -> int | None:
    said = subprocess.run([str(java), "-version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else None


def end(process: subprocess.Popen[bytes], politely: signal.Signals, seconds: float) -> None:
    """Ask, wait, and only then kill."""
    process.send_signal(politely)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        end_at_once(process)


def end_at_once(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, and wait until it is gone."""
    process.kill()
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
