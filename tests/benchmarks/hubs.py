"""The first page about a hub, against the same question about something small: what very many rest on, and what rests on very many.

Both answers hold about as many artifacts: the small one is whole, the hub's is cut at that size.
"""

from collections.abc import Awaitable, Callable, Iterator

from evidence_graph.lineage.artifact import read_series
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, read_chain
from evidence_graph.lineage.compare import read_comparison
from evidence_graph.lineage.diff import Point, read_diff
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.path import read_path
from evidence_graph.record.rows import RelationPut, RollOutChangePut, Row
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.graphs import declared, fill
from tests.benchmarks.measuring import Figure, medians, show

CONSUMERS, FEWER = 100_000, 10_000
PAGES = (10, 100)
MOMENT = Moment(0, 1, None, 0)
TODAY = Moment(0, 1, 2, 0)
SERVED = 10  # one consumer in so many is a model, and served


def source(size: int) -> str:
    """The dataset that `size` things were made from."""
    return f"dataset:in{size}/everything@1"


def aggregate(size: int, version: int = 1) -> str:
    """A dataset that was made from `size` others."""
    return f"dataset:out{size}/everything@{version}"


def judge(size: int) -> str:
    """A dataset that `size` models were evaluated on."""
    return f"dataset:judge{size}/benchmark@1"


def model(size: int, version: int) -> str:
    """One of two models that were trained on an aggregate."""
    return f"model:out{size}/model@{version}"


async def measure_hubs(consumers: int = CONSUMERS) -> None:
    """Every question that can meet a hub, at a page of 10 and of 100 consumers (limit 3)."""
    for engine in engine_names():
        figures = []
        async with fresh_store(engine) as store:
            for size in (*PAGES, consumers):
                await fill(store, _consumer_rows(size))
                await fill(store, _aggregate_rows(size))
                await fill(store, _judged_rows(size))
            for page in PAGES:
                for what, ask in _questions(store, page).items():
                    small, hub = await medians(lambda ask=ask, page=page: ask(page), lambda ask=ask: ask(consumers))  # type: ignore[misc]
                    figures.append(Figure(f"{what}, {page}", hub, small, "≤ 3", f"{consumers:,} against {page}"))
        show(f"First page about a hub, {engine}", figures)


def _questions(store: GraphStore, page: int) -> dict[str, Callable[[int], Awaitable[object]]]:
    """By name; each takes the size of the node it is asked about. A page holds the node, its consumers, and what serves the models."""
    before, behind = 1 + page + page // SERVED, 1 + page
    return {
        "chain downstream": lambda size: read_chain(store, [source(size)], MOMENT, walk=DOWNSTREAM, limit=before),
        "chain upstream": lambda size: read_chain(store, [aggregate(size)], MOMENT, walk=UPSTREAM, limit=behind),
        "chain downstream, depth 1": lambda size: read_chain(
            store, [source(size)], MOMENT, walk=DOWNSTREAM, limit=behind, depth=1
        ),
        "exposure": lambda size: read_exposure(store, [parse_urn(source(size))], TODAY, limit=before),
        "exposure, only judged": lambda size: read_exposure(store, [parse_urn(judge(size))], TODAY, limit=before),
        "path from a consumer": lambda size: read_path(store, f"dataset:in{size}/table1@1", source(size), MOMENT),
        "path to a consumer": lambda size: read_path(store, source(size), f"dataset:in{size}/table1@1", MOMENT),
        "path to an input": lambda size: read_path(store, aggregate(size), f"dataset:out{size}/table1@1", MOMENT),
        "diff": lambda size: read_diff(
            store, Point(aggregate(size), MOMENT), Point(aggregate(size, 2), MOMENT), limit=behind
        ),
        "compare": lambda size: read_comparison(store, model(size, 1), model(size, 2), MOMENT, limit=behind + 1),
        "series": lambda size: read_series(store, source(size).partition("@")[0], MOMENT),
    }


def _consumer_rows(size: int) -> Iterator[Row]:
    """Datasets derived from one, and models trained on it with their deployments."""
    yield from declared(source(size))
    for number in range(size):
        urn = f"dataset:in{size}/table{number}@1"
        if number % SERVED == 0:
            urn, deployment = f"model:in{size}/model{number}@1", f"deployment:in{size}/slot{number}@1"
            yield from declared(deployment)
            yield RelationPut(deployment, "SERVES", urn, 0, 1, "bench")
            yield RollOutChangePut(
                deployment, f"slot:in{size}/slot{number}", f"in{size}", "STATE", 1, "PRODUCTION", 1.0, 0
            )
        yield from declared(urn)
        relation = "TRAINED_ON" if urn.startswith("model:") else "DERIVED_FROM"
        yield RelationPut(urn, relation, source(size), 0, 1, "bench")


def _aggregate_rows(size: int) -> Iterator[Row]:
    """Two versions of a dataset made from the same datasets, and a model trained on each."""
    for version in (1, 2):
        yield from declared(aggregate(size, version))
        yield from declared(model(size, version))
        yield RelationPut(model(size, version), "TRAINED_ON", aggregate(size, version), 0, 1, "bench")
    for number in range(size):
        urn = f"dataset:out{size}/table{number}@1"
        yield from declared(urn)
        for version in (1, 2):
            yield RelationPut(aggregate(size, version), "DERIVED_FROM", urn, 0, 1, "bench")


def _judged_rows(size: int) -> Iterator[Row]:
    """Models that were evaluated on one dataset."""
    yield from declared(judge(size))
    for number in range(size):
        urn = f"model:judge{size}/model{number}@1"
        yield from declared(urn)
        yield RelationPut(urn, "EVALUATED_ON", judge(size), 0, 1, "bench")
