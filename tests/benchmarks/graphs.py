"""Graphs to measure in: a chain of a given size inside as much other evidence as wanted, stored as rows without going through decide.

Everything is put at position 0, so that the genesis entry's position sees all of it.
"""

import itertools
from collections.abc import Iterator

from evidence_graph.record.project import referred
from evidence_graph.record.rows import ArtifactDeclaredRow, RelationPut, Row, in_batches
from evidence_graph.store.graph_store import GraphStore, Transaction
from graph_schema import BEGINNING

ROOT = "dataset:chain/day@0"
PER_TRANSACTION = 20_000
WIDTH = 8  # artifacts in one layer of the chain
STEPS_EACH = 2


def declared(urn: str) -> list[Row]:
    """The rows of one declared dataset."""
    fields = '{"digest":"sha256:' + "ab" * 32 + '"}'
    return [referred(urn, 0, 1), ArtifactDeclaredRow(urn, 0, 1, BEGINNING, "bench", "0", fields, "")]


def relation(source: str, target: str) -> Row:
    """One DERIVED_FROM relation."""
    return RelationPut(source, "DERIVED_FROM", target, 0, 1, "bench")


def chain_rows(size: int = 800) -> Iterator[Row]:
    """A chain of `size` artifacts behind ROOT in layers, each artifact resting on two of the next layer."""
    layers = [[ROOT]] + [
        [f"dataset:chain/day@{layer * WIDTH + place}" for place in range(1, WIDTH + 1)]
        for layer in range((size - 1) // WIDTH)
    ]
    for layer in layers:
        for urn in layer:
            yield from declared(urn)
    for near, far in itertools.pairwise(layers):
        for place, urn in enumerate(near):
            chosen = far if len(near) == 1 else [far[place % WIDTH], far[(place + 3) % WIDTH]]
            yield from (relation(urn, target) for target in chosen)


def other_rows(edges: int, salt: int = 0) -> Iterator[Row]:
    """Evidence beside the chain with about `edges` relations, some of it resting on the chain's artifacts (hubs)."""
    artifacts = edges // 5
    for number in range(artifacts):
        urn = _other(number, salt)
        yield from declared(urn)
        yield from (relation(urn, _other(number - back, salt)) for back in (1, 7, 49, 343) if number >= back)
        yield relation(urn, f"dataset:chain/day@{1 + number % 97}")


def _other(number: int, salt: int) -> str:
    return f"dataset:other{salt}/table{number % 97}@{number}"


def ladder_rows(rungs: int = 30) -> Iterator[Row]:
    """`rungs` diamonds one behind the other: 2^rungs paths between the ends, 3·rungs + 1 artifacts."""
    for rung in range(rungs):
        top, bottom = f"dataset:ladder/knot@{rung}", f"dataset:ladder/knot@{rung + 1}"
        sides = [f"dataset:ladder/side@{rung}{side}" for side in "ab"]
        for urn in (top, bottom, *sides):
            yield from declared(urn)
        for side in sides:
            yield relation(top, side)
            yield relation(side, bottom)


def layered_rows(layers: int = 10, width: int = 10) -> Iterator[Row]:
    """Every artifact of a layer rests on every one of the next: width^layers paths."""
    grid = [["dataset:grid/top@0"]] + [
        [f"dataset:grid/layer{n}@{place}" for place in range(width)] for n in range(layers)
    ]
    for layer in grid:
        for urn in layer:
            yield from declared(urn)
    for near, far in itertools.pairwise(grid):
        yield from (relation(urn, target) for urn in near for target in far)


def straight_rows(name: str, size: int) -> Iterator[Row]:
    """A chain of `size` artifacts without any branch."""
    urns = [f"dataset:straight/{name}@{place}" for place in range(size)]
    for urn in urns:
        yield from declared(urn)
    yield from (relation(near, far) for near, far in itertools.pairwise(urns))


async def fill(store: GraphStore, rows: Iterator[Row]) -> int:
    """Store rows in transactions of a bounded size; the number of relations stored."""
    relations = 0
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        relations += isinstance(row, RelationPut)
        if len(waiting) >= PER_TRANSACTION:
            await _put(store, waiting)
            waiting = []
    await _put(store, waiting)
    return relations


async def _put(store: GraphStore, rows: list[Row]) -> None:
    async def put(transaction: Transaction) -> None:
        await transaction.lock_head()
        for batch in in_batches(rows):
            await transaction.put(batch)

    await store.write(put)
