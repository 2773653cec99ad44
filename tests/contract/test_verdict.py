"""Whether a KPI is worse than its benchmark: which windows count at a moment, what they are held against, and that old answers stay."""

import pytest

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.kpi.verdict import State
from evidence_graph.lineage import verdict as lineage
from evidence_graph.lineage.verdict import read_verdict
from evidence_graph.store.graph_store import GraphStore
from tests import stories, weeks
from tests.stories import record
from tests.weeks import BAD, FIRST, GOOD, KPI, LIVE, MODEL, SHADOW, SLOT, after, as_json, reasons, used_starts, verdict


async def test_a_drop_is_told_with_its_size_and_since_when(store: GraphStore) -> None:
    """Interval, amount of data, where it is suspected to have begun, and the positions of everything it was computed from."""
    told = await record(store, weeks.one_deployment([GOOD] * 3 + [BAD] * 4))

    found = await verdict(store, 8)

    assert found.state is State.DEGRADED
    assert (found.n, found.used_count, found.benchmark) == (140_000, 7, 0.05)
    assert found.mean == pytest.approx((3 * GOOD + 4 * BAD) / 7)
    assert found.change is not None
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < found.change < found.upper < 0
    assert found.suspected_since == stories.at(after(3))
    assert found.definition is not None
    assert (found.definition.version, found.definition.known_from) == ("1", told.outcomes[0].position)
    windows = {outcome.urn: outcome.position for outcome in told.outcomes if outcome.urn.startswith("kpi_window:")}
    assert {one.window: one.position for one in found.used} == windows
    assert found.positions == sorted([told.outcomes[0].position, *windows.values()])
    assert found.last == found.used[-1]
    assert found.completeness.complete


async def test_what_is_as_it_should_be_is_told_so_once_there_is_enough(store: GraphStore) -> None:
    """Before that, how much is there and how much is needed."""
    await record(store, weeks.one_deployment([GOOD] * 12))

    early, later = await verdict(store, 2), await verdict(store, 13)

    assert (early.state, early.used_count, later.state) == (State.INSUFFICIENT_DATA, 1, State.WITHIN_BENCHMARK)
    assert early.needed is not None
    assert early.n < early.needed < later.n


async def test_windows_whose_labels_may_still_arrive_change_no_verdict(store: GraphStore) -> None:
    """They are listed as provisional, whatever they say."""
    before = await record(store, weeks.one_deployment([GOOD] * 12))
    await record(store, {"windows": [weeks.week(LIVE, 12, 0.001)]})

    without, with_it = await verdict(store, 13.5, at_position=before.position), await verdict(store, 13.5)
    mature = await verdict(store, 14)

    assert reasons(without) == {}
    assert reasons(with_it) == {"PROVISIONAL": 1}
    assert with_it.left_out[0].start == stories.at(after(12))
    assert (without.state, without.lower, without.upper, without.e_value, without.n) == (
        with_it.state, with_it.lower, with_it.upper, with_it.e_value, with_it.n,
    )  # fmt: skip
    assert (with_it.state, mature.state) == (State.WITHIN_BENCHMARK, State.DEGRADED)


async def test_a_revision_changes_the_verdict_of_today_and_not_the_one_of_then(store: GraphStore) -> None:
    """Asked as of the older position the answer is equal to the bit."""
    before = await record(store, weeks.one_deployment([GOOD] * 11 + [0.03]))
    then = await verdict(store, 13)
    await record(store, {"windows": [weeks.week(LIVE, 11, GOOD, revision=1)]})

    today, again = await verdict(store, 13), await verdict(store, 13, at_position=before.position)

    assert (then.state, today.state) == (State.DEGRADED, State.WITHIN_BENCHMARK)
    assert today.used[-1].window.endswith(",r1")
    assert as_json(again) == as_json(then)


async def test_only_what_existed_at_the_instant_counts(store: GraphStore) -> None:
    """Windows that had not ended yet are not even listed."""
    await record(store, weeks.one_deployment([GOOD] * 8))

    found = await verdict(store, 3.5)

    assert used_starts(found) == [0, 1]
    assert reasons(found) == {"PROVISIONAL": 1}


async def test_a_slot_is_judged_through_its_weekly_roll_outs(store: GraphStore) -> None:
    """Alone none of them ever has enough data; together they do, and it shows which one brought the drop."""
    roll_outs = [f"deployment:c/eu@{number}" for number in range(16)]
    await record(
        store,
        {
            "kpis": [weeks.definition()],
            "deployments": [
                {"urn": urn, "serves": f"model:c/m@{number}", "from": after(number)}
                for number, urn in enumerate(roll_outs)
            ],
            "windows": [
                weeks.week(urn, number, GOOD if number < 12 else 0.045) for number, urn in enumerate(roll_outs)
            ],
        },
    )

    alone = [(await verdict(store, 18, of=urn)).state for urn in roll_outs[:12]]
    together, before = await verdict(store, 18, of=SLOT), await verdict(store, 13, of=SLOT)

    assert set(alone) == {State.INSUFFICIENT_DATA}
    assert (before.state, before.used_count) == (State.WITHIN_BENCHMARK, 12)
    assert (together.state, together.used_count) == (State.DEGRADED, 16)
    assert together.suspected_since == stories.at(after(12))


async def test_windows_of_a_slot_are_those_of_its_full_production_traffic(store: GraphStore) -> None:
    """Not those of a canary before it took over; what was never in production is no part of the slot."""
    await record(
        store,
        {
            "kpis": [weeks.definition()],
            "deployments": [
                {"urn": LIVE, "serves": MODEL, "from": FIRST},
                {"urn": "deployment:c/eu@2", "serves": MODEL, "from": FIRST, "mode": "CANARY", "traffic": 0.1},
                {"urn": SHADOW, "serves": MODEL, "from": FIRST, "mode": "SHADOW"},
            ],
            "windows": [
                *weeks.weeks(LIVE, [GOOD] * 2),
                *weeks.weeks("deployment:c/eu@2", [BAD] * 2),
                *weeks.weeks(SHADOW, [BAD] * 2),
            ],
        },
        stories.adjust("deployment:c/eu@2", after(2), "PRODUCTION", 1.0),
        {"windows": [weeks.week("deployment:c/eu@2", 2)]},
    )

    found = await verdict(store, 5, of=SLOT)

    assert used_starts(found) == [0, 1, 2]
    assert {one.window.split("@")[1][:2] for one in found.used} == {"1,", "2,"}
    assert reasons(found) == {"NOT_FULL_TRAFFIC": 2}


async def test_a_new_version_of_the_definition_begins_a_new_stream(store: GraphStore) -> None:
    """Windows begun before it applies are left out; asked at an instant before, the old version still judges them."""
    await record(store, weeks.one_deployment([0.044] * 18))
    second = weeks.definition(version="2", benchmark={"mean": 0.044}, **{"from": after(6)})
    told = await record(store, {"kpis": [second]})

    then, now = await verdict(store, 5.9), await verdict(store, 19)
    not_known_yet = await verdict(store, 19, at_position=told.outcomes[0].position - 1)

    assert (then.definition.version, now.definition.version) == ("1", "2")  # type: ignore[union-attr]
    assert (then.state, now.state, not_known_yet.state) == (State.DEGRADED, State.WITHIN_BENCHMARK, State.DEGRADED)
    assert used_starts(now) == list(range(6, 18))
    assert reasons(now) == {"OTHER_VERSION": 6}


async def test_where_no_version_applies_yet_there_is_no_benchmark(store: GraphStore) -> None:
    """The KPI is defined, so it is no error."""
    await record(store, weeks.one_deployment([GOOD] * 2, **{"from": after(10)}))

    found = await verdict(store, 5)

    assert (found.state, found.definition, reasons(found)) == (State.NO_BENCHMARK, None, {"OTHER_VERSION": 2})


async def test_a_segment_the_version_does_not_name_is_not_judged_by_it(store: GraphStore) -> None:
    """Such windows were right under an earlier version."""
    kpis = [
        weeks.definition(segments=["country"]),
        weeks.definition(version="2", segments=["age"], **{"from": after(4)}),
    ]
    document = weeks.one_deployment([]) | {
        "kpis": kpis,
        "windows": weeks.weeks(LIVE, [GOOD] * 8, segment={"country": "D E"}),
    }
    await record(store, document)

    early = await verdict(store, 3, segment="country=D%20E")
    late = await verdict(store, 10, segment="country=D%20E")
    total = await verdict(store, 10)

    assert early.used_count == 2
    assert reasons(late) == {"OTHER_VERSION": 8}
    assert (total.state, total.used_count, total.segments) == (State.INSUFFICIENT_DATA, 0, ["country=D%20E"])


async def test_windows_that_a_later_end_cuts_are_left_out(store: GraphStore) -> None:
    """They stay on record; before that end was known, they counted."""
    before = await record(store, weeks.one_deployment([GOOD] * 8))
    then = await verdict(store, 10)
    await record(store, stories.end(LIVE, after(5.5)))

    now, again = await verdict(store, 10), await verdict(store, 10, at_position=before.position)

    assert (then.used_count, now.used_count) == (8, 5)
    assert reasons(now) == {"OUTSIDE_LIVE": 3}
    assert as_json(again) == as_json(then)


async def test_without_a_benchmark_there_is_an_answer_that_says_so(store: GraphStore) -> None:
    """It is no error."""
    await record(store, weeks.one_deployment([GOOD] * 3, benchmark=None, smallestRelevantChange=None))

    found = await verdict(store, 5)

    assert (found.state, found.lower, found.used_count) == (State.NO_BENCHMARK, None, 3)
    assert found.last is not None
    assert found.last.mean == GOOD


@pytest.mark.parametrize(
    ("of", "kpi", "error"),
    [
        (LIVE, "c/other", NotRecorded),
        ("deployment:c/eu@2", KPI, NotRecorded),
        ("model:c/other@1", KPI, NotRecorded),
        ("slot:c/other", KPI, NotRecorded),
        ("dataset:c/eu@1", KPI, InvalidInput),
        ("deployment:c/eu", KPI, InvalidInput),
    ],
)
async def test_what_cannot_be_judged_is_refused(store: GraphStore, of: str, kpi: str, error: type[Exception]) -> None:
    await record(store, weeks.one_deployment([GOOD]))

    with pytest.raises(error):
        await read_verdict(store, weeks.stream(of, kpi=kpi), await weeks.moment(store, 3))


async def test_a_concurrent_control_removes_what_the_world_does_to_both(store: GraphStore) -> None:
    """Both arms fall in the same weeks; windows without a control of the very same span are left out."""
    wild = [0.05, 0.03, 0.07, 0.02, 0.06, 0.04] * 2
    alone = weeks.one_deployment(wild)
    alone["deployments"].append({"urn": SHADOW, "serves": "model:c/m@0", "from": FIRST, "mode": "SHADOW"})
    alone["windows"] += weeks.weeks(SHADOW, wild[:-1])
    change = {"absolute": 0.003}
    controlled = weeks.definition(
        version="2", benchmark={"against": SHADOW}, smallestRelevantChange=change, **{"from": FIRST}
    )
    before = await record(store, alone)
    await record(store, {"kpis": [controlled]})

    against_a_value = await verdict(store, 14, at_position=before.position)
    found = await verdict(store, 14)

    assert against_a_value.state is State.DEGRADED
    assert found.state is State.WITHIN_BENCHMARK
    assert reasons(found) == {"NO_CONTROL": 1}
    assert [one.control for one in found.used] == [one.window.replace("@1,", "@shadow,") for one in found.used]
    assert len(found.positions) == 1 + 2 * 11


@pytest.mark.parametrize("mode", ["SHADOW", "CANARY"])
async def test_a_control_may_be_whatever_runs_in_a_slot_in_a_mode(store: GraphStore, mode: str) -> None:
    """Of two at once nobody could say which counts, and nothing is its own control."""
    others = [f"deployment:c/eu@{mode.lower()}{number}" for number in (1, 2)]
    document = weeks.one_deployment(
        [GOOD] * 9,
        benchmark={"against": SLOT, "mode": mode},
        smallestRelevantChange={"absolute": 0.01},
    )
    document["deployments"] += [
        {"urn": others[0], "serves": MODEL, "from": FIRST, "to": after(6), "mode": mode, "traffic": 0.5},
        {"urn": others[1], "serves": MODEL, "from": after(5), "mode": mode, "traffic": 0.5},
    ]
    document["windows"] += [*weeks.weeks(others[0], [GOOD] * 6), *weeks.weeks(others[1], [GOOD] * 3, first=5)]
    await record(store, document)

    found, of_the_control = await verdict(store, 11), await verdict(store, 11, of=others[0])

    assert used_starts(found) == [0, 1, 2, 3, 4, 6, 7]
    assert reasons(found) == {"NO_CONTROL": 2}
    assert of_the_control.used_count == 1
    assert of_the_control.used[0].control == found.used[0].control.replace(f"{mode.lower()}1,20260601", f"{mode.lower()}2,20260706")  # type: ignore[union-attr]  # fmt: skip


async def test_without_any_control_nothing_can_be_compared(store: GraphStore) -> None:
    """There are windows, and nothing beside them."""
    await record(
        store, weeks.one_deployment([GOOD] * 3, benchmark={"against": "deployment:c/us@1"}, smallestRelevantChange=None)
    )

    found = await verdict(store, 5)

    assert (found.state, reasons(found)) == (State.NOT_COMPARABLE, {"NO_CONTROL": 3})


async def test_a_benchmark_may_be_measured_on_windows_of_an_earlier_time(store: GraphStore) -> None:
    """They are named, are not judged themselves, and the uncertainty of the benchmark counts."""
    measured = {"windows": {"of": LIVE, "from": FIRST, "to": after(14)}}
    stated = await record(store, weeks.one_deployment([GOOD] * 14 + [BAD] * 3))
    of_itself = weeks.definition(version="2", benchmark=measured, **{"from": FIRST})
    await record(store, {"kpis": [of_itself]})

    found = await verdict(store, 20)
    too_early = await verdict(store, 1)

    assert found.state is State.DEGRADED
    assert used_starts(found) == [14, 15, 16]
    assert (reasons(found), found.reference_count) == ({"REFERENCE": 14}, 14)
    assert found.error is not None
    assert found.error.reference > 0
    assert found.benchmark == pytest.approx(GOOD)
    assert (await verdict(store, 20, at_position=stated.position)).reference_count == 0
    assert (too_early.state, too_early.reference_count) == (State.NO_BENCHMARK, 0)


async def test_a_benchmark_may_be_an_evaluation_of_the_model(store: GraphStore) -> None:
    """One window of a model, in its highest known revision, whatever the segment; until it is there, nothing can be judged."""
    evaluation = "kpi_window:c/m,model,c/conversion@1,20260501T000000Z,r0"
    await record(store, weeks.one_deployment([BAD] * 4, benchmark={"evaluation": evaluation}))
    before = await verdict(store, 6)
    window = {"model": MODEL, "kpi": KPI, "start": "2026-05-01T00:00:00Z", "end": "2026-05-02T00:00:00Z", "n": 50_000}
    await record(store, {"windows": [window | {"successes": 2_500}]})

    found = await verdict(store, 6)
    revised = await record(store, {"windows": [window | {"successes": 2_000, "revision": 1}]})
    after_revision = await verdict(store, 6)

    assert (before.state, before.completeness.unresolved) == (State.NO_BENCHMARK, (evaluation,))
    assert not before.completeness.complete
    assert (found.state, found.reference, found.completeness.complete) == (State.DEGRADED, [evaluation], True)
    assert after_revision.reference == [evaluation[:-1] + "1"]
    assert after_revision.state is not State.DEGRADED
    assert revised.position in after_revision.positions


async def test_windows_that_have_stopped_coming_are_overdue_while_it_is_live(store: GraphStore) -> None:
    """A window is due when cadence and label horizon have passed; after the end it is only a flag."""
    told = await record(store, weeks.one_deployment([GOOD] * 12, cadence="P7D"))

    in_time, late = await verdict(store, 14), await verdict(store, 14.01)
    await record(store, stories.end(LIVE, after(15)))
    ended = await verdict(store, 17)

    assert (in_time.state, in_time.overdue_since) == (State.WITHIN_BENCHMARK, None)
    assert (late.state, late.overdue_since) == (State.OVERDUE, stories.at(after(14)))
    assert (ended.state, ended.overdue_since) == (State.WITHIN_BENCHMARK, stories.at(after(14)))
    assert (await verdict(store, 14.01, at_position=told.position)).state is State.OVERDUE


async def test_what_was_never_measured_is_overdue_too(store: GraphStore) -> None:
    """From the beginning of the live interval; a drop that is known already goes before."""
    await record(store, weeks.one_deployment([], cadence="P7D"))
    silent = await verdict(store, 3)
    await record(store, {"windows": weeks.weeks(LIVE, [BAD] * 3)})

    degraded = await verdict(store, 20)

    assert (silent.state, silent.overdue_since) == (State.OVERDUE, stories.at(after(2)))
    assert (degraded.state, degraded.overdue_since) == (State.DEGRADED, stories.at(after(5)))


async def test_a_window_in_time_keeps_from_being_overdue_before_it_is_mature(store: GraphStore) -> None:
    """Its labels are waited for, and it did come."""
    await record(store, weeks.one_deployment([GOOD] * 4, cadence="P7D"))
    await record(store, {"windows": [weeks.week(LIVE, 4)]})

    found = await verdict(store, 6.5)

    assert (found.overdue_since, reasons(found)) == (None, {})
    assert (await verdict(store, 5.5)).overdue_since is None


async def test_a_model_is_judged_by_its_own_windows(store: GraphStore) -> None:
    """A backtest has no live interval, and is never OVERDUE."""
    document = weeks.one_deployment([], cadence="P7D") | {"windows": weeks.weeks(MODEL, [BAD] * 4)}
    await record(store, document)

    found = await verdict(store, 30, of=MODEL)

    assert (found.state, found.used_count) == (State.DEGRADED, 4)
    assert found.overdue_since == stories.at(after(6))


async def test_a_retracted_window_no_longer_counts_and_did_before(store: GraphStore) -> None:
    """Also one that no longer claims to measure anything, and one that was declared anew with other numbers."""
    told = await record(store, weeks.one_deployment([GOOD] * 3 + [BAD]))
    then = await verdict(store, 6)
    windows = [outcome.urn for outcome in told.outcomes if outcome.urn.startswith("kpi_window:")]
    await record(store, stories.retract(windows[3]))
    retracted = await verdict(store, 6)
    await record(store, {"windows": [weeks.week(LIVE, 3, 0.06)]}, stories.retract(windows[0], "MEASURES"))

    now, again = await verdict(store, 6), await verdict(store, 6, at_position=told.position)

    assert (used_starts(retracted), used_starts(now)) == ([0, 1, 2], [1, 2, 3])
    assert now.used[-1].mean == pytest.approx(0.06)
    assert as_json(again) == as_json(then)


async def test_windows_of_other_statistics_cannot_be_compared(store: GraphStore) -> None:
    """They fit another version of the KPI."""
    kpis = [weeks.definition(), weeks.definition(version="2", aggregate="ESTIMATE", **{"from": after(50)})]
    estimates = [{**weeks.week(LIVE, number), "value": 0.5} for number in range(2)]
    for one in estimates:
        del one["successes"]
    await record(store, weeks.one_deployment([]) | {"kpis": kpis, "windows": estimates})

    found = await verdict(store, 5)

    assert (found.state, reasons(found)) == (State.NOT_COMPARABLE, {"OTHER_STATISTICS": 2})


@pytest.mark.parametrize(("error", "state"), [(None, State.NOT_COMPARABLE), (0.001, State.WITHIN_BENCHMARK)])
async def test_an_estimate_needs_its_standard_error(store: GraphStore, error: float | None, state: State) -> None:
    """Without one it is listed and held against nothing."""
    window = {name: value for name, value in weeks.week(LIVE, 0).items() if name != "successes"}
    estimates = [
        window | {"start": after(number), "end": after(number + 1), "value": 0.8}
        | ({"standardError": error} if error else {})
        for number in range(8)
    ]  # fmt: skip
    stated = {"aggregate": "ESTIMATE", "benchmark": {"mean": 0.8}, "smallestRelevantChange": {"absolute": 0.01}}
    await record(store, weeks.one_deployment([], **stated) | {"windows": estimates})

    found = await verdict(store, 10)

    assert found.state is state
    assert reasons(found) == ({} if error else {"NO_ERROR": 8})


async def test_lower_may_be_better_and_a_band_has_two_sides(store: GraphStore) -> None:
    """The change is told as it is, not turned."""
    band = {
        "direction": "IN_BAND",
        "benchmark": None,
        "band": {"from": 0.045, "to": 0.055},
        "smallestRelevantChange": None,
    }
    kpis = [
        weeks.definition(direction="LOWER_IS_BETTER"),
        weeks.definition(version="2", **{"from": after(20)}, **band),
    ]
    await record(store, weeks.one_deployment([]) | {"kpis": kpis, "windows": weeks.weeks(LIVE, [0.07] * 30)})

    lower, in_band = await verdict(store, 10), await verdict(store, 31)

    assert (lower.state, in_band.state) == (State.DEGRADED, State.DEGRADED)
    assert lower.change == pytest.approx(0.02)
    assert in_band.change == pytest.approx(0.015)


async def test_a_deployment_nobody_declared_is_judged_and_named(store: GraphStore) -> None:
    """Nobody knows when it was live, so every window lies inside."""
    await record(store, {"kpis": [weeks.definition()], "windows": weeks.weeks(LIVE, [BAD] * 4)})

    found = await verdict(store, 10)

    assert (found.state, found.used_count) == (State.DEGRADED, 4)
    assert (found.completeness.complete, found.completeness.unresolved) == (False, (LIVE,))


async def test_a_stream_longer_than_is_read_is_cut_at_its_beginning(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest windows are kept, and the answer says that it was cut; exactly at the limit nothing is."""
    await record(store, weeks.one_deployment([GOOD] * 6))
    monkeypatch.setattr(lineage, "MOST_REVISIONS", 6)
    fits = await verdict(store, 8)
    monkeypatch.setattr(lineage, "MOST_REVISIONS", 5)

    cut = await verdict(store, 8)

    assert (fits.completeness.truncated, fits.used_count) == (False, 6)
    assert used_starts(cut) == [1, 2, 3, 4, 5]
    assert (cut.completeness.truncated, cut.completeness.complete) == (True, False)
    assert cut.completeness.truncated_at == (LIVE,)


async def test_a_verdict_on_simulated_records_says_so(store: GraphStore) -> None:
    """The stories are told under a handed-in clock."""
    await record(store, weeks.one_deployment([GOOD]))

    assert (await verdict(store, 3)).completeness.simulated
