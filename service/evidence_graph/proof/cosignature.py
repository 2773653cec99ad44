"""Cosignatures: a witness says when it saw a checkpoint, and that it continues every one of that log it saw before.

C2SP tlog-cosignature, Ed25519 (`cosignature/v1`). What is signed: the line `cosignature/v1`, the line `time <seconds since 1970>`, the text
of the checkpoint. The signature in the note: the time as 8 bytes, big-endian, then the 64 bytes of Ed25519.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.checkpoint import parse_checkpoint
from evidence_graph.proof.signed_note import NoteSignature, SignedNote
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, parse_verifier_key

TIME_BYTES = 8
MOST_WITNESSES = 20
LATEST = 2**63 - 1


@dataclass(frozen=True)
class Cosignature:
    """A verified cosignature: the witness's key, and when it says it saw the checkpoint (s since 1970-01-01 UTC)."""

    witness: VerifierKey
    time: int


def cosigned_message(text: str, time: int) -> bytes:
    """The bytes a witness signs: domain, time (s since 1970-01-01 UTC) and the checkpoint's text."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(text: str, name: str, key: Ed25519PrivateKey, time: int) -> NoteSignature:
    """The signature line of the witness `name` for a checkpoint's text at a time (s since 1970-01-01 UTC).

    The caller has checked the log's signature and consistency. Raises ProofFailed when the text is no checkpoint, InvalidInput for a
    time or name that cannot be.
    """
    parse_checkpoint(text)
    if not 0 <= time <= LATEST:
        raise InvalidInput(f"{time} is not a time of a cosignature.", "Give seconds since 1970, below 2^63.")
    public = VerifierKey.of(name, key, SignatureType.COSIGNATURE_V1)
    signature = key.sign(cosigned_message(text, time))
    return NoteSignature(name, public.key_id, time.to_bytes(TIME_BYTES, "big") + signature)


def verify_cosignatures(note: SignedNote, witnesses: Iterable[VerifierKey]) -> tuple[Cosignature, ...]:
    """The trusted witnesses that cosigned a checkpoint, each once, with the latest time it states; perhaps none.

    Signatures of others are ignored; how many are needed, and whether a time is believable, is the caller's to say. Raises
    ProofFailed when a signature that says it is a witness's is not, InvalidInput when keys are of another type or one key is given
    as two witnesses.
    """
    trusted = _witnesses(witnesses)
    found = [
        Cosignature(key, max(_time(note, key, signature) for signature in signatures))
        for key in trusted
        if (signatures := note.of(key))
    ]
    return tuple(found)


def parse_witness_keys(text: str) -> tuple[VerifierKey, ...]:
    """The witnesses that a text names, their verifier keys apart by white space; perhaps none.

    Raises InvalidInput for what is no key of a witness, one key given as two witnesses, or too many.
    """
    keys = _witnesses(map(parse_verifier_key, text.split()))
    if len(keys) > MOST_WITNESSES:
        raise InvalidInput(f"There are {len(keys)} witnesses.", f"Name at most {MOST_WITNESSES}.")
    return keys


def _witnesses(keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Each once. Raises InvalidInput for keys of another type, and for one key under two names."""
    trusted = tuple(dict.fromkeys(keys))
    if any(key.signature_type is not SignatureType.COSIGNATURE_V1 for key in trusted):
        raise InvalidInput("A key is not one of a witness.", "Give witness keys of signature type 4.")
    if len({key.public for key in trusted}) < len(trusted):  # the signed bytes do not name the witness
        raise InvalidInput("Two witnesses have the same key.", "Name each witness once: one key is one witness.")
    return trusted


def _time(note: SignedNote, key: VerifierKey, signature: bytes) -> int:
    """The time that one signature of a witness states, once it holds."""
    time = int.from_bytes(signature[:TIME_BYTES], "big")
    if time > LATEST or not key.signed(cosigned_message(note.text, time), signature[TIME_BYTES:]):
        raise ProofFailed(f"The cosignature of {key.name} was not made over this checkpoint.")
    return time
