"""How much a KPI varies from window to window beyond what sampling explains, and how surely that is known.

DerSimonian and Laird, "Meta-analysis in clinical trials" (1986) for the estimate; Viechtbauer, "Confidence intervals for the amount
of heterogeneity in meta-analysis" (2007), the Q-profile method, for its upper bound, which is exact for normal means.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum

import msgspec

from evidence_graph.kpi.distributions import bisect, chi_square_quantile

LEAST_WINDOWS = 12
MOST_CORRELATION = 0.9


class Variation(msgspec.Struct, frozen=True):
    """Variances between windows, in squared units of the KPI, and the correlation of a window with the next.

    `estimate` is the likeliest variance; `upper` is what it is below with probability 1 - alpha, and `counted` the one that verdicts
    reckon with: `upper`, raised when neighbours are alike, because a mean of such windows varies more.
    """

    estimate: float
    upper: float
    correlation: float
    counted: float


def variation(means: Sequence[float], variances: Sequence[float], alpha: float) -> Variation:
    """The variation of window means in time order, `variances` (> 0) being what sampling explains of each; at least two windows."""
    upper = _upper_bound(means, variances, alpha)
    correlation = _correlation(means)
    raised = min(max(correlation, 0.0), MOST_CORRELATION)
    return Variation(dersimonian_laird(means, variances), upper, correlation, upper * (1 + raised) / (1 - raised))


def dersimonian_laird(means: Sequence[float], variances: Sequence[float]) -> float:
    """The moment estimate of the variance between windows, 0 when sampling explains everything."""
    weights = [1 / variance for variance in variances]
    total = fsum(weights)
    spare = total - fsum(weight * weight for weight in weights) / total
    if spare <= 0:  # one window has all the weight
        return 0.0
    return max(0.0, (_heterogeneity(means, variances, 0.0) - (len(means) - 1)) / spare)


def _heterogeneity(means: Sequence[float], variances: Sequence[float], between: float) -> float:
    """Cochran's Q when the windows vary by `between`: falls as it rises, and is chi-square distributed at the true value."""
    weights = [1 / (variance + between) for variance in variances]
    centre = fsum(weight * mean for weight, mean in zip(weights, means, strict=True)) / fsum(weights)
    return fsum(weight * (mean - centre) * (mean - centre) for weight, mean in zip(weights, means, strict=True))


def _upper_bound(means: Sequence[float], variances: Sequence[float], alpha: float) -> float:
    wanted = chi_square_quantile(alpha, len(means) - 1)
    if _heterogeneity(means, variances, 0.0) <= wanted:
        return 0.0
    highest = (
        fsum((mean - means[0]) * (mean - means[0]) for mean in means) / wanted
    )  # where even unweighted squares are too few
    return bisect(lambda between: wanted - _heterogeneity(means, variances, between), 0.0, highest)


def _correlation(means: Sequence[float]) -> float:
    centre = fsum(means) / len(means)
    away = [mean - centre for mean in means]
    squares = fsum(one * one for one in away)
    return fsum(one * after for one, after in pairwise(away)) / squares if squares > 0 else 0.0
