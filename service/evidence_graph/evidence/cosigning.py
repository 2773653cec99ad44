"""Taking in cosignatures: a witness of this log has checked one of its checkpoints and signed it.

The signature is the authorisation: nothing is looked up, and the head is not locked, before a witness that the operator named has proven to
have signed this very text. Kept are only heads that this log has signed and that its tree still begins with, so that a
witness who saw another history is told so, and the log with it.
"""

from collections.abc import Sequence

import structlog

from evidence_graph.errors import (
    HeadContradicted,
    NotRecorded,
    ProofFailed,
    RecordDamaged,
    StoreUnavailable,
    WitnessUnknown,
)
from evidence_graph.evidence.continuity import require_continued
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from evidence_graph.proof.cosignature import verify_cosignatures
from evidence_graph.proof.cosigned_note import CosignedNote, parse_cosigned_note, worth_keeping
from evidence_graph.proof.signed_note import NoteSignature, SignedNote
from evidence_graph.proof.verifier_key import VerifierKey, parse_verifier_key
from evidence_graph.record.rows import CosignedHeadDropped, CosignedHeadPut
from evidence_graph.store.graph_store import GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.stored import COSIGNED_HEADS, CosignedHead

SECONDS_AHEAD = 300  # a witness's clock may be ahead of ours by so much
_log = structlog.get_logger("evidence_graph.witness")


async def keep_cosignatures(
    store: GraphStore, note: SignedNote, witnesses: Sequence[VerifierKey], now: int
) -> CosignedNote:
    """The checkpoint with these cosignatures and all it had before; repeating it changes nothing. `now` is in s since 1970-01-01 UTC.

    Raises ProofFailed for what is no checkpoint, or a signature that does not hold, WitnessUnknown when no witness of ours has signed,
    NotRecorded for another log's checkpoint, HeadContradicted when this log signed it and is not its continuation any more.
    """
    head, lines = parse_checkpoint(note.text), _lines_of(note, witnesses, now)
    return await store.write(lambda transaction: _keep(transaction, note, head, lines))


def _lines_of(note: SignedNote, witnesses: Sequence[VerifierKey], now: int) -> list[NoteSignature]:
    """The lines of our witnesses, verified."""
    found = verify_cosignatures(note, witnesses)
    if not found:
        raise WitnessUnknown()
    if any(one.time > now + SECONDS_AHEAD for one in found):
        raise ProofFailed("The cosignature states a time in the future.", "Set the witness's clock, then cosign again.")
    ours = {(one.witness.name, one.witness.key_id) for one in found}
    return [line for line in note.signatures if (line.name, line.key_id) in ours]


async def _keep(
    transaction: Transaction, note: SignedNote, stated: Checkpoint, lines: Sequence[NoteSignature]
) -> CosignedNote:
    """In one transaction, so that of two witnesses at once both lines are kept."""
    head = await transaction.lock_head()
    if head is None:
        raise StoreUnavailable("The log has not begun yet.")
    new = CosignedNote(stated, _logs_line(note, stated, head))
    await _require_own(transaction, stated, head)
    rows = await transaction.ask(COSIGNED_HEADS, NoParameters())
    before = [one for row in rows if (one := _of_this_log(row, head)) is not None]
    same = next((one for one in before if one.head == new.head and one.log_line == new.log_line), new)
    merged = same.signed_also_by(lines)
    others = [one for one in before if one.head.size != stated.size]
    await _replace(transaction, before, worth_keeping([merged, *others]))
    return merged


def _logs_line(note: SignedNote, stated: Checkpoint, head: Head) -> NoteSignature:
    """The log's own signature under the checkpoint, by the key that signs now."""
    if stated.origin != head.origin:
        raise NotRecorded(
            f"This is a checkpoint of {stated.origin[:80]}, and this log is {head.origin}.", "Send it there."
        )
    key = parse_verifier_key(head.key_text)
    verify_checkpoint(note, [key])
    return NoteSignature(key.name, key.key_id, note.of(key)[0])


async def _require_own(transaction: Transaction, stated: Checkpoint, head: Head) -> None:
    """The log signed it, so it must have every entry that it commits to."""
    try:
        await require_continued(transaction, stated, head)
    except (RecordDamaged, ProofFailed) as error:
        _log.error("cosignature.contradicts", size=stated.size, root=stated.root.hex(), reason=str(error))
        raise HeadContradicted(stated.size) from error


def _of_this_log(row: CosignedHead, head: Head) -> CosignedNote | None:
    """None for what is no checkpoint of this log as it is: that stays where it is, for an audit to find."""
    try:
        found = parse_cosigned_note(row.note)
    except ProofFailed:
        return None
    return found if found.head.origin == head.origin and found.head.size == row.size <= head.size else None


async def _replace(transaction: Transaction, before: Sequence[CosignedNote], kept: Sequence[CosignedNote]) -> None:
    """Write what changed, and only that."""
    sizes = {one.head.size for one in kept}
    gone = [CosignedHeadDropped(one.head.size) for one in before if one.head.size not in sizes]
    new = [_row(one) for one in kept if one not in before]
    for rows in (gone, new):
        if rows:
            await transaction.put(rows)


def _row(one: CosignedNote) -> CosignedHeadPut:
    return CosignedHeadPut(one.head.size, one.head.root.hex(), one.note.document)
