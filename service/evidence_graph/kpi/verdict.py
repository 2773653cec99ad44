"""The verdict on a stream of KPI windows, after every one of them."""

from collections.abc import Iterator, Sequence
from enum import Enum
from math import ceil, sqrt

import msgspec

from evidence_graph.kpi.plan import Aggregate, BenchmarkKind, Direction, ErrorSplit, Plan
from evidence_graph.kpi.stream import Interval, Stream
from evidence_graph.kpi.variation import Variation
from evidence_graph.kpi.windows import Window
from evidence_graph.kpi.yardstick import Yardstick, measure

MOST_NEEDED = 9_007_199_254_740_991.0  # 2^53 - 1


class State(Enum):
    """What is known about a KPI and its benchmark."""

    NO_BENCHMARK = "NO_BENCHMARK"
    NOT_COMPARABLE = "NOT_COMPARABLE"
    DEGRADED = "DEGRADED"
    OVERDUE = "OVERDUE"
    IMPROVED = "IMPROVED"
    WITHIN_BENCHMARK = "WITHIN_BENCHMARK"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Judged(msgspec.Struct, frozen=True):
    """The verdict after one window; values in the unit of the KPI, `n` in observations (for a COUNT, exposure), times in µs UTC.

    `window_n` and `window_mean` are this window's, `n` and `mean` those of all windows up to here. `change` is the mean less the
    benchmark (less the nearest end of a band; 0 inside), plain, not turned by direction; it lies in `[lower, upper]` at every look
    with probability 1 - error.sequence (and - error.reference, where the benchmark is measured). `alarm`: the KPI got worse at some
    window, most likely at `suspected_since`, where that window starts. `began_worse`: the one planned look found it worse.
    `e_value` is the evidence that it got worse at some window, at least 1/a at any look with probability at most a when it did not;
    what is known of many streams is told from it (see `portfolio`). `needed` is the number of observations that a test at one look
    would take. `between_windows` is the standard deviation from window to window that is reckoned with beyond sampling,
    `variation` what the reference windows tell about it.
    `assumptions` are names of `yardstick.ASSUMPTIONS`.
    """

    key: str
    start: int
    end: int
    window_n: float
    window_mean: float
    state: State
    n: float
    mean: float | None = None
    benchmark: float | None = None
    change: float | None = None
    lower: float | None = None
    upper: float | None = None
    needed: int | None = None
    e_value: float | None = None
    alarm: bool = False
    began_worse: bool = False
    suspected_since: int | None = None
    between_windows: float = 0.0
    variation: Variation | None = None
    method: str = ""
    error: ErrorSplit | None = None
    assumptions: tuple[str, ...] = ()


def judge_series(plan: Plan, windows: Sequence[Window], reference: Sequence[Window] = ()) -> list[Judged]:
    """The verdict after every window, in one pass; `windows` mature, in time order, without overlap.

    `reference` are the windows of the reference period or the one of the evaluation, in time order. With another benchmark they only
    tell how much the KPI varies from window to window. A window that cannot be compared (an estimate without its error, no control)
    leaves what is known as it was; NOT_COMPARABLE is the state as long as there is no other.
    """
    return list(_judging(plan, windows, reference, windows))


def judge(plan: Plan, windows: Sequence[Window], reference: Sequence[Window] = ()) -> Judged | None:
    """The verdict after the last window, as the series ends; None when there is no window."""
    return next(_judging(plan, windows, reference, windows[-1:]), None)


def overdue_since(plan: Plan, last_end: int, live_until: int | None, now: int) -> int | None:
    """Since when (µs UTC) a window is missing, None when none is, or no cadence is stated.

    After the last window's end (the beginning of the live interval when there is none) a window is due when the cadence and the label
    horizon have passed, unless the live interval ended before that window would have.
    """
    if plan.cadence is None or (live_until is not None and live_until < last_end + plan.cadence):
        return None
    due = last_end + plan.cadence + plan.label_horizon
    return due if due < now else None


def state_when_overdue(judged: Judged | None) -> State:
    """The state of a stream whose windows have stopped coming while it is live, by the precedence of states."""
    if judged is not None and judged.state in (State.NO_BENCHMARK, State.NOT_COMPARABLE, State.DEGRADED):
        return judged.state
    return State.OVERDUE


def _judging(
    plan: Plan, windows: Sequence[Window], reference: Sequence[Window], shown: Sequence[Window]
) -> Iterator[Judged]:
    """The verdicts after the `shown` ones, which are the last of all windows."""
    yardstick = measure(plan, reference)
    stream = Stream(plan, yardstick) if yardstick is not None else None
    silent = len(windows) - len(shown)
    for number, window in enumerate(windows):
        if stream is not None:
            stream.add(window)
        if number >= silent:
            yield _judged(plan, stream, window)


def _judged(plan: Plan, stream: Stream | None, window: Window) -> Judged:
    seen = window.statistics
    if stream is None or not stream.windows:
        state = State.NO_BENCHMARK if stream is None else State.NOT_COMPARABLE
        return Judged(window.key, window.start, window.end, seen.n, seen.mean, state, n=0.0)
    control = plan.benchmark is BenchmarkKind.CONTROL
    interval, yardstick = stream.interval(), stream.yardstick
    alarm = stream.alarm.sounds()
    change = _change(plan, yardstick, interval)
    state = _state(plan.direction, change, stream.relevant_change, alarm, bool(stream.began_worse))
    return Judged(
        window.key,
        window.start,
        window.end,
        seen.n,
        seen.mean,
        state,
        stream.n,
        stream.value + stream.control,
        stream.control if control else yardstick.middle,
        _likeliest_change(plan, yardstick, stream.value),
        change[0] if change else None,
        change[1] if change else None,
        _whole(stream.needed),
        stream.alarm.e_value,
        alarm,
        bool(stream.began_worse),
        stream.alarm.since if state is State.DEGRADED else None,
        sqrt(yardstick.between),
        yardstick.variation,
        _method(plan, interval),
        yardstick.split,
        yardstick.assumptions,
    )


def _whole(needed: float | None) -> int | None:
    """Rounded up; no more than fits an answer."""
    return ceil(min(needed, MOST_NEEDED)) if needed is not None else None


def _change(plan: Plan, yardstick: Yardstick, interval: Interval | None) -> tuple[float, float] | None:
    """The mean less the benchmark, wherever in its own interval that lies; less the nearest end of a band."""
    if interval is None:
        return None
    if plan.direction is Direction.IN_BAND:
        return _outside(interval.low, yardstick), _outside(interval.high, yardstick)
    return interval.low - yardstick.high, interval.high - yardstick.low


def _likeliest_change(plan: Plan, yardstick: Yardstick, value: float) -> float:
    return _outside(value, yardstick) if plan.direction is Direction.IN_BAND else value - yardstick.middle


def _outside(value: float, yardstick: Yardstick) -> float:
    """How far a value lies outside the band, negative below it."""
    return value - min(max(value, yardstick.low), yardstick.high)


def _state(
    direction: Direction, change: tuple[float, float] | None, relevant: float | None, alarm: bool, began_worse: bool
) -> State:
    """The one state an interval of the change names; an alarm makes it DEGRADED whatever it names.

    What the planned look has found stands until the interval names something else.
    """
    named = _named(direction, change, relevant)
    return State.DEGRADED if alarm or (began_worse and named is State.INSUFFICIENT_DATA) else named


def _named(direction: Direction, change: tuple[float, float] | None, relevant: float | None) -> State:
    if change is None:
        return State.INSUFFICIENT_DATA
    lower, upper = change
    in_band = direction is Direction.IN_BAND
    within = relevant if relevant is not None or not in_band else 0.0
    if within is not None and -within <= lower and upper <= within:
        return State.WITHIN_BENCHMARK
    if direction is Direction.LOWER_IS_BETTER:
        lower, upper = -upper, -lower
    if upper < 0 or (in_band and lower > 0):
        return State.DEGRADED
    return State.IMPROVED if lower > 0 else State.INSUFFICIENT_DATA


def _method(plan: Plan, interval: Interval | None) -> str:
    """How the interval was made, and how the alarm."""
    if plan.aggregate is Aggregate.ESTIMATE:
        return "ASYMPTOTIC_NORMAL_MIXTURE"
    if interval is not None and interval.exact:
        return "GAMMA_POISSON_MIXTURE" if plan.aggregate is Aggregate.COUNT else "BETA_BINOMIAL_MIXTURE"
    return "NORMAL_MIXTURE"
