"""Where witnesses hand in cosignatures, and where auditors find them: over HTTP and GraphQL."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from evidence_graph.app import create_app
from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.key_file import key_in
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from evidence_graph.proof.cosignature import MOST_WITNESSES, cosign, verify_cosignatures
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey
from evidence_graph.record.instants import parse_instant
from evidence_graph.settings import Settings
from tests.api.conftest import BEGINNING, Asking

A, B, STRANGER = "a.example/w", "b.example/w", "c.example/w"
SECRETS = {name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n, name in enumerate((A, B, STRANGER), 1)}
KEYS = {name: VerifierKey.of(name, key, SignatureType.COSIGNATURE_V1) for name, key in SECRETS.items()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The service knows two witnesses."""
    return Settings(store=f"sqlite:///{tmp_path}/evidence.db", witness_keys=f" {KEYS[A].text}\n{KEYS[B].text} ")


@pytest.fixture
def log(settings: Settings) -> Iterator[Asking]:
    clock = SimulatedClock(parse_instant(BEGINNING, "instant"))
    with TestClient(create_app(settings, clock=clock)) as client:
        yield Asking(client, clock)


def signed(log: Asking, size: int) -> SignedNote:
    """The signed head of at least so many entries."""
    end = time.monotonic() + 5.0
    while time.monotonic() < end:
        response = log.client.get("/log/checkpoint")
        if response.status_code == 200 and parse_checkpoint(parse_note(response.text).text).size >= size:
            return parse_note(response.text)
    raise AssertionError("it is late")


def by(note: SignedNote, *names: str) -> str:
    lines = [cosign(note.text, name, SECRETS[name], int(time.time())) for name in names]
    return note.signed_also_by(*lines).document


def post(log: Asking, body: str | bytes) -> Any:
    return log.client.post("/log/cosignatures", content=body)


def test_a_cosigned_checkpoint_is_found_by_every_door(log: Asking) -> None:
    """By the number of witnesses as text, with an ETag, and in GraphQL with their names."""
    note = signed(log, 1)
    assert log.client.get("/log/checkpoint?witnesses=1").status_code == 404

    first, second = post(log, by(note, A)), post(log, by(note, B))
    log.record("register_evidence", datasets=[{"urn": "dataset:a/b@1"}])
    newer = post(log, by(signed(log, 2), B))

    assert [answer.status_code for answer in (first, second, newer)] == [200, 200, 200]
    both = log.client.get("/log/checkpoint?witnesses=2")
    assert both.text == second.text
    assert [one.witness.name for one in verify_cosignatures(parse_note(both.text), KEYS.values())] == [A, B]
    assert log.client.get("/log/checkpoint?witnesses=1").text == newer.text
    assert (
        log.client.get("/log/checkpoint?witnesses=2", headers={"if-none-match": both.headers["etag"]}).status_code
        == 304
    )
    assert log.client.get("/log/checkpoint?witnesses=3").status_code == 404
    assert log.ask("log")["cosignedCheckpoints"] == [
        {"size": 2, "checkpoint": newer.text, "witnesses": [B]},
        {"size": 1, "checkpoint": both.text, "witnesses": [A, B]},
    ]
    assert log.client.get("/log/checkpoint").text.count("\n— ") == 1, "the signed head is the log's alone"


@pytest.mark.parametrize("stated", ["0", "-1", "x", "", "1e3", "٣", "21", "9" * 5_000])
def test_a_number_of_witnesses_is_one(log: Asking, stated: str) -> None:
    response = log.client.get("/log/checkpoint", params={"witnesses": stated})

    assert (response.status_code, "from 1 to 20" in response.text) == (400, True)


def test_what_is_refused_is_refused_with_a_reason_and_changes_nothing(log: Asking, settings: Settings) -> None:
    """Whoever is not known, whatever does not hold, another log's head, and a head this log does not continue."""
    note = signed(log, 1)
    secret = key_in(Path(settings.store.removeprefix("sqlite:///") + ".key"))
    assert secret is not None
    origin = parse_checkpoint(note.text).origin
    wrong = note.signed_also_by(
        cosign(sign_checkpoint(Checkpoint(origin, 7, bytes(32)), secret).text, A, SECRETS[A], 1)
    )
    refused: dict[str | bytes, tuple[int, str]] = {
        "no note": (400, "no whole signature line"),
        "": (400, "Send a checkpoint"),
        b"\xff\n\n\xff\n": (400, "not UTF-8"),
        by(note, STRANGER): (403, "EVIDENCE_WITNESS_KEYS"),
        note.document: (403, "EVIDENCE_WITNESS_KEYS"),
        wrong.document: (422, f"The cosignature of {A}"),
        by(SignedNote(note.text, ()), A): (422, "No trusted key"),
        by(sign_checkpoint(Checkpoint("log.example/b", 1, bytes(32)), secret), A): (404, "this log is"),
        by(sign_checkpoint(Checkpoint(origin, 1, bytes(32)), secret), A): (409, "lost or changed"),
        by(sign_checkpoint(Checkpoint(origin, 9, bytes(32)), secret), A): (409, "9 entries"),
    }

    for body, (status, words) in refused.items():
        response = post(log, body)
        assert (response.status_code, words in response.text) == (status, True), response.text
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert log.ask("log")["cosignedCheckpoints"] == []
    assert log.client.get("/log/cosignatures").status_code == 405


def test_a_body_is_limited(log: Asking) -> None:
    """By its length, and by the number of its signatures; also when no length is announced."""
    note = signed(log, 1)

    assert post(log, b"x" * 70_000).status_code == 413
    assert log.client.post("/log/cosignatures", content=iter([b"x" * 40_000] * 2)).status_code == 413
    assert post(log, note.document + note.signatures[0].line * 100).status_code == 400
    assert post(log, by(note, A)).status_code == 200


def test_posts_at_once_are_all_kept(log: Asking) -> None:
    """Repeated ones too; each answer is a checkpoint with the line that was sent."""
    note = signed(log, 1)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda name: (name, post(log, by(note, name))), [A, B] * 8))

    for name, answer in answers:
        assert answer.status_code == 200
        assert verify_cosignatures(parse_note(answer.text), [KEYS[name]])
    (kept,) = log.ask("log")["cosignedCheckpoints"]
    assert kept["witnesses"] == [A, B]


def test_without_a_witness_named_nothing_is_taken(tmp_path: Path) -> None:
    """As a service is set up at first."""
    clock = SimulatedClock(parse_instant(BEGINNING, "instant"))
    with TestClient(create_app(Settings(store=f"sqlite:///{tmp_path}/other.db"), clock=clock)) as client:
        asking = Asking(client, clock)
        assert post(asking, by(signed(asking, 1), A)).status_code == 403


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("x", "three parts"),
        (VerifierKey.of(A, SECRETS[A]).text, "not one of a witness"),
        (f"{KEYS[A].text} {VerifierKey.of(B, SECRETS[A], SignatureType.COSIGNATURE_V1).text}", "same key"),
        (
            " ".join(
                VerifierKey(f"w/{n}", SignatureType.COSIGNATURE_V1, bytes([n]) * 32).text
                for n in range(MOST_WITNESSES + 1)
            ),
            "at most 20",
        ),
    ],
)
def test_a_setting_that_names_no_witness_is_refused_at_the_start(tmp_path: Path, keys: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        create_app(Settings(store=f"sqlite:///{tmp_path}/evidence.db", witness_keys=keys))


def test_changes_of_keys_are_listed_behind_a_position(log: Asking) -> None:
    """A log that has changed none has none; a position must be one."""
    assert log.ask("key_changes", after=-1) == {"keyChanges": []}
    assert log.error('{ log { keyChanges(after: "x") { body } } }')["extensions"]["code"] == "BAD_USER_INPUT"
