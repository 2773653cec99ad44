"""Loading a log file into a store without a log: bytes and times of its entries stay as they are, and the graph is projected from them.

The file is checked from beginning to end before anything is stored. A log too long for one transaction is stored in several; until the
last one the head says that it is unfinished (`store/formats.py`), so that nobody takes a part for the whole, and whoever was interrupted
goes on from there with the same file.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from evidence_graph.errors import LogExists, RecordDamaged
from evidence_graph.evidence.log import Tree
from evidence_graph.evidence.log_file import (
    ENTRIES_AT_ONCE,
    CheckedEntry,
    Header,
    Report,
    check_log_file,
    entries_of,
)
from evidence_graph.proof.merkle import append, root_hash
from evidence_graph.record.project import project, with_names
from evidence_graph.record.rows import HeadMoved, Row, in_batches
from evidence_graph.store.formats import UNFINISHED
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters, Transaction

Ending = Callable[[Transaction, Head], Awaitable[object]]  # takes the head of the loaded log


async def load_log_file(store: GraphStore, source: Path | bytes, report: Report = lambda done, total: None) -> Header:
    """Check the file, then store its log in a store without one.

    Raises RecordDamaged naming the position where the file is not what it says, LogExists when the store has a log already, StoreRefused
    when the file has a format this version does not know.
    """
    header = check_log_file(source).header
    await store_log(store, header, source, report)
    return header


async def store_log(
    store: GraphStore, header: Header, source: Path | bytes, report: Report, ending: Ending | None = None
) -> None:
    """Store the log of a file that has been checked; `ending` belongs to the transaction that makes it whole. Raises LogExists."""
    done = await unfinished_size(store)
    with entries_of(source) as entries:
        await _skip(store, entries, done, header)
        group: list[CheckedEntry] = []
        for checked in entries:
            group.append(checked)
            if len(group) == ENTRIES_AT_ONCE or done + len(group) == header.size:
                await store.write(_Appending(header, done, group, ending).run)
                done, group = done + len(group), []
                report(done, header.size)


async def unfinished_size(store: GraphStore) -> int:
    """How many entries an interrupted loading has left; 0 for a store without a log. Raises LogExists for one with a whole log."""
    for head in await store.ask(HEAD, NoParameters()):
        if head.format != UNFINISHED:
            raise LogExists()
        return head.size
    return 0


async def _skip(store: GraphStore, entries: Iterator[CheckedEntry], size: int, header: Header) -> None:
    """What is stored already, which must be the beginning of this very file. Raises LogExists."""
    frontier: tuple[bytes, ...] = ()
    for number, checked in enumerate(islice(entries, size)):
        frontier = append(frontier, number, checked.leaf)
    for head in await store.ask(HEAD, NoParameters()):
        if size >= header.size or root_hash(frontier).hex() != head.root:
            raise LogExists("The store holds the beginning of another log, whose restore was interrupted.")


class _Appending:
    """One transaction's entries, appended to a log of `size` entries."""

    def __init__(self, header: Header, size: int, group: Sequence[CheckedEntry], ending: Ending | None) -> None:
        self.header, self.size, self.group, self.ending = header, size, group, ending

    async def run(self, transaction: Transaction) -> None:
        head = await transaction.lock_head()
        if (head.size if head else 0) != self.size or (head and head.format != UNFINISHED):
            raise LogExists()
        tree = Tree(head)
        rows = [row for checked in self.group for row in _appended(checked, tree)]
        whole = tree.size == self.header.size
        if whole and root_hash(tree.frontier).hex() != self.header.root:
            raise RecordDamaged("The file was changed while it was read.", "Load it again into an empty store.")
        about_the_tree = tree.grown(self.group[-1].entry.recorded_at)
        for batch in in_batches([*with_names(rows), *(about_the_tree if whole else _unfinished(about_the_tree))]):
            await transaction.put(batch)
        if whole and self.ending is not None:
            moved = await transaction.lock_head()
            assert moved is not None, "it was just put"
            await self.ending(transaction, moved)


def _appended(checked: CheckedEntry, tree: Tree) -> list[Row]:
    """Entry and graph; the tree grows by it."""
    put = tree.add(checked.entry)
    return [put, *project(checked.entry, put.position, checked.opened)]


def _unfinished(rows: Sequence[Row]) -> list[Row]:
    """The same, and the head says that more is to come."""
    return [msgspec.structs.replace(row, format=UNFINISHED) if isinstance(row, HeadMoved) else row for row in rows]
