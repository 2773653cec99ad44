"""A witness on another machine: real services, real witnesses, and an insider who holds the log's key and its store."""

import json
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from typer.testing import CliRunner

from evidence_graph.cli import app
from evidence_graph.evidence.key_file import key_at
from evidence_graph.proof.checkpoint import Checkpoint, verify_checkpoint
from evidence_graph.proof.cosignature import verify_cosignatures
from evidence_graph.proof.signed_note import parse_note
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, parse_verifier_key
from tests import stories
from tests.end_to_end.processes import EVIDENCE, CommandLine, Ended, serving

SECONDS_AT_MOST = 30.0  # whatever is waited for


class Witness:
    """A witness with a folder of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        self.evidence, self.name, self.key_file = CommandLine(folder), name, folder / "w.key"
        self.key = VerifierKey.of(name, key_at(self.key_file), SignatureType.COSIGNATURE_V1)

    def arguments(self, url: str, *more: str) -> list[str]:
        return ["witness", url, "--key-file", str(self.key_file), "--name", self.name, *more]

    def looks(self, url: str, *more: str) -> Ended:
        """Once, as a process of its own."""
        return self.evidence(*self.arguments(url, "--once", *more))

    def looks_from_here(self, url: str, *more: str) -> Ended:
        """The same in this process, which is quicker."""
        return here(self.evidence, *self.arguments(url, "--once", *more))

    @property
    def remembered(self) -> Checkpoint:
        """The head in its memory."""
        told = json.loads(self.key_file.with_name("w.key.head").read_bytes())
        return verify_checkpoint(told["cosigned"], map(parse_verifier_key, told["log_keys"]))


def here(evidence: CommandLine, *arguments: str) -> Ended:
    """The command line in this process; files are named from the root."""
    store = {"EVIDENCE_STORE": f"sqlite:///{evidence.folder}/evidence.db"}
    done = CliRunner().invoke(app, list(arguments), env={**evidence.environment, **store})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Ended(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def witnesses(tmp_path: Path) -> list[Witness]:
    return [Witness(tmp_path / name, f"{name}.example/witness") for name in ("one", "two")]


@pytest.fixture
def evidence(tmp_path: Path, witnesses: list[Witness]) -> CommandLine:
    """The operator's command line; the service knows both witnesses."""
    folder = tmp_path / "operator"
    folder.mkdir()
    return CommandLine(folder, EVIDENCE_WITNESS_KEYS=" ".join(one.key.text for one in witnesses))


@contextmanager
def served(evidence: CommandLine) -> Iterator[str]:
    """The address of the service while it runs."""
    with serving(evidence, "serve", "--port", "0") as service:
        yield service.address.removesuffix("/graphql")
        service.end()


def manifest(evidence: CommandLine, name: str) -> str:
    return str(evidence.folder / evidence.write(stories.datasets(f"dataset:a/{name}@1")))


def register(url: str, *names: str) -> int:
    """Over HTTP, and how many entries the signed head covers then."""
    document = "mutation R($input: RegisterEvidenceInput!) { registerEvidence(input: $input) { position } }"
    datasets = [{"urn": f"dataset:a/{name}@1"} for name in names]
    told = json.loads(fetch(f"{url}/graphql", {"query": document, "variables": {"input": {"datasets": datasets}}}))
    size: int = told["data"]["registerEvidence"]["position"] + 1
    eventually(lambda: size_of(checkpoint(url)) >= size)
    return size


def checkpoint(url: str, query: str = "") -> str:
    """Empty while there is none."""
    try:
        return fetch(f"{url}/log/checkpoint{query}")
    except HTTPError as none:
        none.close()
        return ""


def size_of(note: str) -> int:
    return int(note.splitlines()[1]) if note else 0


def fetch(url: str, body: dict[str, Any] | None = None) -> str:
    """GET, or POST as JSON."""
    request = Request(url, json.dumps(body).encode() if body else None, {"content-type": "application/json"})
    with urlopen(request, timeout=SECONDS_AT_MOST) as answer:
        text: str = answer.read().decode()
    return text


def eventually(holds: Callable[[], bool]) -> None:
    """Looked at often, and for as long as a slow machine needs."""
    end = time.monotonic() + SECONDS_AT_MOST
    while not holds():
        assert time.monotonic() < end, "it is late"
        time.sleep(0.02)


def test_two_witnesses_cosign_one_checkpoint_however_they_look(
    evidence: CommandLine, witnesses: list[Witness], tmp_path: Path
) -> None:
    """Each cosigns first what the other has cosigned meanwhile, then the newest; a stranger's line is not taken, and that is said."""
    one, two = witnesses
    with served(evidence) as url:
        size = register(url, "x")
        first = one.looks_from_here(url)
        register(url, "y")
        second = two.looks_from_here(url, "-o", "json")
        register(url, "z")
        third = one.looks_from_here(url, "-o", "json", "--log-key", second.json["logKey"])
        between = checkpoint(url, "?witnesses=2")
        last = two.looks_from_here(url, "-o", "json")
        stranger = Witness(tmp_path / "three", "three.example/witness").looks_from_here(url)
        both, key = checkpoint(url, "?witnesses=2"), parse_verifier_key(second.json["logKey"])

    assert first.code == 0, first.err
    assert one.key.text in first.out
    assert "trusted as it was seen first" in first.err
    assert (second.json["cosigned"], second.json["trustedOnFirstUse"]) == ([size + 1], True)
    assert (third.json["cosigned"], third.json["trustedOnFirstUse"], third.err) == ([size + 1, size + 2], False, "")
    assert last.json["cosigned"] == [size + 2]
    assert [verify_checkpoint(note, [key]).size for note in (between, both)] == [size + 1, size + 2]
    assert len(verify_cosignatures(parse_note(both), [one.key, two.key])) == 2
    assert (stranger.code, "EVIDENCE_WITNESS_KEYS" in stranger.err) == (4, True)


def test_an_insider_who_signs_another_history_is_caught(evidence: CommandLine, witnesses: list[Witness]) -> None:
    """He holds key and store: puts the store back, forgets what was signed, and lets the log grow anew. Anybody can check the file."""
    one, older = witnesses[0], evidence.folder.parent / "older"
    here(evidence, "register", "-f", manifest(evidence, "x"))
    shutil.copytree(evidence.folder, older)
    with served(evidence) as url:
        size = register(url, "bad")
        assert one.looks_from_here(url).code == 0
    for file in evidence.folder.glob("evidence.db*"):
        file.unlink()
    for file in older.glob("evidence.db*"):
        if not file.name.endswith(".head"):
            shutil.copy(file, evidence.folder)
    here(evidence, "register", "-f", manifest(evidence, "good"))

    with served(evidence) as url:
        same = one.looks_from_here(url, "-o", "json")
        register(url, "better")
        longer = one.looks(url)

        assert [same.code, longer.code] == [7, 7]
        assert checkpoint(url, "?witnesses=1") == ""
    assert "are not the ones they were" in same.json["errors"][0]["message"]
    assert "still what they were" in longer.err
    assert one.remembered.size == size
    forks = sorted(one.key_file.parent.glob("w.key.fork-*.json"))
    assert [fork.name in ended.err for fork, ended in zip(forks, (same, longer), strict=True)] == [True, True]
    for fork in forks:
        told = json.loads(fork.read_text())
        heads = [
            verify_checkpoint(told[part], map(parse_verifier_key, told["logKeys"])) for part in ("cosigned", "served")
        ]
        assert heads[0] == one.remembered != heads[1]
        assert heads[0].origin == heads[1].origin


def test_a_changed_key_is_followed_and_a_new_origin_is_not(evidence: CommandLine, witnesses: list[Witness]) -> None:
    """The old key vouches for the new one in the log; for the new log nobody does whom this witness trusts."""
    one, two = witnesses
    with served(evidence) as url:
        register(url, "x")
        log = json.loads(fetch(f"{url}/graphql", {"query": "{ log { publicKey } }"}))
        published = log["data"]["log"]["publicKey"]
        assert one.looks_from_here(url, "--log-key", published).code == 0
        rotated = here(evidence, "rotate-key", "-o", "json").json
        register(url, "y")
        followed, late = one.looks_from_here(url), two.looks_from_here(url, "--log-key", published, "-o", "json")
    backup = str(evidence.folder / "all.jsonl.gz")
    assert here(evidence, "backup", "-o", backup).code == 0
    for file in evidence.folder.glob("evidence.db*"):
        file.unlink()
    assert here(evidence, "restore", backup, "--new-origin").code == 0
    with served(evidence) as url:
        refused = one.looks_from_here(url)

    assert followed.code == 0, followed.err
    assert rotated["publicKey"] in followed.out
    assert late.json["logKey"] == rotated["publicKey"]
    assert (refused.code, "This is another log" in refused.err) == (7, True)
    assert list(one.key_file.parent.glob("*.fork-*")) == []


class Swallowing(BaseHTTPRequestHandler):
    """Passes questions on to a service, and never answers who hands something in."""

    service, posted, go_on = "", threading.Event(), threading.Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/log/cosignatures":
            type(self).posted.set()
            self.go_on.wait(SECONDS_AT_MOST)
            return
        answer = fetch(self.service + self.path, json.loads(body)).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def swallowing(url: str) -> Iterator[str]:
    Swallowing.service = url
    with ThreadingHTTPServer(("127.0.0.1", 0), Swallowing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            Swallowing.go_on.set()
            server.shutdown()
            thread.join()


def test_a_cosignature_that_did_not_arrive_is_handed_in_at_the_next_look(
    evidence: CommandLine, witnesses: list[Witness], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it arrives: it is on the disk before it leaves, and the very same comes later. Refused, because the clock was ahead:
    it is made anew, and does not stand in the way.
    """
    one = witnesses[0]
    with served(evidence) as url:
        size = register(url, "x")
        with swallowing(url) as between:
            process = subprocess.Popen(
                [EVIDENCE, *one.arguments(between, "--once")],
                cwd=one.evidence.folder,
                env=one.evidence.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            with process:
                assert Swallowing.posted.wait(SECONDS_AT_MOST)
                kept = json.loads(one.key_file.with_name("w.key.head").read_bytes())["cosigned"]
                process.send_signal(signal.SIGKILL)
        assert checkpoint(url, "?witnesses=1") == ""

        again = one.looks_from_here(url, "-o", "json")

        assert (again.code, again.json["cosigned"], again.json["head"]["size"]) == (0, [], size)
        assert checkpoint(url, "?witnesses=1") == kept

        size, clock = register(url, "y"), time.time
        with monkeypatch.context() as ahead:
            ahead.setattr("time.time", lambda: clock() + 86_400)
            refused = one.looks_from_here(url)
        anew = one.looks_from_here(url)

        assert (refused.code, "Set the witness's clock" in refused.err) == (3, True)
        assert (anew.code, size_of(checkpoint(url, "?witnesses=1"))) == (0, size)


def test_a_witness_that_goes_on_waits_for_its_log(evidence: CommandLine, witnesses: list[Witness]) -> None:
    """Nothing answers at first: it says so and looks again; once that is temporary. It ends when it is told to."""
    one = witnesses[0]
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    assert one.looks_from_here(url).code == 75
    log = one.key_file.with_name("errors.txt")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [EVIDENCE, *one.arguments(url, "--every", "PT1S")],
            cwd=one.evidence.folder,
            env=one.evidence.environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        try:
            eventually(lambda: "Looking again in 1 s" in log.read_text())
            with serving(evidence, "serve", "--port", str(port)) as service:
                register(url, "x")
                eventually(lambda: size_of(checkpoint(url, "?witnesses=1")) == 2)
                service.end()
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=SECONDS_AT_MOST)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Cosigned 2 entries of" in out
    assert "Ended." in out
