"""Which sufficient statistics a KPI window must state for each type of aggregate, and which numbers no observations can have.

The sums of a ratio are those of pairs (x, y): for every real R the values y - R·x have a sample variance of 0 or more. That holds
exactly when the centred sums obey the Cauchy-Schwarz inequality; sums were added up in floating point, so a share of ROUNDING of the
sums of squares is forgiven.
"""

from collections.abc import Iterator
from math import sqrt

from evidence_graph.evidence.commands import Fault
from evidence_graph.record.json_values import JsonObject

ROUNDING = 1e-9
STATISTICS = {
    "PROPORTION": ("n", "successes"),
    "MEAN": ("n", "mean", "variance"),
    "RATIO": ("n", "sums"),
    "COUNT": ("events", "exposure"),
    "ESTIMATE": ("n", "value"),
}
_ALL = ("successes", "mean", "variance", "sums", "events", "exposure", "value", "standardError")


def check_statistics(fields: JsonObject) -> Iterator[Fault]:
    """What is wrong with a window's numbers; none when they are those of exactly one aggregate, and possible.

    Single values are right already (finite numbers, whole numbers from 0 where things are counted); `field` is relative to the window.
    """
    aggregate = aggregate_of(fields)
    if aggregate is None:
        yield _of_no_aggregate(fields)
        return
    n = fields.get("n")
    if n == 0 and aggregate != "COUNT":
        yield _fault("n is 0.", "n", "A window has at least one observation; leave out those that have none.")
        return
    match aggregate:
        case "PROPORTION":
            yield from _proportion(_number(n), _number(fields["successes"]))
        case "MEAN":
            yield from _mean(_number(n), _number(fields.get("variance", 0)))
        case "RATIO":
            sums = fields["sums"]
            assert isinstance(sums, dict)
            yield from _ratio(_number(n), **{name: _number(value) for name, value in sums.items()})
        case "COUNT" if _number(fields["exposure"]) <= 0:
            yield _fault(f"exposure is {fields['exposure']}.", "exposure", "It is above 0.")
        case "ESTIMATE" if _number(fields.get("standardError", 0)) < 0:
            yield _fault("standardError is negative.", "standardError", "It is 0 or more.")


def aggregate_of(fields: JsonObject) -> str | None:
    """The aggregate whose statistics a window states, if they are exactly one's."""
    stated = {name for name in _ALL if name in fields}
    for aggregate, names in STATISTICS.items():
        needed = set(names) - _left_out(aggregate, fields)
        if stated <= {*names, *_MORE.get(aggregate, ())} and needed <= fields.keys():
            return aggregate
    return None


_MORE = {"ESTIMATE": ("standardError",)}  # what may be stated too


def _left_out(aggregate: str, fields: JsonObject) -> set[str]:
    """One observation has no variance to state."""
    return {"variance"} if aggregate == "MEAN" and fields.get("n") == 1 else set()


def _of_no_aggregate(fields: JsonObject) -> Fault:
    if "n" in fields and {name for name in _ALL if name in fields} == {"mean"}:
        return _fault(
            f"The mean of {fields['n']} observations has no variance.",
            "variance",
            "State their sample variance, divisor n - 1; for a share of successes, state n and successes instead.",
        )
    return _fault(
        "These are not the statistics of one aggregate.",
        "",
        "State n with successes, or n with mean and variance, or n with sums, or events with exposure, or n with value.",
    )


def _proportion(n: float, successes: float) -> Iterator[Fault]:
    if successes > n:
        yield _fault(
            f"There are more successes ({successes}) than observations ({n}).", "successes", "It is at most n."
        )


def _mean(n: float, variance: float) -> Iterator[Fault]:
    if variance < 0:
        yield _fault("variance is negative.", "variance", "It is 0 or more.")
    elif n == 1 and variance > 0:
        yield _fault("One observation has no variance.", "variance", "Leave it out, or check n.")


def _ratio(n: float, x: float, y: float, xx: float, yy: float, xy: float) -> Iterator[Fault]:
    """The first of the five sums that no n pairs have, beginning with the denominator's."""
    if x <= 0:
        yield _fault(f"sums.x is {x}.", "sums.x", "The denominator adds up to something above 0.")
    elif not _is_sum_of_squares(xx, x, n):
        yield _impossible("xx", "x", xx, x, n)
    elif not _is_sum_of_squares(yy, y, n):
        yield _impossible("yy", "y", yy, y, n)
    elif not _is_sum_of_products(n, x, y, xx, yy, xy):
        yield _fault(
            f"No {n} pairs have the sum of products {xy} with these sums.",
            "sums.xy",
            "Check all five: the variance of y - R·x would be negative for some R.",
        )


def _is_sum_of_squares(squares: float, total: float, n: float) -> bool:
    """Whether n numbers that add up to `total` can have these squares: squares ≥ total² / n."""
    if squares <= 0:
        return squares == 0 and total == 0
    return abs(total) / sqrt(squares) <= sqrt(n * (1 + ROUNDING))


def _is_sum_of_products(n: float, x: float, y: float, xx: float, yy: float, xy: float) -> bool:
    """Cauchy-Schwarz for the centred sums, in units in which xx = yy = 1, so that nothing overflows."""
    if yy == 0:
        return xy == 0
    across, up = sqrt(xx), sqrt(yy)
    u, v, w = x / across, y / up, xy / across / up
    spread = (1 - u * u / n + ROUNDING) * (1 - v * v / n + ROUNDING)
    return max(0.0, abs(w - u * v / n) - ROUNDING) <= sqrt(max(0.0, spread))


def _impossible(squares: str, total: str, value: float, added: float, n: float) -> Fault:
    return _fault(
        f"No {n} numbers add up to {added} and have the sum of squares {value}.",
        f"sums.{squares}",
        f"{squares} is at least {total} squared, divided by n.",
    )


def _number(value: object) -> int | float:
    assert isinstance(value, int | float)
    return value


def _fault(message: str, field: str, next_step: str) -> Fault:
    return Fault(Fault.INVALID, message, field, next_step)
