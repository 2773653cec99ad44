"""The log over GraphQL and HTTP: its signed head, its entries, and proofs that verify without any of our code but `proof`."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from starlette.testclient import TestClient

from evidence_graph.app import create_app
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.proof.checkpoint import Checkpoint, verify_checkpoint
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.tlog_proof import parse_tlog_proof, verify_tlog_proof
from evidence_graph.proof.verifier_key import VerifierKey, parse_verifier_key
from evidence_graph.record.instants import parse_instant
from evidence_graph.settings import Settings
from tests.api.conftest import BEGINNING, Asking

PATIENCE = 20.0  # seconds


def until_signed(service: Asking, size: int) -> Checkpoint:
    """The checkpoint of at least this many entries; on a busy machine it may take more than the second that it may be late."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        response = service.client.get("/log/checkpoint")
        if response.status_code == 200:
            head = verify_checkpoint(response.text, [key_of(service)])
            if head.size >= size:
                return head
    raise AssertionError("it is late")


def key_of(service: Asking) -> VerifierKey:
    return parse_verifier_key(service.ask("log")["publicKey"])


def test_the_head_is_signed_and_published_by_both_doors(service: Asking) -> None:
    """Within a second, and the same: origin, size and root are those of the log."""
    size = service.ask("log")["size"]
    head = until_signed(service, size)
    log = service.ask("log")
    served = service.client.get("/log/checkpoint")

    assert (head.origin, head.size, head.root.hex()) == (log["origin"], log["size"], log["rootHash"])
    assert (log["checkpoint"], log["checkpointSize"], log["unsignedBecause"]) == (served.text, size, None)
    assert log["keyId"] == key_of(service).key_id.hex()
    assert served.headers["content-type"] == "text/plain; charset=utf-8"


def test_the_checkpoint_is_sent_once_to_who_has_it(service: Asking) -> None:
    """An ETag; a new head has another."""
    size = until_signed(service, service.ask("log")["size"]).size
    first = service.client.get("/log/checkpoint")
    again = service.client.get("/log/checkpoint", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    service.record("register_evidence", datasets=[{"urn": "dataset:a/b@1"}])
    until_signed(service, size + 1)

    later = service.client.get("/log/checkpoint", headers={"if-none-match": first.headers["etag"]})
    assert later.status_code == 200
    assert later.headers["etag"] != first.headers["etag"]


def test_entries_and_proofs_verify_under_the_checkpoint(service: Asking) -> None:
    """Hashed from the body as it was answered; what was sealed is not in it."""
    head = until_signed(service, service.ask("log")["size"])

    for position in range(head.size):
        entry = service.ask("entry", position=position)["entry"]
        proof = service.ask("inclusion_proof", position=position, size=head.size)["inclusionProof"]
        leaf = leaf_hash(entry["body"].encode())
        assert leaf.hex() == entry["leafHash"] == proof["leafHash"]
        verify_inclusion(leaf, position, head.size, hashes(proof), head.root)
        text = service.ask("tlog_proof", position=position)["tlogProof"]
        assert verify_tlog_proof(parse_tlog_proof(text), entry["body"].encode(), [key_of(service)]) == head
        assert entry["subject"] in entry["body"]
        assert "Every customer" not in entry["body"]
    for size in range(1, head.size + 1):
        proof = service.ask("consistency_proof", **{"from": size, "to": head.size})["consistencyProof"]
        earlier = service.ask("inclusion_proof", position=0, size=size)["inclusionProof"]["rootHash"]
        assert proof["fromRootHash"] == earlier
        verify_consistency(size, head.size, hashes(proof), bytes.fromhex(earlier), head.root)


def hashes(proof: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(one) for one in proof["hashes"]]


def test_without_a_size_a_proof_is_of_the_log_as_it_stands(service: Asking) -> None:
    log = service.ask("log")

    inclusion = service.ask("inclusion_proof", position=1)["inclusionProof"]
    consistency = service.ask("consistency_proof", **{"from": 2})["consistencyProof"]

    assert (inclusion["size"], inclusion["rootHash"]) == (log["size"], log["rootHash"])
    assert (consistency["from"], consistency["to"], consistency["toRootHash"]) == (2, log["size"], log["rootHash"])


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("entry(position: 99) { body }", "ends at 7"),
        ("entry(position: -1) { body }", "ends at 7"),
        ('entry(position: "1") { body }', "position is no whole number"),
        ("inclusionProof(position: 8) { hashes }", "ends at 7"),
        ("inclusionProof(position: 3, size: 9) { hashes }", "the log has 8 entries"),
        ("inclusionProof(position: 3, size: 3) { hashes }", "a log of 3 entries ends at 2"),
        ("consistencyProof(from: 0) { hashes }", "from is 0"),
        ("consistencyProof(from: 3, to: 2) { hashes }", "from is 3"),
        ("consistencyProof(from: 3, to: 9) { hashes }", "the log has 8 entries"),
        ("tlogProof(position: 8)", "ends at 7"),
    ],
)
def test_what_is_out_of_range_is_bad_input_and_blanks_nothing_else(service: Asking, field: str, words: str) -> None:
    body = service.body(f"{{ log {{ size {field} }} }}")

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert words in error["message"]
    assert body["data"]["log"]["size"] == 8


def test_before_the_first_checkpoint_there_is_none(tmp_path: Path) -> None:
    """A service without the private key: 503 and a reason, until somebody signs."""
    settings = Settings(store=f"sqlite:///{tmp_path}/evidence.db")
    with TestClient(create_app(settings, clock=clock())) as client:
        until_signed(Asking(client, clock()), 1)
    for file in tmp_path.glob("evidence.db.key*"):
        file.unlink()
    unsign(tmp_path / "evidence.db")

    with TestClient(create_app(settings, clock=clock())) as client:
        asking = Asking(client, clock())
        served, log = client.get("/log/checkpoint"), asking.ask("log")
        error = asking.error("{ log { tlogProof(position: 0) } }")
        ready = client.get("/readyz")

    assert (served.status_code, served.headers["retry-after"]) == (503, "1")
    assert "No head of this log has been signed yet" in served.text
    assert (log["checkpoint"], log["checkpointSize"]) == (None, None)
    assert "private key is not here" in log["unsignedBecause"]
    assert error["extensions"]["code"] == "BACKEND_UNAVAILABLE"
    assert ready.status_code == 200, "it serves what others sign"


def unsign(database: Path) -> None:
    connection = apsw.Connection(str(database))
    connection.execute("DELETE FROM signed_head")
    connection.close()


def clock() -> SimulatedClock:
    return SimulatedClock(parse_instant(BEGINNING, "instant"))


@pytest.fixture
def rolled_back(tmp_path: Path) -> Iterator[Asking]:
    """A service whose database file was put back to what it was two entries ago, while it was down."""
    settings, database = Settings(store=f"sqlite:///{tmp_path}/evidence.db"), tmp_path / "evidence.db"
    with TestClient(create_app(settings, clock=clock())) as client:
        until_signed(Asking(client, clock()), 1)
    shutil.copy(database, tmp_path / "older.db")
    with TestClient(create_app(settings, clock=clock())) as client:
        asking = Asking(client, clock())
        asking.record("register_evidence", datasets=[{"urn": "dataset:a/b@1"}, {"urn": "dataset:a/b@2"}])
        until_signed(asking, 3)
    shutil.copy(tmp_path / "older.db", database)
    with TestClient(create_app(settings, clock=clock())) as client:
        yield Asking(client, clock())


def test_a_store_that_was_rolled_back_is_not_signed_and_not_ready(
    rolled_back: Asking, capfd: pytest.CaptureFixture[str]
) -> None:
    """Loudly: the checkpoint stays what it was, with its size; readiness and the log say why; whatever is added stays unsigned."""
    end = time.monotonic() + 2.0
    while (ready := rolled_back.client.get("/readyz")).status_code == 200 and time.monotonic() < end:
        pass
    rolled_back.record("register_evidence", datasets=[{"urn": f"dataset:a/other@{n}"} for n in range(5)])
    end = time.monotonic() + 2.0
    log = rolled_back.ask("log")
    while "does not lead to the" not in (log["unsignedBecause"] or "") and time.monotonic() < end:
        log = rolled_back.ask("log")

    assert (ready.status_code, ready.json()["code"]) == (503, "PROOF_FAILED")
    assert "entries were lost" in ready.json()["reason"]
    assert (log["size"], log["checkpointSize"]) == (6, 1)
    assert "does not lead to the" in log["unsignedBecause"]
    assert "checkpoint.refused" in capfd.readouterr().err
    assert rolled_back.client.get("/livez").status_code == 200
