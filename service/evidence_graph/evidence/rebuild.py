"""Making the graph of a store anew: whatever follows from the log is thrown away and projected from it again.

The log is checked first, entry by entry and against the root of its head; when it is damaged, nothing is touched. Entries, head, what was
signed, and the values beside the log stay; a value counts when it opens its seal. One transaction does all where the engine can hold that:
until it ends, everybody sees the graph as it was. Elsewhere the head is marked first (`store/formats.py`), nobody reads or records while
the mark stands, and whoever was interrupted begins again. The last transaction takes the mark away.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

import msgspec

from evidence_graph.errors import RecordDamaged, StoreOlder, StoreRebuilding, StoreUnavailable
from evidence_graph.evidence.audit_questions import AUDIT_COUNTS, AnnotationStored
from evidence_graph.evidence.log_file import Report
from evidence_graph.evidence.log_replay import opened_value
from evidence_graph.evidence.stored_log import Runs, StoredLog, damaged, read_part
from evidence_graph.record.project import Opened, project, with_names
from evidence_graph.record.rows import AnnotationPut, AnnotationRemoved, HeadMoved, Row, TileHashPut, in_batches
from evidence_graph.store.formats import new_mark
from evidence_graph.store.graph_store import LOCK_HEAD, GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.graph_watch import SECONDS_UNNOTICED
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import EntriesBetween

ANNOTATIONS_BETWEEN = Question("annotations_between", EntriesBetween, AnnotationStored)
BEFORE_ALL, BEHIND_ALL = -(2**53), 2**53  # log positions


class Rebuilt(msgspec.Struct, frozen=True):
    """The head of the entries that the graph follows from, and how many values did not open their seals and are gone."""

    head: Head | None = None
    lost: int = 0


async def open_for_rebuild(store: GraphStore) -> None:
    """Open a store that may have an older layout, or a graph whose rebuild was interrupted. Raises as GraphStore.open otherwise."""
    try:
        await store.open()
    except (StoreOlder, StoreRebuilding):
        return


async def rebuild_graph(
    store: GraphStore, report: Report = lambda done, total: None, unnoticed: float = SECONDS_UNNOTICED
) -> Rebuilt:
    """Make the graph anew; `report` hears of twice as many entries as there are: each is checked, then projected.

    `unnoticed` is how long others may not notice the mark, in seconds. Raises RecordDamaged naming the position when the log is not what
    was recorded, StoreUnavailable when it has not begun or another rebuild begins meanwhile.
    """
    log = StoredLog(lambda done, total: report(done, 2 * total))
    await log.check(store.write)
    work = _Rebuild(log, lambda done, total: report(total + done, 2 * total))
    if store.takes_any_write:
        found = await store.write(work.all)
    else:
        await store.write(work.begin)
        await asyncio.sleep(unnoticed)
        found = await work.rest(store.write)
    await store.open()  # what an older layout lacks beside the graph
    return found


class _Rebuild:
    """The steps, for a transaction each or for one."""

    def __init__(self, log: StoredLog, report: Report) -> None:
        self._log, self._report, self._mark = log, report, new_mark()

    async def all(self, transaction: Transaction) -> Rebuilt:
        """Every step in one transaction."""
        await self.begin(transaction)
        return await self.rest(lambda step: step(transaction))

    async def begin(self, transaction: Transaction) -> None:
        """Check what was recorded meanwhile, and mark the head: from now on nothing is."""
        head = await _locked(transaction)
        await self._log.go_on(lambda step: step(transaction), head)
        for row in await transaction.ask(AUDIT_COUNTS, NoParameters()):
            if row.stored == "entry" and row.number != head.size:
                raise damaged(head.size, f"{row.number:,} entries are stored, the head commits to {head.size:,}.")
        await transaction.put([_moved(head, self._mark)])

    async def rest(self, run: Runs) -> Rebuilt:
        """What follows on the mark."""
        while await run(self._clear):
            pass
        found, size = Rebuilt(), self._log.head.size if self._log.head else 0
        while found.head is None or found.head.size < size:
            found = await run(partial(self._project, before=found, size=size))
            self._report(found.head.size if found.head else 0, size)
        return await run(partial(self._finish, found=found))

    async def _clear(self, transaction: Transaction) -> bool:
        await self._hold(transaction)
        return await transaction.clear_graph()

    async def _project(self, transaction: Transaction, before: Rebuilt, size: int) -> Rebuilt:
        await self._hold(transaction)
        part = await read_part(transaction, before.head, size)
        stored = await transaction.ask(ANNOTATIONS_BETWEEN, EntriesBetween(part.first, part.head.position))
        opened = _opened(stored)
        rows = [
            row for position, entry in enumerate(part.entries, part.first) for row in project(entry, position, opened)
        ]
        beside = [row for row in rows if isinstance(row, AnnotationPut)]
        await _put(transaction, _corrections(stored, beside))
        hashes = [TileHashPut(level, number, value.hex()) for level, number, value in part.completed]
        await _put(transaction, [*with_names([row for row in rows if not isinstance(row, AnnotationPut)]), *hashes])
        return Rebuilt(part.head, before.lost + sum(bool(row.salt) and row.commitment not in opened for row in stored))

    async def _finish(self, transaction: Transaction, found: Rebuilt) -> Rebuilt:
        """Remove what stands beside entries that there are not, and the mark."""
        head = await self._hold(transaction)
        if found.head is None or found.head.root != head.root:
            raise RecordDamaged("The log was changed while it was read.", "Run `evidence verify --store`.")
        for span in (EntriesBetween(BEFORE_ALL, -1), EntriesBetween(head.size, BEHIND_ALL)):
            await _put(transaction, _corrections(await transaction.ask(ANNOTATIONS_BETWEEN, span), []))
        await transaction.put([_moved(found.head, found.head.format)])
        return found

    async def _hold(self, transaction: Transaction) -> Head:
        """The head, for this transaction. Raises StoreUnavailable when it does not bear the mark of this rebuild any more."""
        head = await _locked(transaction)
        if head.format != self._mark:
            raise StoreUnavailable("Another rebuild of this store has begun.", "Wait for it to end.")
        return head


async def _locked(transaction: Transaction) -> Head:
    return (await transaction.ask(LOCK_HEAD, NoParameters()))[0]


def _moved(head: Head, mark: int) -> HeadMoved:
    return HeadMoved(**msgspec.structs.asdict(head) | {"format": mark})


def _opened(stored: Sequence[AnnotationStored]) -> Opened:
    """The values that open their seals, by commitment."""
    found = (opened_value(row.commitment, row.salt, row.value) for row in stored)
    return {sealed.commitment: sealed for sealed in found if sealed is not None}


def _corrections(stored: Sequence[AnnotationStored], wanted: Sequence[AnnotationPut]) -> list[Row]:
    """What makes the values beside the log those that follow from it; one that does so already is never touched."""
    there = {msgspec.structs.astuple(row) for row in stored}
    right = {msgspec.structs.astuple(row) for row in wanted}
    wrong = [row for row in stored if msgspec.structs.astuple(row) not in right]
    return [
        *(AnnotationRemoved(row.urn, row.field, row.position) for row in wrong),
        *(row for row in wanted if msgspec.structs.astuple(row) not in there),
    ]


async def _put(transaction: Transaction, rows: list[Row]) -> None:
    for batch in in_batches(rows):
        await transaction.put(batch)
