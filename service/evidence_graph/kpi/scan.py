"""The scan: whether the last few windows, taken together, are worse than the benchmark, whichever window that began at.

Bets pay for looking at every start and every size with some power: each start j <= t and length is tested here once, when its last
window comes in, at its own share of the error level (Bonferroni; the shares of all starts and lengths sum to 1), so that the chance
of a false alarm at any look is at most the level. A large drop is found sooner so than by bets; a small one, or a long one, later.
Counts are tested without approximation (see `look`).
"""

from math import sqrt

from evidence_graph.kpi.distributions import normal_cdf
from evidence_graph.kpi.look import count_score, proportion_score
from evidence_graph.kpi.plan import Aggregate

LENGTHS = (
    (1, 0.2),
    (2, 0.25),
    (3, 0.15),
    (4, 0.12),
    (6, 0.12),
    (8, 0.06),
    (12, 0.04),
    (16, 0.03),
    (24, 0.01),
    (32, 0.01),
    (48, 0.01),
)  # windows, and the share of the level for that length
_WORTH_TESTING = 2.0  # standard deviations; no share of a level is reached before


class Scan:
    """Running sums over blocks of windows, so that every stretch that ends now is a difference of two of them."""

    def __init__(self, aggregate: Aggregate, exact: bool) -> None:
        self._aggregate = aggregate
        self._exact = exact
        self._score, self._weight, self._variance = [0.0], [0.0], [0.0]
        self._stakes: list[float] = []

    def add(self, score: float, weight: float, variance: float, stake: float) -> None:
        """One block more: weighted sum, weight, the sum's variance (0 for counts) and the share of the level for stretches from here."""
        self._score.append(self._score[-1] + score)
        self._weight.append(self._weight[-1] + weight)
        self._variance.append(self._variance[-1] + variance)
        self._stakes.append(stake)

    def finds(self, edge: float, sign: int, level: float) -> bool:
        """Whether a stretch that ends now is worse than an edge: below it with sign 1, above it with -1."""
        blocks = len(self._stakes)
        return any(
            self._finds(blocks - length, edge, sign, level * share * self._stakes[blocks - length])
            for length, share in LENGTHS
            if length <= blocks
        )

    def _finds(self, first: int, edge: float, sign: int, level: float) -> bool:
        score, weight = self._score[-1] - self._score[first], self._weight[-1] - self._weight[first]
        away = sign * (edge * weight - score)
        variance = self._expected_variance(edge, weight) if self._exact else self._variance[-1] - self._variance[first]
        if away <= 0 or variance <= 0 or away < _WORTH_TESTING * sqrt(variance):
            return False
        deviations = self._exactly(score, weight, edge, sign) if self._exact else away / sqrt(variance)
        return normal_cdf(-deviations) <= level

    def _expected_variance(self, edge: float, weight: float) -> float:
        return edge * weight * (1.0 if self._aggregate is Aggregate.COUNT else 1 - edge)

    def _exactly(self, score: float, weight: float, edge: float, sign: int) -> float:
        if self._aggregate is Aggregate.COUNT:
            return count_score(score, weight, edge, sign)
        return proportion_score(score, weight, edge, sign)
