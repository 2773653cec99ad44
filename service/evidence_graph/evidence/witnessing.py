"""What a witness demands of a log before it cosigns: the log's own signature, and that nothing it has cosigned was lost or changed.

A checkpoint is cosigned when the log's present key signed it, and when it continues the head that was cosigned last, proven from that
head's own root (RFC 6962, section 2.1.2). A changed key counts only through entries of the log, each signed by the key before it and
proven to be in the very tree that the new key signs. A log that goes on under a new origin is another log.

Two checkpoints that the log signed and that contradict each other are a fork: proof for anybody, so they are handed on together.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from evidence_graph.errors import InvalidInput, ProofFailed, RecordDamaged
from evidence_graph.evidence.witness_memory import Cosigned
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.signed_note import SignedNote
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.events import LogKeyChanged
from evidence_graph.record.log_keys import changed_key

Keys = tuple[VerifierKey, ...]


class KeyChange(msgspec.Struct, frozen=True):
    """An entry that may change the log's key: its position, and its bytes as text."""

    position: int
    body: str


class WatchedLog(Protocol):
    """What a log is asked for; nothing it answers is believed."""

    async def key_changes(self, after: int) -> list[KeyChange]:
        """The next entries that change the key, behind a position; none when there are no more."""

    async def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof of one entry in the tree of a size. Raises ProofFailed when the log has none to give."""

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof between two sizes. Raises ProofFailed when the log has none to give."""


class Forked(ProofFailed):
    """The log signed both checkpoints, and one is not the continuation of the other; nothing is cosigned any more."""

    def __init__(self, cosigned: Cosigned, served: SignedNote, why: str) -> None:
        self.cosigned, self.served, self.why = cosigned, served, why
        super().__init__(f"The log contradicts what this witness has cosigned: {why}")


async def keys_of_first_contact(log: WatchedLog, note: SignedNote, trusted: VerifierKey) -> Keys:
    """The keys from a trusted one to the one that signed a log's checkpoint. Raises ProofFailed when none of them did."""
    keys = await _followed(log, (trusted,), note, after=-1)
    verify_checkpoint(note, keys[-1:])
    return keys


async def keys_of_continued(log: WatchedLog, last: Cosigned, note: SignedNote) -> Keys:
    """The log's keys up to the one that signed a checkpoint which continues the one cosigned last, or is it.

    Raises Forked when the log signed both and they contradict each other, ProofFailed for another log or a checkpoint it did not sign.
    """
    head = parse_checkpoint(note.text)
    if head.origin != last.head.origin:
        raise ProofFailed(
            f"This is another log, {head.origin[:80]}; this witness watches {last.head.origin}.",
            "If its operator has begun a new log, watch that one with another --key-file, and keep this one.",
        )
    keys = await _followed(log, last.keys, note, after=last.head.size - 1)
    _require_signed(note, keys, last)
    await _require_continued(log, last, note, head)
    return keys


async def _followed(log: WatchedLog, keys: Keys, note: SignedNote, after: int) -> Keys:
    """The keys, and those that follow in the log as far as the checkpoint reaches; none when the present key signed it."""
    head = parse_checkpoint(note.text)
    while not _is_signed(note, keys[-1]):
        changes = [one for one in await log.key_changes(after) if after < one.position < head.size]
        if not changes:
            break
        for change in changes:
            keys = await _with(log, keys, change, head)
        after = changes[-1].position
    return keys


async def _with(log: WatchedLog, keys: Keys, change: KeyChange, head: Checkpoint) -> Keys:
    """The keys with the one that this entry names, when the present key has signed the entry; it must be in the tree of the head."""
    key = _vouched(change, keys[-1])
    if key is None:
        return keys
    hashes = await log.inclusion(change.position, head.size)
    verify_inclusion(leaf_hash(change.body.encode()), change.position, head.size, hashes, head.root)
    return (*keys, key)


def _vouched(change: KeyChange, present: VerifierKey) -> VerifierKey | None:
    """The key that the present one vouches for; None for an entry that somebody else signed, which says nothing to us."""
    try:
        event = decode_entry(change.body.encode()).event
        if isinstance(event, LogKeyChanged):  # the others name a key that nobody before it has signed
            return changed_key(event, present)
    except (ProofFailed, RecordDamaged):
        pass
    return None


def _is_signed(note: SignedNote, key: VerifierKey) -> bool:
    return any(key.signed(note.text.encode(), one) for one in note.of(key))


def _require_signed(note: SignedNote, keys: Keys, last: Cosigned) -> None:
    """By the present key; a key that was replaced has nothing new to say."""
    if _is_signed(note, keys[-1]):
        return
    if any(_is_signed(note, key) for key in keys) and note.text != last.note.text:
        raise Forked(last, note, "it is signed by a key that the log has replaced.")
    verify_checkpoint(note, keys[-1:])


async def _require_continued(log: WatchedLog, last: Cosigned, note: SignedNote, head: Checkpoint) -> None:
    before = last.head
    if head.size < before.size:
        raise Forked(last, note, f"it has {head.size:,} entries, and had {before.size:,}: entries were lost.")
    if head.size == before.size and head.root != before.root:
        raise Forked(last, note, f"its {head.size:,} entries are not the ones they were.")
    if head.size == before.size:
        return
    try:
        proof = await log.consistency(before.size, head.size)
        verify_consistency(before.size, head.size, proof, before.root, head.root)
    except ProofFailed as error:
        raise Forked(
            last, note, f"it cannot prove that its first {before.size:,} entries are still what they were."
        ) from error


def require_known(last: Cosigned, stated: VerifierKey) -> None:
    """A key that the operator of the witness states anew must be one the log has had since. Raises InvalidInput."""
    if stated not in last.keys:
        raise InvalidInput(
            f"This witness began with the log's key {last.keys[0].text}, and --log-key is none it has had since.",
            "Leave --log-key out, or watch the other log with another --key-file.",
        )


def unseen(last: Cosigned, cosigned_by_others: Sequence[SignedNote]) -> list[SignedNote]:
    """Checkpoints that others have cosigned and this witness has not reached yet, oldest first.

    Cosigned in this order before the newest head, they get the lines of all witnesses, however differently those look.
    """
    ahead = {parse_checkpoint(one.text).size: one for one in cosigned_by_others}
    return [ahead[size] for size in sorted(ahead) if size > last.head.size]
