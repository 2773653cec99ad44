"""KPI windows: they fit a definition, lie inside the live interval known when they come, and are revised by superseding."""

import pytest

from evidence_graph.lineage.artifact import read_artifact
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import DEFINITIONS, DefinitionsNamed
from tests import stories
from tests.stories import as_of, attempt, messages, now, outcomes, record


async def test_a_window_is_named_after_what_it_measures(store: GraphStore) -> None:
    """What it measures, its KPI, segment sorted by key, start and revision make its URN."""
    receipt = await record(
        store,
        {
            "kpis": [stories.kpi(segments=["origin", "age"])],
            "windows": [stories.week_40(segment={"origin": "JFK", "age": "30/40"}, revision=2)],
        },
    )

    assert receipt.outcomes[1].urn == (
        "kpi_window:churn/eu-prod,deployment,churn/conversion,age=30%2F40,origin=JFK@42,20261002T080000Z,r2"
    )


async def test_a_revision_supersedes_and_the_earlier_one_stays(store: GraphStore) -> None:
    """The client states the revision; the outcome is REVISED."""
    await record(store, stories.churn())

    revised = await record(store, {"windows": [stories.week_40(revision=1, successes=950)]})

    assert outcomes(revised) == ["REVISED"]
    for revision in (0, 1):
        assert await read_artifact(store, stories.WEEK_40[:-1] + str(revision), await now(store)) is not None


async def test_other_numbers_under_one_revision_are_a_conflict_naming_the_next_free_one(store: GraphStore) -> None:
    """Free is what lies above the highest revision on record."""
    await record(store, stories.churn())
    await record(store, {"windows": [stories.week_40(revision=3, successes=950)]})

    refused = await attempt(store, {"windows": [stories.week_40(successes=950)]})

    assert [(f.code, f.field) for f in refused.faults] == [("CONFLICT", "windows[0].revision")]
    assert "revision: 4" in refused.faults[0].next_step
    assert outcomes(await record(store, stories.churn())).count("UNCHANGED") == len(
        outcomes(await record(store, stories.churn()))
    )


async def test_the_first_revision_may_come_after_the_second(store: GraphStore) -> None:
    """Neither is lost, and the earlier number does not count as a revision of the later one."""
    await record(store, {"kpis": [stories.kpi()]})
    late = await record(store, {"windows": [stories.week_40(revision=1, successes=950)]})

    early = await record(store, {"windows": [stories.week_40()]})

    assert (outcomes(late), outcomes(early)) == (["CREATED"], ["CREATED"])


async def test_a_window_of_a_kpi_that_nobody_defined_is_invalid(store: GraphStore) -> None:
    """The definition may come in the same command."""
    refused = await attempt(store, {"windows": [stories.week_40()]})
    assert [(f.code, f.field) for f in refused.faults] == [("INVALID", "windows[0].kpi")]

    assert outcomes(await record(store, {"windows": [stories.week_40()], "kpis": [stories.kpi()]})) == ["CREATED"] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"n": 10, "mean": 0.4, "variance": 0.1, "successes": None},
        {"segment": {"origin": "JFK"}},
        {"segment": {"age": "30", "origin": "JFK"}},
    ],
)
async def test_a_window_fits_a_version_of_its_kpi(store: GraphStore, other: dict[str, object]) -> None:
    """Same aggregate, and segments that the definition names; any version will do."""
    await record(store, {"kpis": [stories.kpi(segments=["age"])]})

    refused = await attempt(store, {"windows": [stories.week_40(**other)]})
    assert [(f.code, f.field) for f in refused.faults] == [("INVALID", "windows[0].kpi")]

    wider = [
        stories.kpi_version("2", segments=["age", "origin"]),
        stories.kpi_version("3", since="2001-01-01T00:00:00Z", aggregate="MEAN"),
    ]
    assert outcomes(await record(store, {"kpis": wider, "windows": [stories.week_40(**other)]})) == ["CREATED"] * 3


BY_AGGREGATE: dict[str, dict[str, object]] = {
    "PROPORTION": {"n": 10, "successes": 4},
    "MEAN": {"n": 10, "mean": -0.5, "variance": 0.25},
    "RATIO": {"n": 4, "sums": {"x": 8, "y": 4, "xx": 20, "yy": 6, "xy": 9.5}},
    "COUNT": {"events": 3, "exposure": 12.5},
    "ESTIMATE": {"n": 10, "value": 0.71, "standardError": 0.02},
}


@pytest.mark.parametrize("aggregate", BY_AGGREGATE)
async def test_a_window_holds_the_statistics_of_its_kpi(store: GraphStore, aggregate: str) -> None:
    """All of them as they were told, and those of no other aggregate."""
    bare = {"n": None, "successes": None}
    await record(store, {"kpis": [stories.kpi(aggregate=aggregate)]})

    told = await record(store, {"windows": [stories.week_40(**(bare | BY_AGGREGATE[aggregate]))]})

    view = await read_artifact(store, told.outcomes[0].urn, await now(store))
    assert view is not None
    assert {name: view.fields[name] for name in BY_AGGREGATE[aggregate]} == BY_AGGREGATE[aggregate]
    assert "successes" not in view.fields or aggregate == "PROPORTION"
    for other in BY_AGGREGATE.keys() - {aggregate}:
        refused = await attempt(store, {"windows": [stories.week_40(revision=1, **(bare | BY_AGGREGATE[other]))]})
        assert [(f.code, f.field) for f in refused.faults] == [("INVALID", "windows[0].kpi")]


async def test_versions_of_a_kpi_begin_at_different_instants(store: GraphStore) -> None:
    """Whichever comes first; the same content under two versions is no contradiction."""
    since = "2026-10-01T00:00:00Z"
    await record(store, {"kpis": [stories.kpi(), stories.kpi_version("2", since=since, benchmark={"mean": 0.06})]})

    refused = await attempt(store, {"kpis": [stories.kpi_version("3", since=since, benchmark={"mean": 0.07})]})
    assert [(f.code, f.field) for f in refused.faults] == [("CONFLICT", "kpis[0].from")]
    assert "Version 2 of churn/conversion applies from 2026-10-01" in messages(refused.faults)

    later = stories.kpi_version("3", since="2026-10-01T00:00:00.000001Z", benchmark={"mean": 0.07})
    again = stories.kpi_version("4", since="2026-10-01T02:00:00+02:00", benchmark={"mean": 0.06})
    assert outcomes(await record(store, {"kpis": [later, again, stories.kpi("churn/other")]})) == ["CREATED"] * 3


async def test_what_a_verdict_rests_on_is_known_as_it_was(store: GraphStore) -> None:
    """Late labels and another benchmark change nothing at an earlier position: the window, its revisions, the definitions."""
    told = await record(store, stories.churn())
    before = await as_of(store, told.position)
    first = await read_artifact(store, stories.WEEK_40, before)
    definitions = await store.ask(DEFINITIONS, DefinitionsNamed([stories.CONVERSION], before.position))

    late = await record(
        store,
        {
            "kpis": [stories.kpi_version("2", benchmark={"mean": 0.06})],
            "windows": [stories.week_40(revision=1, n=20_000, successes=950) | {"end": "2026-10-08T08:00:00Z"}],
        },
    )

    assert outcomes(late) == ["CREATED", "REVISED"]
    assert await read_artifact(store, stories.WEEK_40, await as_of(store, told.position)) == first
    assert await read_artifact(store, stories.WEEK_40[:-1] + "1", await as_of(store, told.position)) is None
    assert await store.ask(DEFINITIONS, DefinitionsNamed([stories.CONVERSION], before.position)) == definitions
    both = await store.ask(DEFINITIONS, DefinitionsNamed([stories.CONVERSION], late.position or 0))
    assert [row.version for row in both] == ["1", "2"]
    assert await read_artifact(store, stories.WEEK_40, await now(store)) == first


async def test_a_window_of_an_unknown_deployment_is_accepted(store: GraphStore) -> None:
    """Nobody knows yet when it was live."""
    receipt = await record(store, {"kpis": [stories.kpi()], "windows": [stories.week_40()]})

    assert outcomes(receipt) == ["CREATED", "CREATED"]


async def test_a_window_of_a_model_needs_no_live_interval(store: GraphStore) -> None:
    """An evaluation or a backtest is measured offline."""
    offline = {**stories.week_40(model=stories.MODEL_7), "deployment": None}

    receipt = await record(store, stories.churn(), {"windows": [offline]})

    assert receipt.outcomes[-1].urn.startswith("kpi_window:churn/churn,model,churn/conversion@7,")


@pytest.mark.parametrize(
    ("start", "end", "cut"),
    [
        ("2026-09-02T07:59:59Z", "2026-09-09T08:00:00Z", "2026-09-02T08:00:00.000000Z"),
        ("2026-09-28T08:00:00Z", "2026-10-02T08:00:00.000001Z", "2026-10-02T08:00:00.000000Z"),
    ],
)
async def test_a_window_outside_the_live_interval_is_told_where_to_cut(
    store: GraphStore, start: str, end: str, cut: str
) -> None:
    """Before the roll-out began, or after the next one took over."""
    await record(store, stories.churn())
    before = await read_head(store)

    refused = await attempt(store, {"windows": [stories.window(stories.ROLL_OUT_41, start, end)]})

    assert [f.code for f in refused.faults] == ["INVALID"]
    assert f"Cut it at {cut}" in messages(refused.faults)
    assert await read_head(store) == before


async def test_a_window_may_fill_the_live_interval_exactly(store: GraphStore) -> None:
    """Both are half-open, so their ends may touch."""
    await record(store, stories.churn())

    whole = stories.window(stories.ROLL_OUT_41, "2026-09-02T08:00:00Z", "2026-10-02T08:00:00Z")

    assert outcomes(await record(store, {"windows": [whole]})) == ["CREATED"]


async def test_a_window_that_a_later_end_cuts_stays_on_record(store: GraphStore) -> None:
    """It was right when it was recorded; the same again is unchanged, but no new one may lie there."""
    await record(store, stories.churn())

    await record(store, stories.end(stories.ROLL_OUT_42, "2026-10-05T08:00:00Z"))

    assert await read_artifact(store, stories.WEEK_40, await now(store)) is not None
    assert outcomes(await record(store, {"windows": [stories.week_40()]})) == ["UNCHANGED"]
    refused = await attempt(store, {"windows": [stories.week_40(revision=1)]})
    assert "Cut it at 2026-10-05T08:00:00.000000Z" in messages(refused.faults)
