"""Hubs: a page of what very many rest on, or of what rests on very many, is read without the rest, and says how much that is."""

from collections.abc import Iterator

import pytest

from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, Walk, read_chain
from evidence_graph.lineage.chain_filters import ChainFilter
from evidence_graph.lineage.chain_parts import BandParameters, ChainParameters, Cut, RootsAt, StepsWithin
from evidence_graph.lineage.exposure_parts import (
    EXPOSURE,
    EXPOSURE_BAND,
    EXPOSURE_JUDGED,
    EXPOSURE_JUDGED_BAND,
    EXPOSURE_WINDOWS,
    ExposureWalk,
    JudgedOn,
    WindowsOf,
)
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.rows import RelationPut, Row
from evidence_graph.store.graph_store import GraphStore
from graph_schema import OPEN_END
from tests.benchmarks.graphs import declared, fill
from tests.conftest import Engine
from tests.stories import now, record, urns

PAGE = 10
BOTH = pytest.mark.parametrize("walk", [UPSTREAM, DOWNSTREAM], ids=["upstream", "downstream"])


def hub(size: int) -> str:
    return f"dataset:hub/n{size}@1"


def neighbours(size: int) -> list[str]:
    return [f"dataset:around{size}/t@{number:04}" for number in range(size)]


def hub_rows(size: int, walk: Walk) -> Iterator[Row]:
    """A dataset made from so many others, or that so many were made from, told last things first; everything at position 0."""
    yield from declared(hub(size))
    for urn in reversed(neighbours(size)):
        yield from declared(urn)
        ends = (hub(size), urn) if walk.upstream else (urn, hub(size))
        yield RelationPut(ends[0], "DERIVED_FROM", ends[1], 0, 1, "bench")


@BOTH
async def test_a_page_costs_as_much_work_at_a_hub_ten_times_as_large(
    engine: Engine, store: GraphStore, walk: Walk
) -> None:
    """Counted by the engine itself (steps of its machine, or hits of its storage), so that no clock is needed."""
    for size in (300, 3_000):
        await fill(store, hub_rows(size, walk))

    async def effort(size: int) -> dict[str, int]:
        root, some = [hub(size)], neighbours(size)[:PAGE]
        asked = [
            (walk.whole, ChainParameters(root, OPEN_END, 0, PAGE, PAGE)),
            (walk.roots, RootsAt(root, 0, PAGE)),
            (walk.band, BandParameters(root, OPEN_END, 0, PAGE, PAGE)),
            (walk.steps, StepsWithin(root, root + some, 0, 100)),
        ]
        if walk is DOWNSTREAM:
            asked += [(each, ExposureWalk(root, OPEN_END, 0, PAGE, PAGE)) for each in (EXPOSURE, EXPOSURE_BAND)]
        return {question.stem: await engine.effort(question, parameters) for question, parameters in asked}

    smaller, larger = await effort(300), await effort(3_000)

    assert {stem: work for stem, work in larger.items() if work > 1.3 * smaller[stem] + 20} == {}


def judged_rows(size: int) -> Iterator[Row]:
    """A dataset that so many models were evaluated on, from which so many windows were computed, and so many features."""
    data, measured = f"dataset:judge/n{size}@1", f"deployment:judge/d{size}@1"
    for urn in (data, measured):
        yield from declared(urn)
    for number in range(size):
        model, feature = f"model:judge/m{size}@{number:04}", f"feature:judge/f{size}@{number:04}"
        window = f"kpi_window:judge/d{size},deployment,judge/kpi@1,20261002T{number // 60:04}{number % 60:02}Z,r0"
        for urn, name in ((model, "EVALUATED_ON"), (feature, "COMPUTED_FROM"), (window, "COMPUTED_FROM")):
            yield from declared(urn)
            yield RelationPut(urn, name, data, 0, 1, "bench")
        yield RelationPut(window, "MEASURES", measured, 0, 1, "bench")


async def test_what_was_judged_costs_as_much_work_at_a_hub_ten_times_as_large(
    engine: Engine, store: GraphStore
) -> None:
    """A benchmark that everybody evaluates on, and a deployment that is measured by the minute."""
    for size in (300, 3_000):
        await fill(store, judged_rows(size))

    async def effort(size: int) -> dict[str, int]:
        data, measured = [f"dataset:judge/n{size}@1"], [f"deployment:judge/d{size}@1"]
        asked = [
            (EXPOSURE_JUDGED, JudgedOn(data, OPEN_END, 0, PAGE)),
            (EXPOSURE_JUDGED_BAND, JudgedOn(data, OPEN_END, 0, PAGE)),
            (EXPOSURE_WINDOWS, WindowsOf(measured, 0, PAGE)),
        ]
        return {question.stem: await engine.effort(question, parameters) for question, parameters in asked}

    smaller, larger = await effort(300), await effort(3_000)
    rows = await store.ask(EXPOSURE_JUDGED_BAND, JudgedOn(["dataset:judge/n300@1"], OPEN_END, 0, PAGE))

    assert {stem: work for stem, work in larger.items() if work > 1.3 * smaller[stem] + 20} == {}
    assert [row.urn for row in rows] == sorted(row.urn for row in rows)
    assert {row.kind for row in rows} == {"kpi_window"}
    assert [step.relation for step in rows[0].steps] == ["COMPUTED_FROM", "MEASURES"]


@BOTH
async def test_a_page_of_a_hub_holds_the_first_by_urn(store: GraphStore, walk: Walk) -> None:
    """Whatever the order of recording was."""
    await fill(store, hub_rows(60, walk))

    found = await read_chain(store, [hub(60)], Moment(0, 1, None, 0), walk=walk, limit=1 + PAGE)

    assert urns(found.artifacts) == [hub(60), *neighbours(60)[:PAGE]]
    assert len(found.steps) == PAGE
    assert found.cuts == [Cut(hub(60), 50, "LIMIT")]


@BOTH
@pytest.mark.parametrize(("most", "told"), [(49, (49, True)), (50, (50, False)), (1_000, (50, False))])
async def test_what_lies_behind_a_cut_is_counted_up_to_a_bound(
    store: GraphStore, walk: Walk, most: int, told: tuple[int, bool]
) -> None:
    """Exactly up to there; beyond, that there is more."""
    await fill(store, hub_rows(60, walk))
    moment = Moment(0, 1, None, 0)

    cut = await read_chain(store, [hub(60)], moment, walk=walk, limit=1 + PAGE, most_behind=most)
    none = await read_chain(store, [hub(60)], moment, walk=walk, depth=0, most_behind=59)

    assert cut.cuts == [Cut(hub(60), told[0], "LIMIT", told[1])]
    assert cut.completeness.truncated_at == (hub(60),)
    assert none.cuts == [Cut(hub(60), 59, "DEPTH", True)]


async def test_what_is_walked_and_what_is_stopped_are_counted_apart(store: GraphStore) -> None:
    """However many there are of the other."""
    data = "dataset:a/benchmark@1"
    models = [{"urn": f"model:a/m@{n:02}", ("trainedOn" if n < 6 else "evaluatedOn"): [data]} for n in range(26)]
    await record(store, {"models": models})
    moment, stop = await now(store), ChainFilter(relations=frozenset({"EVALUATED_ON"}))

    found = await read_chain(store, [data], moment, walk=DOWNSTREAM, limit=3, stop=stop, most_behind=10)
    other = await read_chain(
        store,
        [data],
        moment,
        walk=DOWNSTREAM,
        limit=3,
        stop=ChainFilter(relations=frozenset({"TRAINED_ON"})),
        most_behind=10,
    )

    assert urns(found.artifacts) == [data, "model:a/m@00", "model:a/m@01"]
    assert found.cuts == [Cut(data, 4, "LIMIT"), Cut(data, 10, "STOP", True)]
    assert urns(other.artifacts) == [data, "model:a/m@06", "model:a/m@07"]
    assert other.cuts == [Cut(data, 10, "LIMIT", True), Cut(data, 6, "STOP")]


async def test_a_hub_is_cut_as_it_was_known_then(store: GraphStore) -> None:
    """What was recorded since neither takes a place on the page nor counts behind it."""
    source = "dataset:a/source@1"
    later, earlier = (
        [{"urn": f"dataset:a/{name}@{n:02}", "derivedFrom": [source]} for n in range(20)] for name in "ab"
    )
    told = await record(store, {"datasets": earlier})
    await record(store, {"datasets": later})
    then = Moment(told.position or 0, 1, None, 0)

    found = await read_chain(store, [source], then, walk=DOWNSTREAM, limit=4)
    since = await read_chain(store, [source], await now(store), walk=DOWNSTREAM, limit=4)

    assert urns(found.artifacts) == [source, *(item["urn"] for item in earlier[:3])]
    assert found.cuts == [Cut(source, 17, "LIMIT")]
    assert urns(since.artifacts) == [source, *(item["urn"] for item in later[:3])]
    assert since.cuts == [Cut(source, 37, "LIMIT")]
