"""Where the evidence against a value passes what an error level allows: the ends of an interval."""

from collections.abc import Callable
from math import sqrt

_CLOSE = 1e-8  # of a height of about 3: an end moves by less than a hundred-millionth of the interval's width
_MOST_STEPS = 40
_MOST_EVIDENCE = 1e9  # where nothing is left of a likelihood


def crossing(excess: Callable[[float], float], centre: float, step: float, limit: float) -> float | None:
    """The value beyond `centre`, towards `limit`, where `excess` rises to 0; None when it is still below 0 at the limit.

    `excess` is below 0 at the centre and rises away from it; `step` is a guess of the distance, negative to go down.
    """
    lowest = excess(centre)
    wanted = sqrt(-lowest)

    def height(value: float) -> float:
        # log evidence grows as the square of the distance, its root as the distance: a line through two points ends close by
        return sqrt(min(max(excess(value) - lowest, 0.0), _MOST_EVIDENCE)) - wanted

    inner, before = centre, -wanted
    while True:
        outer = max(inner + step, limit) if step < 0 else min(inner + step, limit)
        after = height(outer)
        if after >= 0:
            return _between(height, inner, before, outer, after)
        if outer == limit:
            return None
        inner, before, step = outer, after, step * 2


def _between(height: Callable[[float], float], inner: float, before: float, outer: float, after: float) -> float:
    """Regula falsi with the Illinois rule (Dowell and Jarratt, 1971): `before` < 0 at inner, `after` >= 0 at outer."""
    found, side = outer, 0
    for _ in range(_MOST_STEPS):
        found = outer - after * (outer - inner) / (after - before)
        value = height(found)
        if abs(value) < _CLOSE:
            break
        if value < 0:
            after, side = (after / 2 if side < 0 else after), -1
            inner, before = found, value
        else:
            before, side = (before / 2 if side > 0 else before), 1
            outer, after = found, value
    return found
