"""`evidence backup` and `restore` as an operator runs them: while others write, interrupted, with a damaged file, without the key."""

import asyncio
import gzip
import os
import pty
import subprocess
import threading
from pathlib import Path

import pytest

from evidence_graph.errors import StoreUnfinished
from evidence_graph.evidence.log_file import check_log_file
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.conftest import NEO4J_SERVERS, Engine
from tests.end_to_end.processes import EVIDENCE, CommandLine, serving

BACKUP = "evidence.jsonl.gz"
MANY = 6_000


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The command line on an embedded store that holds a story."""
    (tmp_path / "here").mkdir()
    command_line = CommandLine(tmp_path / "here")
    command_line("register", "-f", command_line.write(stories.churn()))
    return command_line


def elsewhere(evidence: CommandLine, **more: str) -> CommandLine:
    """Another machine: an empty folder without a key, in which the backup lies."""
    folder = evidence.folder.with_name("elsewhere")
    folder.mkdir()
    (folder / BACKUP).write_bytes((evidence.folder / BACKUP).read_bytes())
    return CommandLine(folder, **more)


def root(evidence: CommandLine) -> str:
    told: str = evidence("ask", "log", "-o", "json").json["rootHash"]
    return told


def test_a_lost_store_comes_back_and_goes_on(evidence: CommandLine) -> None:
    """With the key still there: the same log, signed and recorded to as before."""
    backed_up = evidence("backup", "-o", BACKUP)
    before = root(evidence)
    for file in evidence.folder.glob("evidence.db*"):
        if ".key" not in file.name:
            file.unlink()

    restored = evidence("restore", BACKUP)

    assert (backed_up.code, backed_up.out) == (0, "")
    assert "11 entries" in backed_up.err
    assert (restored.code, restored.err) == (0, "")
    assert "The log is at position 10" in restored.out
    assert root(evidence) == before
    more = evidence("register", "-f", evidence.write(stories.datasets("dataset:a/b@1")), "-o", "json")
    assert more.json["position"] == 11
    assert evidence("ask", "log", "-o", "json").json["checkpoint"]


def test_a_backup_goes_through_a_pipe(evidence: CommandLine) -> None:
    """Out by standard output and in by standard input, onto a machine without the key."""
    shell = f"{EVIDENCE} backup | EVIDENCE_STORE=sqlite:///copy.db {EVIDENCE} restore - --new-origin -o json"
    done = subprocess.run(
        shell, shell=True, cwd=evidence.folder, env=evidence.environment, capture_output=True, text=True, check=False
    )
    copy = evidence.with_environment(EVIDENCE_STORE="sqlite:///copy.db")

    assert done.returncode == 0, done.stderr
    assert '"restored": 11' in done.stdout
    assert copy("ask", "entry", "11", "-o", "json").json["body"].count("log-continued")
    assert copy("ask", "log", "-o", "json").json["checkpoint"]


def test_a_backup_is_not_written_to_a_terminal(evidence: CommandLine) -> None:
    """Somebody forgot where it should go."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [EVIDENCE, "backup"],
        cwd=evidence.folder,
        env=evidence.environment,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 2
    assert "evidence backup > evidence.jsonl.gz" in done.stderr


def test_what_cannot_be_restored_says_why_and_what_to_do(evidence: CommandLine) -> None:
    """By its exit code too: 7 for damage with the position, 5 for a store with a log, 2 for a key or file that is not there."""
    evidence("backup", "-o", BACKUP)
    other = elsewhere(evidence)

    there = evidence("restore", BACKUP, "-o", "json")
    keyless = other("restore", BACKUP, "-o", "json")
    missing = other("restore", "no such file")
    text = gzip.decompress((other.folder / BACKUP).read_bytes())
    (other.folder / "damaged").write_bytes(gzip.compress(text.replace(b"customers", b"customerz", 1)))
    damaged = other("restore", "damaged", "--new-origin", "-o", "json")

    assert (there.code, there.json["errors"][0]["extensions"]["code"]) == (5, "CONFLICT")
    assert (keyless.code, "--new-origin" in keyless.err) == (2, True)
    assert (missing.code, "No such file" in missing.err) == (2, True)
    assert (damaged.code, damaged.json["errors"][0]["extensions"]["code"]) == (7, "PROOF_FAILED")
    assert "Position 2" in damaged.err
    assert not list(other.folder.glob("evidence.db*"))
    assert other("restore", BACKUP, "--new-origin").code == 0, "nothing of the damaged one is left"


def test_there_is_nothing_to_back_up_where_there_is_no_store(tmp_path: Path) -> None:
    """And none is made by trying."""
    told = CommandLine(tmp_path)("backup", "-o", BACKUP)

    assert told.code == 2
    assert "EVIDENCE_STORE" in told.err
    assert not list(tmp_path.iterdir())


def test_a_store_is_backed_up_while_it_is_served(evidence: CommandLine) -> None:
    """Eight write to the service meanwhile; every backup is a whole log, each of its own position."""
    with serving(evidence, "serve", "--port", "0") as service:
        served = evidence.with_environment(EVIDENCE_URL=service.address.removesuffix("/graphql"))

        def write(writer: int) -> None:
            document = stories.datasets(*(f"dataset:writer-{writer}/d@{number}" for number in range(50)))
            assert served("register", "-f", served.write(document, f"{writer}.json")).code == 0

        writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
        for writer in writers:
            writer.start()
        sizes = []
        while any(writer.is_alive() for writer in writers):
            assert evidence("backup", "-o", BACKUP).code == 0
            sizes.append(check_log_file(evidence.folder / BACKUP).header.size)
        for writer in writers:
            writer.join()

    assert sizes == sorted(sizes)
    assert evidence("backup", "-o", BACKUP).code == 0
    assert check_log_file(evidence.folder / BACKUP).header.size == 11 + 8 * 50


async def test_a_restore_that_is_killed_is_run_again(engine: Engine, evidence: CommandLine, tmp_path: Path) -> None:
    """`kill -9` in the middle: nobody is served a part of the log, and the same command completes it."""
    many = stories.datasets(*(f"dataset:many/things@{number}" for number in range(MANY)))
    assert evidence("register", "-f", evidence.write(many)).code == 0
    evidence("backup", "-o", BACKUP)
    other = elsewhere(evidence, **settings_of(engine, tmp_path))
    arguments = ("restore", BACKUP, "--new-origin")
    restoring = await asyncio.create_subprocess_exec(
        EVIDENCE,
        *arguments,
        cwd=other.folder,
        env=other.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen = await first_part(engine, restoring)
    if seen:
        restoring.kill()
    await restoring.wait()
    assert seen, "it was killed too late"

    refused = [other("serve", "--port", "0"), other("ask", "log"), other("register", "-f", other.write(many))]
    assert [one.code for one in refused] == [75] * 3
    assert all("run `evidence restore` again" in one.err for one in refused)
    again = other(*arguments, "-o", "json")

    assert (again.code, again.json["restored"], again.json["position"]) == (0, MANY + 11, MANY + 11)
    store = engine.another()
    await store.open()
    assert (await read_head(store)).size == MANY + 12
    assert other("ask", "artifacts", "--first", "1").code == 0


async def first_part(engine: Engine, restoring: asyncio.subprocess.Process) -> bool:
    """Whether a part of the log was seen in the store before the restore had ended."""
    while restoring.returncode is None:
        store: GraphStore = engine.another()
        try:
            await store.open()
        except StoreUnfinished:
            return True
        finally:
            await store.close()
    return False


def settings_of(engine: Engine, folder: Path) -> dict[str, str]:
    """The settings that name the engine's store."""
    key = {"EVIDENCE_SIGNING_KEY": str(folder / "restored.key")}
    if engine.name == "sqlite":
        return {**key, "EVIDENCE_STORE": f"sqlite:///{folder / 'evidence.db'}"}
    names = {"USER": "EVIDENCE_TEST_NEO4J_USER", "PASSWORD": "EVIDENCE_TEST_NEO4J_PASSWORD"}
    account = {f"EVIDENCE_NEO4J_{name}": os.environ[variable] for name, variable in names.items()}
    return {**key, **account, "EVIDENCE_STORE": os.environ[NEO4J_SERVERS[engine.name]]}
