"""The verdict after every window names the state that the data allow, for every kind of KPI and benchmark."""

import pytest

from evidence_graph.kpi.plan import read_plan
from evidence_graph.kpi.verdict import State, judge, judge_series, overdue_since, state_when_overdue
from evidence_graph.kpi.windows import RatioSums, Statistics, count, proportion, ratio, read_statistics
from tests.kpi_streams import HIGHER, STATED, WEEK, last, plan_of, weeks


@pytest.mark.parametrize(
    ("share", "direction", "state"),
    [
        (0.050, HIGHER, State.WITHIN_BENCHMARK),
        (0.044, HIGHER, State.DEGRADED),
        (0.056, HIGHER, State.IMPROVED),
        (0.044, "LOWER_IS_BETTER", State.IMPROVED),
        (0.056, "LOWER_IS_BETTER", State.DEGRADED),
    ],
)
def test_twelve_weeks_name_the_state(share: float, direction: str, state: State) -> None:
    """20,000 a week are enough for a change of 12 %, and for none."""
    judged = last(plan_of(direction, **STATED), [proportion(20_000, round(20_000 * share))] * 12)

    assert judged.state is state
    assert judged.lower is not None
    assert judged.upper is not None
    assert judged.lower <= share - 0.05 <= judged.upper
    assert judged.change == pytest.approx(share - 0.05)
    assert (judged.suspected_since == 0) == (state is State.DEGRADED)
    assert judged.needed == 59_652


def test_a_week_of_two_hundred_is_not_enough_and_says_how_much_is() -> None:
    """Insufficient is not within."""
    judged = last(plan_of(**STATED), [proportion(200, 10)])

    assert (judged.state, judged.n, judged.needed, judged.alarm) == (State.INSUFFICIENT_DATA, 200, 59_652, False)


def test_a_drop_in_mid_life_is_dated() -> None:
    """Twenty-six weeks on the benchmark, then 10 % below it: the mean of all weeks would take long, the alarm does not."""
    series = judge_series(plan_of(**STATED), weeks([proportion(20_000, 1_000)] * 26 + [proportion(20_000, 900)] * 4))

    assert series[25].state is State.WITHIN_BENCHMARK
    assert (series[-1].state, series[-1].alarm, series[-1].suspected_since) == (State.DEGRADED, True, 26 * WEEK)
    assert series[-1].upper is not None
    assert series[-1].upper > 0


def test_a_kpi_that_recovered_is_no_longer_called_degraded() -> None:
    """The state is that of the last window; the series shows the past alarm."""
    seen = [proportion(20_000, 1_000)] * 26 + [proportion(20_000, 900)] * 6 + [proportion(20_000, 1_000)] * 12

    series = judge_series(plan_of(**STATED), weeks(seen))

    assert any(judged.alarm for judged in series)
    assert not series[-1].alarm


def test_without_a_benchmark_there_is_nothing_to_be_held_against() -> None:
    """Neither where none is defined nor where the reference has no window."""
    seen = [proportion(1_000, 50)]

    assert last(plan_of(), seen).state is State.NO_BENCHMARK
    assert last(plan_of(benchmark={"windows": {"of": "model:a/b@1"}}), seen).state is State.NO_BENCHMARK


def test_an_estimate_needs_its_error_and_a_control_its_other_arm() -> None:
    """Shown, and not comparable."""
    estimates = plan_of(aggregate="ESTIMATE", benchmark={"mean": 0.8})
    against = plan_of(benchmark={"against": "deployment:a/c@1"})

    assert last(estimates, [Statistics(1_000, 0.7)]).state is State.NOT_COMPARABLE
    assert last(estimates, [Statistics(1_000, 0.7, standard_error=0.01)]).state is State.DEGRADED
    assert last(against, [proportion(1_000, 50)]).state is State.NOT_COMPARABLE


def test_what_the_world_does_to_both_arms_is_no_degradation() -> None:
    """The KPI falls by a third, the control with it: nothing. The control stays: degraded."""
    against = plan_of(benchmark={"against": "deployment:a/c@1"})
    falling = [proportion(20_000, 1_000 - 30 * week) for week in range(11)]

    both = judge(against, weeks(falling, falling))
    alone = judge(against, weeks(falling, [proportion(20_000, 1_000)] * 11))

    assert both is not None
    assert alone is not None
    assert (both.state, both.change) == (State.WITHIN_BENCHMARK, 0.0)
    assert (alone.state, alone.benchmark) == (State.DEGRADED, pytest.approx(0.05))


@pytest.mark.parametrize(
    ("share", "state"), [(0.05, State.WITHIN_BENCHMARK), (0.03, State.DEGRADED), (0.07, State.DEGRADED)]
)
def test_a_band_is_left_to_either_side(share: float, state: State) -> None:
    """Inside is within, and nothing is an improvement."""
    judged = last(plan_of("IN_BAND", band={"from": 0.04, "to": 0.06}), [proportion(20_000, round(20_000 * share))] * 8)

    assert judged.state is state
    assert judged.change == pytest.approx(min(share - 0.04, 0.0) or max(share - 0.06, 0.0))


def test_an_uncertain_benchmark_is_reckoned_with() -> None:
    """The same weeks are degraded against a stated value, and not against two small windows that happen to have it."""
    seen = [proportion(20_000, 920)] * 6
    reference = [proportion(1_000, 50)] * 2

    assert last(plan_of(**STATED), seen).state is State.DEGRADED
    judged = last(plan_of(benchmark={"windows": {"of": "model:a/b@1"}}), seen, reference)
    assert judged.state is State.INSUFFICIENT_DATA
    assert "NO_VARIATION_BETWEEN_WINDOWS" in judged.assumptions


def test_reference_windows_that_vary_excuse_windows_that_do() -> None:
    """A KPI that jumps by a fifth every other week is not degraded for being a tenth lower once."""
    reference = [proportion(20_000, 1_000 + (200 if week % 2 else -200)) for week in range(16)]
    judged = last(plan_of(benchmark={"windows": {"of": "model:a/b@1"}}), [proportion(20_000, 900)] * 2, reference)

    assert judged.state is State.INSUFFICIENT_DATA
    assert judged.between_windows > 0.009
    assert "VARIATION_AS_IN_REFERENCE" in judged.assumptions


@pytest.mark.parametrize(
    ("aggregate", "benchmark", "good", "bad"),
    [
        ("COUNT", 0.002, count(2_000, 1e6), count(1_700, 1e6)),
        ("MEAN", 10.0, Statistics(5_000, 10.0, 25.0), Statistics(5_000, 9.3, 25.0)),
        ("ESTIMATE", 0.8, Statistics(500, 0.8, standard_error=0.01), Statistics(500, 0.74, standard_error=0.01)),
        (
            "RATIO",
            2.0,
            ratio(1_000, RatioSums(3_000.0, 6_000.0, 10_000.0, 40_100.0, 20_000.0)),
            ratio(1_000, RatioSums(3_000.0, 5_000.0, 10_000.0, 28_000.0, 16_600.0)),
        ),
    ],
)
def test_every_aggregate_is_judged(aggregate: str, benchmark: float, good: Statistics, bad: Statistics) -> None:
    """Within, then degraded when a sixth is lost."""
    plan = plan_of(aggregate=aggregate, benchmark={"mean": benchmark})

    assert last(plan, [good] * 12).state is State.WITHIN_BENCHMARK
    assert last(plan, [good] * 12 + [bad] * 6).state is State.DEGRADED


def test_no_window_is_no_verdict_and_a_lone_observation_is_not_enough() -> None:
    """Nothing is divided by nothing."""
    plan = plan_of(aggregate="MEAN", benchmark={"mean": 1.0})

    assert judge(plan, []) is None
    assert last(plan, [Statistics(1, 1.5)]).state is State.INSUFFICIENT_DATA
    assert last(plan, [Statistics(10, 1.5, 0.0)] * 3).state is State.INSUFFICIENT_DATA
    assert last(plan_of(benchmark={"mean": 0.0}), [proportion(100, 0)] * 3).state is State.INSUFFICIENT_DATA


def test_a_window_is_missing_when_cadence_and_labels_have_had_their_time() -> None:
    """Not before, not without a cadence, and not when the roll-out had ended by then."""
    plan = read_plan({"direction": HIGHER, "cadence": "P7D", "labelHorizon": "P14D"})
    due = 3 * WEEK

    assert overdue_since(plan, last_end=0, live_until=None, now=due) is None
    assert overdue_since(plan, last_end=0, live_until=None, now=due + 1) == due
    assert overdue_since(plan, last_end=0, live_until=WEEK - 1, now=due + 1) is None
    assert overdue_since(read_plan({"direction": HIGHER}), 0, None, due + 1) is None


def test_overdue_hides_a_good_state_and_no_bad_one() -> None:
    """The precedence of states."""
    good = last(plan_of(**STATED), [proportion(20_000, 1_000)] * 12)
    bad = last(plan_of(**STATED), [proportion(20_000, 800)] * 12)

    assert [state_when_overdue(judged) for judged in (None, good, bad)] == [
        State.OVERDUE,
        State.OVERDUE,
        State.DEGRADED,
    ]


@pytest.mark.parametrize(
    ("fields", "statistics"),
    [
        ({"n": 200, "successes": 11}, proportion(200, 11)),
        ({"n": 20, "mean": 1.5, "variance": 2}, Statistics(20.0, 1.5, 2.0)),
        ({"n": 1, "mean": 1.5}, Statistics(1.0, 1.5)),
        ({"events": 3, "exposure": 12}, count(3, 12.0)),
        ({"n": 9, "value": 0.8, "standardError": 0.1}, Statistics(9.0, 0.8, standard_error=0.1)),
    ],
)
def test_statistics_are_read_from_a_windows_fields(fields: dict[str, object], statistics: Statistics) -> None:
    """As they stand in its entry."""
    assert read_statistics({"kpi": "a/b", **fields}) == statistics
