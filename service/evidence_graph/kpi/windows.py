"""One KPI window as sufficient statistics."""

from collections.abc import Mapping

import msgspec

from evidence_graph.errors import InvalidInput


class RatioSums(msgspec.Struct, frozen=True):
    """Sums over the observations of a ratio's denominator x and numerator y, of their squares and product."""

    x: float
    y: float
    xx: float
    yy: float
    xy: float


class Statistics(msgspec.Struct, frozen=True):
    """What was observed: `n` observations, or `n` units of exposure for a COUNT.

    `mean` is in the unit of the KPI: a share, a mean, a ratio of sums, events per exposure, an estimate. `variance` is that of one
    observation (sample variance, divisor n - 1; for a COUNT the mean itself; for a RATIO see `sums`), None when it is not known.
    `events` is the number of successes or events of a PROPORTION or COUNT. `standard_error` is an ESTIMATE's.
    """

    n: float
    mean: float
    variance: float | None = None
    events: int | None = None
    sums: RatioSums | None = None
    standard_error: float | None = None


class Window(msgspec.Struct, frozen=True):
    """Statistics over `[start, end)`, µs UTC; `control` are those of the benchmark's deployment over the same span.

    `key` names the window in the answer (its URN). `roll_out` names what it measures (a deployment's URN): where it differs from
    the window before, a change is more likely than elsewhere.
    """

    key: str
    start: int
    end: int
    statistics: Statistics
    control: Statistics | None = None
    roll_out: str = ""


def read_statistics(fields: Mapping[str, object]) -> Statistics:
    """The statistics in a window's JSON fields. Raises InvalidInput when they are those of no aggregate."""
    if "successes" in fields:
        return proportion(_whole(fields, "n"), _whole(fields, "successes"))
    if "mean" in fields:
        variance = _number(fields, "variance") if "variance" in fields else None
        return Statistics(_number(fields, "n"), _number(fields, "mean"), variance)
    if "sums" in fields:
        sums = fields["sums"]
        assert isinstance(sums, dict)
        return ratio(_whole(fields, "n"), RatioSums(*(_number(sums, name) for name in RatioSums.__struct_fields__)))
    if "events" in fields:
        return count(_whole(fields, "events"), _number(fields, "exposure"))
    error = _number(fields, "standardError") if "standardError" in fields else None
    return Statistics(_number(fields, "n"), _number(fields, "value"), standard_error=error)


def proportion(n: int, successes: int) -> Statistics:
    """`successes` of `n`; the variance of one observation is that of a sample, p(1 - p) n/(n - 1)."""
    mean = successes / n
    return Statistics(n, mean, mean * (1 - mean) * n / (n - 1) if n > 1 else None, events=successes)


def count(events: int, exposure: float) -> Statistics:
    """`events` over an exposure above 0; for a Poisson count the variance over one unit of exposure is the rate."""
    return Statistics(exposure, events / exposure, events / exposure, events=events)


def ratio(n: int, sums: RatioSums) -> Statistics:
    """A ratio of sums; its variance depends on the ratio it is held against."""
    return Statistics(n, sums.y / sums.x, sums=sums)


def _number(fields: Mapping[str, object], name: str) -> float:
    found = fields.get(name)
    if isinstance(found, int | float):
        return float(found)
    raise InvalidInput(f"The window holds no {name}.", "State the statistics of one aggregate.")


def _whole(fields: Mapping[str, object], name: str) -> int:
    return int(_number(fields, name))
