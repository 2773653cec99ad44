"""One entry's whole proof as a text that needs nothing else but a trusted key: position, inclusion proof, signed checkpoint.

C2SP tlog-proof. Lines: `c2sp.org/tlog-proof@v1`; perhaps `extra <base64>`, which nothing authenticates; `index <position>`; one base64
hash a line, the leaf's sibling first; an empty line; the checkpoint as it was signed. The file's extension is `.tlog-proof`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.checkpoint import Checkpoint, parse_number, verify_checkpoint
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.signed_note import text_of
from evidence_graph.proof.strict_base64 import decode, encode
from evidence_graph.proof.subtrees import require_hash
from evidence_graph.proof.verifier_key import VerifierKey

FORM = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class TlogProof:
    """A proof as it is passed on: nothing in it is verified. `checkpoint` is the whole signed note; `extra` is anybody's word."""

    position: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The file's text."""
        extra = [f"extra {encode(self.extra)}"] if self.extra else []
        lines = [FORM, *extra, f"index {self.position}", *map(encode, self.hashes), ""]
        return "".join(f"{line}\n" for line in lines) + self.checkpoint


def parse_tlog_proof(document: str | bytes) -> TlogProof:
    """The parts of a proof's text, nothing verified. Raises ProofFailed naming the part whose form is not exact."""
    head, blank, checkpoint = text_of(document, "The proof").partition("\n\n")
    form, *lines = head.split("\n")
    if form != FORM or not blank or not checkpoint:
        raise ProofFailed(f"The text is no proof of the form {FORM} with a checkpoint after a blank line.")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = decode(lines.pop(0).removeprefix("extra "), "The extra line of the proof")
        if not extra:
            raise ProofFailed("The extra line of the proof is empty.")
    if not lines or not lines[0].startswith("index "):
        raise ProofFailed("The proof has no index line.")
    position = parse_number(lines.pop(0).removeprefix("index "), "The index of the proof")
    return TlogProof(position, tuple(_hash(line, n) for n, line in enumerate(lines, 1)), checkpoint, extra)


def verify_tlog_proof(proof: TlogProof, entry: bytes, trusted: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint under which exactly these bytes are the entry at the proof's position. Raises ProofFailed.

    The leaf is hashed here from the bytes presented, never taken from the proof; so is the root from the checkpoint a trusted key signed.
    """
    head = verify_checkpoint(proof.checkpoint, trusted)
    verify_inclusion(leaf_hash(entry), proof.position, head.size, proof.hashes, head.root)
    return head


def _hash(line: str, number: int) -> bytes:
    value = decode(line, f"Hash {number} of the proof")
    require_hash(value, f"Hash {number} of the proof")
    return value
