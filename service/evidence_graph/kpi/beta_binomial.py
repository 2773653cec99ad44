"""The beta-binomial mixture: evidence about a proportion that is exact however small the counts, and its interval for every look.

Howard, Ramdas, McAuliffe, Sekhon (arXiv 1810.08240), proposition 7 (mixture for increments in [-g, h]); with g = p and h = 1 - p the
likelihood of X successes in N, mixed over a beta prior around p with the weight of k observations:
E(p) = B(kp + X, k(1 - p) + N - X) / (B(kp, k(1 - p)) p^X (1 - p)^(N - X)).
"""

from math import sqrt

from evidence_graph.kpi.arithmetic import log
from evidence_graph.kpi.crossings import crossing
from evidence_graph.kpi.distributions import bisect, log_incomplete_beta, log_rising
from evidence_graph.kpi.gamma_poisson import rate_interval
from evidence_graph.kpi.mixture import Sided, best_rho, bound

LEAST_PRIOR = 0.001
NEXT_TO_ZERO = 1e-12
EXACT_EVENTS = 200.0  # with so many events and non-events the interval and that of the normal mixture are the same
_RARE = 1e9  # trials beyond which fewer events than that are as good as Poisson, and powers of 1 - p lose their digits


def prior_size(tuned_for: float, alpha: float) -> float:
    """The k whose interval at level alpha is about the narrowest after `tuned_for` observations."""
    return max(best_rho(tuned_for, alpha) - 1, LEAST_PRIOR)


def log_evidence(p: float, successes: float, trials: float, k: float) -> float:
    """ln E(p): evidence against the proportion p, 0 < p < 1."""
    # the powers of p and 1 - p and those of the prior's two parts cancel against each other
    return log_rising(k * p, successes) + log_rising(k * (1 - p), trials - successes) - log_rising(k, trials)


def proportion_interval(successes: float, trials: float, alpha: float, k: float) -> tuple[float, float]:
    """All p whose evidence stays below 1/alpha, at this and every other look; an end that nothing excludes is 0 or 1.

    For fewer than EXACT_EVENTS events or non-events, or at most a billion trials.

    Check: 700 of 1,000, alpha = 0.05, k = prior_size(100, 0.05) gives 0.651629 to 0.745949.
    """
    if 2 * successes > trials:
        lower, upper = proportion_interval(trials - successes, trials, alpha, k)
        return 1 - upper, 1 - lower
    if trials > _RARE:
        return rate_interval(successes, trials, alpha, k)
    wanted, step = -log(alpha), bound(trials, alpha, k + 1) / (2 * trials)

    failures, common = trials - successes, log_rising(k, trials) + wanted

    def excess(root: float) -> float:
        p = root * root  # as in log_evidence, with what is the same for every p taken out
        return log_rising(k * p, successes) + log_rising(k * (1 - p), failures) - common

    # the deviation of a share's square root is the same for every share, so the root is what ends are sought for
    low, high = sqrt(NEXT_TO_ZERO), sqrt(1 - NEXT_TO_ZERO)
    centre = max(sqrt(successes / trials), low)
    below = crossing(excess, centre, -step, low) if successes else None
    above = crossing(excess, centre, step, high)
    return (below * below if below else 0.0), (above * above if above else 1.0)


def tuned_r(v: float, alpha: float, g: float, h: float, sided: Sided) -> float:
    """The parameter r of the mixture for increments in [-g, h], tuned for the variance v."""
    return max(best_rho(v, alpha, sided) - g * h, LEAST_PRIOR * g * h)


def log_mixture(s: float, v: float, r: float, g: float, h: float, sided: Sided) -> float:
    """Logarithm of the evidence against mean 0 of increments in [-g, h] with sum s and variance v."""
    x = 1.0 if sided is Sided.TWO else h / (g + h)
    a, b = g * (g + h), h * (g + h)
    body = v / (g * h) * log(g + h) - (v + h * s) / b * log(g) - (v - g * s) / a * log(h)
    mixed = log_incomplete_beta(x, (r + v - g * s) / a, (r + v + h * s) / b)
    return body + mixed - log_incomplete_beta(x, r / a, r / b)


def increment_bound(v: float, alpha: float, r: float, g: float, h: float, sided: Sided) -> float:
    """The sum that is passed at any look with probability at most alpha; never more than v/g, where every increment is at its end."""
    wanted, most = -log(alpha), v / g
    if log_mixture(most, v, r, g, h, sided) < wanted:
        return most
    return bisect(lambda s: log_mixture(s, v, r, g, h, sided) - wanted, 0.0, most)
