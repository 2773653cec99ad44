"""What one version of a KPI's definition asks for: which way is better, held against what, how sure, and which change matters."""

from collections.abc import Mapping
from enum import Enum

import msgspec

from evidence_graph.durations import parse_duration

ERROR_LEVEL = 0.05
SMALLEST, LARGEST = 1e-60, 1e60  # numbers beyond cannot be squared and multiplied without leaving the range of numbers


class Direction(Enum):
    """Which way is better."""

    HIGHER_IS_BETTER = "HIGHER_IS_BETTER"
    LOWER_IS_BETTER = "LOWER_IS_BETTER"
    IN_BAND = "IN_BAND"


class Aggregate(Enum):
    """What a window holds."""

    PROPORTION = "PROPORTION"
    MEAN = "MEAN"
    RATIO = "RATIO"
    COUNT = "COUNT"
    ESTIMATE = "ESTIMATE"


class BenchmarkKind(Enum):
    """Where the value comes from that a KPI is held against."""

    NONE = "NONE"
    STATED = "STATED"  # a value, or a band: taken as exact
    REFERENCE = "REFERENCE"  # windows of an earlier time: their own uncertainty counts
    EVALUATION = "EVALUATION"  # one window of a model: so does its
    CONTROL = "CONTROL"  # another deployment at the same time, window by window


class ErrorSplit(msgspec.Struct, frozen=True):
    """How an error level is shared out; the shares add up to the level.

    `sequence`: the mean over all windows leaves its interval at some look. `look`: the one planned look at the beginning errs.
    `alarm`: a change is seen at some window where there is none. `reference`: the measured benchmark lies outside its own interval.
    """

    level: float
    sequence: float
    look: float
    alarm: float
    reference: float


class Plan(msgspec.Struct, frozen=True):
    """One version of a definition, as numbers; durations in µs, values in the unit of the KPI.

    `low` and `high` are the stated benchmark: equal for a mean, the ends of a band with IN_BAND, both None when it is measured.
    """

    direction: Direction
    aggregate: Aggregate = Aggregate.PROPORTION
    benchmark: BenchmarkKind = BenchmarkKind.NONE
    low: float | None = None
    high: float | None = None
    relative_change: float | None = None
    absolute_change: float | None = None
    label_horizon: int = 0
    cadence: int | None = None
    error_level: float = ERROR_LEVEL

    def relevant_change(self, benchmark: float) -> float | None:
        """The smallest change that matters at a benchmark, in the unit of the KPI; None when nobody stated one."""
        change = self.absolute_change
        if change is None and self.relative_change is not None:
            change = self.relative_change * abs(benchmark)
        return change if change is not None and SMALLEST < change < LARGEST else None

    def split(self, with_reference: bool) -> ErrorSplit:
        """A fifth goes to the reference when there is one; of the rest 0.6 to the mean since the beginning and 0.4 to the alarm.

        Of those 0.6 the planned look has a third: at 0.05 without reference that is 0.02, 0.01 and 0.02.
        """
        reference = self.error_level / 5 if with_reference else 0.0
        rest = self.error_level - reference
        return ErrorSplit(self.error_level, rest * 2 / 5, rest / 5, rest * 2 / 5, reference)


def read_plan(fields: Mapping[str, object]) -> Plan:
    """The plan in a definition's JSON fields, as they stand in its entry.

    A definition without benchmark or band gives BenchmarkKind.NONE. Raises InvalidInput for a duration that is none.
    """
    direction = Direction(fields["direction"])
    low, high = _stated(direction, fields)
    change = _object(fields, "smallestRelevantChange")
    cadence = _duration(fields, "cadence")
    return Plan(
        direction,
        Aggregate(fields.get("aggregate", "PROPORTION")),
        _kind(fields, low),
        low,
        high,
        _number(change, "relative"),
        _number(change, "absolute"),
        _duration(fields, "labelHorizon") or 0,
        cadence or None,
        _number(fields, "errorLevel") or ERROR_LEVEL,
    )


def _stated(direction: Direction, fields: Mapping[str, object]) -> tuple[float | None, float | None]:
    if direction is Direction.IN_BAND:
        band = _object(fields, "band")
        return _number(band, "from"), _number(band, "to")
    mean = _number(_object(fields, "benchmark"), "mean")
    return mean, mean


def _kind(fields: Mapping[str, object], low: float | None) -> BenchmarkKind:
    if low is not None:
        return BenchmarkKind.STATED
    benchmark = _object(fields, "benchmark")
    for name, kind in (
        ("windows", BenchmarkKind.REFERENCE),
        ("evaluation", BenchmarkKind.EVALUATION),
        ("against", BenchmarkKind.CONTROL),
    ):
        if name in benchmark:
            return kind
    return BenchmarkKind.NONE


def _object(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = fields.get(name)
    return found if isinstance(found, dict) else {}


def _number(fields: Mapping[str, object], name: str) -> float | None:
    found = fields.get(name)
    return float(found) if isinstance(found, int | float) else None


def _duration(fields: Mapping[str, object], name: str) -> int | None:
    found = fields.get(name)
    return parse_duration(found, name) if isinstance(found, str) else None
