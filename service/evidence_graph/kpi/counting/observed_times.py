"""Times of observations as tables hold them: text, datetimes, and what data frames give; clock times are read in a stated zone."""

from datetime import UTC, datetime, tzinfo

from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.counting.cuts import as_instant
from evidence_graph.kpi.counting.tallies import BadCell

REASON = "without a time"


def read_moment(value: datetime | str, name: str, zone: tzinfo | None) -> datetime:
    """A limit of time as an aware datetime. Raises InvalidInput naming it."""
    try:
        possible = _moments(value, zone)
    except _NoTime as wrong:
        raise InvalidInput(f"{name} {wrong.what}: {str(value)[:40]!r}.", wrong.advice) from None
    return possible[0]


def read_instants(value: object, column: str, zone: tzinfo | None) -> tuple[int, ...]:
    """µs since 1970 of an observation's time: two when clocks were put back and showed it twice. Raises BadCell."""
    try:
        return tuple([as_instant(moment) for moment in _moments(value, zone)])
    except _NoTime as wrong:
        message = f"{str(value)[:40]!r} {wrong.what}." if str(value).strip() else "The time is missing."
        raise BadCell(REASON, column, message, wrong.advice) from None


class _NoTime(Exception):
    """What is wrong with it, and what would be accepted."""

    def __init__(self, what: str, advice: str = "Write it like 2026-10-02T08:00:00Z.") -> None:
        super().__init__(what)
        self.what, self.advice = what, advice


def _moments(value: object, zone: tzinfo | None) -> tuple[datetime, ...]:
    moment = _datetime(value)
    if moment.tzinfo is not None:
        return (moment,)
    if zone is None:
        raise _NoTime("has no time zone", "Name the zone that its clock times are of, or add an offset.")
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return (first,)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != moment:
        raise _NoTime("was skipped when clocks were put forward", "Add an offset if it is right.")
    return first, second


def _datetime(value: object) -> datetime:
    if isinstance(value, str):
        text = value.strip()
        if text[4:5] != "-":  # fromisoformat also takes 20261002, which may be a number
            raise _NoTime("is no time")
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise _NoTime("is no time") from None
    if not isinstance(value, datetime) or value != value:  # NaT of pandas is a datetime, and not itself
        raise _NoTime("is no time")
    native = getattr(value, "to_pydatetime", None)
    return value if native is None else native(warn=False)
