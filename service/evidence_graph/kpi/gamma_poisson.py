"""The gamma-Poisson mixture: evidence about a rate of events that is exact however few they are, and its interval for every look.

The limit of the beta-binomial mixture for rare events: the likelihood of X events over an exposure T, mixed over a gamma prior around
the rate r with the weight of an exposure k: E(r) = Γ(kr + X) k^(kr) e^(rT) / (Γ(kr) (k + T)^(kr + X) r^X).
"""

from math import inf, sqrt

from evidence_graph.kpi.arithmetic import log
from evidence_graph.kpi.crossings import crossing
from evidence_graph.kpi.distributions import log_rising
from evidence_graph.kpi.mixture import best_rho, bound

NEXT_TO_ZERO = 1e-12


def prior_exposure(tuned_for: float, alpha: float) -> float:
    """The k whose interval at level alpha is about the narrowest after an exposure of `tuned_for`."""
    return best_rho(tuned_for, alpha)


def log_evidence(rate: float, events: float, exposure: float, k: float) -> float:
    """ln E(r): evidence against a rate above 0."""
    prior = k * rate
    return log_rising(prior, events) - (prior + events) * log((k + exposure) / k) + rate * exposure


def rate_interval(events: float, exposure: float, alpha: float, k: float) -> tuple[float, float]:
    """All rates whose evidence stays below 1/alpha, at this and every other look; the lower end is 0 when nothing excludes it."""
    wanted, step = -log(alpha), bound(exposure, alpha, k) / (2 * exposure)

    def excess(root: float) -> float:
        return log_evidence(root * root, events, exposure, k) - wanted

    # the deviation of a rate's square root is the same for every rate
    low = sqrt(NEXT_TO_ZERO / exposure)
    centre = max(sqrt(events / exposure), low)
    below = crossing(excess, centre, -step, low) if events else None
    above = crossing(excess, centre, step, inf)
    return (below * below if below else 0.0), (above * above if above else inf)
