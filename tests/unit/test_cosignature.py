"""A witness vouches for one checkpoint at one time, and counts once."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from evidence_graph.proof.cosignature import LATEST, Cosignature, cosign, verify_cosignatures
from evidence_graph.proof.signed_note import NoteSignature, SignedNote, parse_note
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey

KEY, WITNESS, SECOND = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
HEAD = Checkpoint("log.example", 8, bytes(32))
LOG = VerifierKey.of("log.example", KEY)
W1 = VerifierKey.of("witness.example/w1", WITNESS, SignatureType.COSIGNATURE_V1)
W2 = VerifierKey.of("witness.example/w2", SECOND, SignatureType.COSIGNATURE_V1)
TIME = 1_790_000_000


def cosigned(*signatures: NoteSignature) -> SignedNote:
    """The checkpoint as it is passed on and read back."""
    return parse_note(sign_checkpoint(HEAD, KEY).signed_also_by(*signatures).document)


def test_a_witness_is_found_with_the_time_it_states() -> None:
    """And the checkpoint still verifies under the log's own key."""
    note = cosigned(cosign(HEAD.text, W1.name, WITNESS, TIME), cosign(HEAD.text, W2.name, SECOND, 0))

    assert verify_checkpoint(note, [LOG]) == HEAD
    assert verify_cosignatures(note, [W1, W2]) == (Cosignature(W1, TIME), Cosignature(W2, 0))
    assert verify_cosignatures(note, [W2]) == (Cosignature(W2, 0),)


def test_without_a_witness_there_is_nobody() -> None:
    """How many are needed is the caller's to say."""
    assert verify_cosignatures(cosigned(), [W1]) == ()
    assert verify_cosignatures(cosigned(cosign(HEAD.text, W2.name, SECOND, TIME)), [W1]) == ()


def test_a_witness_that_signed_again_counts_once_with_its_latest_time() -> None:
    """Whatever the order of the lines."""
    old, new = (cosign(HEAD.text, W1.name, WITNESS, time) for time in (TIME, TIME + 60))

    assert verify_cosignatures(cosigned(old, new), [W1]) == (Cosignature(W1, TIME + 60),)
    assert verify_cosignatures(cosigned(new, old), [W1, W1]) == (Cosignature(W1, TIME + 60),)


def test_one_key_is_one_witness() -> None:
    """The signed bytes do not name the witness, so two names would let one cosignature count twice."""
    alias = replace(W1, name="witness.example/w3")

    with pytest.raises(InvalidInput, match="same key"):
        verify_cosignatures(cosigned(cosign(HEAD.text, W1.name, WITNESS, TIME)), [W1, alias])


@pytest.mark.parametrize("place", range(72))
def test_no_changed_byte_of_a_cosignature_is_accepted(place: int) -> None:
    """Neither of the time nor of the signature."""
    line = cosign(HEAD.text, W1.name, WITNESS, TIME)
    changed = bytearray(line.signature)
    changed[place] ^= 1

    with pytest.raises(ProofFailed, match=r"witness\.example/w1"):
        verify_cosignatures(cosigned(replace(line, signature=bytes(changed))), [W1])


def test_a_cosignature_of_another_head_or_length_is_refused() -> None:
    """Also beside a good one."""
    good = cosign(HEAD.text, W1.name, WITNESS, TIME)
    other = cosign(replace(HEAD, size=9).text, W1.name, WITNESS, TIME)
    for bad in (other, replace(good, signature=good.signature[:-1]), replace(good, signature=good.signature[:8])):
        with pytest.raises(ProofFailed):
            verify_cosignatures(cosigned(good, bad), [W1])


def test_a_signature_of_the_log_s_kind_is_no_cosignature() -> None:
    """The key id tells them apart; a plain signature over the text under a witness's id does not hold."""
    plain = NoteSignature(W1.name, W1.key_id, WITNESS.sign(HEAD.text.encode()))

    with pytest.raises(ProofFailed):
        verify_cosignatures(cosigned(plain), [W1])
    with pytest.raises(InvalidInput, match="not one of a witness"):
        verify_cosignatures(cosigned(), [LOG])


def test_times_end_before_they_become_negative_elsewhere() -> None:
    """At most 2^63 - 1, when signing and when reading."""
    assert verify_cosignatures(cosigned(cosign(HEAD.text, W1.name, WITNESS, LATEST)), [W1])[0].time == 2**63 - 1
    for time in (-1, 2**63):
        with pytest.raises(InvalidInput):
            cosign(HEAD.text, W1.name, WITNESS, time)
    message = f"cosignature/v1\ntime {2**63}\n{HEAD.text}".encode()
    late = NoteSignature(W1.name, W1.key_id, (2**63).to_bytes(8, "big") + WITNESS.sign(message))
    with pytest.raises(ProofFailed):
        verify_cosignatures(cosigned(late), [W1])


def test_only_checkpoints_are_cosigned() -> None:
    """A witness is no machine for signing texts."""
    with pytest.raises(ProofFailed):
        cosign("anything else\n", W1.name, WITNESS, TIME)
