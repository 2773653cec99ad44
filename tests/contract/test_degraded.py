"""Everything that is live with its state, the worst first: nothing is hidden, nothing is asked for one by one."""

from typing import Any

import pytest

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.kpi.verdict import State
from evidence_graph.lineage import portfolio_windows
from evidence_graph.lineage.degraded import Portfolio, read_degraded
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import stories, weeks
from tests.stories import record
from tests.weeks import BAD, FIRST, GOOD, KPI, LIVE, MODEL, SLOT, after, as_json, verdict

STEADY, FALLEN, SILENT, NEW = (f"deployment:{name}@1" for name in ("c/steady", "c/fallen", "other/silent", "c/new"))


def portfolio() -> stories.ManifestDocument:
    """Four things that are live in two namespaces, one that is over, and one KPI of which nothing is known."""
    return {
        "kpis": [weeks.definition(cadence="P7D"), stories.kpi("c/latency", aggregate="MEAN")],
        "deployments": [
            *({"urn": urn, "serves": MODEL, "from": FIRST} for urn in (STEADY, FALLEN, SILENT, NEW)),
            {"urn": "deployment:c/over@1", "serves": MODEL, "from": FIRST, "to": after(8)},
        ],
        "windows": [
            *weeks.weeks(STEADY, [GOOD] * 11),
            *weeks.weeks(FALLEN, [GOOD] * 6 + [BAD] * 5),
            *weeks.weeks(SILENT, [GOOD] * 3),
            *weeks.weeks("deployment:c/over@1", [BAD] * 8),
            {**_without_successes(weeks.week(STEADY, 0)), "kpi": "c/latency", "mean": 3.5, "variance": 1.0},
            weeks.week(NEW, 0, BAD, segment={"country": "DE"}),
        ],
    }


def _without_successes(window: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in window.items() if name != "successes"}


async def degraded(store: GraphStore, weeks_later: float = 12, **how: Any) -> Portfolio:
    at_position = how.pop("at_position", None)
    return await read_degraded(store, await weeks.moment(store, weeks_later, at_position), **how)


def told(found: Portfolio) -> list[tuple[str, str, State]]:
    return [(one.of, one.kpi, one.state) for one in found.verdicts]


async def test_everything_live_is_told_the_worst_first(store: GraphStore) -> None:
    """What is over is not; what nobody watches is counted; segments are not looked at."""
    await record(store, portfolio())

    found = await degraded(store)

    assert told(found) == [
        (FALLEN, KPI, State.DEGRADED),
        (SILENT, KPI, State.OVERDUE),
        (STEADY, "c/latency", State.NO_BENCHMARK),
        (STEADY, KPI, State.WITHIN_BENCHMARK),
    ]
    assert [(one.state, one.count) for one in found.states] == [
        (State.DEGRADED, 1), (State.OVERDUE, 1), (State.NO_BENCHMARK, 1), (State.WITHIN_BENCHMARK, 1),
    ]  # fmt: skip
    assert (found.streams, found.deployments, found.unwatched, found.more) == (4, 4, 1, False)
    assert found.completeness.complete


async def test_each_verdict_is_the_one_that_is_given_alone(store: GraphStore) -> None:
    """To the bit, apart from what only a portfolio knows."""
    await record(store, portfolio())

    for one in (await degraded(store)).verdicts:
        if one.kpi == KPI:
            alone = await verdict(store, 12, of=one.of)
            assert as_json(one).replace(_discovered(one.discovered), b"") == as_json(alone).replace(
                _discovered(None), b""
            )


def _discovered(found: bool | None) -> bytes:
    return b'"discovered":' + {None: b"null", True: b"true", False: b"false"}[found]


async def test_only_a_namespace(store: GraphStore) -> None:
    await record(store, portfolio())

    found = await degraded(store, namespace="other")

    assert told(found) == [(SILENT, KPI, State.OVERDUE)]
    assert (found.deployments, found.unwatched) == (1, 0)
    assert (await degraded(store, namespace="nothing")).verdicts == []


async def test_only_one_deployment_slot_or_model(store: GraphStore) -> None:
    """Live or not; the KPIs of a slot run through its roll-outs."""
    document = weeks.one_deployment([GOOD] * 12)
    document["deployments"].append({"urn": "deployment:c/eu@2", "serves": MODEL, "from": after(12)})
    document["windows"] += [*weeks.weeks("deployment:c/eu@2", [BAD] * 5, first=12), *weeks.weeks(MODEL, [GOOD] * 12)]
    await record(store, document)

    over, slot, model = [await degraded(store, 18, of=parse_urn(urn)) for urn in (LIVE, SLOT, MODEL)]

    assert told(over) == [(LIVE, KPI, State.WITHIN_BENCHMARK)]
    assert told(slot) == [(SLOT, KPI, State.DEGRADED)]
    assert (slot.verdicts[0].used_count, slot.deployments) == (17, 2)
    assert told(model) == [(MODEL, KPI, State.WITHIN_BENCHMARK)]
    for urn in ("slot:c/us", "deployment:c/us@1"):
        with pytest.raises(NotRecorded):
            await degraded(store, of=parse_urn(urn))
    with pytest.raises(InvalidInput):
        await degraded(store, of=parse_urn("dataset:c/us@1"))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
async def test_pages_hold_every_verdict_once_in_order(store: GraphStore, limit: int) -> None:
    await record(store, portfolio())
    whole = await degraded(store)

    found, page = [], await degraded(store, limit=limit)
    while page.verdicts:
        assert (page.streams, page.states) == (whole.streams, whole.states)
        found += page.verdicts
        page = await degraded(store, limit=limit, after=(found[-1].of, found[-1].kpi))

    assert found == whole.verdicts
    with pytest.raises(InvalidInput):
        await degraded(store, after=(LIVE, KPI))


async def test_few_of_those_picked_out_are_false_alarms(store: GraphStore) -> None:
    """Among many the same evidence has to be stronger: a single one is picked out alone, and not among forty that are well."""
    well = [f"deployment:c/well{number}@1" for number in range(40)]
    rates = [GOOD] * 3 + [0.0468] * 4
    await record(
        store,
        {
            "kpis": [weeks.definition()],
            "deployments": [{"urn": urn, "serves": MODEL, "from": FIRST} for urn in [LIVE, *well]],
            "windows": [
                *weeks.weeks(LIVE, rates),
                *(window for urn in well for window in weeks.weeks(urn, [GOOD] * 7)),
            ],
        },
    )

    alone = await degraded(store, of=parse_urn(LIVE))
    among = await degraded(store)

    (first, *others) = among.verdicts
    assert first.of == LIVE
    assert first.e_value == alone.verdicts[0].e_value
    assert first.e_value is not None
    assert 20 <= first.e_value < 41 * 20
    assert (alone.verdicts[0].discovered, first.discovered) == (True, False)
    assert {one.discovered for one in others} == {False}


async def test_in_one_state_what_is_surest_and_then_what_changed_most_comes_first(store: GraphStore) -> None:
    """All of these are certain; equal ones stand by name."""
    rates = {"deployment:c/a@1": 0.038, "deployment:c/b@1": 0.03, "deployment:c/c@1": 0.02, "deployment:c/d@1": 0.038}
    await record(
        store,
        {
            "kpis": [weeks.definition()],
            "deployments": [{"urn": urn, "serves": MODEL, "from": FIRST} for urn in rates],
            "windows": [window for urn, rate in rates.items() for window in weeks.weeks(urn, [rate] * 4)],
        },
    )

    found = (await degraded(store)).verdicts

    assert {one.state for one in found} == {State.DEGRADED}
    assert [one.of[-3:-2] for one in found] == ["c", "b", "a", "d"]
    assert [one.discovered for one in found] == [True] * 4


async def test_what_is_overdue_longest_comes_first(store: GraphStore) -> None:
    document = portfolio()
    document["deployments"].append({"urn": "deployment:a/late@1", "serves": MODEL, "from": FIRST})
    document["windows"] += weeks.weeks("deployment:a/late@1", [GOOD] * 8)
    await record(store, document)

    overdue = [one.of for one in (await degraded(store)).verdicts if one.state is State.OVERDUE]

    assert overdue == [SILENT, "deployment:a/late@1"]


async def test_measured_benchmarks_and_controls_are_read_for_all_at_once(store: GraphStore) -> None:
    """Of deployments that are over, of slots, of models: the same as asked one by one."""
    slots = [f"c/part{number}" for number in range(3)]
    live = [f"deployment:{slot}@2" for slot in slots]
    kinds: dict[str, Any] = {
        "c/measured": {"windows": {"of": "deployment:c/part0@1", "from": FIRST, "to": after(14)}},
        "c/evaluated": {"evaluation": "kpi_window:c/m,model,c/evaluated,country=DE@1,20260601T000000Z,r0"},
        "c/against": {"against": "slot:c/part0", "mode": "SHADOW"},
        "c/beside": {"against": "deployment:c/part0@shadow"},
    }
    document: stories.ManifestDocument = {
        "kpis": [{**weeks.definition(benchmark=benchmark), "name": kpi} for kpi, benchmark in kinds.items()],
        "deployments": [
            *({"urn": f"deployment:{slot}@1", "serves": MODEL, "from": FIRST} for slot in slots),
            *({"urn": urn, "serves": MODEL, "from": after(14)} for urn in live),
            {"urn": "deployment:c/part0@shadow", "serves": MODEL, "from": FIRST, "mode": "SHADOW", "to": after(30)},
        ],
        "windows": [
            {**window, "kpi": kpi}
            for kpi in kinds
            for window in [
                *weeks.weeks("deployment:c/part0@1", [GOOD, 0.052] * 7),
                *(one for urn in live for one in weeks.weeks(urn, [0.049] * 8, first=14)),
                *weeks.weeks("deployment:c/part0@shadow", [GOOD] * 30),
                weeks.week(MODEL, 0, n=90_000, segment={"country": "DE"}),
            ]
        ],
    }
    await record(store, document)

    found = await degraded(store, 24)

    assert len(found.verdicts) == 4 * 4
    for one in found.verdicts:
        stream = weeks.stream(one.of, kpi=one.kpi)
        alone = await weeks.read_verdict(store, stream, await weeks.moment(store, 24))
        assert as_json(one).replace(_discovered(one.discovered), b"") == as_json(alone).replace(_discovered(None), b"")
    by_kpi = {one.kpi: one for one in found.verdicts if one.of == live[1]}
    assert (by_kpi["c/measured"].reference_count, by_kpi["c/evaluated"].reference_count) == (14, 1)
    assert [by_kpi[kpi].used[0].control is not None for kpi in ("c/against", "c/beside")] == [True, True]


async def test_an_older_position_has_the_portfolio_of_then(store: GraphStore) -> None:
    """Equal to the bit: with revisions, ends, retractions and declarations made anew since."""
    before = await record(store, portfolio())
    then = await degraded(store)
    await record(store, {"windows": [weeks.week(FALLEN, 9, GOOD, revision=1)]}, stories.end(SILENT, after(9)))
    await record(store, stories.retract(then.verdicts[3].used[4].window))
    await record(store, {"windows": [weeks.week(STEADY, 4, 0.2)]})

    now, again = await degraded(store), await degraded(store, at_position=before.position)

    assert now != then
    assert as_json(again) == as_json(then)


async def test_more_windows_than_are_read_make_the_answer_incomplete(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says from what on some may be missing; exactly at the limit nothing is."""
    await record(store, portfolio())
    monkeypatch.setattr(portfolio_windows, "MOST_WINDOWS", 26)
    fits = await degraded(store)
    monkeypatch.setattr(portfolio_windows, "MOST_WINDOWS", 25)

    cut = await degraded(store)

    assert fits.completeness.complete
    assert (cut.completeness.truncated, cut.completeness.truncated_at) == (True, (SILENT,))


async def test_a_kpi_whose_definition_does_not_apply_yet_is_told(store: GraphStore) -> None:
    await record(store, weeks.one_deployment([GOOD], **{"from": after(20)}))

    assert told(await degraded(store)) == [(LIVE, KPI, State.NO_BENCHMARK)]


async def test_nothing_live_is_an_answer(store: GraphStore) -> None:
    await record(store, portfolio())

    found = await degraded(store, -1)

    assert (found.verdicts, found.deployments, found.unwatched) == ([], 0, 0)
