"""The audit of a store: its log is replayed into an empty one, and whatever the two do not share was changed behind our back.

Entries are held against their leaf hashes, the root of the head, the hashes kept of the tree, and the heads that were signed; the graph and
what stands beside the log against what the entries say. A sealed value counts only when it opens its seal. One that is missing was erased
by a later entry, or somebody emptied it, and one that an entry erased has to be gone (`erased_values.py`). The words that a search looks in
are not compared: they decide what is found, never what is answered about it.

Rows are compared by ranges of URNs, so that memory stays bounded. Something may be recorded meanwhile: a range that seems to differ is read
again while nobody writes, and the replay goes on to the very head it was read at. A damaged log is reported without a comparison of the
graph.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec

from evidence_graph.errors import ProofFailed, StoreUnavailable
from evidence_graph.evidence.audit_questions import (
    AUDIT_ANNOTATIONS,
    AUDIT_ARTIFACTS,
    AUDIT_COUNTS,
    AUDIT_DEFINITIONS,
    AUDIT_ERASURES,
    AUDIT_RELATIONS,
    AUDIT_ROLL_OUTS,
    AUDIT_TILE_HASHES,
    AUDIT_URNS,
    AnnotationStored,
    UrnPage,
    UrnRange,
)
from evidence_graph.evidence.erased_values import last_erasures, wrong_values
from evidence_graph.evidence.log_file import Report
from evidence_graph.evidence.log_replay import Finding, LogReplay
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint
from evidence_graph.proof.signed_note import parse_note
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters, P, R, Transaction
from evidence_graph.store.log_tree import Asked
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import COSIGNED_HEADS, SIGNED_HEAD, CosignedHead, ErasureRow, SignedHead

URNS_AT_ONCE, BEHIND_ALL_URNS = 1_000, "\uffff"


class Audit(msgspec.Struct, frozen=True):
    """What was looked at, and everything that is not as the log says."""

    entries: int
    root: str
    findings: list[Finding]


async def audit_store(
    store: GraphStore, empty: GraphStore, last_signed: Checkpoint | None, report: Report = lambda done, total: None
) -> Audit:
    """Audit a store with the help of an empty one; `last_signed` is the head kept beside the private key.

    Raises StoreUnavailable when the log has not begun.
    """
    signed = [*([("last signed head", last_signed)] if last_signed else []), *await _published(store)]
    replay = LogReplay(store, empty, {head.size for _, head in signed}, report)
    head = await replay.catch_up()
    if head is None:
        raise StoreUnavailable("The log has not begun yet.", "Record something first.")
    differing = [] if replay.damaged else await _Comparison(store, empty, replay).run()
    findings = [*replay.findings, *_signed_findings(signed, replay, head)]
    return Audit(replay.size, replay.root, findings if replay.damaged else [*findings, *differing])


async def _published(store: GraphStore) -> list[tuple[str, Checkpoint]]:
    """The signed head in the store, and those that witnesses have cosigned."""
    signed = [("signed head", _stated(row)) for row in await store.ask(SIGNED_HEAD, NoParameters())]
    return [*signed, *(("cosigned head", _stated(row)) for row in await store.ask(COSIGNED_HEADS, NoParameters()))]


def _stated(row: SignedHead | CosignedHead) -> Checkpoint:
    """The head that a row's note states; one that no tree has, and will be reported, when the row says something else."""
    try:
        head = parse_checkpoint(parse_note(row.note).text)
    except ProofFailed:
        head = None
    return (
        head
        if head is not None and (row.size, row.root) == (head.size, head.root.hex())
        else Checkpoint("", row.size, b"")
    )


def _signed_findings(signed: Sequence[tuple[str, Checkpoint]], replay: LogReplay, head: Head) -> Iterator[Finding]:
    for name, one in signed:
        if one.origin not in ("", head.origin):
            continue  # the key has signed another log before
        if one.size > replay.size:
            if not replay.damaged:
                yield Finding(name, f"{one.size} entries", f"the log has {replay.size}: entries were removed")
        elif replay.roots.get(one.size) != one.root.hex():
            yield Finding(name, f"{one.size} entries", "the entries are not those that it commits to")


class Table(msgspec.Struct, frozen=True):
    """Rows of one kind; the first `key` columns of a row name it."""

    name: str
    key: int
    rows: Sequence[msgspec.Struct]


class _Comparison:
    """Both stores, range by range."""

    def __init__(self, store: GraphStore, empty: GraphStore, replay: LogReplay) -> None:
        self.store, self.empty, self.replay = store, empty, replay

    async def run(self) -> list[Finding]:
        """Everything that differs."""
        found: list[Finding] = []
        async for span in self._spans():
            found += await self._differing(span)
        return found + await self._differing(None)

    async def _spans(self) -> AsyncIterator[UrnRange]:
        after = ""
        while True:
            page = await self.empty.ask(AUDIT_URNS, UrnPage(after, URNS_AT_ONCE))
            if len(page) < URNS_AT_ONCE:
                yield UrnRange(after, BEHIND_ALL_URNS)
                return
            yield UrnRange(after, page[-1].urn)
            after = page[-1].urn

    async def _differing(self, span: UrnRange | None) -> list[Finding]:
        """What differs in a range, or (None) in what is not found by URN."""
        if _differences(await read_tables(self.empty, span), await read_tables(self.store, span)):
            return await self._at_one_head(span)
        return []

    async def _at_one_head(self, span: UrnRange | None) -> list[Finding]:
        """The same, read while the head is held as by a writer, so that nothing is recorded between two tables."""

        async def read(transaction: Transaction) -> tuple[Head | None, list[Table]]:
            return await transaction.lock_head(), await read_tables(transaction, span)

        head, found = await self.store.write(read)
        if head is not None:
            await self.replay.replay_to(head)
        return _differences(await read_tables(self.empty, span), found)


async def read_tables(asked: Asked, span: UrnRange | None) -> list[Table]:
    """What stands under the URNs of a range, or (None) everything that is not found by URN."""
    if span is not None:
        return [
            await _table(asked, "artifact", 1, AUDIT_ARTIFACTS, span),
            await _table(asked, "relation", 4, AUDIT_RELATIONS, span),
            await _table(asked, "roll-out change", 4, AUDIT_ROLL_OUTS, span),
            await _table(asked, "annotation", 3, AUDIT_ANNOTATIONS, span),
            await _table(asked, "erasure", 3, AUDIT_ERASURES, span),
        ]
    nothing = NoParameters()
    return [
        await _table(asked, "definition", 3, AUDIT_DEFINITIONS, nothing),
        await _table(asked, "tree hash", 2, AUDIT_TILE_HASHES, nothing),
        await _table(asked, "head", 0, HEAD, nothing),
        await _table(asked, "number of rows", 1, AUDIT_COUNTS, nothing),
    ]


async def _table(asked: Asked, name: str, key: int, question: Question[P, R], parameters: P) -> Table:
    rows = await asked.ask(question, parameters)
    return Table(name, key, rows)


def _differences(wanted: Sequence[Table], found: Sequence[Table]) -> list[Finding]:
    differing = [
        finding
        for left, right in zip(wanted, found, strict=True)
        for finding in compared(left.name, left.key, left.rows, right.rows)
    ]
    erasures = last_erasures(row for row in _rows(wanted) if isinstance(row, ErasureRow))
    values = [row for row in _rows(found) if isinstance(row, AnnotationStored)]
    wrong = [Finding("annotation", where, how) for where, how in wrong_values(values, erasures)]
    by_place = {(one.what, one.where): one for one in [*differing, *wrong]}
    return list(by_place.values())


def _rows(tables: Sequence[Table]) -> Iterator[msgspec.Struct]:
    return (row for table in tables for row in table.rows)


def compared(name: str, key: int, wanted: Sequence[msgspec.Struct], found: Sequence[msgspec.Struct]) -> list[Finding]:
    """What is missing, was inserted or changed. The first `key` columns of a row name it: two rows of one name are one that was changed."""
    left, right = Counter(map(_values, wanted)), Counter(map(_values, found))
    missing, more = _by_key(key, (left - right).elements()), _by_key(key, (right - left).elements())
    findings: list[Finding] = []
    for where in sorted({*missing, *more}, key=str):
        text = " ".join(str(part) for part in where)
        gone, new = missing.get(where, []), more.get(where, [])
        if gone and new:
            columns = [
                column
                for column, before, after in zip(wanted[0].__struct_fields__, gone[0], new[0], strict=True)
                if before != after
            ]
            findings.append(Finding(name, text, f"changed: {', '.join(columns)}"))
        else:
            findings.append(Finding(name, text, "missing" if gone else "inserted"))
    return findings


Values = tuple[object, ...]


def _values(row: msgspec.Struct) -> Values:
    return msgspec.structs.astuple(row)


def _by_key(key: int, rows: Iterator[Values]) -> dict[Values, list[Values]]:
    found: dict[Values, list[Values]] = {}
    for row in rows:
        found.setdefault(row[:key], []).append(row)
    return found
