"""ISO 8601 durations: text at the door, whole µs inside."""

import re

from evidence_graph.errors import InvalidInput

SECOND = 1_000_000
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)


def parse_duration(text: str, field: str) -> int:
    """Length in µs of an ISO 8601 duration of weeks, days, hours, minutes and seconds; months have no fixed length."""
    form = _DURATION.fullmatch(text)
    if form is None or not any(form.groups()):
        raise InvalidInput(
            f"{field} is not a duration: {text[:40]!r}.",
            "Write it like P14D or PT6H; months and years have no fixed length.",
        )
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in form.groups())
    return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND
