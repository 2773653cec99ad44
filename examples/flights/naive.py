"""Rules that people hold a KPI against something with, week by week, as if each look were the only one. What they cry, for comparison."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev

import msgspec

from evidence_graph.evidence.log_file import Cries
from evidence_graph.kpi.plan import Direction
from evidence_graph.kpi.windows import Statistics, Window

FIVE_PERCENT = 1.959964  # quantile of the standard normal distribution at 0.975: 5 % on both sides together

Deviation = Callable[[Window], float]  # how far a window lies from what it is held against, in what the rule allows


def cries(
    windows: Sequence[Window], yardstick: Sequence[Window], lab: Sequence[Window], direction: Direction
) -> Mapping[str, Cries | None]:
    """What each rule cries over these windows; None where it has nothing to go by.

    Each window is held against its control, where there is one, else against the mean of the yardstick taken as exactly known; by the
    first rule always against the lab.
    """
    weeks = [window.statistics.mean for window in yardstick]
    rules: dict[str, Deviation | None] = {
        "z, lab": lambda window: _sigmas(msgspec.structs.replace(window, control=None), lab) / FIVE_PERCENT,
        "z": lambda window: _sigmas(window, yardstick) / FIVE_PERCENT,
        "3 σ": lambda window: _sigmas(window, yardstick) / 3,
        "3 SD": _beyond_weeks(weeks) if len(weeks) > 1 else None,
    }
    return {name: _counted(map(rule, windows), direction) if rule else None for name, rule in rules.items()}


def _beyond_weeks(weeks: Sequence[float]) -> Deviation:
    """Beyond the mean of whole weeks, give or take three of their standard deviations."""
    middle, allowed = fmean(weeks), 3 * stdev(weeks)
    return lambda window: (window.statistics.mean - middle) / allowed


def spread(windows: Sequence[Window]) -> float:
    """Standard deviation of the windows' values."""
    return stdev(window.statistics.mean for window in windows)


def spread_of_change(windows: Sequence[Window]) -> float | None:
    """Standard deviation of the differences to the control; None without one."""
    changes = [window.statistics.mean - window.control.mean for window in windows if window.control is not None]
    return stdev(changes) if len(changes) > 1 else None


def _sigmas(window: Window, yardstick: Sequence[Window]) -> float:
    """How many standard errors of sampling a window lies above what it is held against."""
    if window.control is not None:
        error = sqrt(_squared_error(window.statistics) + _squared_error(window.control))
        return (window.statistics.mean - window.control.mean) / error
    count = sum(one.statistics.n for one in yardstick)
    benchmark = sum(one.statistics.n * one.statistics.mean for one in yardstick) / count
    return (window.statistics.mean - benchmark) / sqrt(_squared_error(window.statistics))


def _squared_error(seen: Statistics) -> float:
    assert seen.variance is not None, "both KPIs are means"
    return seen.variance / seen.n


def _counted(deviations: Iterable[float], direction: Direction) -> Cries:
    """Beyond 1 is what the rule does not allow."""
    found = [value if direction is Direction.LOWER_IS_BETTER else -value for value in deviations]
    return Cries(worse=sum(value > 1 for value in found), better=sum(value < -1 for value in found))
