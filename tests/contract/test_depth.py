"""Depth and distance, counted alike everywhere: the root is at 0, each relation is one more, and a bound holds what lies at it."""

from itertools import pairwise

import pytest

from evidence_graph.app import served_schema
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, ChainFilter, Walk, read_chain
from evidence_graph.lineage.chain_parts import Cut
from evidence_graph.lineage.chain_summary import summary_of
from evidence_graph.lineage.diff import Point, read_diff
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.path import read_path
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import over_graphql, stories
from tests.stories import derived, now, record, together, urns

LENGTH = 5
LINE = [f"dataset:line/table{number}@1" for number in range(LENGTH + 1)]
BOTH_WAYS = pytest.mark.parametrize("walk", [UPSTREAM, DOWNSTREAM], ids=["upstream", "downstream"])
EVERY_DEPTH = pytest.mark.parametrize("depth", range(LENGTH + 2))


@pytest.fixture
async def line(store: GraphStore) -> list[str]:
    """Six datasets, each derived from the next."""
    await record(store, together(*(derived(one, other) for one, other in pairwise(LINE)), stories.datasets(LINE[-1])))
    return LINE


def test_these_are_all_questions_with_a_depth() -> None:
    """Another one comes here too."""
    query = served_schema()._schema.query_type
    assert query is not None
    assert {name for name, field in query.fields.items() if "depth" in field.args} == {"chain"}


@BOTH_WAYS
@EVERY_DEPTH
async def test_a_chain_holds_what_lies_at_its_depth_and_nothing_beyond(
    store: GraphStore, line: list[str], walk: Walk, depth: int
) -> None:
    """At each artifact's own distance; the cut is said at the last one, one relation before the end as well."""
    from_root = line if walk is UPSTREAM else line[::-1]

    found = await read_chain(store, from_root[:1], await now(store), walk=walk, depth=depth)

    reached = from_root[: depth + 1]
    assert found.distances == {urn: distance for distance, urn in enumerate(reached)}
    assert len(found.steps) == min(depth, LENGTH)
    assert found.cuts == ([Cut(reached[-1], 1, "DEPTH")] if depth < LENGTH else [])
    assert summary_of(found).farthest == min(depth, LENGTH)
    assert not found.completeness.truncated


@BOTH_WAYS
@EVERY_DEPTH
async def test_depth_counts_from_the_nearest_root(store: GraphStore, line: list[str], walk: Walk, depth: int) -> None:
    """Each root is at 0, also where another root rests on it."""
    from_root = line if walk is UPSTREAM else line[::-1]

    found = await read_chain(store, [from_root[0], from_root[2]], await now(store), walk=walk, depth=depth)

    nearest = {urn: place if place < 2 else place - 2 for place, urn in enumerate(from_root)}
    assert found.distances == {urn: distance for urn, distance in nearest.items() if distance <= depth}


@EVERY_DEPTH
async def test_the_shorter_of_two_ways_counts(store: GraphStore, line: list[str], depth: int) -> None:
    """Also where the longer one is found first by name."""
    await record(store, derived("dataset:line/root@1", line[0], line[-2]))

    found = await read_chain(store, ["dataset:line/root@1"], await now(store), depth=depth)

    nearest = {
        "dataset:line/root@1": 0,
        line[-2]: 1,
        line[-1]: 2,
        **{urn: place + 1 for place, urn in enumerate(line[:-2])},
    }
    assert found.distances == {urn: distance for urn, distance in nearest.items() if distance <= depth}


@pytest.mark.parametrize("depth", [0, 1, 2])
async def test_a_stop_is_reached_before_a_depth_is(store: GraphStore, line: list[str], depth: int) -> None:
    """What is stopped at its own relation is no cut by depth."""
    model = "model:line/model@1"
    await record(store, {"models": [{"urn": model, "trainedOn": [line[0]]}]})

    found = await read_chain(
        store, [model], await now(store), depth=depth, stop=ChainFilter(kinds=frozenset({"dataset"}))
    )

    assert urns(found.artifacts) == [model, line[0]][: depth + 1]
    assert found.cuts == [Cut(model, 1, "DEPTH") if depth == 0 else Cut(line[0], 1, "STOP")]


@pytest.mark.parametrize("depth", range(LENGTH + 2))
async def test_depth_over_graphql_is_the_same(store: GraphStore, line: list[str], depth: int) -> None:
    """0 is a depth, and not the same as none."""
    found = await over_graphql.ask(store, "chain", (await now(store)).known_at, of=[line[0]], depth=depth)
    whole = await over_graphql.ask(store, "chain", (await now(store)).known_at, of=[line[0]])

    assert urns_of(found) == line[: depth + 1]
    assert urns_of(whole) == line


def urns_of(chain: dict[str, list[dict[str, str]]]) -> list[str]:
    return [artifact["urn"] for artifact in chain["artifacts"]]


async def test_distances_of_other_answers_count_alike(store: GraphStore, line: list[str]) -> None:
    """A change of the root is at distance 0; a path and a witness are as long as the distance they span."""
    other = [urn.replace("@1", "@2") for urn in line]
    await record(
        store, together(*(derived(one, source) for one, source in pairwise(other)), stories.datasets(other[-1]))
    )
    model, roll_out = "model:line/model@1", "deployment:line/slot@1"
    await record(store, {"models": [{"urn": model, "trainedOn": [line[0]]}]})
    await record(store, stories.roll_out(roll_out, stories.GENESIS, serves=model))
    moment = await now(store)

    differ = await read_diff(store, Point(line[0], moment), Point(other[0], moment))
    exposed = await read_exposure(store, [parse_urn(line[-1])], moment.at(stories.at("2026-12-01T00:00:00Z")))

    assert [change.distance for change in differ.changes] == list(range(LENGTH + 1))
    for place, urn in enumerate(line):
        assert len((await read_path(store, line[0], urn, moment)).steps) == place
    assert [len(one.witness) for one in exposed.deployments] == [LENGTH + 2]
