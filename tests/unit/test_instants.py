"""Instants are read strictly, kept as integers, and written in one form."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput
from evidence_graph.record.instants import (
    format_compact,
    format_instant,
    from_datetime,
    parse_duration,
    parse_instant,
    to_datetime,
)
from graph_schema import BEGINNING, OPEN_END

MOMENTS = st.datetimes(timezones=st.just(UTC))
OFFSETS = st.timezones()


@given(MOMENTS)
def test_an_instant_survives_every_form(moment: datetime) -> None:
    """Text, integer and datetime are the same instant, to the microsecond."""
    instant = from_datetime(moment)

    assert to_datetime(instant) == moment
    assert parse_instant(format_instant(instant), "time") == instant
    assert BEGINNING < instant < OPEN_END
    assert len(format_instant(instant)) == len("2026-10-02T08:00:00.000000Z")


@given(MOMENTS, MOMENTS)
def test_written_instants_sort_like_instants(one: datetime, other: datetime) -> None:
    """So that texts may be compared."""
    first, second = from_datetime(one), from_datetime(other)

    assert (format_instant(first) < format_instant(second)) == (first < second)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ("2026-10-02T08:00:00.5Z", "2026-10-02T08:00:00.500000Z"),
        ("2026-10-02t08:00:00z", "2026-10-02T08:00:00.000000Z"),
        ("2026-10-02 08:00:00+00:00", "2026-10-02T08:00:00.000000Z"),
        ("2026-10-02T08:00:00.123456-05:30", "2026-10-02T13:30:00.123456Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_rfc_3339_times_are_read(text: str, canonical: str) -> None:
    """With one to six fraction digits and any offset."""
    assert format_instant(parse_instant(text, "time")) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-10-02",
        "2026-10-02T08:00Z",
        "20261002T080000Z",
        "2026-10-02T08:00:00",
        "2026-10-02T08:00:00.Z",
        "2026-10-02T08:00:00.1234567Z",
        "2026-10-02T08:00:00+0200",
        "2026-10-02T25:00:00Z",
        "2026-10-02T08:00:60Z",
        "2026-13-02T08:00:00Z",
        "2026-02-29T08:00:00Z",
        "2026-10-02T08:00:00+99:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "２０２６-10-02T08:00:00Z",
        "2026-10-02T08:00:00Z\n",
        " 2026-10-02T08:00:00Z",
    ],
)
def test_everything_else_is_refused_and_names_the_field(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(InvalidInput, match=r"^occurredAt ") as refused:
        parse_instant(text, "occurredAt")
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        ("2026-10-02T08:00:00Z", "20261002T080000Z"),
        ("2026-10-02T08:00:00.05Z", "20261002T080000.050000Z"),
        ("0999-10-02T08:00:00Z", "09991002T080000Z"),
        ("0999-10-02T08:00:00.000001Z", "09991002T080000.000001Z"),
    ],
)
def test_the_compact_form_has_a_fraction_only_when_there_is_one(text: str, compact: str) -> None:
    """As it stands in the URNs of windows."""
    assert format_compact(parse_instant(text, "start")) == compact


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("P14D", 14 * 86_400), ("P2W", 14 * 86_400), ("PT6H", 21_600), ("P1DT1H1M1S", 90_061), ("PT0S", 0)],
)
def test_durations_of_fixed_length_are_read(text: str, seconds: int) -> None:
    """Weeks to seconds."""
    assert parse_duration(text, "labelHorizon") == seconds * 1_000_000


@pytest.mark.parametrize("text", ["", "P", "PT", "14D", "P1M", "P1Y", "P-1D", "P1.5D", "PT1D", "P1DT", "p1d"])
def test_other_durations_are_refused(text: str) -> None:
    """A month has no fixed length."""
    with pytest.raises(InvalidInput, match=r"^labelHorizon ") as refused:
        parse_duration(text, "labelHorizon")
    assert "P14D" in refused.value.next_step
