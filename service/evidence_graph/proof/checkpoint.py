"""Checkpoints: the head of a log at one size as a signed note.

C2SP tlog-checkpoint. The text is at least three lines, none empty: the origin (which log), the size in decimal, the root hash in base64;
what follows are extension lines, which nobody audits and we do not write. The origin is the name of the key that signs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.merkle import root_hash
from evidence_graph.proof.signed_note import SignedNote, parse_note, sign_note, verify_note
from evidence_graph.proof.strict_base64 import decode, encode
from evidence_graph.proof.subtrees import LARGEST_SIZE, require_hash
from evidence_graph.proof.verifier_key import VerifierKey

EMPTY_ROOT = root_hash(())
_DECIMAL = re.compile("0|[1-9][0-9]{0,19}")


@dataclass(frozen=True)
class Checkpoint:
    """The head of one log: origin, size, root hash (32 bytes), and extension lines if somebody wrote any."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed, final newline included."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), encode(self.root), *self.extensions))


def parse_checkpoint(text: str) -> Checkpoint:
    """The head that the text of a note states. Raises ProofFailed naming the line when the form is not exact.

    Its `text` is the very text given, so nothing that was signed is lost in reading.
    """
    if not text.endswith("\n"):
        raise ProofFailed("The checkpoint does not end with a newline.")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise ProofFailed("The checkpoint has fewer than three lines, or an empty one.")
    origin, size, root, *extensions = lines
    head = Checkpoint(
        origin,
        parse_number(size, "The size of the checkpoint"),
        decode(root, "The root of the checkpoint"),
        tuple(extensions),
    )
    require_hash(head.root, "The root of the checkpoint")
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise ProofFailed("The checkpoint gives an empty log the root of another.")
    return head


def sign_checkpoint(head: Checkpoint, key: Ed25519PrivateKey) -> SignedNote:
    """The head under the log's own signature. Raises InvalidInput when the origin cannot be the name of a key.

    The caller has made sure that nothing inconsistent with this head was ever signed.
    """
    return sign_note(parse_checkpoint(head.text).text, head.origin, key)


def verify_checkpoint(note: SignedNote | str | bytes, trusted: Iterable[VerifierKey]) -> Checkpoint:
    """The head that a trusted key of the very log it names has signed. Raises ProofFailed.

    A good signature under another origin's name is refused: a key speaks for its own log only.
    """
    signed = note if isinstance(note, SignedNote) else parse_note(note)
    signers = verify_note(signed, trusted)
    head = parse_checkpoint(signed.text)
    if head.origin not in {key.name for key in signers}:
        raise ProofFailed(
            f"The checkpoint of {head.origin[:80]} is signed by {signers[0].name} only, a key of another log."
        )
    return head


def parse_number(text: str, what: str) -> int:
    """A size or position: ASCII decimal without leading zeros, at most 2^64 - 1. Raises ProofFailed naming `what`."""
    if not _DECIMAL.fullmatch(text) or int(text) > LARGEST_SIZE:
        raise ProofFailed(f"{what} is not a whole number below 2^64 without leading zeros.")
    return int(text)
