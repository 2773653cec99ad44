"""The normal mixture: the family of sums S with variance V that a mean shift is told from at every look.

Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences" (arXiv 1810.08240), section 3.2;
for estimated variances, asymptotically: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (arXiv 2103.06476).
S is centred at the null, V its accumulated variance, rho > 0 the variance at which the mixture is tuned, all in squared units of S.
"""

from enum import Enum
from math import sqrt

from evidence_graph.kpi.arithmetic import log
from evidence_graph.kpi.distributions import bisect, normal_cdf


class Sided(Enum):
    """Whether the family looks for a shift to both sides, or for S above 0 only."""

    TWO = "two"
    ONE = "one"


def best_rho(v: float, alpha: float, sided: Sided = Sided.TWO) -> float:
    """The rho whose bound at level alpha is about the smallest possible when the variance is v (1810.08240, section 3.5).

    Check: v = 100, alpha = 0.05 gives 12.60056.
    """
    level = alpha if sided is Sided.TWO else 2 * alpha
    wanted = -2 * log(level)
    return v / (wanted + log(1 + wanted))


def log_mixture(s: float, v: float, rho: float, sided: Sided = Sided.TWO) -> float:
    """Logarithm of the evidence against the null, a nonnegative supermartingale starting at 1."""
    body = log(rho / (v + rho)) / 2 + s * s / (2 * (v + rho))
    if sided is Sided.TWO:
        return body
    return body + log(2 * normal_cdf(s / sqrt(v + rho)))


def bound(v: float, alpha: float, rho: float, sided: Sided = Sided.TWO) -> float:
    """The S that is passed at any look at all with probability at most alpha; two-sided: to either side.

    Check: v = 100, rho = 12.60056, alpha = 0.05 gives 30.35209; one-sided, with its own rho, 27.66071.
    """
    two = sqrt((v + rho) * (log(1 + v / rho) - 2 * log(alpha)))
    if sided is Sided.TWO:
        return two
    wanted = -log(alpha)
    return bisect(lambda s: log_mixture(s, v, rho, Sided.ONE) - wanted, 0.0, two)
