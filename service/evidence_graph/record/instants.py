"""Instants: RFC 3339 text at the door, integers inside (µs since 1970-01-01 UTC), RFC 3339 with six digits and `Z` on the way out."""

import re
from datetime import UTC, datetime, timedelta

from evidence_graph.durations import SECOND as SECOND
from evidence_graph.durations import parse_duration as parse_duration
from evidence_graph.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?P<fraction>\.\d+)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?", re.ASCII)


def parse_instant(text: str, field: str) -> int:
    """µs since 1970-01-01 UTC of an RFC 3339 time (section 5.6).

    Raises InvalidInput naming `field` when there is no zone, the form is another, or the time does not exist.
    """
    form = _RFC_3339.fullmatch(text)
    if form is None:
        raise InvalidInput(f"{field} is not a time: {text[:40]!r}.", "Write it like 2026-10-02T08:00:00Z.")
    if form["zone"] is None:
        raise InvalidInput(
            f"{field} has no time zone: {text!r}.", f"Write {text}Z if it is UTC, or add an offset like +02:00."
        )
    if len(form["fraction"] or "") > 7:
        raise InvalidInput(f"{field} is finer than a microsecond: {text!r}.", "Give at most six fraction digits.")
    try:
        instant = from_datetime(datetime.fromisoformat(text.upper()))
        to_datetime(instant)  # an offset may carry it out of the years that can be written down
        return instant
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{field} is not a time that exists: {text!r}.",
            "Check month, day, hour and offset; years are 0001 to 9999 in UTC.",
        ) from None


def from_text(text: str) -> int:
    """µs since 1970-01-01 UTC of an instant in the form entries hold; that it has this form is not checked."""
    return from_datetime(datetime.fromisoformat(text))


def from_datetime(moment: datetime) -> int:
    """µs since 1970-01-01 UTC of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: int) -> datetime:
    """The aware datetime (UTC) of µs since 1970-01-01."""
    return _EPOCH + timedelta(microseconds=instant)


def format_instant(instant: int) -> str:
    """RFC 3339 with six fraction digits and `Z`."""
    return to_datetime(instant).isoformat(timespec="microseconds").replace("+00:00", "Z")


def format_compact(instant: int) -> str:
    """The form used inside the URN of a KPI window: `20261002T080000Z`, with the fraction only when there is one."""
    return format_instant(instant).replace("-", "").replace(":", "").replace(".000000", "")
