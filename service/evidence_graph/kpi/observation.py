"""What one window says about the value that is judged: the KPI itself, or its difference from a concurrent control."""

from math import inf

import msgspec

from evidence_graph.kpi.plan import LARGEST, SMALLEST, Aggregate, BenchmarkKind, Plan
from evidence_graph.kpi.windows import Statistics, Window


class Observation(msgspec.Struct, frozen=True):
    """A value with its weight in the mean over windows, in the unit of the KPI.

    `spread` is the value's sampling variance times the weight: what it would be at weight 1; None when the window cannot tell.
    `size` is how far the normal approximation may be trusted: how many of the rarer of events and non-events the benchmark lets expect,
    or observations. `control` is the control's own value, 0 without one.
    """

    weight: float
    value: float
    spread: float | None
    size: float
    control: float = 0.0


def observe(plan: Plan, window: Window, held_against: float | None) -> Observation | None:
    """The window as an observation; None when it cannot be compared.

    That is: no control, an estimate without its error, or numbers so large or small that their squares are none any more.
    `held_against` is the benchmark a ratio's variance is taken at; None for its own ratio.
    """
    if plan.benchmark is not BenchmarkKind.CONTROL:
        seen = _observed(plan.aggregate, window.statistics, held_against)
        return seen if seen is not None and _usable(seen) else None
    other = _observed(plan.aggregate, window.control, None) if window.control is not None else None
    if other is None or not _usable(other):
        return None
    counted = plan.aggregate in (Aggregate.PROPORTION, Aggregate.COUNT)
    own = _observed(plan.aggregate, window.statistics, other.value if counted else None)
    return _difference(plan.aggregate, own, other) if own is not None and _usable(own) else None


def _usable(seen: Observation) -> bool:
    """Whether sums and squares of such numbers stay numbers."""
    spread = seen.spread or 1.0
    return SMALLEST < seen.weight < LARGEST and abs(seen.value) < LARGEST and SMALLEST < spread < LARGEST


def _observed(aggregate: Aggregate, held: Statistics, held_against: float | None) -> Observation | None:
    if aggregate is Aggregate.ESTIMATE:
        spread = held.standard_error * held.standard_error * held.n if held.standard_error else 0.0
        return Observation(held.n, held.mean, spread, inf) if spread > 0 else None
    if aggregate is Aggregate.RATIO:
        return _ratio(held, held_against)
    return Observation(held.n, held.mean, held.variance, _size(aggregate, held, held_against))


def _size(aggregate: Aggregate, held: Statistics, held_against: float | None) -> float:
    """Told by the benchmark and not by the window, whose own events would make few of them look like a small window."""
    expected = held.mean if held_against is None else held_against
    if aggregate is Aggregate.PROPORTION:
        return held.n * max(0.0, min(expected, 1 - expected))
    return held.n * max(0.0, expected) if aggregate is Aggregate.COUNT else held.n


def _ratio(held: Statistics, held_against: float | None) -> Observation:
    """y/x against R: z = y - R x has sample variance (Σz² - (Σz)²/n)/(n - 1); divided by the mean of x it is the ratio's own."""
    sums, n = held.sums, held.n
    assert sums is not None
    at = held.mean if held_against is None else held_against
    if n < 2:
        return Observation(sums.x, held.mean, None, n)
    total = sums.y - at * sums.x
    squares = sums.yy - 2 * at * sums.xy + at * at * sums.xx
    variance = max(0.0, squares - total * total / n) / (n - 1)
    return Observation(sums.x, held.mean, variance * n / sums.x, n)


def _difference(aggregate: Aggregate, own: Observation, other: Observation) -> Observation:
    """Own value less the control's; the variance of both arms is pooled where the values alone tell it."""
    weight = own.weight * other.weight / (own.weight + other.weight)
    spread = None
    if own.spread is not None and other.spread is not None:
        spread = (own.spread / own.weight + other.spread / other.weight) * weight
        if aggregate in (Aggregate.PROPORTION, Aggregate.COUNT):
            spread = (own.spread * own.weight + other.spread * other.weight) / (own.weight + other.weight)
    return Observation(weight, own.value - other.value, spread, min(own.size, other.size), other.value)
