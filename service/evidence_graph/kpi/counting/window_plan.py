"""What somebody wants counted into KPI windows: which columns, of what, and how time is cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.counting.cuts import Cuts, as_instant, parse_length, read_zone
from evidence_graph.kpi.counting.observed_times import read_moment
from evidence_graph.kpi.counting.tallies import Aggregate, Count, Mean, Proportion, Ratio

Moment = datetime | str
Breakdown = tuple[tuple[str, str], ...]  # (column, name of the segment), of every column it needs


@dataclass(frozen=True, kw_only=True)
class WindowPlan:
    """What is counted, of what, and how time is cut. Raises InvalidInput when it makes no sense.

    `deployment` or `model` is a URN. The columns named choose the aggregate: `success` (true, false, 1, 0), or `value`, or `numerator` and
    `denominator`, or `events` and `exposure`. `time` is the column of times; those without an offset are clock times of `zone`.

    A window lasts `every` (`P7D`, `P1M`, `PT6H`; by the calendar of `zone`, as `cuts` says) from `start` on, or from cut to cut through
    `cut_at`. Rows before `start`, or not before `end`, are outside. Windows that end after `as_of` are not over and left out.

    `segments` are the breakdowns beside the total: `origin`, or `origin,carrier` for every pair that occurs, or `org=origin` when the
    column `org` has the segment `origin`.
    """

    kpi: str
    time: str
    every: str
    start: Moment
    deployment: str | None = None
    model: str | None = None
    success: str | None = None
    value: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    events: str | None = None
    exposure: str | None = None
    end: Moment | None = None
    cut_at: Moment | None = None
    as_of: Moment | None = None
    zone: str | None = None
    segments: Sequence[str] = ()
    computed_from: Sequence[str] = ()
    revision: int = 0

    def __post_init__(self) -> None:
        if (self.deployment is None) == (self.model is None):
            raise InvalidInput("A window is of a deployment or of a model.", "State exactly one of the two.")
        start, end = self.limits()
        if end is not None and end <= start:
            raise InvalidInput("end is not after start.", "Give the time that windows lie in.")
        self.aggregate()
        self.cuts()
        self.breakdowns()
        self.over_at()

    def aggregate(self) -> Aggregate:
        """The aggregate whose columns are named."""
        match (self.success, self.value, self.numerator, self.denominator, self.events, self.exposure):
            case (str(success), None, None, None, None, None):
                return Proportion(success)
            case (None, str(value), None, None, None, None):
                return Mean(value)
            case (None, None, str(numerator), str(denominator), None, None):
                return Ratio(numerator, denominator)
            case (None, None, None, None, str(events), str(exposure)):
                return Count(events, exposure)
        raise InvalidInput(
            "The columns are not those of one aggregate.",
            "Name success, or value, or numerator and denominator, or events and exposure.",
        )

    def clock_zone(self) -> tzinfo | None:
        """The zone of times that have no offset."""
        return None if self.zone is None else read_zone(self.zone, "zone")

    def limits(self) -> tuple[int, int | None]:
        """`start` and `end`, in µs since 1970."""
        return self._instant(self.start, "start"), None if self.end is None else self._instant(self.end, "end")

    def over_at(self) -> int | None:
        """`as_of`, in µs since 1970."""
        return None if self.as_of is None else self._instant(self.as_of, "as_of")

    def cuts(self) -> Cuts:
        """Where windows begin and end."""
        first = self._instant(self.start, "start") if self.cut_at is None else self._instant(self.cut_at, "cut_at")
        return Cuts(first, parse_length(self.every, "every"), self.clock_zone() or UTC)

    def _instant(self, moment: Moment, name: str) -> int:
        return as_instant(read_moment(moment, name, self.clock_zone()))

    def breakdowns(self) -> list[Breakdown]:
        """The total, which needs no column, and the others."""
        found: list[Breakdown] = [()]
        for text in self.segments:
            pairs = [part.partition("=") for part in text.split(",")]
            found.append(tuple([(column, name or column) for column, _, name in pairs]))
        named = [sorted(name for _, name in breakdown) for breakdown in found]
        for number, names in enumerate(named):
            if not all(names) or len(set(names)) < len(names) or names in named[:number]:
                raise InvalidInput(
                    f"The segment {','.join(names)!r} has no name, or one that stands twice.",
                    "Name each breakdown once, such as origin, or origin,carrier.",
                )
        return found
