"""The calendar of the story: days, weeks and months of New York as instants in UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
MONTHS = tuple(f"2013-{month:02}" for month in range(1, 13))


class Interval(NamedTuple):
    """`[start, end)` in UTC."""

    start: datetime
    end: datetime

    def cut(self, other: "Interval") -> "Interval":
        """What it has in common with another; empty when `end` is not after `start`."""
        return Interval(max(self.start, other.start), min(self.end, other.end))

    def __bool__(self) -> bool:
        return self.start < self.end


class Week(NamedTuple):
    """A week of New York, Monday to Monday, named as in ISO 8601, such as 2013-W28."""

    label: str
    interval: Interval


def midnight(day: date) -> datetime:
    """The instant a day begins in New York."""
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def month(name: str) -> Interval:
    """The month `name`, such as 2013-07."""
    first = date.fromisoformat(f"{name}-01")
    return Interval(midnight(first), midnight((first + timedelta(days=31)).replace(day=1)))


def months_of(interval: Interval) -> list[str]:
    """The months of 2013 that an interval touches."""
    return [name for name in MONTHS if month(name).cut(interval)]


def weeks_of(interval: Interval) -> Iterator[Week]:
    """The weeks an interval touches, whole."""
    day = interval.start.astimezone(NEW_YORK).date()
    day -= timedelta(days=day.weekday())
    while midnight(day) < interval.end:
        year, number, _ = day.isocalendar()
        yield Week(f"{year}-W{number:02}", Interval(midnight(day), midnight(day + timedelta(days=7))))
        day += timedelta(days=7)


def written(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC, such as 2013-07-08T04:00:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
