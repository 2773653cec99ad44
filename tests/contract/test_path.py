"""How two artifacts are connected: the direction, the shortest path, how many there are, and why there is none."""

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.path import PathAnswer, read_path
from evidence_graph.lineage.path_links import PathCount, between, count_paths, shortest
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.contract.test_chain import DIAMOND, dataset, graph, ladder
from tests.differential.path import well_formed
from tests.stories import as_of, derived, now, record, urns

SCORES = "dataset:churn/scores@1"


async def path(store: GraphStore, start: str, goal: str, **bounds: int) -> PathAnswer:
    return await read_path(store, dataset(start), dataset(goal), await now(store), **bounds)


def way(found: PathAnswer) -> list[str]:
    return [artifact.name for artifact in found.artifacts]


async def test_a_window_is_connected_with_the_raw_data_behind_it(store: GraphStore) -> None:
    """The same path from either end; it always runs from what rests to the evidence."""
    told = await record(store, stories.churn())

    found = await read_path(store, stories.WEEK_40, stories.CUSTOMERS, await now(store))
    turned = await read_path(store, stories.CUSTOMERS, stories.WEEK_40, await now(store))

    assert (found.direction, turned.direction) == ("FROM_RESTS_ON_TO", "TO_RESTS_ON_FROM")
    assert urns(found.artifacts) == [
        stories.WEEK_40,
        stories.ROLL_OUT_42,
        stories.MODEL_7,
        stories.TRAINING,
        stories.CUSTOMERS,
    ]
    assert [step.relation for step in found.steps] == ["MEASURES", "SERVES", "TRAINED_ON", "DERIVED_FROM"]
    assert found.paths == PathCount(exactly=1, more_than=None)
    assert (turned.artifacts, turned.steps, turned.paths) == (found.artifacts, found.steps, found.paths)
    assert (found.both_ways, found.absence) == (False, None)
    assert (found.completeness.complete, found.completeness.position) == (True, told.position)
    well_formed(found)


async def test_of_several_shortest_paths_the_first_by_urn_is_shown(store: GraphStore) -> None:
    """And all of them are counted."""
    await record(store, DIAMOND)

    found = await path(store, "a", "e")

    assert way(found) == ["a", "b", "d", "e"]
    assert found.paths == PathCount(2, None)


async def test_two_relations_between_the_same_artifacts_are_two_paths(store: GraphStore) -> None:
    """A model that was evaluated on its own training data."""
    training = dataset("t")
    await record(store, {"models": [{"urn": stories.MODEL_7, "trainedOn": [training], "evaluatedOn": [training]}]})

    found = await read_path(store, stories.MODEL_7, training, await now(store))

    assert [step.relation for step in found.steps] == ["EVALUATED_ON"]
    assert found.paths == PathCount(2, None)


@pytest.mark.parametrize(("rungs", "exactly", "more_than"), [(19, 524_288, None), (20, None, 1_000_000)])
async def test_paths_are_counted_exactly_up_to_a_cap(
    store: GraphStore, rungs: int, exactly: int | None, more_than: int | None
) -> None:
    """Each rung doubles their number; it takes no longer to count them."""
    await record(store, graph(**dict(ladder(rungs))))

    found = await path(store, "j0", f"j{rungs}")

    assert found.paths == PathCount(exactly, more_than)
    assert len(found.steps) == 2 * rungs


async def test_an_artifact_is_itself(store: GraphStore) -> None:
    """One path, with no step."""
    await record(store, DIAMOND)

    found = await path(store, "a", "a")

    assert (found.direction, way(found), found.steps, found.paths) == ("SAME", ["a"], [], PathCount(1, None))


async def circle(store: GraphStore) -> None:
    """A model evaluated on scores that were computed with its roll-out."""
    await record(
        store,
        {"models": [{"urn": stories.MODEL_7, "trainedOn": [stories.TRAINING], "evaluatedOn": [SCORES]}]},
        stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"),
        derived(SCORES, stories.ROLL_OUT_42),
    )


async def test_two_that_rest_on_each_other_say_so(store: GraphStore) -> None:
    """What a thing was judged on may have been made with it; a path comes by nothing twice."""
    await circle(store)

    found = await read_path(store, stories.MODEL_7, stories.ROLL_OUT_42, await now(store))
    turned = await read_path(store, stories.ROLL_OUT_42, stories.MODEL_7, await now(store))
    through = await read_path(store, SCORES, stories.TRAINING, await now(store))

    assert urns(found.artifacts) == [stories.MODEL_7, SCORES, stories.ROLL_OUT_42]
    assert (found.both_ways, turned.both_ways, through.both_ways) == (True, True, False)
    assert [each.direction for each in (found, turned, through)] == ["FROM_RESTS_ON_TO"] * 3
    assert [each.paths for each in (found, turned, through)] == [PathCount(1, None)] * 3


async def test_no_path_because_of_time(store: GraphStore) -> None:
    """It is on record, but not all of it existed then: the ends count too."""
    await record(store, stories.churn())

    middle = await read_path(store, stories.ROLL_OUT_42, stories.CUSTOMERS, await now(store, "2026-10-01T08:00:00Z"))
    end = await read_path(store, stories.MODEL_7, stories.CUSTOMERS, await now(store, "2026-10-01T05:00:00Z"))
    itself = await read_path(store, stories.MODEL_7, stories.MODEL_7, await now(store, "2026-10-01T05:00:00Z"))
    then = await read_path(store, stories.TRAINING, stories.CUSTOMERS, await now(store, "2026-10-01T05:00:00Z"))

    for found in (middle, end, itself):
        well_formed(found)
        assert found.absence is not None
        assert found.absence.reason == "TIME"
        assert "without validAt" in found.absence.sentence
    assert [each.absence.not_yet for each in (middle, end) if each.absence] == [
        (stories.ROLL_OUT_42, stories.MODEL_7),
        (stories.MODEL_7,),
    ]
    assert then.direction == "FROM_RESTS_ON_TO"


async def test_no_path_because_it_was_recorded_later(store: GraphStore) -> None:
    """The position it was judged from is named: later entries may give another reason."""
    first = await record(store, graph(a="", b=""))
    never = await read_path(store, dataset("a"), dataset("b"), await as_of(store, first.position))
    last = await record(store, graph(c="b"), {"features": [{"urn": "feature:f/f@1", "computedFrom": [dataset("a")]}]})
    await record(store, stories.retract(dataset("a")))
    linked = await record(store, derived(dataset("a"), dataset("c")))

    then = await read_path(store, dataset("a"), dataset("b"), await as_of(store, first.position))

    assert never.absence is not None
    assert (never.absence.reason, never.absence.judged_at) == ("STRUCTURE", first.position)
    assert then.absence is not None
    assert (then.absence.reason, then.absence.at_position) == ("KNOWLEDGE", linked.position)
    assert then.absence.judged_at == linked.position
    assert (last.position or 0) < (linked.position or 0)
    there = await read_path(store, dataset("a"), dataset("b"), await as_of(store, then.absence.at_position))
    assert there.artifacts


async def test_no_path_because_it_was_retracted(store: GraphStore) -> None:
    """The last position before that still sees it."""
    linked = await record(store, graph(a="m", m="b", b=""))
    await record(store, stories.retract(dataset("m")))

    found = await path(store, "b", "a")

    assert found.absence is not None
    assert (found.absence.reason, found.absence.at_position) == ("KNOWLEDGE", linked.position)
    assert "retracted" in found.absence.sentence
    there = await read_path(store, dataset("b"), dataset("a"), await as_of(store, found.absence.at_position))
    assert there.direction == "TO_RESTS_ON_FROM"


async def test_relations_that_were_never_known_together_make_no_path(store: GraphStore) -> None:
    """One half was retracted before the other was recorded."""
    await record(store, graph(a="m", m="", b=""))
    await record(store, stories.retract(dataset("a")))
    await record(store, {"features": [{"urn": "feature:f/f@1", "computedFrom": [dataset("a")]}]})
    await record(store, stories.retract(dataset("m")))
    await record(store, graph(m="b"))

    found = await path(store, "a", "b")

    assert found.absence is not None
    assert found.absence.reason == "STRUCTURE"


async def test_siblings_are_not_connected(store: GraphStore) -> None:
    """They rest on the same thing, neither on the other. A stub on the way says that the last word is not spoken."""
    await record(store, graph(b="d", c="d"))

    found = await path(store, "b", "c")

    well_formed(found)
    assert found.absence is not None
    assert found.absence.reason == "STRUCTURE"
    assert found.completeness.unresolved == (dataset("d"),)
    assert not found.completeness.complete


async def test_a_walk_that_is_too_long_one_way_is_made_the_other_way(store: GraphStore) -> None:
    """Nothing is missing from the answer; when both are too long, it says so."""
    sources = {f"s{n}": "" for n in range(8)}
    users = {f"u{n}": "q z" for n in range(8)}
    await record(store, graph(a=" ".join(["z", *sources]), z="", y="", q="", **sources))
    one_way = await path(store, "a", "z", limit=5)
    await record(store, graph(**users))

    cut = await path(store, "a", "z", limit=5)
    lost = await path(store, "z", "y", limit=5)
    undecided = await path(store, "a", "q", limit=5)

    assert (way(one_way), one_way.paths, one_way.completeness.truncated) == (["a", "z"], PathCount(1, None), False)
    assert lost.absence is not None
    assert lost.absence.reason == "STRUCTURE"
    assert cut.completeness.truncated
    assert not cut.completeness.complete
    assert (way(cut), cut.paths) == (["a", "z"], PathCount(None, 0))
    assert undecided.absence is not None
    assert undecided.absence.reason == "UNDECIDED"
    assert undecided.completeness.truncated


async def test_what_is_not_on_record_is_named(store: GraphStore) -> None:
    await record(store, DIAMOND)

    for ends in (("a", "nothing"), ("nothing", "a")):
        with pytest.raises(NotRecorded, match=dataset("nothing")):
            await path(store, *ends)


class Arrow:
    """A link without a record."""

    def __init__(self, relation: str, source: str, target: str) -> None:
        self.relation, self.source, self.target = relation, source, target


def knot(size: int) -> list[Arrow]:
    """A way into artifacts that all lead to each other, and out of them."""
    inside = [f"n{n}" for n in range(size)]
    links = [Arrow("R", one, other) for one in inside for other in inside if one != other]
    return [Arrow("R", "start", "n0"), *links, Arrow("R", f"n{size - 1}", "goal")]


def test_paths_through_a_knot_are_counted_one_by_one() -> None:
    """Five artifacts that lead to each other: 1 + 3 + 6 + 6 ways from one to another."""
    found = between(knot(5), "start", "goal")

    assert count_paths(found, "start", "goal") == PathCount(16, None)
    assert [link.target for link in shortest(found, "start", "goal")] == ["n0", "n4", "goal"]


def test_a_knot_with_too_many_paths_says_how_many_there_are_at_least() -> None:
    """In bounded time."""
    found = between(knot(16), "start", "goal")

    counted = count_paths(found, "start", "goal", searched=5_000)

    assert counted.exactly is None
    assert counted.more_than is not None
    assert 0 <= counted.more_than < 5_000


def test_a_knot_beside_a_long_ladder_leaves_the_number_exact() -> None:
    """2^10 ways down the ladder, each through one of 16 ways of the knot."""
    rungs = [Arrow("R", name, side) for name, some in ladder(10) for side in some.split()]
    found = between([*rungs, Arrow("R", "j10", "start"), *knot(5)], "j0", "goal")

    assert count_paths(found, "j0", "goal") == PathCount(16 * 1024, None)
    assert count_paths(found, "j0", "goal", most=16 * 1024 - 1) == PathCount(None, 16 * 1024 - 1)
