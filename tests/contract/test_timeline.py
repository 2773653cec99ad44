"""Everything that happened to something, in the order of either clock; pages fit together, and nothing of another scope slips in."""

import pytest

from evidence_graph.errors import InvalidInput, NotRecorded, TooComplex
from evidence_graph.lineage import timeline as lineage
from evidence_graph.lineage.timeline import KNOWN, VALID, TimelineEvent, read_timeline
from evidence_graph.lineage.timeline_scope import scope_of
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.conftest import Engine
from tests.differential.timeline import happened
from tests.stories import as_of, now, record

NEW_YEAR = "2027-01-01T00:00:00Z"


def told(events: list[TimelineEvent]) -> list[tuple[str, str]]:
    return [(event.what, event.urn) for event in events]


async def test_a_slot_tells_of_its_roll_outs_and_windows(store: GraphStore) -> None:
    """In the order of the world, also of the end that nobody stated."""
    await record(store, stories.churn())
    await record(store, stories.adjust(stories.ROLL_OUT_42, "2026-11-01T00:00:00Z", "PRODUCTION", 0.5))
    await record(store, stories.end(stories.ROLL_OUT_42, NEW_YEAR), actor="ben")

    found = await happened(store, stories.SLOT, await now(store), order=VALID)

    assert told(found) == [
        ("ROLL_OUT_BEGAN", stories.ROLL_OUT_41),
        ("ROLL_OUT_BEGAN", stories.ROLL_OUT_42),
        ("TAKEN_OVER", stories.ROLL_OUT_41),
        ("WINDOW_RECORDED", stories.WEEK_40),
        ("ADJUSTED", stories.ROLL_OUT_42),
        ("ENDED", stories.ROLL_OUT_42),
    ]
    assert [event.related for event in found][:4] == [
        stories.MODEL_6,
        stories.MODEL_7,
        stories.ROLL_OUT_42,
        stories.ROLL_OUT_42,
    ]
    assert (found[2].position, found[2].actor, found[2].valid_time) == (None, None, stories.at("2026-10-02T08:00:00Z"))
    assert (found[5].actor, found[5].via, found[5].valid_time) == ("ben", "TEST", stories.at(NEW_YEAR))
    assert found[0].source == stories.churn()["source"]
    known = await happened(store, stories.SLOT, await now(store))
    assert told(known) == [one for one in told(found) if one[0] != "TAKEN_OVER"]


async def test_corrections_are_part_of_it(store: GraphStore) -> None:
    """A stub, its declaration, what was added, retracted and declared anew, a new description: each with who and when."""
    urn, source = "dataset:a/table@1", "dataset:a/source@1"
    await record(store, stories.derived("dataset:b/other@1", urn))
    await record(store, stories.derived(urn, source))
    await record(store, stories.derived(urn, source, description="New.", sensitivity="PERSONAL"))
    await record(store, stories.retract(urn, "DERIVED_FROM", source), actor="ben")
    retracted = await record(store, stories.retract(urn))
    await record(store, stories.datasets(urn, occurredAt="2026-09-02T00:00:00Z"))

    found = await happened(store, urn, await now(store))

    assert [event.what for event in found] == [
        "REFERRED_TO",
        "DECLARED",
        "ANNOTATED",
        "SENSITIVITY_STATED",
        "RELATION_RETRACTED",
        "RETRACTED",
        "REDECLARED",
    ]
    assert (found[0].related, found[0].relation) == ("dataset:b/other@1", "DERIVED_FROM")
    assert (found[4].related, found[4].relation, found[4].actor) == (source, "DERIVED_FROM", "ben")
    assert "description" in found[2].sentence
    assert "New." not in found[2].sentence
    then = await happened(store, urn, await as_of(store, retracted.position))
    assert [event.what for event in then] == [event.what for event in found][:-1]
    by_valid_time = await happened(store, urn, await now(store), order=VALID)
    assert by_valid_time[0].what == "REDECLARED"


async def test_a_namespace_holds_its_own_and_nothing_else(store: GraphStore) -> None:
    """KPIs included; a namespace that begins alike is another one."""
    await record(store, stories.churn(), stories.datasets("dataset:churn-2/x@1", "dataset:chur/x@1"))

    found = await happened(store, "churn/*", await now(store))

    assert found[0].urn == "kpi:churn/conversion@1"
    assert {event.urn.partition(":")[2].partition("/")[0] for event in found} == {"churn"}
    assert len(found) == 9
    assert {event.urn for event in await happened(store, "dataset:crm/customers", await now(store))} == {
        stories.CUSTOMERS,
        stories.CUSTOMERS_BEFORE,
    }


async def test_an_artifact_is_told_from_those_whose_urns_begin_alike(store: GraphStore) -> None:
    """Version 4 is not version 42, neither of a roll-out nor in the URNs of its windows."""
    await record(store, stories.churn(), stories.roll_out("deployment:churn/eu-prod@4", "2026-08-01T00:00:00Z"))

    assert told(await happened(store, "deployment:churn/eu-prod@4", await now(store))) == [
        ("ROLL_OUT_BEGAN", "deployment:churn/eu-prod@4")
    ]
    assert [what for what, _ in told(await happened(store, stories.ROLL_OUT_42, await now(store)))] == [
        "ROLL_OUT_BEGAN",
        "WINDOW_RECORDED",
    ]


@pytest.mark.parametrize("order", [KNOWN, VALID])
async def test_pages_hold_everything_once(store: GraphStore, order: str) -> None:
    """Whatever their size, also when one entry tells of much."""
    sources = [f"dataset:a/source@{n}" for n in range(7)]
    await record(store, stories.churn(), stories.derived("dataset:a/table@1", *sources))
    await record(store, stories.retract("dataset:a/table@1", "DERIVED_FROM"))
    for of in ("a/*", "churn/*"):
        whole = await happened(store, of, await now(store), order=order)

        for first in (1, 2, 3, 5):
            assert await happened(store, of, await now(store), order=order, first=first) == whole


async def test_with_a_valid_time_what_came_later_is_left_out(store: GraphStore) -> None:
    """What nobody dated stays."""
    await record(store, stories.churn())

    found = await happened(store, "churn/*", await now(store, "2026-10-01T08:00:00Z"), first=2)

    assert told(found) == [
        ("KPI_DEFINED", "kpi:churn/conversion@1"),
        ("DECLARED", stories.TRAINING),
        ("REFERRED_TO", stories.TENURE),
        ("DECLARED", stories.TENURE),
        ("DECLARED", stories.MODEL_6),
        ("ROLL_OUT_BEGAN", stories.ROLL_OUT_41),
    ]


async def test_too_much_cannot_be_put_in_the_order_of_valid_time(store: GraphStore) -> None:
    """It is said, with what to do instead; exactly as much as may be is answered, and the other order has no such bound."""
    await record(store, stories.churn())
    scope, moment = scope_of("churn/*"), await now(store)
    rows = len((await read_timeline(store, scope, moment)).events)

    assert (await read_timeline(store, scope, moment, order=VALID, most=rows)).events
    with pytest.raises(TooComplex, match="order: KNOWN"):
        await read_timeline(store, scope, moment, order=VALID, most=rows - 1)
    assert len((await read_timeline(store, scope, moment, most=rows - 1)).events) == rows


@pytest.mark.parametrize("of", ["nothing", "*", "/*", "a/b/*", "slot:a/b@1", "what:a/b@1", "dataset:a"])
async def test_what_has_no_timeline_is_refused(of: str) -> None:
    with pytest.raises(InvalidInput):
        scope_of(of)


async def test_what_is_not_on_record_is_not_found(store: GraphStore) -> None:
    """Also as of a moment before it was; with a valid time before all of it, the timeline is empty."""
    await record(store, stories.churn())

    for of in ("dataset:a/b@1", "dataset:a/b", "slot:a/b", "a/*"):
        with pytest.raises(NotRecorded):
            await happened(store, of, await now(store))
    with pytest.raises(NotRecorded):
        await happened(store, stories.SLOT, await as_of(store, 3))
    assert await happened(store, stories.SLOT, await now(store, "2020-01-01T00:00:00Z")) == []


@pytest.mark.parametrize(
    "name", ["é\N{COMBINING ACUTE ACCENT}", "a%2Fb", "a'b\"c", "x@y", "/".join("ab" * 200), "~", "--"]
)
async def test_awkward_names_have_timelines(store: GraphStore, name: str) -> None:
    """However they are written."""
    urn = f"dataset:odd/{name.replace('@', '%40')}@1"
    receipt = await record(store, stories.datasets(urn))

    for of in (urn, urn.removesuffix("@1"), "odd/*"):
        assert told(await happened(store, of, await now(store))) == [("DECLARED", receipt.outcomes[0].urn)]


async def test_no_page_reads_the_whole_log(engine: Engine, store: GraphStore) -> None:
    """Both parts of a scope are ranges of an index."""
    plan = await store.explain(lineage.TIMELINE)

    assert [each for each in ("SCAN artifact", "SCAN entry", "AllNodesScan", "NodeByLabelScan") if each in plan] == []
    assert plan.count("IndexSeekByRange" if engine.name != "sqlite" else "SEARCH") >= 2
