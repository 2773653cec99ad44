"""What a stream is held against: the benchmark with its own uncertainty, and how much the KPI varies from window to window anyway."""

from collections.abc import Sequence
from math import fsum, sqrt

import msgspec

from evidence_graph.kpi.beta_binomial import EXACT_EVENTS, prior_size, proportion_interval
from evidence_graph.kpi.distributions import normal_quantile
from evidence_graph.kpi.gamma_poisson import prior_exposure, rate_interval
from evidence_graph.kpi.observation import Observation, observe
from evidence_graph.kpi.plan import LARGEST, Aggregate, BenchmarkKind, Direction, ErrorSplit, Plan
from evidence_graph.kpi.variation import LEAST_WINDOWS, Variation, variation
from evidence_graph.kpi.windows import Window

ASSUMPTIONS = {
    "NO_VARIATION_BETWEEN_WINDOWS": "The KPI does not vary from window to window beyond sampling: no reference windows tell how much.",
    "NORMAL_APPROXIMATION": "Means of a window's observations are near enough to normal.",
    "STANDARD_ERRORS": "The stated standard errors are right and the estimates near enough to normal.",
    "VARIATION_AS_IN_REFERENCE": "The KPI varies from window to window as it did in the reference windows.",
    "CORRELATED_WINDOWS": "Neighbouring reference windows are alike; the variation was raised for it.",
}
SURENESS = 0.8  # of the bound on the variation; a surer one is so wide that nothing is ever found (docs/decisions/0009)
_MEASURED = (BenchmarkKind.REFERENCE, BenchmarkKind.EVALUATION)


class Yardstick(msgspec.Struct, frozen=True):
    """The benchmark lies in `[low, high]` (one value when stated, a band's ends, else as sure as `split.reference` says).

    `middle` is its likeliest value. `between` is the variance between windows that is reckoned with, `variation` where it comes from.
    Without a value (a concurrent control) all three are 0 and differences are judged. `exact`: counts are judged without approximation.
    """

    low: float
    high: float
    middle: float
    between: float
    variation: Variation | None
    split: ErrorSplit
    exact: bool
    assumptions: tuple[str, ...]


def measure(plan: Plan, reference: Sequence[Window]) -> Yardstick | None:
    """The yardstick of a plan; None when there is nothing to hold the KPI against."""
    if plan.benchmark is BenchmarkKind.NONE or max(abs(plan.low or 0.0), abs(plan.high or 0.0)) > LARGEST:
        return None
    observed = [one for window in reference if (one := observe(plan, window, _ratio_of(plan, reference))) is not None]
    if plan.benchmark in _MEASURED and not observed:
        return None
    varying = _variation(observed)
    split = plan.split(with_reference=plan.benchmark in _MEASURED)
    between = varying.counted if varying is not None else 0.0
    exact = between == 0 and _counts(plan)
    low, high, middle = _benchmark(plan, observed, split, between, exact)
    return Yardstick(low, high, middle, between, varying, split, exact, _assumptions(plan, varying, exact))


def _counts(plan: Plan) -> bool:
    return plan.benchmark is not BenchmarkKind.CONTROL and plan.aggregate in (Aggregate.PROPORTION, Aggregate.COUNT)


def _ratio_of(plan: Plan, reference: Sequence[Window]) -> float | None:
    """The ratio over all reference windows, which the variance of each is taken at."""
    if plan.aggregate is not Aggregate.RATIO or plan.benchmark is BenchmarkKind.CONTROL:
        return None
    if plan.benchmark is BenchmarkKind.STATED:
        return _middle(plan)
    sums = [window.statistics.sums for window in reference if window.statistics.sums is not None]
    return fsum(one.y for one in sums) / fsum(one.x for one in sums) if sums else None


def _variation(observed: Sequence[Observation]) -> Variation | None:
    """What the reference windows tell about the variation between windows, when there are enough of them."""
    telling = [one for one in observed if one.spread]
    if len(telling) < LEAST_WINDOWS:
        return None
    sampling = [one.spread / one.weight for one in telling if one.spread]
    return variation([one.value for one in telling], sampling, 1 - SURENESS)


def _benchmark(
    plan: Plan, observed: Sequence[Observation], split: ErrorSplit, between: float, exact: bool
) -> tuple[float, float, float]:
    if plan.benchmark is BenchmarkKind.CONTROL:
        return 0.0, 0.0, 0.0
    if plan.low is not None and plan.high is not None:
        return plan.low, plan.high, _middle(plan)
    weight = fsum(one.weight for one in observed)
    mean = fsum(one.weight * one.value for one in observed) / weight
    events = mean * weight
    rarer = events if plan.aggregate is Aggregate.COUNT else min(events, weight - events)
    if exact and rarer < EXACT_EVENTS:
        low, high = _exact_interval(plan.aggregate, round(events), weight, split.reference)
    else:
        known = [one for one in observed if one.spread is not None]
        typical = fsum(one.spread * one.weight for one in known if one.spread is not None) / weight if known else 0.0
        variance = fsum(one.weight * (one.spread or typical) + one.weight * one.weight * between for one in observed)
        radius = -normal_quantile(split.reference / 2) * sqrt(variance) / weight
        low, high = mean - radius, mean + radius
    return low, high, mean


def _exact_interval(aggregate: Aggregate, events: float, size: float, alpha: float) -> tuple[float, float]:
    if aggregate is Aggregate.PROPORTION:
        return proportion_interval(events, size, alpha, prior_size(size, alpha))
    return rate_interval(events, size, alpha, prior_exposure(size, alpha))


def _middle(plan: Plan) -> float:
    assert plan.low is not None
    assert plan.high is not None
    return plan.low if plan.direction is not Direction.IN_BAND else (plan.low + plan.high) / 2


def _assumptions(plan: Plan, varying: Variation | None, exact: bool) -> tuple[str, ...]:
    found = ["NO_VARIATION_BETWEEN_WINDOWS" if varying is None else "VARIATION_AS_IN_REFERENCE"]
    if varying is not None and varying.counted > varying.upper:
        found.append("CORRELATED_WINDOWS")
    if plan.aggregate is Aggregate.ESTIMATE:
        found.append("STANDARD_ERRORS")
    elif not exact:
        found.append("NORMAL_APPROXIMATION")
    return tuple(found)
