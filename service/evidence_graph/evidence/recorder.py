"""The recorder: gets commands on record, many in one transaction, each for itself and in the order they came.

Writes that arrive while a transaction runs share the next one (group commit). One transaction locks the head of the log, loads what
its commands speak of, decides them one after the other, and stores entries, graph and head together. A transaction whose commit is unknown
is run again until that is known: a command finds its own entries and gives the answer of the first time.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence

import msgspec

from evidence_graph.errors import EvidenceError, InvalidInput, OutcomeUnknown, StoreUnavailable
from evidence_graph.evidence.clock import Clock
from evidence_graph.evidence.command_queue import CommandQueue, WaitingCommand
from evidence_graph.evidence.commands import Command, Fault, Item, Outcome, Receipt
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
from evidence_graph.evidence.seals import command_digest, left_out, sealed_items
from evidence_graph.evidence.state import State
from evidence_graph.evidence.stored_state import load_state
from evidence_graph.record.entry import Entry
from evidence_graph.record.events import Erased
from evidence_graph.record.project import Opened, project, with_names
from evidence_graph.record.rows import Row, in_batches
from evidence_graph.store.formats import refuse_newer_format
from evidence_graph.store.graph_store import GraphStore, Transaction

SECONDS_TO_FIND_OUT = 20.0  # whether an unconfirmed commit was one, for as long as somebody waits to hear it
SECONDS_BETWEEN_TRIES = 0.2


class Recorder:
    """Records commands through one store under one clock. `salt` makes the 32 random bytes of a seal."""

    def __init__(
        self, store: GraphStore, clock: Clock, salt: Callable[[], bytes] = lambda: secrets.token_bytes(32)
    ) -> None:
        self._store, self._clock, self._salt = store, clock, salt
        self._queue = CommandQueue()
        self._running: asyncio.Task[None] | None = None

    async def record(self, command: Command, until: float | None = None) -> Receipt:
        """Get a command on record, whole or not at all; refusals are in the receipt. Ends at `until`, by the clock of the event loop.

        Raises StoreUnavailable when nothing was recorded, OutcomeUnknown when nobody knows, ClockRefused.
        """
        if command.key is not None and (not command.key or len(command.key) > 255 or command.key.startswith("~")):
            raise InvalidInput("idempotencyKey is empty, longer than 255 characters or begins with ~.", "Use a UUID.")
        waiting = self._queue.add(command)
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._run())
        try:
            async with asyncio.timeout_at(until):
                return await waiting.answer
        except TimeoutError:
            raise self._late(waiting) from None

    def _late(self, waiting: WaitingCommand) -> StoreUnavailable:
        """What is known about a command whose time has run out."""
        if self._queue.withdraw(waiting):
            return StoreUnavailable("The store did not answer in time.")
        return OutcomeUnknown(waiting.command.key)

    async def _run(self) -> None:
        """Take what waits, group by group, until nothing does."""
        while self._queue:
            group = self._queue.next_group()
            try:
                receipts = await self._recorded(group)
            except Exception as error:
                _fail(group, error)
            except BaseException:
                _fail(group, OutcomeUnknown())
                _fail(self._queue.drained(), StoreUnavailable("The service is stopping."))
                raise
            else:
                for waiting, receipt in zip(group, receipts, strict=True):
                    _settle(waiting, receipt)

    async def _recorded(self, group: Sequence[WaitingCommand]) -> list[Receipt | Exception]:
        """The receipts of a group, recorded in one transaction.

        After an unconfirmed commit it is run again, for as long as somebody waits: whatever fails then leaves the outcome unknown.
        """
        clock = asyncio.get_running_loop().time
        unknown, end = False, clock() + SECONDS_TO_FIND_OUT
        while True:
            try:
                return await self._store.write(
                    lambda transaction: _Group(self._clock, self._salt, transaction).record(group)
                )
            except EvidenceError as error:
                unknown = unknown or isinstance(error, OutcomeUnknown)
                if not unknown:
                    raise
                nobody_waits = all(waiting.answer.done() for waiting in group)
                if nobody_waits or clock() > end or not isinstance(error, StoreUnavailable):
                    raise OutcomeUnknown from error
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)


def _settle(waiting: WaitingCommand, receipt: Receipt | Exception) -> None:
    if waiting.answer.done():
        return
    if isinstance(receipt, Exception):
        waiting.answer.set_exception(receipt)
    else:
        waiting.answer.set_result(receipt)


def _fail(group: Sequence[WaitingCommand], error: Exception) -> None:
    for waiting in group:
        own = OutcomeUnknown(waiting.command.key) if isinstance(error, OutcomeUnknown) else error
        _settle(waiting, own)


class _Group:
    """One transaction's work."""

    def __init__(self, clock: Clock, salt: Callable[[], bytes], transaction: Transaction) -> None:
        self.clock, self.salt, self.transaction = clock, salt, transaction
        self.rows: list[Row] = []
        self.state = State()

    async def record(self, group: Sequence[WaitingCommand]) -> list[Receipt | Exception]:
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

    async def _earlier(self, group: Sequence[WaitingCommand]) -> dict[tuple[str, str], list[RecordedItem]]:
        found: dict[tuple[str, str], list[RecordedItem]] = {}
        for actor in sorted({waiting.command.actor for waiting in group}):
            ids = [waiting.id for waiting in group if waiting.command.actor == actor]
            for row in await self.transaction.ask(COMMANDS, CommandsOf(actor, ids)):
                found.setdefault((actor, row.command), []).append(row)
        return found

    async def _store(self) -> None:
        for batch in in_batches([*with_names(self.rows), *self.tree.grown(self.recorded_at)]):
            await self.transaction.put(batch)

    def _attempt(self, waiting: WaitingCommand) -> Receipt | Exception:
        try:
            return self._decide(waiting)
        except Exception as error:
            return error

    def _decide(self, waiting: WaitingCommand) -> Receipt:
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

    def __init__(self, group: _Group, waiting: WaitingCommand, digest: str) -> None:
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
            self.outcomes.append(Outcome(item.path, item.subject, UNCHANGED, accepted.position, left_out(item)))
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
        erased = accepted.event.values if isinstance(accepted.event, Erased) else {}
        self.outcomes.append(Outcome(item.path, item.subject, accepted.outcome, position, left_out(item), erased))

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
