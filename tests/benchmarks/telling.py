"""Putting very much on record: true entries in a true log, projected to rows as ever, but nothing is decided, and many share a command."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from evidence_graph.evidence.log import Tree
from evidence_graph.record.entry import Entry
from evidence_graph.record.events import ArtifactDeclared, Event
from evidence_graph.record.instants import SECOND
from evidence_graph.record.project import Opened, project, with_names
from evidence_graph.record.rows import RelationPut, Row, in_batches
from evidence_graph.record.sealing import Sealed, seal
from evidence_graph.store.graph_store import GraphStore, Transaction

ENTRIES_A_TRANSACTION = 4_000
SALT = bytes(32)


class Saying(msgspec.Struct, frozen=True):
    """An event, and a description that is sealed into it where there is one."""

    event: Event
    description: str = ""


async def tell(store: GraphStore, sayings: Iterable[Saying], *, clock: str = "SYSTEM") -> int:
    """Put all of it on record, a second apart for each transaction; the number of relations."""
    waiting, relations = iter(sayings), 0
    while some := list(islice(waiting, ENTRIES_A_TRANSACTION)):
        relations += await _tell_at_once(store, some, clock)
    return relations


async def _tell_at_once(store: GraphStore, sayings: list[Saying], clock: str) -> int:
    async def put(transaction: Transaction) -> int:
        head = await transaction.lock_head()
        assert head is not None
        tree, recorded_at = Tree(head), head.recorded_at + SECOND
        rows = [row for saying in sayings for row in _rows(saying, tree, recorded_at, clock)]
        for batch in in_batches([*with_names(rows), *tree.grown(recorded_at)]):
            await transaction.put(batch)
        return sum(isinstance(row, RelationPut) for row in rows)

    return await store.write(put)


def _rows(saying: Saying, tree: Tree, recorded_at: int, clock: str) -> Iterator[Row]:
    event, opened = _sealed(saying)
    entry = Entry(
        event=event,
        recorded_at=recorded_at,
        clock=clock,
        actor="bench",
        via="API",
        command=f"~{tree.head.size if tree.head else 0}",
        command_digest="0" * 64,
        item="bench",
        outcome="CREATED",
    )
    put = tree.add(entry)
    yield put
    yield from project(entry, put.position, opened)


def _sealed(saying: Saying) -> tuple[Event, Opened]:
    if not saying.description:
        return saying.event, {}
    assert isinstance(saying.event, ArtifactDeclared)
    sealed: Sealed = seal(saying.description, SALT)
    described = {"description": {"sealed": sealed.commitment}}
    return msgspec.structs.replace(saying.event, annotations=described), {sealed.commitment: sealed}
