"""The one planned look: whether a stream began worse than its benchmark, tested once, with the strength of a test that looks once.

Sequences that hold at every look pay for all of them and see a large drop at the beginning late. A part of the error level is kept
for one look, planned before anything is seen: where twice the smallest relevant change would be found with probability 0.95.
Counts are tested without approximation: Zubkov and Serov, "A complete proof of universal inequalities for the distribution function
of the binomial law" (2013), bound the tail by that of a normal variable at the signed root of the deviance, one event further.
"""

from math import sqrt

from evidence_graph.kpi.arithmetic import log
from evidence_graph.kpi.distributions import normal_quantile

POWER = 0.95
CHANGES = 2.0  # smallest relevant changes that the look is planned for


def planned_weight(spread: float, change: float, alpha: float) -> float:
    """The weight at which to look: a one-sided test at level alpha finds twice the change with the power above."""
    z = normal_quantile(1 - alpha) + normal_quantile(POWER)
    return z * z * spread / (CHANGES * change * CHANGES * change)


def proportion_score(successes: float, trials: float, p: float, sign: int) -> float:
    """How many standard deviations worse than p: below it with sign 1, above it with -1; at most what the exact tail allows."""
    if sign < 0:
        return proportion_score(trials - successes, trials, 1 - p, 1)
    share = (successes + 1) / trials
    if share >= p:
        return 0.0
    return sqrt(2 * trials * (_part(share, p) + _part(1 - share, 1 - p)))


def count_score(events: float, exposure: float, rate: float, sign: int) -> float:
    """The same for events over an exposure: the limit for rare events."""
    expected, seen = rate * exposure, events + sign
    if sign * seen >= sign * expected:
        return 0.0
    return sqrt(2 * max(0.0, expected - seen + _part(max(seen, 0.0), expected)))


def _part(seen: float, expected: float) -> float:
    return seen * log(seen / expected) if seen > 0 else 0.0
