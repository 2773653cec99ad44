"""The recorder: gets commands on record, many in one transaction, each for itself and in the order they came.

Writes that arrive while a transaction runs share the next one (group commit). One transaction locks the head of the log, loads what
its commands speak of, decides them one after the other, and stores entries, graph and head together. A transaction whose commit is unknown
is run again: a command finds its own entries and gives the answer of the first time.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence

import msgspec

from evidence_graph.errors import EvidenceError, InvalidInput, OutcomeUnknown, StoreUnavailable
from evidence_graph.evidence.clock import Clock
from evidence_graph.evidence.commands import Command, Fault, Item, Outcome, Receipt, Retraction
from evidence_graph.evidence.decide import decide
from evidence_graph.evidence.decision import UNCHANGED, Rejection
from evidence_graph.evidence.log import Tree, next_instant
from evidence_graph.evidence.repetition import (
    COMMANDS,
    CommandsOf,
    RecordedItem,
    first_answer,
    recorded_item,
    sealed_as_before,
)
from evidence_graph.evidence.seals import command_digest, sealed_items
from evidence_graph.evidence.state import State
from evidence_graph.evidence.stored_state import load_state
from evidence_graph.record.entry import Entry
from evidence_graph.record.project import Opened, project, with_names
from evidence_graph.record.rows import Row, in_batches
from evidence_graph.store.formats import refuse_newer_format
from evidence_graph.store.graph_store import GraphStore, Transaction

MOST_COMMANDS, MOST_ITEMS = 256, 20_000  # in one transaction
MOST_WAITING = 4_096
TRIES_AFTER_UNKNOWN = 3


class _Waiting:
    """A command on its way, and who waits for its receipt."""

    def __init__(self, command: Command, answer: "asyncio.Future[Receipt]") -> None:
        self.command, self.answer = command, answer
        self.id = command.key if command.key is not None else f"~{secrets.token_hex(16)}"


class Recorder:
    """Records commands through one store under one clock. `salt` makes the 32 random bytes of a seal."""

    def __init__(
        self, store: GraphStore, clock: Clock, salt: Callable[[], bytes] = lambda: secrets.token_bytes(32)
    ) -> None:
        self._store, self._clock, self._salt = store, clock, salt
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def record(self, command: Command) -> Receipt:
        """Get a command on record, whole or not at all; refusals are in the receipt.

        Raises StoreUnavailable when nothing was recorded, OutcomeUnknown when nobody knows, ClockRefused.
        """
        if command.key is not None and (not command.key or len(command.key) > 255 or command.key.startswith("~")):
            raise InvalidInput("idempotencyKey is empty, longer than 255 characters or begins with ~.", "Use a UUID.")
        if len(self._waiting) >= MOST_WAITING:
            raise StoreUnavailable("Too many writes are waiting.")
        waiting = _Waiting(command, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._run())
        return await waiting.answer

    async def _run(self) -> None:
        """Take what waits, group by group, until nothing does."""
        while self._waiting:
            group = self._next_group()
            try:
                await self._record_group(group)
            except EvidenceError as error:
                _fail(group, error)
            except Exception as error:
                _fail(group, error)
            except BaseException:
                _fail([*group, *self._waiting], StoreUnavailable("The service is stopping."))
                raise

    def _next_group(self) -> list[_Waiting]:
        """The commands that share the next transaction, in the order they came.

        A retraction is the last of its group: what reaches what is read once, and would still know the relations it ends.
        """
        size = items = 0
        for waiting in self._waiting[:MOST_COMMANDS]:
            items += len(waiting.command.items)
            if size and items > MOST_ITEMS:
                break
            size += 1
            if any(isinstance(item, Retraction) for item in waiting.command.items):
                break
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        return group

    async def _record_group(self, group: Sequence[_Waiting]) -> None:
        for attempt in range(TRIES_AFTER_UNKNOWN):
            try:
                receipts = await self._store.write(
                    lambda transaction: _Group(self._clock, self._salt, transaction).record(group)
                )
            except OutcomeUnknown:
                if attempt + 1 == TRIES_AFTER_UNKNOWN:
                    raise
                continue
            for waiting, receipt in zip(group, receipts, strict=True):
                _settle(waiting, receipt)
            return


def _settle(waiting: _Waiting, receipt: Receipt | Exception) -> None:
    if waiting.answer.done():
        return
    if isinstance(receipt, Exception):
        waiting.answer.set_exception(receipt)
    else:
        waiting.answer.set_result(receipt)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        own = OutcomeUnknown(waiting.command.key) if isinstance(error, OutcomeUnknown) else error
        _settle(waiting, own)


class _Group:
    """One transaction's work."""

    def __init__(self, clock: Clock, salt: Callable[[], bytes], transaction: Transaction) -> None:
        self.clock, self.salt, self.transaction = clock, salt, transaction
        self.rows: list[Row] = []
        self.state = State()

    async def record(self, group: Sequence[_Waiting]) -> list[Receipt | Exception]:
        """The receipt of each command, in order; one that fails by a defect fails alone."""
        head = await self.transaction.lock_head()
        assert head is not None, "the log begins before commands are taken"
        refuse_newer_format(
            [head]
        )  # a part of a log, restored into the store meanwhile, must not be taken for the whole
        self.tree = Tree(head)
        self.recorded_at = next_instant(self.clock, head)
        self.earlier = await self._earlier(group)
        self.state = await load_state(self.transaction, [waiting.command for waiting in group], head.position)
        receipts = [self._attempt(waiting) for waiting in group]
        if self.rows:
            await self._store()
        return receipts

    async def _earlier(self, group: Sequence[_Waiting]) -> dict[tuple[str, str], list[RecordedItem]]:
        found: dict[tuple[str, str], list[RecordedItem]] = {}
        for actor in sorted({waiting.command.actor for waiting in group}):
            ids = [waiting.id for waiting in group if waiting.command.actor == actor]
            for row in await self.transaction.ask(COMMANDS, CommandsOf(actor, ids)):
                found.setdefault((actor, row.command), []).append(row)
        return found

    async def _store(self) -> None:
        for batch in in_batches([*with_names(self.rows), *self.tree.grown(self.recorded_at)]):
            await self.transaction.put(batch)

    def _attempt(self, waiting: _Waiting) -> Receipt | Exception:
        try:
            return self._decide(waiting)
        except Exception as error:
            return error

    def _decide(self, waiting: _Waiting) -> Receipt:
        command = waiting.command
        before = self.earlier.get((command.actor, waiting.id))
        if before and not command.faults:
            return self._repeated(command, before)
        items = sealed_items(command, self.state, self.salt)
        digest = command_digest(items, command.source)
        attempt = _Attempt(self, waiting, digest)
        for item in items:
            attempt.decide(item)
        return attempt.finish()

    def _repeated(self, command: Command, before: Sequence[RecordedItem]) -> Receipt:
        """Same key: the first answer again for the same body, a conflict for another."""
        items = sealed_as_before(command, before, self.state)
        if command_digest(items, command.source) != before[0].command_digest:
            fault = Fault(
                Fault.CONFLICT,
                f"idempotencyKey {command.key!r} was used for another command.",
                "idempotencyKey",
                "Use a new key for a new command.",
                "idempotencyKey",
            )
            return Receipt((), None, (fault,))
        return first_answer(items, before, self.state)


class _Attempt:
    """One command being decided on a layer of its own."""

    def __init__(self, group: _Group, waiting: _Waiting, digest: str) -> None:
        self.group, self.command, self.id, self.digest = group, waiting.command, waiting.id, digest
        self.layer = group.state.layer()
        self.entries: list[Entry] = []
        self.rows: list[Row] = []
        self.outcomes: list[Outcome] = []
        self.faults = list(waiting.command.faults)

    def decide(self, item: Item) -> None:
        try:
            accepted = decide(item, self.layer)
        except Rejection as refused:
            self.faults.append(refused.fault(item))
            return
        if accepted.event is None:
            self.outcomes.append(Outcome(item.path, item.subject, UNCHANGED, accepted.position))
            return
        position = self.group.tree.size + len(self.entries)
        entry = Entry(
            event=accepted.event,
            recorded_at=self.group.recorded_at,
            clock=self.group.clock.kind,
            actor=self.command.actor,
            via=self.command.via,
            command=self.id,
            command_digest=self.digest,
            item=item.path,
            outcome=accepted.outcome,
            source=self.command.source,
        )
        opened: Opened = {sealed.commitment: sealed for sealed in item.sealed.values()}
        for row in project(entry, position, opened):
            self.layer.apply(row)
            self.rows.append(row)
        self.entries.append(entry)
        self.outcomes.append(Outcome(item.path, item.subject, accepted.outcome, position))

    def finish(self) -> Receipt:
        """Keep all of it or nothing."""
        if self.faults:
            refused = {fault.path: Outcome(fault.path, fault.urn, fault.code, None) for fault in reversed(self.faults)}
            return Receipt(tuple(reversed(refused.values())), None, tuple(self.faults))
        if self.command.dry_run:
            planned = tuple(msgspec.structs.replace(outcome, position=None) for outcome in self.outcomes)
            return Receipt(planned, None)
        stored = [self.group.tree.add(entry) for entry in self.entries]
        self.group.rows += [*stored, *self.rows]
        if stored:  # the same key again in this very group
            self.group.earlier[self.command.actor, self.id] = [recorded_item(row) for row in stored]
        self.group.state.keep(self.layer)
        return Receipt(tuple(self.outcomes), self.group.tree.size - 1)
