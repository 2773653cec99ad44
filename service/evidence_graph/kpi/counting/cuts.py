"""Where KPI windows begin and end: an endless row of cuts through one instant, by the calendar or by elapsed time.

Weeks, days, months and years are the calendar's (nominal durations of ISO 8601): every cut has the clock time of the first one in its
zone, so a day on which clocks change lasts 23 or 25 hours. Hours, minutes and seconds are elapsed time. Instants are µs since 1970, UTC.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from evidence_graph.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND, _DAY, _MONTH = 1_000_000, 86_400_000_000, 2_629_746_000_000  # µs; a month of the Gregorian calendar on average
_LENGTH = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_ADVICE = "Write days and weeks like P7D, months like P1M, or hours like PT6H; one sort at a time."


class Length(NamedTuple):
    """How long a window is: exactly one of the three is above 0; `elapsed` in µs."""

    months: int
    days: int
    elapsed: int


def parse_length(text: str, field: str) -> Length:
    """The length written in ISO 8601, such as `P7D`. Raises InvalidInput naming `field`."""
    form = _LENGTH.fullmatch(text)
    if form is None:
        raise InvalidInput(f"{field} is no length of time: {text[:40]!r}.", _ADVICE)
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in form.groups())
    length = Length(years * 12 + months, weeks * 7 + days, ((hours * 60 + minutes) * 60 + seconds) * _SECOND)
    if sum(part > 0 for part in length) != 1:
        raise InvalidInput(f"{field} must be above 0 and of one sort: {text[:40]!r}.", _ADVICE)
    if max(length.months / 12, length.days / 365, length.elapsed / _DAY / 365) > 1_000:
        raise InvalidInput(f"{field} is longer than 1,000 years: {text[:40]!r}.", _ADVICE)
    return length


def read_zone(name: str, field: str) -> ZoneInfo:
    """The time zone of a name in the IANA database. Raises InvalidInput naming `field`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a plain name; a folder of zones
        raise InvalidInput(
            f"{field} is no time zone known here: {name[:40]!r}.", "Write it like America/New_York or UTC."
        ) from None


def as_instant(moment: datetime) -> int:
    """µs since 1970 of a datetime that has a zone."""
    return (moment - _EPOCH) // _MICROSECOND


def written(instant: int) -> str:
    """RFC 3339 in UTC, with a fraction only when there is one."""
    return (_EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


class Cuts:
    """Window number `index` lasts from `start(index)` to `start(index + 1)`; number 0 begins at `first`."""

    def __init__(self, first: int, length: Length, zone: tzinfo) -> None:
        self._first, self._length, self._zone = first, length, zone
        self._clock = (_EPOCH + timedelta(microseconds=first)).astimezone(zone).replace(tzinfo=None)
        self._starts: dict[int, int] = {}
        if length.months and self._clock.day > 28:
            raise InvalidInput(
                f"Months cannot be cut on day {self._clock.day}: not every month has one.", "Cut them on day 1 to 28."
            )

    def start(self, index: int) -> int:
        """Where a window begins. Raises InvalidInput outside the years 1 to 9999."""
        found = self._starts.get(index)
        if found is None:
            try:
                found = self._starts[index] = self._computed(index)
            except (ValueError, OverflowError):
                raise InvalidInput("A window would lie outside the years 1 to 9999.", "Look at its time.") from None
        return found

    def _computed(self, index: int) -> int:
        months, days, elapsed = self._length
        if elapsed:
            return self._first + index * elapsed
        day = _months_later(self._clock.date(), index * months) + timedelta(days=index * days)
        # PEP 495: `time()` keeps `fold`, so of a clock time that comes twice the first counts, unless the first cut was a second one.
        return as_instant(datetime.combine(day, self._clock.time(), self._zone))

    def index_of(self, instant: int) -> int:
        """The number of the window an instant lies in."""
        months, days, elapsed = self._length
        index = (instant - self._first) // (elapsed or days * _DAY or months * _MONTH)
        while self.start(index) > instant:
            index -= 1
        while self.start(index + 1) <= instant:
            index += 1
        return index


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(day.year + years, month + 1)
