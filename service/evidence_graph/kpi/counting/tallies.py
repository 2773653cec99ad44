"""Sufficient statistics of raw observations: exact sums, so no digit depends on the order of the rows or on how large the values are.

A floating-point number is a whole number over a power of two, and so are its square and a product of two. Their sums are kept as whole
numbers and divided once, at the end; every statistic is then the double nearest to its true value.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evidence_graph.errors import InvalidInput

Statistics = dict[str, object]
Dyadic = tuple[int, int]  # (numerator, exponent): numerator / 2**exponent
TRUTHS: Mapping[object, int] = {"true": 1, "false": 0, "1": 1, "0": 0, "1.0": 1, "0.0": 0}
MISSING = ("", "na", "nan", "null", "none", "nat", "<na>")


class BadCell(InvalidInput):
    """A row that cannot be counted: `reason` is its sort, `column` where it is at fault, empty when it is the whole row."""

    def __init__(self, reason: str, column: str, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.reason, self.column = reason, column


class Tally:
    """The number of observations, and the exact sums of their terms."""

    __slots__ = ("_sums", "n")

    def __init__(self) -> None:
        self.n = 0
        self._sums: list[dict[int, int]] = []

    def add(self, terms: Sequence[Dyadic]) -> None:
        """One more observation, with as many terms as every other."""
        if not self.n:
            self._sums = [{} for _ in terms]
        self.n += 1
        for numerators, (numerator, exponent) in zip(self._sums, terms, strict=True):
            numerators[exponent] = numerators.get(exponent, 0) + numerator

    def sums(self) -> list[Fraction]:
        """The sums, without any rounding."""
        return [sum((Fraction(n, 1 << e) for e, n in numerators.items()), Fraction()) for numerators in self._sums]


@dataclass(frozen=True)
class Proportion:
    """How many observations were successes."""

    success: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that an observation is read from, in the order `terms` takes them."""
        return (self.success,)

    def terms(self, cells: Sequence[object]) -> Sequence[Dyadic]:
        """1 for a success, else 0. Raises BadCell."""
        return ((_truth(cells[0], self.success), 0),)

    def statistics(self, tally: Tally) -> Statistics | None:
        """`n`, `successes`."""
        (successes,) = tally.sums()
        return {"n": tally.n, "successes": int(successes)}


@dataclass(frozen=True)
class Mean:
    """Mean and sample variance of a value."""

    value: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column."""
        return (self.value,)

    def terms(self, cells: Sequence[object]) -> Sequence[Dyadic]:
        """The value and its square. Raises BadCell."""
        numerator, exponent = _dyadic(_number(cells[0], self.value))
        return (numerator, exponent), (numerator * numerator, 2 * exponent)

    def statistics(self, tally: Tally) -> Statistics | None:
        """`n`, `mean`, and `variance` = (Σx² − (Σx)²/n) / (n − 1), which one observation alone has not."""
        total, squares = tally.sums()
        found: Statistics = {"n": tally.n, "mean": _nearest(total / tally.n)}
        if tally.n == 1:
            return found
        return found | {"variance": _nearest((squares - total * total / tally.n) / (tally.n - 1))}


@dataclass(frozen=True)
class Ratio:
    """The sums that a ratio of sums, y over x, and its variance follow from."""

    numerator: str
    denominator: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Numerator y, denominator x."""
        return self.numerator, self.denominator

    def terms(self, cells: Sequence[object]) -> Sequence[Dyadic]:
        """x, y, x², y², xy. Raises BadCell."""
        y, of_y = _dyadic(_number(cells[0], self.numerator))
        x, of_x = _dyadic(_number(cells[1], self.denominator))
        return (x, of_x), (y, of_y), (x * x, 2 * of_x), (y * y, 2 * of_y), (x * y, of_x + of_y)

    def statistics(self, tally: Tally) -> Statistics | None:
        """`n`, `sums`; None where the denominators add up to nothing, over which there is no ratio."""
        sums = dict(zip(("x", "y", "xx", "yy", "xy"), tally.sums(), strict=True))
        if sums["x"] <= 0:
            return None
        return {"n": tally.n, "sums": {name: _nearest(exact) for name, exact in sums.items()}}


@dataclass(frozen=True)
class Count:
    """Events per exposure."""

    events: str
    exposure: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Events, exposure."""
        return self.events, self.exposure

    def terms(self, cells: Sequence[object]) -> Sequence[Dyadic]:
        """A whole number of events, and the exposure in which they happened. Raises BadCell."""
        events, exposure = _number(cells[0], self.events), _number(cells[1], self.exposure)
        if events < 0 or not float(events).is_integer():
            raise _unreadable(self.events, cells[0], "is no number of events", "A whole number from 0 is wanted.")
        if exposure < 0 or (events and not exposure):
            raise _unreadable(self.exposure, cells[1], "is no exposure", "It is above 0 wherever there are events.")
        return (int(events), 0), _dyadic(exposure)

    def statistics(self, tally: Tally) -> Statistics | None:
        """`events`, `exposure`; None when there was no exposure at all."""
        events, exposure = tally.sums()
        return {"events": int(events), "exposure": _nearest(exposure)} if exposure else None


Aggregate = Proportion | Mean | Ratio | Count


def _truth(value: object, column: str) -> int:
    truth = TRUTHS.get(value.strip().lower() if isinstance(value, str) else _spelled(value, column))
    if truth is None:
        raise _unreadable(column, value, "is neither true nor false", "Write true, false, 1 or 0.")
    return truth


def _spelled(value: object, column: str) -> str:
    return str(value).lower() if isinstance(_plain(value), bool) else str(float(_number(value, column)))


def _number(value: object, column: str) -> float | int:
    """A finite number from text or from what a table holds. Raises BadCell."""
    try:
        if isinstance(value, str) and "_" not in value:
            number: float | int = float(value)
        else:
            number = _as_number(_plain(value))
    except (ValueError, TypeError, OverflowError):
        raise _unreadable(column, value, "is no number", "Write it like 12.5.") from None
    if not math.isfinite(number):
        raise _unreadable(column, value, "is no finite number", "NaN and infinities cannot be counted.")
    return number


def _plain(value: object) -> object:
    """The value itself for a scalar of an array library."""
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def _as_number(value: object) -> float | int:
    match value:
        case bool():
            raise TypeError
        case int() | float():
            return value
        case Decimal():
            return float(value)
    raise TypeError


def _unreadable(column: str, value: object, what: str, advice: str) -> BadCell:
    if str(value).strip().lower() in MISSING:
        return BadCell("without a value", column, "The value is missing.", "Fill it, or leave the row out.")
    return BadCell("with a value that cannot be read", column, f"{str(value)[:40]!r} {what}.", advice)


def _dyadic(number: float | int) -> Dyadic:
    numerator, denominator = number.as_integer_ratio()
    return numerator, denominator.bit_length() - 1


def _nearest(exact: Fraction) -> float | int:
    """The double nearest to an exact result; whole numbers below 2^53 stay whole. Raises InvalidInput beyond a double's range."""
    if exact.denominator == 1 and abs(exact.numerator) < 2**53:
        return exact.numerator
    try:
        return float(exact)
    except OverflowError:
        raise InvalidInput("A sum of squares is beyond 10^308.", "Give the values in a larger unit.") from None
