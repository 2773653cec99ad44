"""Filters that stop a chain or hide parts of it, groups, the summary, and where a chain does not go on."""

from itertools import pairwise

import pytest

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, ChainFilter, Walk, read_chain
from evidence_graph.lineage.chain_filters import hidden
from evidence_graph.lineage.chain_groups import Grouped, grouped
from evidence_graph.lineage.chain_parts import MOST_OWN_STEPS, ChainParameters, Cut
from evidence_graph.lineage.chain_summary import summary_of
from evidence_graph.store.graph_store import GraphStore
from graph_schema import OPEN_END
from tests import stories
from tests.differential.chain import steps_of
from tests.stories import derived, now, record, together, urns

DATASETS_ONLY = ChainFilter(kinds=frozenset({"dataset"}))


def dataset(name: str) -> str:
    return f"dataset:graph/{name}@1"


def relations(*names: str) -> ChainFilter:
    return ChainFilter(relations=frozenset(names))


def kinds(*names: str) -> ChainFilter:
    return ChainFilter(kinds=frozenset(names))


async def test_a_stopped_kind_is_shown_and_nothing_behind_it(store: GraphStore) -> None:
    """The model is where the walk ends; what only it rests on is not in the chain, and the cut says how much that is."""
    await record(store, stories.churn())

    found = await read_chain(store, [stories.WEEK_40], await now(store), stop=kinds("model"))

    assert urns(found.artifacts) == [stories.WEEK_40, stories.ROLL_OUT_42, stories.MODEL_7]
    assert len(found.steps) == 2
    assert found.cuts == [Cut(stories.MODEL_7, 2, "STOP")]
    assert found.completeness.complete


async def test_a_root_of_a_stopped_kind_is_walked_from(store: GraphStore) -> None:
    """Or one could not ask for the first layer behind a dataset; also when another root rests on it."""
    await record(store, derived(dataset("a"), dataset("b")), derived(dataset("b"), dataset("c")))

    one = await read_chain(store, [dataset("a")], await now(store), stop=DATASETS_ONLY)
    two = await read_chain(store, [dataset("a"), dataset("b")], await now(store), stop=DATASETS_ONLY)

    assert urns(one.artifacts) == [dataset("a"), dataset("b")]
    assert urns(two.artifacts) == [dataset("a"), dataset("b"), dataset("c")]


async def test_a_stopped_relation_is_not_followed_and_not_shown(store: GraphStore) -> None:
    """Also between artifacts that are found in another way."""
    await record(store, stories.churn())
    await record(store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [stories.TRAINING]}]})

    found = await read_chain(store, [stories.MODEL_7], await now(store), stop=relations("EVALUATED_ON"))

    assert urns(found.artifacts) == [stories.MODEL_7, stories.TRAINING, stories.CUSTOMERS, stories.TENURE]
    assert {step.relation for step in found.steps} == {"TRAINED_ON", "DERIVED_FROM"}
    assert found.cuts == [Cut(stories.MODEL_7, 2, "STOP")]


async def test_the_engine_itself_stops(store: GraphStore) -> None:
    """What lies behind a stop is not read, however much it is; a root of a stopped kind that is met again goes on."""
    told = await record(
        store,
        derived(dataset("a"), stories.ROLL_OUT_42),
        stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"),
        {"models": [{"urn": stories.MODEL_7, "trainedOn": [dataset("b")], "evaluatedOn": [dataset("a")]}]},
        derived(dataset("b"), *(dataset(f"far{n}") for n in range(50))),
    )

    async def reached(root: str, kinds: list[str], names: list[str]) -> set[str]:
        asked = ChainParameters([root], OPEN_END, told.position or 0, 100, stopped_kinds=kinds, stopped_relations=names)
        return {row.urn for row in await store.ask(UPSTREAM.whole, asked)}

    circle = {stories.ROLL_OUT_42, stories.MODEL_7, dataset("a")}
    assert len(await reached(stories.ROLL_OUT_42, [], [])) == 54
    assert await reached(stories.ROLL_OUT_42, ["dataset"], []) == circle | {dataset("b")}
    assert await reached(stories.ROLL_OUT_42, [], ["TRAINED_ON"]) == circle
    assert await reached(stories.ROLL_OUT_42, ["deployment", "model"], []) == circle - {dataset("a")}
    assert len(await reached(stories.MODEL_7, ["deployment", "model"], [])) == 54


async def test_what_is_hidden_is_walked_through_and_counted(store: GraphStore) -> None:
    """What stands behind it stays, with its distance; a root is never hidden; completeness speaks of everything."""
    await record(store, stories.churn())
    whole = await read_chain(store, [stories.ROLL_OUT_42], await now(store))

    found = hidden(whole, kinds("deployment", "model"))

    assert urns(found.artifacts) == [
        stories.ROLL_OUT_42,
        *(view.urn for view in whole.artifacts if view.kind not in ("deployment", "model")),
    ]
    assert found.filtered == 1
    assert steps_of(found) == {one for one in steps_of(whole) if stories.MODEL_7 not in one}
    assert found.completeness == whole.completeness
    assert found.distances == whole.distances
    assert hidden(whole, relations("DERIVED_FROM")).artifacts == whole.artifacts
    assert steps_of(hidden(whole, relations("DERIVED_FROM"))) == {
        one for one in steps_of(whole) if one[1] != "DERIVED_FROM"
    }


async def test_where_a_chain_is_cut_it_says_how_much_is_known_there(store: GraphStore) -> None:
    """By the limit at each artifact that is named as cut, by the depth at each that lies that deep."""
    await record(
        store,
        derived(dataset("a"), dataset("b"), dataset("c")),
        derived(dataset("b"), *(dataset(f"b{n}") for n in range(5))),
        derived(dataset("c"), dataset("b")),
    )

    cut = await read_chain(store, [dataset("a")], await now(store), limit=4)
    shallow = await read_chain(store, [dataset("a")], await now(store), depth=1)
    none = await read_chain(store, [dataset("a")], await now(store), depth=0)

    assert cut.completeness.truncated_at == (dataset("b"),)
    assert cut.cuts == [Cut(dataset("b"), 4, "LIMIT")]
    assert shallow.cuts == [Cut(dataset("b"), 5, "DEPTH")]
    assert none.cuts == [Cut(dataset("a"), 2, "DEPTH")]
    assert (await read_chain(store, [dataset("a")], await now(store))).cuts == []
    assert (await read_chain(store, [dataset("a")], await now(store), depth=2)).cuts == []


@pytest.mark.parametrize("walk", [UPSTREAM, DOWNSTREAM], ids=["upstream", "downstream"])
@pytest.mark.parametrize("more", [-1, 0, 1, 40])
async def test_an_artifact_with_very_many_steps_is_answered_as_any_other(
    store: GraphStore, walk: Walk, more: int
) -> None:
    """Whole, cut at a limit, and by depth: on both sides of the number of steps that come with an artifact."""
    many = [dataset(f"m{n:03}") for n in range(MOST_OWN_STEPS + more)]
    hub, end = dataset("hub"), dataset("end")
    if walk is UPSTREAM:
        await record(store, derived(hub, *many), *(derived(one, end) for one in many))
    else:
        await record(store, derived(end, *many), *(derived(one, hub) for one in many))
    moment = await now(store)

    whole = await read_chain(store, [hub], moment, walk=walk)
    bands = await read_chain(store, [hub], moment, walk=walk, depth=2)
    cut = await read_chain(store, [hub], moment, walk=walk, limit=11)

    assert urns(whole.artifacts) == [hub, *many, end]
    assert len(whole.steps) == 2 * len(many)
    assert bands == whole
    assert urns(cut.artifacts) == [hub, *many[:10]]
    assert cut.cuts[0] == Cut(hub, len(many) - 10, "LIMIT")
    assert cut.completeness.truncated_at == (hub, *many[:10])
    assert len(cut.steps) == 10


async def test_steps_of_very_many_to_very_many_are_cut_as_any_others(store: GraphStore) -> None:
    """Ten times as many as artifacts, those of the nearest artifacts; the walk in bands and the whole agree on what is kept."""
    left = [dataset(f"l{n:02}") for n in range(40)]
    right = [dataset(f"r{n:03}") for n in range(MOST_OWN_STEPS + 4)]
    await record(store, derived(dataset("a"), *left), *(derived(one, *right) for one in left))
    size = 1 + len(left) + len(right)

    found = await read_chain(store, [dataset("a")], await now(store), limit=size)

    assert len(found.artifacts) == size
    assert max(found.distances.values()) == 2
    assert len(found.steps) == 10 * size
    assert [step.source for step in found.steps] == sorted(step.source for step in found.steps)
    assert found.completeness.truncated
    assert sum(cut.behind for cut in found.cuts) == len(left) + len(left) * len(right) - len(found.steps)
    assert found.completeness.truncated_at == tuple(cut.at for cut in found.cuts)


@pytest.mark.parametrize("depth", [None, 364, 365, 366])
async def test_a_year_of_daily_tables_is_one_chain(store: GraphStore, depth: int | None) -> None:
    """365 derivations deep; the root is at distance 0, so a depth of 365 is the first that holds all of them."""
    days = [f"dataset:daily/sales@{n:03}" for n in range(366)]
    await record(store, together(*(derived(day, before) for before, day in pairwise(days)), stories.datasets(days[0])))

    found = await read_chain(store, [days[-1]], await now(store), depth=depth)
    back = await read_chain(store, [days[0]], await now(store), depth=depth, walk=DOWNSTREAM)

    deep = 365 if depth is None else min(depth, 365)
    assert len(found.artifacts) == len(back.artifacts) == deep + 1
    assert (found.distances[days[-1]], max(found.distances.values())) == (0, deep)
    assert found.completeness.complete
    assert found.cuts == ([Cut(days[1], 1, "DEPTH")] if depth == 364 else [])


async def test_forty_windows_of_a_deployment_are_one_group(store: GraphStore) -> None:
    """With their number, the first and the last, and one relation that stands for forty."""
    windows = [
        stories.window(
            stories.ROLL_OUT_42, f"2026-10-{day:02}T08:00:00Z", f"2026-10-{day + 1:02}T08:00:00Z", segment=segment
        )
        for day in range(2, 12)
        for segment in ({}, {"country": "DE"}, {"country": "FR"}, {"country": "EU"})
    ]
    await record(
        store,
        stories.churn() | {"windows": []},
        {"kpis": [stories.kpi_version("2", segments=["country"])], "windows": windows},
    )
    chain = await read_chain(store, [stories.ROLL_OUT_42], await now(store), walk=DOWNSTREAM)

    found = grouped(chain, 9)

    assert urns(found.chain.artifacts) == [stories.ROLL_OUT_42]
    assert found.chain.steps == []
    assert [(group.label, group.count, group.relation) for group in found.groups] == [
        (f"kpi_window:churn/eu-prod,deployment,churn/conversion{segment}@42", 10, "MEASURES")
        for segment in (",country=DE", ",country=EU", ",country=FR", "")
    ]
    first, last = found.groups[3].oldest, found.groups[3].newest
    assert first is not None
    assert last is not None
    assert (first.at, last.at) == (stories.at("2026-10-03T08:00:00Z"), stories.at("2026-10-12T08:00:00Z"))
    assert [(step.relation, step.target, step.count) for step in found.steps] == [
        ("MEASURES", stories.ROLL_OUT_42, 10)
    ] * 4
    assert grouped(chain, 10).groups == []
    assert grouped(chain, None) == Grouped(chain, [], [])


async def test_a_group_may_lead_on_and_into_itself(store: GraphStore) -> None:
    """Daily tables: what they rest on is still connected, and the relations inside are counted."""
    days = [f"dataset:daily/sales@{n}" for n in range(4)]
    await record(
        store, derived(dataset("report"), days[3]), *(derived(b, a, dataset("rates")) for a, b in pairwise(days))
    )

    found = grouped(await read_chain(store, [dataset("report")], await now(store)), 3)

    assert urns(found.chain.artifacts) == [dataset("report"), dataset("rates")]
    assert [(step.source, step.target, step.count) for step in found.steps] == [
        (dataset("report"), "dataset:daily/sales", 1),
        ("dataset:daily/sales", "dataset:daily/sales", 3),
        ("dataset:daily/sales", dataset("rates"), 3),
    ]
    assert found.groups[0].members == list(reversed(days))


async def test_a_group_has_more_than_no_members(store: GraphStore) -> None:
    """One artifact is no group."""
    await record(store, stories.churn())
    chain = await read_chain(store, [stories.WEEK_40], await now(store))

    with pytest.raises(InvalidInput) as refused:
        grouped(chain, 0)
    assert refused.value.next_step
    assert [group.count for group in grouped(chain, 1).groups] == [2]


async def test_a_summary_counts_kinds_and_names_the_oldest_and_the_newest(store: GraphStore) -> None:
    """By when things came to exist, where nobody said that by when it was recorded; stubs have no time."""
    await record(
        store, stories.churn(), derived(dataset("x"), stories.WEEK_40.replace("kpi_window", "dataset"), stories.MODEL_7)
    )
    found = summary_of(await read_chain(store, [stories.WEEK_40, dataset("x")], await now(store)))

    assert [(one.kind, one.count) for one in found.kinds] == [
        ("dataset", 5),
        ("feature", 1),
        ("model", 1),
        ("deployment", 1),
        ("kpi_window", 1),
    ]
    assert (found.artifacts, found.steps, found.farthest, found.stubs) == (9, 8, 3, 1)
    assert found.oldest is not None
    assert found.newest is not None
    assert (found.oldest.urn, found.oldest.stated) == (dataset("x"), False)
    assert (found.newest.urn, found.newest.stated) == (stories.WEEK_40, True)
