"""What people do without a verdict that is made for many looks: the rules it is held against, on the same windows."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import binom, norm

from evidence_graph.kpi.plan import Aggregate
from evidence_graph.kpi.windows import Window
from tests.benchmarks.kpi_worlds import LOOKS, Life, World

Rule = Callable[[World, Life], int | None]  # the first week, from 1, at which it cries "worse"
CHUNKS = 26


def naive_z(world: World, life: Life) -> int | None:
    """All data so far against the benchmark, at 5 % two-sided, every week."""
    return _first(_z_of_all(world, life) < norm.ppf(0.025))


def three_sigma(world: World, life: Life) -> int | None:
    """The week alone, three standard errors below."""
    return _first(_z_of_weeks(world, life) < -3)


def bonferroni(world: World, life: Life) -> int | None:
    """The week alone, at 5 % over 52 weeks."""
    return _first(_z_of_weeks(world, life) < norm.ppf(0.025 / LOOKS))


def reference_chunks(world: World, life: Life) -> int | None:
    """The week alone, three standard deviations of ten reference weeks below their mean; the usual drift monitor."""
    reference = np.array([window.statistics.mean for window in (life.reference or life.windows)[:10]])
    weeks = np.array([window.statistics.mean for window in life.windows])
    low = weeks < reference.mean() - 3 * reference.std(ddof=1)
    if not life.reference:
        low[:10] = False
    return _first(low)


RULES: dict[str, Rule] = {
    "naive z": naive_z,
    "3 σ": three_sigma,
    "Bonferroni": bonferroni,
    "mean ± 3 SD of chunks": reference_chunks,
}


def best_possible(n: int, p: float, drop: float, windows: int, level: float) -> float:
    """The most that any rule can promise that finds a drop within so many windows of whichever week it begins in.

    There are LOOKS // windows stretches that do not overlap, and the rule may cry falsely with probability `level` in all of them
    together: in one of them at most with level / that number. The most powerful test there is that of Neyman and Pearson.
    """
    size = level / (LOOKS // windows)
    highest = binom.ppf(size, n * windows, p)
    return float(binom.cdf(highest, n * windows, p * (1 - drop)))


def _z_of_weeks(world: World, life: Life) -> np.ndarray:
    means, errors, _ = _series(life.windows, world)
    return (means - world.benchmark) / errors


def _z_of_all(world: World, life: Life) -> np.ndarray:
    means, errors, weights = _series(life.windows, world)
    total = np.cumsum(weights)
    variance = np.cumsum((weights * errors) ** 2)
    return (np.cumsum(weights * means) / total - world.benchmark) / (np.sqrt(variance) / total)


def _series(windows: Sequence[Window], world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, standard error and weight of every week, as a textbook has them."""
    held = [window.statistics for window in windows]
    means = np.array([one.mean for one in held])
    n = np.array([one.n for one in held])
    if world.aggregate == Aggregate.RATIO.value:
        sums = [one.sums for one in held if one.sums is not None]
        x, y, xx, yy, xy = (np.array([getattr(one, name) for one in sums]) for name in ("x", "y", "xx", "yy", "xy"))
        variance = (yy - 2 * means * xy + means**2 * xx - (y - means * x) ** 2 / n) / (n - 1)
        return means, np.sqrt(variance / n) / (x / n), x
    if world.aggregate == Aggregate.PROPORTION.value:
        variance = np.maximum(means * (1 - means), world.benchmark * (1 - world.benchmark) / 4)
        return means, np.sqrt(variance / n), n
    return means, np.sqrt(np.array([one.variance for one in held]) / n), n


def _first(cries: np.ndarray) -> int | None:
    return int(cries.argmax()) + 1 if cries.any() else None
