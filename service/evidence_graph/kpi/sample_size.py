"""How many observations it takes to see a change with one look."""

from evidence_graph.kpi.distributions import normal_quantile

POWER = 0.8


def needed_size(variance: float, change: float, alpha: float, power: float = POWER) -> float:
    """n = (z(1 - alpha/2) + z(power))² variance / change²: a two-sided test at one look finds the change with that power.

    The textbook formula for a mean (Cochran; Montgomery). A sequence of looks at the same level takes somewhat more. `change` > 0 in
    the unit of the KPI, `variance` that of one observation. Check: variance 0.05 · 0.95, change 0.0025, alpha 0.05 gives 59,651.5.
    """
    z = normal_quantile(1 - alpha / 2) + normal_quantile(power)
    return z * z * variance / (change * change)
