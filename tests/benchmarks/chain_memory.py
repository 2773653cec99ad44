"""What a chain holds in memory while it is worked out: bounded by its limit, on a graph of 10^5 relations with hubs of any size."""

import tracemalloc
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, Walk, read_chain
from evidence_graph.record.rows import Row
from evidence_graph.store.graph_store import GraphStore
from tests.benchmarks.chain_in_store import MOMENT
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.graphs import ROOT, chain_rows, declared, fill, other_rows, relation

RELATIONS = 100_000
CONSUMERS = 50_000
LIMITS = (100, 1_000, 10_000)
HUB = "dataset:hub/everything@1"
OTHER = "dataset:chain/day@1"


def hub_rows(consumers: int) -> Iterator[Row]:
    """One dataset that very many others were derived from."""
    yield from declared(HUB)
    for number in range(consumers):
        urn = f"dataset:hub/consumer{number % 97}@{number}"
        yield from declared(urn)
        yield relation(urn, HUB)


async def measure_chain_memory() -> None:
    """Peak of traced memory of one chain, its answer included, and what that is for each artifact and step of the answer."""
    for engine in engine_names():
        table = Table(title=f"Memory of one chain, {engine}", title_justify="left")
        for column in ("chain", "relations", "limit", "artifacts", "steps", "peak kB", "kB an artifact or step"):
            table.add_column(column, justify="left" if column == "chain" else "right")
        async with fresh_store(engine) as store:
            relations = await fill(store, chain_rows())
            for more in (hub_rows(CONSUMERS), other_rows(RELATIONS - CONSUMERS - relations)):
                relations += await fill(store, more)
            for limit in LIMITS:
                for what, root, walk in (
                    ("behind the chain's root", ROOT, UPSTREAM),
                    (f"in front of a hub of {CONSUMERS:,}", HUB, DOWNSTREAM),
                    ("in front of an artifact of the chain", OTHER, DOWNSTREAM),
                ):
                    table.add_row(what, f"{relations:,}", f"{limit:,}", *await _measured(store, root, walk, limit))
        Console(width=140).print(table)


async def _measured(store: GraphStore, root: str, walk: Walk, limit: int) -> list[str]:
    await read_chain(store, [root], MOMENT, walk=walk, limit=limit)  # caches of URNs and statements fill up once
    tracemalloc.start()
    found = await read_chain(store, [root], MOMENT, walk=walk, limit=limit)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held = len(found.artifacts) + len(found.steps)
    return [f"{len(found.artifacts):,}", f"{len(found.steps):,}", f"{peak / 1e3:,.0f}", f"{peak / 1e3 / held:.2f}"]
