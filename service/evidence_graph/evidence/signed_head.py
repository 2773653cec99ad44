"""The signed head: after every commit group, at most a second late, the head of the log becomes a C2SP checkpoint.

Nothing inconsistent with what this key has signed before is ever signed: the log must have every entry that the last signed head commits
to, proven from the hashes in the store (RFC 6962, section 2.1.2), or signing is refused until somebody has looked. The last signed head
lies beside the key (`last_signed.py`) and in the store; the file is fsynced before the checkpoint is published. Whoever refuses keeps the
lease, so that no other process signs what this one knows to be wrong.

Signing is not part of a commit: the store is looked at every fraction of a second, and one checkpoint covers all that was committed since.
"""

import asyncio
from contextlib import suppress
from logging import INFO, WARNING
from pathlib import Path

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import EvidenceError, KeyMissing, ProofFailed, RecordDamaged, StoreUnavailable
from evidence_graph.evidence.continuity import require_continued
from evidence_graph.evidence.key_file import key_in
from evidence_graph.evidence.last_signed import LastSigned, Signed
from evidence_graph.evidence.signing_lease import SigningLease
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.rows import SignedHeadPut
from evidence_graph.store.graph_store import GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.stored import SIGNED_HEAD, SIGNING, Signing

SECONDS_BETWEEN = 0.4  # looks at the store, and so checkpoints; a checkpoint is at most this and one transaction late
SECONDS_AFTER_REFUSAL = 1.5  # less than a lease lasts
SECONDS_TO_FINISH = 3.0
_log = structlog.get_logger("evidence_graph.signing")


class Problem(msgspec.Struct, frozen=True):
    """Why this process does not sign; `refused` when what the store holds contradicts what was signed."""

    reason: str
    refused: bool


class HeadSigner:
    """Signs the head of one store's log with the key in a file, when this process is the one to do it."""

    def __init__(self, store: GraphStore, key_file: Path, lease: SigningLease | None = None) -> None:
        self._store, self._key_file = store, key_file
        self._lease, self._last = lease or SigningLease(), LastSigned(key_file)
        self._running: asyncio.Task[None] | None = None
        self.problem: Problem | None = None

    def start(self) -> None:
        """Sign in the background, until `finish`."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    async def finish(self) -> None:
        """Sign what is not signed yet, and let another process go on."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_FINISH):
                await self._try(leaving=True)

    async def keep_up(self, *, leaving: bool = False) -> None:
        """As `sign`, and what prevents it is logged once and kept in `problem`; a store out of reach is tried again."""
        try:
            await self.sign(leaving=leaving)
        except StoreUnavailable:
            return
        except (RecordDamaged, ProofFailed) as error:
            self._report(Problem(str(error), refused=True))
        except KeyMissing as error:
            self._report(Problem(str(error), refused=False))
        else:
            self.problem = None

    async def sign(self, *, leaving: bool = False) -> None:
        """Sign and publish the head when it is not signed yet and this process may; `leaving` gives the lease up with it.

        Raises KeyMissing without the log's key, RecordDamaged or ProofFailed when the log does not continue what was signed before.
        """
        rows = await self._store.ask(SIGNING, NoParameters())
        if not rows:
            return
        last = self._last.read()
        if not _is_due(rows[0], last):
            if leaving and self._lease.is_mine(rows[0]):
                await self._store.write(self._leave)
        elif not self._key_file.exists():
            raise KeyMissing("The log's private key is not here.", "Another process has to sign, or nobody does.")
        elif self._lease.is_free(rows[0]) or _contradicts(last, rows[0]):
            refused = await self._store.write(lambda transaction: self._sign(transaction, leaving=leaving))
            if refused is not None:
                raise refused

    async def _run(self) -> None:
        while True:
            await self._try()
            await asyncio.sleep(SECONDS_AFTER_REFUSAL if self.problem else SECONDS_BETWEEN)

    async def _try(self, *, leaving: bool = False) -> None:
        """As `keep_up`, whatever goes wrong: signing goes on with the next look, and a service can end."""
        try:
            await self.keep_up(leaving=leaving)
        except EvidenceError as error:
            _log.warning("checkpoint.failed", reason=str(error))
        except Exception as error:
            _log.error("checkpoint.failed", exc_info=error)

    def _report(self, problem: Problem) -> None:
        if problem != self.problem and problem.refused:
            _log.error("checkpoint.refused", reason=problem.reason)
        elif problem != self.problem:  # where there is no key at all, somebody else signs
            _log.log(WARNING if self._key_file.exists() else INFO, "checkpoint.not_signed", reason=problem.reason)
        self.problem = problem

    async def _leave(self, transaction: Transaction) -> None:
        await transaction.lock_head()
        if self._lease.is_mine((await transaction.ask(SIGNING, NoParameters()))[0]):
            await transaction.put([self._lease.given_up()])

    async def _sign(self, transaction: Transaction, *, leaving: bool) -> EvidenceError | None:
        """In one transaction: nobody appends or signs meanwhile. What forbids signing is given back, so that the lease is kept."""
        head = await transaction.lock_head()
        assert head is not None, "the log has begun"
        free, key = self._lease.is_free((await transaction.ask(SIGNING, NoParameters()))[0]), self._key_of(head)
        with self._last.held():
            try:
                await self._require_consistent(transaction, head, key)
            except (RecordDamaged, ProofFailed) as refused:
                if free:
                    await transaction.put([self._lease.renewed()])
                return refused
            if not free:
                return None
            signed = self._signed(head, key)
        await transaction.put([SignedHeadPut(head.size, head.root, signed.document)])
        await transaction.put([self._lease.given_up() if leaving else self._lease.renewed()])
        return None

    def _key_of(self, head: Head) -> Ed25519PrivateKey:
        key = key_in(self._key_file)
        if key is None or VerifierKey.of(head.origin, key).text != head.key_text:
            raise KeyMissing(
                "The signing key is not the one that the log names.",
                "If a change of keys was interrupted, run `evidence rotate-key` again; else check EVIDENCE_SIGNING_KEY.",
            )
        return key

    async def _require_consistent(self, transaction: Transaction, head: Head, key: Ed25519PrivateKey) -> None:
        """Raises RecordDamaged or ProofFailed when the log has lost or changed what was signed."""
        public, last = VerifierKey.of(head.origin, key), self._last.read()
        bound = [last.head] if last is not None and last.binds(key, head.origin) else []
        for earlier in [*bound, *await _published(transaction, last, public)]:
            await require_continued(transaction, earlier, head)

    def _signed(self, head: Head, key: Ed25519PrivateKey) -> SignedNote:
        """The head's checkpoint, kept beside the key before anybody sees it."""
        last = self._last.read()
        signed = sign_checkpoint(Checkpoint(head.origin, head.size, bytes.fromhex(head.root)), key)
        if last is None or last.note != signed:
            self._last.write(signed)
        return signed


def _is_due(found: Signing, last: Signed | None) -> bool:
    """Whether there is something to sign, or to be alarmed about."""
    return (found.size, found.root) != (found.signed_size, found.signed_root) or _contradicts(last, found)


def _contradicts(last: Signed | None, found: Signing) -> bool:
    """Whether the last signed head, beside the key, is seen at once not to be one of this log."""
    return last is not None and (
        last.head.size > found.size or (last.head.size == found.size and last.head.root.hex() != found.root)
    )


async def _published(transaction: Transaction, last: Signed | None, public: VerifierKey) -> list[Checkpoint]:
    """The head in the store as far as this key signed it, perhaps on another machine."""
    for row in await transaction.ask(SIGNED_HEAD, NoParameters()):
        if last is None or row.note != last.note.document:
            try:
                return [verify_checkpoint(parse_note(row.note), [public])]
            except ProofFailed:
                _log.warning("checkpoint.foreign", size=row.size)
    return []
