"""The chain behind or in front of artifacts: complete or saying where it is cut, nearest first, each artifact once."""

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, Chain, Walk, read_chain
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import attempt, derived, now, outcomes, record, together, urns


def dataset(name: str) -> str:
    return f"dataset:graph/{name}@1"


def names(chain: Chain) -> list[str]:
    return [artifact.name for artifact in chain.artifacts]


async def chain(
    store: GraphStore, *roots: str, walk: Walk = UPSTREAM, depth: int | None = None, limit: int = 1000
) -> Chain:
    found = await read_chain(store, list(map(dataset, roots)), await now(store), walk=walk, depth=depth, limit=limit)
    well_formed(found)
    return found


def well_formed(found: Chain) -> None:
    """In order of (distance, URN), each artifact once, every step between artifacts of the answer, all of it connected."""
    order = [(found.distances[artifact.urn], artifact.urn) for artifact in found.artifacts]
    assert order == sorted(set(order))
    members = {artifact.urn for artifact in found.artifacts}
    assert members == set(found.distances)
    assert len(set(found.steps)) == len(found.steps)
    assert all({step.source, step.target} <= members for step in found.steps)
    neighbours = {(step.source, step.target) for step in found.steps} | {
        (step.target, step.source) for step in found.steps
    }
    near = {urn for urn, distance in found.distances.items() if distance}
    assert all(any((urn, other) in neighbours for other in members) for urn in near)


def graph(**sources: str) -> dict[str, list[object]]:
    """Datasets by name, each with the names of what it was derived from."""
    return together(*(derived(dataset(name), *map(dataset, some.split())) for name, some in sources.items()))


DIAMOND = graph(a="b c", b="d", c="d", d="e", e="")


async def test_a_chain_holds_everything_the_roots_rest_on(store: GraphStore) -> None:
    """Every artifact once, by distance and URN, with every step; positions and actors are those of the entries."""
    told = await record(store, stories.churn())

    found = await read_chain(store, [stories.WEEK_40], await now(store))

    assert urns(found.artifacts) == [
        stories.WEEK_40,
        stories.ROLL_OUT_42,
        stories.MODEL_7,
        stories.TRAINING,
        stories.CUSTOMERS_BEFORE,
        stories.CUSTOMERS,
        stories.TENURE,
    ]
    assert {(step.relation, step.source, step.target) for step in found.steps} == {
        ("MEASURES", stories.WEEK_40, stories.ROLL_OUT_42),
        ("SERVES", stories.ROLL_OUT_42, stories.MODEL_7),
        ("TRAINED_ON", stories.MODEL_7, stories.TRAINING),
        ("EVALUATED_ON", stories.MODEL_7, stories.CUSTOMERS_BEFORE),
        ("DERIVED_FROM", stories.TRAINING, stories.CUSTOMERS),
        ("DERIVED_FROM", stories.TRAINING, stories.TENURE),
    }
    positions = {outcome.urn: outcome.position for outcome in told.outcomes}
    assert all((step.position, step.actor) == (positions[step.source], "ana") for step in found.steps)
    assert all(step.recorded_at == found.completeness.known_at for step in found.steps)
    assert found.completeness.complete
    assert not found.completeness.truncated
    assert found.completeness.position == told.position
    assert [root.urn for root in found.roots] == [stories.WEEK_40]


async def test_downstream_is_everything_that_rests_on_the_roots(store: GraphStore) -> None:
    """The same steps, found from the other side; they still point to the evidence."""
    await record(store, stories.churn())

    found = await read_chain(store, [stories.CUSTOMERS], await now(store), walk=DOWNSTREAM)

    assert urns(found.artifacts) == [
        stories.CUSTOMERS,
        stories.TRAINING,
        stories.MODEL_7,
        stories.ROLL_OUT_42,
        stories.WEEK_40,
    ]
    assert {(step.source, step.target) for step in found.steps} == set(pairwise(reversed(urns(found.artifacts))))


async def test_succession_is_never_walked(store: GraphStore) -> None:
    """What replaces or revises a thing is no evidence for it."""
    await record(
        store,
        stories.roll_out("deployment:a/slot@1", "2026-10-01T00:00:00Z"),
        stories.roll_out("deployment:a/slot@2", "2026-10-02T00:00:00Z", replaces=["deployment:a/slot@1"]),
        stories.datasets(dataset("new"), revises=[dataset("old")]),
    )

    found = await read_chain(store, ["deployment:a/slot@2", dataset("new")], await now(store))

    assert urns(found.artifacts) == [dataset("new"), "deployment:a/slot@2", stories.MODEL_7]


async def test_several_roots_share_one_chain(store: GraphStore) -> None:
    """Distance counts from the nearest root; a root that another rests on is a root all the same."""
    await record(store, DIAMOND)

    found = await chain(store, "a", "d", "d")

    assert names(found) == ["a", "d", "b", "c", "e"]
    assert [root.name for root in found.roots] == ["a", "d"]
    assert len(found.steps) == 5


@pytest.mark.parametrize(
    ("depth", "expected", "steps"),
    [
        (0, "a", 0),
        (1, "a b c", 2),
        (2, "a b c d", 4),
        (3, "a b c d e", 5),
        (4, "a b c d e", 5),
        (10**9, "a b c d e", 5),
    ],
)
async def test_depth_counts_relations_from_the_roots(store: GraphStore, depth: int, expected: str, steps: int) -> None:
    """0 is the roots alone; a bound that was asked for is no truncation."""
    await record(store, DIAMOND)

    found = await chain(store, "a", depth=depth)
    back = await chain(store, "e", depth=depth, walk=DOWNSTREAM)

    assert names(found) == expected.split()
    assert len(found.steps) == steps
    assert found.completeness.complete
    assert len(back.artifacts) == [1, 2, 4, 5, 5, 5][min(depth, 5)]


async def test_a_step_longer_than_the_depth_belongs_to_the_answer(store: GraphStore) -> None:
    """When both its ends are in it."""
    await record(store, graph(a="b c", b="x", c="b"))

    found = await chain(store, "a", depth=1)

    assert {(step.source, step.target) for step in found.steps} == {
        (dataset("a"), dataset("b")),
        (dataset("a"), dataset("c")),
        (dataset("c"), dataset("b")),
    }


@pytest.mark.parametrize(
    ("limit", "kept", "cuts"),
    [
        (1, "a", "a"),
        (2, "a b", "a b"),
        (3, "a b c", "b c"),
        (4, "a b c d", "d"),
        (5, "a b c d e", ""),
        (6, "a b c d e", ""),
    ],
)
async def test_a_truncated_chain_keeps_what_is_nearest_and_says_where_it_is_cut(
    store: GraphStore, limit: int, kept: str, cuts: str
) -> None:
    """By (distance, URN); exactly at the limit nothing is cut."""
    await record(store, DIAMOND)

    found = await chain(store, "a", limit=limit)

    assert names(found) == kept.split()
    assert found.completeness.truncated == bool(cuts)
    assert found.completeness.complete == (not cuts)
    assert list(found.completeness.truncated_at) == [dataset(name) for name in cuts.split()]


async def test_a_truncated_chain_downstream_keeps_what_is_nearest_too(store: GraphStore) -> None:
    """The walk in bands goes both ways."""
    await record(store, DIAMOND)

    found = await chain(store, "e", limit=3, walk=DOWNSTREAM)

    assert names(found) == ["e", "d", "b"]
    assert found.completeness.truncated_at == (dataset("d"), dataset("b"))


async def test_a_hub_is_cut_by_urn(store: GraphStore) -> None:
    """One band larger than the limit gives its first URNs, also when most of it was found already."""
    many = {f"m{n:03}": "" for n in range(60)}
    await record(store, graph(a=" ".join(many), b=" ".join(many), **many))

    found = await chain(store, "a", "b", limit=12)

    assert names(found) == ["a", "b", *(f"m{n:03}" for n in range(10))]
    assert found.completeness.truncated_at == (dataset("a"), dataset("b"))


async def test_bands_find_new_artifacts_behind_many_known_ones(store: GraphStore) -> None:
    """What a band has in common with the ones before does not use up its room."""
    many = [f"m{n:03}" for n in range(30)]
    await record(
        store, graph(a=" ".join(many), z="", **{name: " ".join([*many[:n], "z"]) for n, name in enumerate(many)})
    )

    found = await chain(store, "a", depth=2, limit=60)
    cut = await chain(store, "a", depth=2, limit=31)

    assert names(found) == ["a", *many, "z"]
    assert found.completeness.complete
    assert names(cut) == ["a", *many]
    assert cut.completeness.truncated


async def test_too_many_steps_are_cut_and_it_says_where(store: GraphStore) -> None:
    """At most ten times as many steps as artifacts, those nearest to the roots; an answer never leaves some out silently."""
    many = [f"m{n:02}" for n in range(40)]
    await record(store, graph(**{name: " ".join(many[n + 1 :]) for n, name in enumerate(many)}))

    found = await chain(store, "m00", limit=40)

    assert names(found) == many
    assert len(found.steps) == 400
    assert found.completeness.truncated
    assert found.completeness.truncated_at[0] == found.steps[-1].source
    assert found.completeness.truncated_at[-1] == dataset("m38")


@pytest.mark.parametrize("walk", [UPSTREAM, DOWNSTREAM], ids=["upstream", "downstream"])
async def test_bands_equal_the_whole_when_nothing_is_cut(store: GraphStore, walk: Walk) -> None:
    """Two ways to walk, one answer."""
    await record(store, stories.churn(), DIAMOND)
    roots = [stories.WEEK_40, dataset("a")] if walk is UPSTREAM else [stories.CUSTOMERS, dataset("e")]

    whole = await read_chain(store, roots, await now(store), walk=walk)
    bands = await read_chain(store, roots, await now(store), walk=walk, depth=100)

    assert bands == whole


async def test_stubs_are_named_as_unresolved(store: GraphStore) -> None:
    """Nobody declared them, so the chain is not complete; it is not truncated either."""
    await record(store, derived(dataset("a"), dataset("b"), dataset("c")), graph(b=""))

    found = await chain(store, "a")

    assert found.completeness.unresolved == (dataset("c"),)
    assert not found.completeness.complete
    assert not found.completeness.truncated
    assert [artifact.declared for artifact in found.artifacts] == [True, True, False]


async def test_a_root_that_is_not_on_record_is_named(store: GraphStore) -> None:
    """The others do not make up for it."""
    await record(store, DIAMOND)

    with pytest.raises(NotRecorded, match=dataset("unheard_of")) as refused:
        await chain(store, "a", "unheard_of")
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("roots", "bounds"),
    [
        ([], {}),
        (["a"], {"limit": 0}),
        (["a"], {"limit": 10_001}),
        (["a", "b", "c"], {"limit": 2}),
        (["a"], {"depth": -1}),
        ([str(n) for n in range(1_001)], {"limit": 10_000}),
    ],
)
async def test_bounds_that_make_no_sense_are_refused(
    store: GraphStore, roots: list[str], bounds: dict[str, int]
) -> None:
    """With what would be accepted."""
    await record(store, DIAMOND)

    with pytest.raises(InvalidInput) as refused:
        await chain(store, *roots, **bounds)  # type: ignore[arg-type]
    assert refused.value.next_step


def ladder(rungs: int) -> Iterator[tuple[str, str]]:
    """2^rungs paths: each joint rests on two sides, both on the next joint."""
    for n in range(rungs):
        yield f"j{n}", f"l{n} r{n}"
        yield f"l{n}", f"j{n + 1}"
        yield f"r{n}", f"j{n + 1}"
    yield f"j{rungs}", ""


def layers(deep: int, wide: int) -> Iterator[tuple[str, str]]:
    """wide^deep paths: everything of one layer rests on everything of the next."""
    yield "top", " ".join(f"n0.{n}" for n in range(wide))
    for layer in range(deep):
        below = " ".join(f"n{layer + 1}.{n}" for n in range(wide)) if layer + 1 < deep else ""
        yield from ((f"n{layer}.{n}", below) for n in range(wide))


@pytest.mark.parametrize(
    ("root", "shape"), [("j0", dict(ladder(30))), ("top", dict(layers(10, 10)))], ids=["ladder of 30", "layers 10 x 10"]
)
async def test_very_many_paths_cost_no_more_than_one(store: GraphStore, root: str, shape: dict[str, str]) -> None:
    """2^30 and 11 billion paths answer complete, in about the time of a straight line; the benchmarks hold the ratio."""
    line = {f"s{n}": f"s{n + 1}" for n in range(len(shape) - 1)} | {f"s{len(shape) - 1}": ""}
    await record(store, graph(**shape))
    await record(store, graph(**line))

    async def timed(of: str, **bounds: int) -> tuple[Chain, float]:
        start = time.perf_counter()
        return await chain(store, of, **bounds), time.perf_counter() - start  # type: ignore[arg-type]

    straight, line_seconds = await timed("s0")
    found, seconds = await timed(root)
    banded, _ = await timed(root, depth=len(shape))

    print(
        f"{len(found.artifacts)} artifacts, {seconds / line_seconds:.1f} times a straight line ({line_seconds * 1000:.1f} ms)"
    )
    assert found.completeness.complete
    assert len(found.artifacts) == len(straight.artifacts) == len(shape)
    assert len(found.steps) == sum(len(some.split()) for some in shape.values())
    assert banded == found


async def test_a_chain_may_be_deep(store: GraphStore) -> None:
    """A daily table derived from yesterday's, for two years; there is no bound on depth unless asked."""
    days = 730
    await record(store, graph(**{f"d{n:03}": f"d{n + 1:03}" for n in range(days)}, **{f"d{days}": ""}))

    found = await chain(store, "d000")
    back = await chain(store, f"d{days}", walk=DOWNSTREAM)

    assert len(found.artifacts) == len(back.artifacts) == days + 1
    assert max(found.distances.values()) == days


async def test_judged_on_relations_may_close_a_circle_and_it_is_walked_once(store: GraphStore) -> None:
    """A model is evaluated on scores that were computed with it."""
    scores = "dataset:churn/scores@1"
    await record(
        store,
        {"models": [{"urn": stories.MODEL_7, "trainedOn": [stories.TRAINING], "evaluatedOn": [scores]}]},
        stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"),
        derived(scores, stories.ROLL_OUT_42),
    )

    for root in (stories.MODEL_7, scores, stories.ROLL_OUT_42):
        for walk in (UPSTREAM, DOWNSTREAM):
            found = await read_chain(store, [root], await now(store), walk=walk)
            well_formed(found)
            assert {stories.MODEL_7, scores, stories.ROLL_OUT_42} <= set(urns(found.artifacts))
            assert (
                len({(step.source, step.target) for step in found.steps} - {(stories.MODEL_7, stories.TRAINING)}) == 3
            )


@pytest.mark.parametrize("late", ["a stub", "a manifest", "a longer way"])
async def test_a_cycle_of_made_from_relations_is_refused_and_named(store: GraphStore, late: str) -> None:
    """Completing a stub can close one, and so can items of one manifest; nothing is recorded."""
    if late == "a stub":
        await record(store, graph(a="b"))
        closing, way = graph(b="a"), "a b"
    elif late == "a manifest":
        closing, way = graph(a="b", b="c", c="a"), "a b c"
    else:
        await record(store, graph(a="b", b="c", c="d e", d="", e="f"))
        closing, way = graph(f="a"), "a b c e f"
    before = await read_head(store)

    refused = await attempt(store, closing)

    assert {fault.code for fault in refused.faults} == {"INVALID"}
    assert "cycle" in refused.faults[-1].message
    assert all(dataset(name) in refused.faults[-1].message for name in way.split())
    assert await read_head(store) == before


async def test_a_cycle_over_several_made_from_relations_is_refused(store: GraphStore) -> None:
    """A model trained on its own predictions was not made that way."""
    scores = "dataset:churn/scores@1"
    await record(
        store, stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"), derived(scores, stories.ROLL_OUT_42)
    )

    refused = await attempt(store, {"models": [{"urn": stories.MODEL_7, "trainedOn": [scores]}]})

    assert " → ".join([stories.MODEL_7, scores, stories.ROLL_OUT_42, stories.MODEL_7]) in refused.faults[0].message


async def test_a_cycle_of_succession_is_refused(store: GraphStore) -> None:
    """Nothing revises or replaces what comes after it; made-from and succession may cross."""
    await record(
        store,
        stories.datasets(dataset("new"), revises=[dataset("old")]),
        stories.roll_out("deployment:a/slot@2", "2026-10-02T00:00:00Z", replaces=["deployment:a/slot@1"]),
    )

    for closing in (
        stories.datasets(dataset("old"), revises=[dataset("new")]),
        stories.roll_out("deployment:a/slot@1", "2026-10-01T00:00:00Z", replaces=["deployment:a/slot@2"]),
    ):
        refused = await attempt(store, closing)
        assert [("cycle" in fault.message, fault.code) for fault in refused.faults] == [(True, "INVALID")]
    assert outcomes(await record(store, derived(dataset("old"), dataset("new")))) == ["COMPLETED"]


async def test_a_retracted_relation_closes_no_cycle(store: GraphStore) -> None:
    """Only what is known now counts."""
    await record(store, graph(a="b"))
    await record(store, stories.retract(dataset("a")))

    assert outcomes(await record(store, graph(b="a"))) == ["COMPLETED"]
