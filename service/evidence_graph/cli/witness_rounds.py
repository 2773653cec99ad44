"""One look of a witness at a log: what is new is checked, remembered, cosigned and handed in, in this order."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.cli.connection import connected
from evidence_graph.cli.failures import Failed
from evidence_graph.cli.witness_log import ServedHead, ServedLog, hand_in
from evidence_graph.errors import EvidenceError
from evidence_graph.evidence.witness_memory import Cosigned, WitnessMemory
from evidence_graph.evidence.witnessing import (
    Keys,
    keys_of_continued,
    keys_of_first_contact,
    require_known,
    unseen,
)
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint
from evidence_graph.proof.cosignature import cosign
from evidence_graph.proof.cosigned_note import parse_cosigned_note
from evidence_graph.proof.signed_note import NoteSignature, SignedNote, parse_note
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, parse_verifier_key
from evidence_graph.settings import Settings


class Seen(msgspec.Struct, frozen=True):
    """What one look found: the log's head and present key, the heads that were cosigned now, and what has to be said aloud."""

    head: Checkpoint
    key: VerifierKey
    cosigned: list[Checkpoint]
    trusted_on_first_use: bool
    key_changed: bool


@dataclass(frozen=True)
class Witness:
    """A witness under its name; `log_key` is the key of the log that its operator trusts, `settings.url` where the log is served.

    `warn` is told the key of a log that is trusted only because it was seen first, before anything is cosigned.
    """

    name: str
    key: Ed25519PrivateKey
    memory: WitnessMemory
    log_key: VerifierKey | None
    settings: Settings
    warn: Callable[[VerifierKey], None]

    @property
    def verifier_key(self) -> VerifierKey:
        """What others check its cosignatures with."""
        return VerifierKey.of(self.name, self.key, SignatureType.COSIGNATURE_V1)

    async def look(self) -> Seen:
        """Cosign what is new. Raises Failed, Forked and other ProofFailed, KeyMissing when it cannot be remembered."""
        async with connected(self.settings) as asked:
            found = await self._found(ServedLog(asked))
        if isinstance(found, EvidenceError):
            raise found
        return found

    async def _found(self, log: ServedLog) -> Seen | EvidenceError:
        """What is wrong with the log is given back: raised through `connected`, it would be taken for a fault of the connection."""
        try:
            return await self._seen(log)
        except EvidenceError as error:
            return error

    async def _seen(self, log: ServedLog) -> Seen:
        first = last = self.memory.read()
        if first is not None and self.log_key is not None:
            require_known(first, self.log_key)
        served = await log.head()
        if served.checkpoint is None:
            raise Failed("BACKEND_UNAVAILABLE", "No head of this log has been signed yet. Try again in a moment.")
        done, lost = list[Checkpoint](), self._lost(first, served)
        for note in _in_order(first, served, parse_note(served.checkpoint)):
            keys = await self._keys(log, last, note, served)
            if last is not None and lost:  # handed in once it is clear that this is still the log it was
                last, lost = await self._handed_in_again(last), False
            if last is None or note.text != last.note.text:
                last = await self._cosigned(note, keys)
                done.append(last.head)
        assert last is not None, "there is at least one head to look at"
        changed = first is not None and first.keys[-1] != last.keys[-1]
        return Seen(last.head, last.keys[-1], done, first is None and self.log_key is None, changed)

    async def _keys(self, log: ServedLog, last: Cosigned | None, note: SignedNote, served: ServedHead) -> Keys:
        """The keys of the log once it is clear that this checkpoint may be cosigned."""
        if last is not None:
            return await keys_of_continued(log, last, note)
        keys = await keys_of_first_contact(log, note, self.log_key or parse_verifier_key(served.public_key))
        if self.log_key is None:
            self.warn(keys[-1])
        return keys

    async def _cosigned(self, note: SignedNote, keys: Keys) -> Cosigned:
        """Cosign it; remembered on the disk before it leaves."""
        key, now = keys[-1], int(time.time())
        logs_line = NoteSignature(key.name, key.key_id, note.of(key)[0])
        line = cosign(note.text, self.name, self.key, now)
        found = Cosigned(SignedNote(note.text, (logs_line, line)), keys)
        self.memory.write(found)
        await hand_in(self.settings, found.note.document)
        return found

    async def _handed_in_again(self, last: Cosigned) -> Cosigned:
        """The very same line; a new one when that is not taken, such as one of a clock that was ahead."""
        try:
            await hand_in(self.settings, last.note.document)
        except Failed as failed:
            if failed.code != "BAD_USER_INPUT":
                raise
            return await self._cosigned(last.note, last.keys)
        return last

    def _lost(self, last: Cosigned | None, served: ServedHead) -> bool:
        """Whether the log has not got what was cosigned last: this process, or the post, did not get to its end."""
        if last is None or served.public_key != last.keys[-1].text:
            return False
        own, notes = (self.name, self.verifier_key.key_id), served.cosigned_checkpoints
        reached = [one.size for one in notes if own in parse_cosigned_note(one.checkpoint).witnesses]
        return max(reached, default=0) < last.head.size


def _in_order(last: Cosigned | None, served: ServedHead, newest: SignedNote) -> list[SignedNote]:
    """What to look at, smallest first: what other witnesses have cosigned meanwhile, and the log's newest head."""
    if last is None:
        return [newest]
    others = unseen(last, [parse_note(one.checkpoint) for one in served.cosigned_checkpoints])
    notes = {note.text: note for note in (*others, newest)}
    return sorted(notes.values(), key=lambda note: parse_checkpoint(note.text).size)
