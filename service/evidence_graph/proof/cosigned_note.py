"""Checkpoints under the lines of several witnesses: put together as the lines come in, and which of them are worth keeping.

Witnesses look at a growing log at different times, so newer checkpoints may have fewer lines than older ones. Kept are, for every number
of witnesses, the newest checkpoint that has so many, and the newest of every single witness: at most two for each witness.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint
from evidence_graph.proof.cosignature import TIME_BYTES
from evidence_graph.proof.signed_note import NoteSignature, SignedNote, parse_note
from evidence_graph.proof.verifier_key import VerifierKey

Witness = tuple[str, bytes]  # name and key id


@dataclass(frozen=True)
class CosignedNote:
    """A checkpoint with the log's own line and those of witnesses, each witness once and in the order of their names; none checked here."""

    head: Checkpoint
    log_line: NoteSignature
    witness_lines: tuple[NoteSignature, ...] = ()

    @property
    def note(self) -> SignedNote:
        """The note as it is passed on: the log's line first."""
        return SignedNote(self.head.text, (self.log_line, *self.witness_lines))

    @property
    def witnesses(self) -> frozenset[Witness]:
        """Who has cosigned it."""
        return frozenset((line.name, line.key_id) for line in self.witness_lines)

    def is_signed_by(self, log: VerifierKey) -> bool:
        """Whether the log's line is this key's and holds."""
        own = (self.log_line.name, self.log_line.key_id) == (log.name, log.key_id)
        return own and log.signed(self.head.text.encode(), self.log_line.signature)

    def signed_also_by(self, lines: Iterable[NoteSignature]) -> "CosignedNote":
        """With further lines of witnesses. Of two lines of one witness the earlier time stays: it says more about when entries existed."""
        found: dict[Witness, NoteSignature] = {}
        for line in sorted((*self.witness_lines, *lines), key=_time, reverse=True):
            found[line.name, line.key_id] = line
        return replace(self, witness_lines=tuple(found[who] for who in sorted(found)))


def parse_cosigned_note(document: str) -> CosignedNote:
    """The note that `CosignedNote.note` passed on. Raises ProofFailed."""
    note = parse_note(document)
    first, *others = note.signatures
    if any(len(line.signature) <= TIME_BYTES for line in others):
        raise ProofFailed("A line of a cosigned checkpoint holds no cosignature.")
    return CosignedNote(parse_checkpoint(note.text), first, tuple(others))


def worth_keeping(notes: Iterable[CosignedNote]) -> list[CosignedNote]:
    """The notes of one log that say something newer ones do not, the newest first; at most two for each witness among them."""
    kept: list[CosignedNote] = []
    most, seen = 0, frozenset[Witness]()
    for one in sorted(notes, key=lambda note: note.head.size, reverse=True):
        if len(one.witnesses) > most or not one.witnesses <= seen:
            kept.append(one)
        most, seen = max(most, len(one.witnesses)), seen | one.witnesses
    return kept


def _time(line: NoteSignature) -> int:
    """When a witness says it saw the checkpoint (s since 1970-01-01 UTC)."""
    return int.from_bytes(line.signature[:TIME_BYTES], "big")
