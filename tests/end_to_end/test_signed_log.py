"""The signed log as its operator and an auditor see it: real processes, killed and started again; checked with `proof` alone."""

import json
import signal
import time
from pathlib import Path

import httpx2
import pytest

from evidence_graph.proof.checkpoint import Checkpoint, verify_checkpoint
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.tlog_proof import parse_tlog_proof, verify_tlog_proof
from evidence_graph.proof.verifier_key import parse_verifier_key
from tests import stories
from tests.end_to_end.processes import CommandLine, Running, serving

LEASE_AND_A_SECOND = 4.5  # seconds until another process signs in the place of a killed one


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The command line on an empty embedded store."""
    return CommandLine(tmp_path)


def signed_head(service: Running, key: str, size: int) -> Checkpoint:
    """The head of at least so many entries, as anybody may fetch it, once it is signed; it must verify with the key."""
    end = time.monotonic() + LEASE_AND_A_SECOND
    while time.monotonic() < end:
        answer = httpx2.get(f"{base(service)}/log/checkpoint")
        if answer.status_code == 200 and int(answer.text.splitlines()[1]) >= size:
            return verify_checkpoint(answer.text, [parse_verifier_key(key)])
        assert answer.status_code in (200, 503)
    raise AssertionError("it is late")


def base(service: Running) -> str:
    return service.address.removesuffix("/graphql")


def printed_key(evidence: CommandLine) -> str:
    """As `evidence config` prints it."""
    key: str = evidence("config", "-o", "json").json["log"]["publicKey"]
    return key


def test_a_served_checkpoint_verifies_with_the_printed_key_also_after_a_kill(evidence: CommandLine) -> None:
    """`evidence config` prints the key; a service that is killed and started again continues the log it has signed."""
    heads: list[Checkpoint] = []
    for number in range(2):
        with serving(evidence, "serve", "--port", "0") as service:
            served = evidence.with_environment(EVIDENCE_URL=base(service))
            manifest = stories.datasets(f"dataset:a/b@{number}", f"dataset:a/c@{number}")
            told = served("register", "-f", served.write(manifest), "-o", "json")
            assert told.code == 0, told.err
            heads.append(signed_head(service, printed_key(evidence), told.json["position"] + 1))
            service.end(signal.SIGKILL)

    proof = evidence("ask", "consistency-proof", str(heads[0].size), str(heads[1].size), "-o", "json").json
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    assert [head.size for head in heads] == [3, 5]
    assert heads[0].origin == heads[1].origin
    verify_consistency(3, 5, hashes, heads[0].root, heads[1].root)


def test_two_services_of_one_store_serve_the_same_checkpoint(evidence: CommandLine) -> None:
    """One of them signs what was registered with either; when it is killed, the other goes on."""
    with serving(evidence, "serve", "--port", "0") as one, serving(evidence, "serve", "--port", "0") as other:
        key = printed_key(evidence)
        for number, service in enumerate((one, other, one)):
            asking = evidence.with_environment(EVIDENCE_URL=base(service))
            asking("register", "-f", asking.write(stories.datasets(f"dataset:a/b@{number}")))
            assert signed_head(one, key, number + 2) == signed_head(other, key, number + 2)
        one.end(signal.SIGKILL)
        asking = evidence.with_environment(EVIDENCE_URL=base(other))
        asking("register", "-f", asking.write(stories.datasets("dataset:a/b@3")))

        assert signed_head(other, key, 5).size == 5
        assert other.end() == 0


def test_the_command_line_signs_before_it_ends(evidence: CommandLine) -> None:
    """Without a service; an entry and its proof as text are all that an auditor needs beside the key."""
    evidence("register", "-f", evidence.write(stories.churn()))

    log = evidence("ask", "log", "-o", "json").json
    entry = evidence("ask", "entry", "3", "-o", "json").json
    text = evidence("ask", "inclusion-proof", "3", "-o", "tlog-proof").out
    key = parse_verifier_key(printed_key(evidence))

    assert verify_checkpoint(log["checkpoint"], [key]).size == log["size"] == 11
    assert verify_tlog_proof(parse_tlog_proof(text), entry["body"].encode(), [key]).size == 11
    assert leaf_hash(entry["body"].encode()).hex() == entry["leafHash"]


def test_every_view_of_the_log_is_for_people_too(evidence: CommandLine) -> None:
    """The same numbers in words."""
    evidence("register", "-f", evidence.write(stories.churn()))
    log = evidence("ask", "log", "-o", "json").json

    head, entry = evidence("ask", "log").out, evidence("ask", "entry", "1").out
    inclusion, consistency = evidence("ask", "inclusion-proof", "1").out, evidence("ask", "consistency-proof", "4").out
    config = evidence("config").out

    assert log["rootHash"] in head
    assert log["checkpoint"].rstrip() in head
    assert '"_type":"https://in-toto.io/Statement/v1"' in entry
    assert log["rootHash"] in inclusion
    assert log["rootHash"] in consistency
    assert log["publicKey"] in config
    assert "The private key is in evidence.db.key" in config


def test_a_position_or_size_out_of_range_ends_with_3(evidence: CommandLine) -> None:
    evidence("register", "-f", evidence.write(stories.datasets("dataset:a/b@1")))

    for arguments in (("entry", "2"), ("inclusion-proof", "1", "--size", "9"), ("consistency-proof", "2", "9")):
        told = evidence("ask", *arguments, "-o", "json")
        assert (told.code, told.json["errors"][0]["extensions"]["code"]) == (3, "BAD_USER_INPUT"), arguments
    assert evidence("ask", "inclusion-proof", "9", "-o", "tlog-proof").code == 3
    assert evidence("ask", "inclusion-proof", "1", "--size", "2", "-o", "tlog-proof").code == 2


def test_the_key_is_changed_while_the_log_is_served(evidence: CommandLine) -> None:
    """The service goes on with the new key, without a restart; the old one is kept."""
    with serving(evidence, "serve", "--port", "0") as service:
        before = printed_key(evidence)

        rotated = evidence("rotate-key", "-o", "json").json

        assert signed_head(service, rotated["publicKey"], 2).size == 2
        assert service.end() == 0
    assert rotated["before"] == before
    assert (evidence.folder / rotated["kept"]).is_file()
    assert printed_key(evidence) == rotated["publicKey"] != before


def test_no_key_is_changed_where_there_is_none(evidence: CommandLine) -> None:
    """And no store is made by trying."""
    told = evidence("rotate-key", "-o", "json")

    assert told.code == 1
    assert "EVIDENCE_SIGNING_KEY" in json.dumps(told.json)
    assert not (evidence.folder / "evidence.db").exists()
