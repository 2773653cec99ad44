"""Replaying the log of one store into an empty one: entry by entry, held against its hash, its columns and its place."""

from collections.abc import Collection, Sequence

import msgspec
import orjson

from evidence_graph.errors import RecordDamaged
from evidence_graph.evidence.audit_questions import AUDIT_ENTRIES
from evidence_graph.evidence.log import Tree
from evidence_graph.evidence.log_file import ENTRIES_AT_ONCE, Report
from evidence_graph.evidence.log_sequence import LogSequence
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.record.entry import Entry, decode_entry
from evidence_graph.record.project import Opened, project
from evidence_graph.record.rows import DescriptionWords, DescriptionWordsErased, EntryPut, Row, in_batches
from evidence_graph.record.sealing import Sealed, opens
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.stored import ANNOTATIONS, AnnotationsOf, EntriesBetween


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as the log says: what, where (position or URN), and in what way."""

    what: str
    where: str
    how: str


class LogReplay:
    """The entries so far; `roots` are those (hexadecimal) of the sizes of interest. After damage nothing more is replayed."""

    def __init__(self, store: GraphStore, empty: GraphStore, sizes: Collection[int], report: Report) -> None:
        self._store, self._empty, self._sizes, self._report = store, empty, set(sizes), report
        self._sequence = LogSequence()
        self.roots: dict[int, str] = {}
        self.findings: list[Finding] = []
        self.size = 0

    @property
    def damaged(self) -> bool:
        """Whether an entry is missing or not what was recorded: then no graph follows from the log."""
        return bool(self.findings)

    @property
    def root(self) -> str:
        """Root of the tree over what was replayed, hexadecimal."""
        return self._sequence.root

    async def catch_up(self) -> Head | None:
        """Replay what the head of the store commits to by now; None when its log has not begun."""
        for head in await self._store.ask(HEAD, NoParameters()):
            await self.replay_to(head)
            return head
        return None

    async def replay_to(self, head: Head) -> None:
        """Replay what a head of the store commits to; nothing when that is done."""
        while self.size < head.size and not self.damaged:
            last = min(self.size + ENTRIES_AT_ONCE, head.size) - 1
            rows = await self._store.ask(AUDIT_ENTRIES, EntriesBetween(self.size, last))
            await self._replay(rows, last + 1)
            self._report(self.size, head.size)

    async def _replay(self, rows: Sequence[EntryPut], end: int) -> None:
        entries = self._sound(rows, end)
        opened = await self._opened(entries, rows)
        done = self.size

        async def append(transaction: Transaction) -> None:
            tree, graph = Tree(await transaction.lock_head()), list[Row]()
            for position, (entry, row) in enumerate(zip(entries, rows, strict=False), done):
                put = tree.add(entry)
                if put != row:
                    self._found(position, "its columns are not what it says")
                graph += [put, *project(entry, position, opened)]
            stored = [row for row in graph if not isinstance(row, DescriptionWords | DescriptionWordsErased)]
            for batch in in_batches([*stored, *tree.grown(entries[-1].recorded_at)]):
                await transaction.put(batch)

        if entries:
            await self._empty.write(append)
        self.size += len(entries)

    def _sound(self, rows: Sequence[EntryPut], end: int) -> list[Entry]:
        """The entries up to the first that is not the one that was recorded."""
        sound: list[Entry] = []
        for position in range(self.size, end):
            row = rows[len(sound)] if len(sound) < len(rows) else None
            if row is None or row.position != position:
                self._found(position, "missing")
                break
            leaf = leaf_hash(row.body.encode())
            if leaf.hex() != row.leaf:
                self._found(position, "changed: it does not have its leaf hash")
                break
            try:
                entry = decode_entry(row.body.encode())
                self._sequence.take(entry, leaf)
            except RecordDamaged as damage:
                self._found(position, damage.message)
                break
            sound.append(entry)
            if self._sequence.size in self._sizes:
                self.roots[self._sequence.size] = self._sequence.root
        return sound

    async def _opened(self, entries: Sequence[Entry], rows: Sequence[EntryPut]) -> Opened:
        """The values beside the log that open a seal of these entries."""
        subjects = {entry.event.subject for entry, row in zip(entries, rows, strict=False) if '"sealed":' in row.body}
        found: Opened = {}
        for row in await self._store.ask(
            ANNOTATIONS, AnnotationsOf(sorted(subjects), rows[-1].position if rows else 0)
        ):
            sealed = opened_value(row.commitment, row.salt, row.value)
            if sealed is not None and row.position >= self.size:
                found[row.commitment] = sealed
        return found

    def _found(self, position: int, how: str) -> None:
        self.findings.append(Finding("entry", str(position), how))


def opened_value(commitment: str, salt: str, value: str) -> Sealed | None:
    """The value that stands beside the log, when it is the one that was sealed."""
    try:
        sealed = Sealed(commitment, salt, orjson.loads(value))
        return sealed if opens(sealed, sealed.value) else None
    except ValueError:
        return None
