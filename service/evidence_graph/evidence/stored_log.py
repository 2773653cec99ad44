"""The log as it stands in a store, read from its beginning in parts: every entry has to be the one that was recorded, in its place."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from evidence_graph.errors import RecordDamaged, StoreUnavailable
from evidence_graph.evidence.audit_questions import AUDIT_ENTRIES
from evidence_graph.evidence.log import Tree
from evidence_graph.evidence.log_file import ENTRIES_AT_ONCE, Report
from evidence_graph.evidence.log_sequence import LogSequence
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.tiles import StoredHash
from evidence_graph.record.entry import Entry, decode_entry
from evidence_graph.record.rows import EntryPut
from evidence_graph.store.graph_store import HEAD, Head, NoParameters, Transaction
from evidence_graph.store.log_tree import Asked
from evidence_graph.store.stored import EntriesBetween

T = TypeVar("T")
RESTORE = "Run `evidence verify --store`, and restore the store from a backup."


class Runs(Protocol):
    """Runs work in a transaction: GraphStore.write does, each in one of its own."""

    def __call__(self, work: Callable[[Transaction], Awaitable[T]], /) -> Awaitable[T]:
        """What the work gives."""


class Part(msgspec.Struct, frozen=True):
    """Some entries in order, the hashes of the tree that they complete, and the head of the log up to the last of them."""

    first: int
    entries: list[Entry]
    completed: list[StoredHash]
    head: Head


async def read_part(asked: Asked, so_far: Head | None, size: int) -> Part:
    """The next entries after those of `so_far`, of a log of `size` entries. Raises RecordDamaged as `part_of`."""
    return part_of(await next_rows(asked, so_far, size), so_far, size)


async def next_rows(asked: Asked, so_far: Head | None, size: int) -> list[EntryPut]:
    """The rows of the next entries."""
    first = so_far.size if so_far else 0
    return await asked.ask(AUDIT_ENTRIES, EntriesBetween(first, _end(first, size) - 1))


def part_of(rows: Sequence[EntryPut], so_far: Head | None, size: int) -> Part:
    """The entries in rows of the store. Raises RecordDamaged naming the position that is not what was recorded."""
    tree = Tree(so_far)
    first, end = tree.size, _end(tree.size, size)
    entries = [_entry(row, tree) for row in rows[: end - first]]
    if tree.size < end:
        raise damaged(tree.size, "the entry is missing.")
    return Part(first, entries, tree.completed, Head(**msgspec.structs.asdict(tree.moved(entries[-1].recorded_at))))


def damaged(position: int, why: str) -> RecordDamaged:
    """What is wrong with the log, and where."""
    return RecordDamaged(f"Position {position}: {why}", RESTORE)


class StoredLog:
    """The entries of a store's log that have been checked so far; `report` hears how many of how many."""

    def __init__(self, report: Report) -> None:
        self._report, self._sequence = report, LogSequence()
        self.head: Head | None = None

    async def check(self, run: Runs) -> None:
        """Check everything that the head commits to by now. Raises RecordDamaged, StoreUnavailable when the log has not begun."""
        heads = await run(lambda transaction: transaction.ask(HEAD, NoParameters()))
        if not heads:
            raise StoreUnavailable("The log has not begun yet.", "Record something first.")
        await self.go_on(run, heads[0])

    async def go_on(self, run: Runs, head: Head) -> None:
        """Check what was recorded since, up to a head. Raises RecordDamaged."""
        while (so_far := self.head) is None or so_far.size < head.size:
            rows = await run(partial(next_rows, so_far=so_far, size=head.size))
            part = part_of(rows, so_far, head.size)
            for entry, row in zip(part.entries, rows, strict=True):
                self._sequence.take(entry, bytes.fromhex(row.leaf))
            self.head = part.head
            self._report(part.head.size, head.size)
        if self.head is None or (self.head.size, self.head.root) != (head.size, head.root):
            raise damaged(head.position, "the entries up to it do not have the root that the head names.")


def _end(first: int, size: int) -> int:
    return min(first + ENTRIES_AT_ONCE, size)


def _entry(row: EntryPut, tree: Tree) -> Entry:
    position = tree.size
    if row.position != position:
        raise damaged(position, "the entry is missing.")
    if leaf_hash(row.body.encode()).hex() != row.leaf:
        raise damaged(position, "the entry does not have its leaf hash.")
    try:
        entry = decode_entry(row.body.encode())
    except RecordDamaged as error:
        raise damaged(position, error.message) from error
    if tree.add(entry) != row:
        raise damaged(position, "the columns of the entry are not what it says.")
    return entry
