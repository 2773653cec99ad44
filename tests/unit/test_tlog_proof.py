"""The text of a proof proves one entry's bytes to somebody who has nothing but the log's key."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint
from evidence_graph.proof.inclusion import inclusion_proof
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.tlog_proof import TlogProof, parse_tlog_proof, verify_tlog_proof
from evidence_graph.proof.verifier_key import VerifierKey
from tests.reference_merkle import ReferenceTree

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = VerifierKey.of("log.example", KEY)
ENTRIES = [b'{"entry":%d}' % n for n in range(21)]
TREE = ReferenceTree([leaf_hash(entry) for entry in ENTRIES])
HEAD = Checkpoint("log.example", 21, TREE.root(21))
CHECKPOINT = sign_checkpoint(HEAD, KEY).document


def proof_of(position: int) -> TlogProof:
    return TlogProof(position, tuple(inclusion_proof(position, 21, TREE.subtree)), CHECKPOINT)


def test_every_entry_is_proven_by_its_text() -> None:
    """From text or from the file's bytes."""
    for position, entry in enumerate(ENTRIES):
        text = proof_of(position).text

        assert parse_tlog_proof(text) == parse_tlog_proof(text.encode()) == proof_of(position)
        assert verify_tlog_proof(parse_tlog_proof(text), entry, [LOG]) == HEAD


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    """Its leaf is the root."""
    checkpoint = sign_checkpoint(Checkpoint("log.example", 1, leaf_hash(b"only")), KEY).document
    text = TlogProof(0, (), checkpoint).text

    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example\n1\n")
    verify_tlog_proof(parse_tlog_proof(text), b"only", [LOG])


def test_no_other_bytes_are_proven() -> None:
    """The leaf is hashed from what is presented: neither another entry, nor a leaf hash, nor an inner node."""
    left, right = TREE.leaves[6:8]
    for entry in (ENTRIES[6], ENTRIES[7] + b" ", b"", TREE.leaves[7], left + right):
        with pytest.raises(ProofFailed, match="does not lead to the root"):
            verify_tlog_proof(proof_of(7), entry, [LOG])


def test_no_changed_bit_is_accepted() -> None:
    """Every bit of the whole text, one after the other."""
    document = proof_of(7).text.encode()
    verify_tlog_proof(parse_tlog_proof(document), ENTRIES[7], [LOG])
    for place in range(len(document)):
        for bit in range(8):
            changed = document[:place] + bytes([document[place] ^ 1 << bit]) + document[place + 1 :]
            with pytest.raises(ProofFailed):
                verify_tlog_proof(parse_tlog_proof(changed), ENTRIES[7], [LOG])


def test_a_good_signature_and_a_good_path_do_not_help_each_other() -> None:
    """A signed head of another log, and a true path in a tree nobody signed."""
    other = sign_checkpoint(replace(HEAD, root=TREE.root(20), size=20), KEY).document
    forged = ReferenceTree([leaf_hash(b"forged"), *TREE.leaves[1:]])
    for proof in (
        replace(proof_of(0), checkpoint=other),
        TlogProof(0, tuple(inclusion_proof(0, 21, forged.subtree)), CHECKPOINT),
        replace(
            proof_of(0),
            checkpoint=sign_checkpoint(replace(HEAD, root=forged.root(21)), Ed25519PrivateKey.generate()).document,
        ),
    ):
        with pytest.raises(ProofFailed):
            verify_tlog_proof(proof, ENTRIES[0] if proof.checkpoint == other else b"forged", [LOG])


def test_what_is_extra_is_carried_and_believed_by_nobody() -> None:
    """It is not signed: the proof holds whatever it says."""
    proof = replace(proof_of(7), extra=b"\x00anything")

    assert parse_tlog_proof(proof.text) == proof
    assert verify_tlog_proof(proof, ENTRIES[7], [LOG]) == HEAD


HASH = proof_of(7).text.split("\n")[2]


@pytest.mark.parametrize(
    "document",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n",
        f"c2sp.org/tlog-proof@v1\n\n{CHECKPOINT}",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        f"c2sp.org/tlog-proof@v2\nindex 0\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 00\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex -1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex  1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nextra \nindex 1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nextra AA\nindex 1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nextra AAAA\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 1\nindex 1\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 1\n{HASH} \n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n{CHECKPOINT}",
        f"c2sp.org/tlog-proof@v1\nindex 1\n{HASH}{HASH}\n\n{CHECKPOINT}",
        "c2sp.org/tlog-proof@v1\nindex 1\n\ud800\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n\xff",
    ],
)
def test_the_form_is_exact(document: str | bytes) -> None:
    """What another reader might read otherwise is refused."""
    with pytest.raises(ProofFailed):
        parse_tlog_proof(document)


@given(st.text(max_size=80).map(lambda text: f"c2sp.org/tlog-proof@v1\n{text}") | st.binary(max_size=60))
def test_nothing_breaks_the_reader(document: str | bytes) -> None:
    """Whatever it is, it is refused as a proof, and by no other error."""
    with pytest.raises(ProofFailed):
        verify_tlog_proof(parse_tlog_proof(document), b"", [LOG])
