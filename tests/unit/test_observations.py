"""Counting raw observations into windows: exact, whatever the order; cut by the calendar; nothing left out in silence."""

import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.kpi.counting.cuts import Cuts, as_instant, parse_length, written
from evidence_graph.kpi.counting.observations import Counted, WindowPlan, windows_of
from evidence_graph.kpi.counting.window_count import MOST_WINDOWS

START = datetime(2026, 10, 2, 8, tzinfo=UTC)
NUMBERS = st.floats(-1e12, 1e12) | st.floats(-1e-9, 1e-9) | st.integers(-(10**9), 10**9)


def plan(**asked: Any) -> WindowPlan:
    """A plan for weekly windows of one deployment."""
    of: dict[str, Any] = {"deployment": "deployment:churn/eu-prod@42", "kpi": "churn/kpi"}
    return WindowPlan(**{**of, "time": "at", "every": "P7D", "start": START, **asked})


def rows(*values: Any, column: str = "x", apart: timedelta = timedelta(seconds=1)) -> list[dict[str, Any]]:
    """One row a value, each a little later."""
    return [{"at": START + number * apart, column: value} for number, value in enumerate(values)]


def only(counted: Counted) -> dict[str, Any]:
    """The one window there is."""
    (window,) = counted.windows
    return window


@given(st.lists(NUMBERS, min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_mean_and_variance_are_exact_and_no_digit_depends_on_the_order(
    values: list[float | int], chance: random.Random
) -> None:
    """They are the doubles nearest to the true values, which the standard library's fractions give; divisor n − 1."""
    exact = [Fraction(value) for value in values]
    shuffled = chance.sample(values, len(values))

    window, other = (only(windows_of(rows(*order), plan(value="x"))) for order in (values, shuffled))

    assert window == other
    assert window["n"] == len(values)
    assert float(window["mean"]) == float(statistics.mean(exact))
    assert float(window["variance"]) == float(statistics.variance(exact))


def test_a_large_offset_costs_no_digit() -> None:
    """Where subtracting two large sums of doubles would leave noise."""
    values = [1e9 + 0.25 * number for number in range(1_000)]

    window = only(windows_of(rows(*values), plan(value="x")))

    assert window["variance"] == pytest.approx(0.0625 * (1_000**2 - 1) / 12 * 1_000 / 999, rel=1e-15)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS.map(abs).filter(bool)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_sums_of_a_ratio_are_exact(pairs: list[tuple[float, float]], chance: random.Random) -> None:
    """y is the numerator, x the denominator."""
    table = [{"at": START, "spent": y, "visits": x} for y, x in pairs]
    shuffled = chance.sample(table, len(table))

    window, other = (
        only(windows_of(order, plan(numerator="spent", denominator="visits"))) for order in (table, shuffled)
    )

    exact = [(Fraction(y), Fraction(x)) for y, x in pairs]
    assert window == other
    assert {name: float(part) for name, part in window["sums"].items()} == {
        "x": float(sum(x for _, x in exact)),
        "y": float(sum(y for y, _ in exact)),
        "xx": float(sum(x * x for _, x in exact)),
        "yy": float(sum(y * y for y, _ in exact)),
        "xy": float(sum(x * y for y, x in exact)),
    }


@given(st.lists(st.sampled_from([True, False, 1, 0, 1.0, "true", "FALSE", " 1", "0", np.bool_(True)]), min_size=1))
def test_successes_are_counted_in_every_spelling(values: list[object]) -> None:
    """True and false, 1 and 0, as text or not."""
    true = sum(str(value).strip().lower() in ("true", "1", "1.0") for value in values)

    window = only(windows_of(rows(*values), plan(success="x")))

    assert (window["n"], window["successes"]) == (len(values), true)


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0.125, 1e6)), min_size=1))
def test_events_and_exposure_are_added_up(pairs: list[tuple[int, float]]) -> None:
    """Exactly."""
    table = [{"at": START, "faults": events, "hours": hours} for events, hours in pairs]

    window = only(windows_of(table, plan(events="faults", exposure="hours")))

    assert window["events"] == sum(events for events, _ in pairs)
    assert float(window["exposure"]) == float(sum(Fraction(hours) for _, hours in pairs))


@pytest.mark.parametrize(
    "columns",
    [{"success": "ok"}, {"value": "v"}, {"numerator": "v", "denominator": "n"}, {"events": "n", "exposure": "hours"}],
)
def test_the_windows_are_a_manifest_without_faults(columns: dict[str, str]) -> None:
    """Whatever the aggregate: the door takes them as they are, and gives each a URN of its own."""
    table = [
        {"at": START + timedelta(days=day), "ok": day % 3 == 0, "v": day / 7, "n": day, "hours": 2.5, "org": "A/B, c=d"}
        for day in range(1, 30)
    ]

    counted = windows_of(table, plan(**columns, segments=["org"], computed_from=["dataset:a/b@1"], revision=2))

    manifest = read_manifest(counted.manifest)
    assert not manifest.faults
    assert len({item.urn for item in manifest.items}) == len(counted.windows) == 10
    assert {window["revision"] for window in counted.windows} == {2}


SECONDS = st.integers(631_152_000, 1_893_456_000)  # 1990 to 2030


@given(
    st.sampled_from(["P1D", "P7D", "P3W", "P1M", "P5M", "P1Y", "PT6H", "PT7M", "PT90S"]),
    st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]),
    SECONDS,
    SECONDS,
)
def test_every_instant_lies_in_one_window(length: str, zone: str, first: int, second: int) -> None:
    """Windows follow each other without gaps; calendar cuts show the clock time of the first, unless clocks skip it that day."""
    clock = ZoneInfo(zone)
    begins = datetime.fromtimestamp(first, clock)
    begins = begins.replace(day=min(begins.day, 28)).astimezone(UTC).astimezone(clock)
    cuts = Cuts(as_instant(begins), parse_length(length, "every"), clock)

    number = cuts.index_of(second * 1_000_000)

    assert cuts.start(number) <= second * 1_000_000 < cuts.start(number + 1)
    assert cuts.index_of(cuts.start(number)) == number
    cut = datetime.fromisoformat(written(cuts.start(number))).astimezone(clock)
    if "T" not in length and cut.time() != begins.time():
        meant = cut.replace(hour=begins.hour, minute=begins.minute, second=begins.second, fold=0)
        assert meant.astimezone(UTC).astimezone(clock).time() != meant.time() or cut.time() < begins.time()


def test_days_on_which_clocks_change_have_23_or_25_hours_and_24_hours_never_change() -> None:
    """A calendar day is not the same as 24 hours, and a month not the same as 30 days."""
    new_york = ZoneInfo("America/New_York")

    def hours(length: str, *begin: int) -> list[float]:
        cuts = Cuts(as_instant(datetime(*begin, tzinfo=new_york)), parse_length(length, "every"), new_york)
        return [(cuts.start(number + 1) - cuts.start(number)) / 3.6e9 for number in range(3)]

    assert hours("P1D", 2013, 3, 9) == [24, 23, 24]
    assert hours("P1D", 2013, 11, 2) == [24, 25, 24]
    assert hours("P7D", 2013, 3, 4) == [167, 168, 168]
    assert hours("PT24H", 2013, 11, 2) == [24, 24, 24]
    assert hours("P1M", 2013, 1, 1) == [31 * 24, 28 * 24, 31 * 24 - 1]


def test_the_last_day_of_a_long_month_is_in_that_month() -> None:
    """Though a month on average is over by then."""
    cuts = Cuts(as_instant(datetime(2013, 1, 1, tzinfo=UTC)), parse_length("P1M", "every"), UTC)

    assert [cuts.index_of(as_instant(datetime(2013, month, 31, 23, tzinfo=UTC))) for month in (1, 3, 12)] == [0, 2, 11]


def test_the_first_cut_is_the_instant_that_was_stated() -> None:
    """Also where clocks showed its time twice, and it was the second."""
    second = datetime(2013, 11, 3, 6, 30, tzinfo=UTC)  # 01:30 in New York, for the second time

    cuts = Cuts(as_instant(second), parse_length("P1D", "every"), ZoneInfo("America/New_York"))

    assert [written(cuts.start(number)) for number in (-1, 0, 1)] == [
        "2013-11-02T05:30:00Z", "2013-11-03T06:30:00Z", "2013-11-04T06:30:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize("length", ["P0D", "P", "7D", "P1DT6H", "P1M7D", "PT", "P1.5D", "-P1D", "P9999Y", ""])
def test_a_length_of_two_sorts_or_of_none_is_refused(length: str) -> None:
    """Months and hours have no length in common."""
    with pytest.raises(InvalidInput, match="every"):
        plan(value="x", every=length)


def test_months_cannot_be_cut_on_a_day_that_some_do_not_have() -> None:
    """Rather than on another day, silently."""
    with pytest.raises(InvalidInput, match="day 31"):
        plan(value="x", every="P1M", start="2026-10-31T00:00:00Z")


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc"), st.sampled_from("xy"), st.booleans())))
def test_every_breakdown_adds_up_to_the_total(observed: list[tuple[int, str, str, bool]]) -> None:
    """For each window, and only the breakdowns that were asked for."""
    table = [{"at": START + timedelta(days=day), "org": org, "type": sort, "ok": ok} for day, org, sort, ok in observed]

    counted = windows_of(table, plan(success="ok", segments=["org=origin", "org=origin,type"]))

    sums: dict[tuple[Any, ...], list[int]] = {}
    for window in counted.windows:
        key = (window["start"], tuple(window.get("segment", {})))
        total = sums.setdefault(key, [0, 0])
        total[0] += window["n"]
        total[1] += window["successes"]
    starts = {start for start, _ in sums}
    assert {names for _, names in sums} == ({(), ("origin",), ("origin", "type")} if observed else set())
    for start in starts:
        assert sums[start, ()] == sums[start, ("origin",)] == sums[start, ("origin", "type")]
    assert sum(sums[start, ()][0] for start in starts) == len(observed)


BAD: list[tuple[Mapping[str, object], str, str]] = [
    ({"at": START, "v": "abc"}, "column v", "no number"),
    ({"at": START, "v": "nan"}, "column v", "missing"),
    ({"at": START, "v": float("nan")}, "column v", "missing"),
    ({"at": START, "v": "1e999"}, "column v", "no finite number"),
    ({"at": START, "v": "1_000"}, "column v", "no number"),
    ({"at": START, "v": True}, "column v", "no number"),
    ({"at": START, "v": ""}, "column v", "missing"),
    ({"at": START}, "column v", "missing"),
    ({"at": START, "v": 1, "org": "  "}, "column org", "no segment"),
    ({"at": START, "v": 1, "org": None}, "column org", "no segment"),
    ({"at": START, "v": 1, "org": 0.5}, "column org", "no segment"),
    ({"v": 1}, "column at", "is no time"),
    ({"at": "", "v": 1}, "column at", "missing"),
    ({"at": "20261002", "v": 1}, "column at", "is no time"),
    ({"at": 1_790_000_000, "v": 1}, "column at", "is no time"),
    ({"at": "2026-10-02 09:00", "v": 1}, "column at", "no time zone"),
    ({"at": "2026-10-02T07:59:59Z", "v": 1}, "column at", "before start"),
    ({"at": "2026-12-01T00:00:00Z", "v": 1}, "column at", "not before end"),
    ({"at": pd.NaT, "v": 1}, "column at", "is no time"),
]


@pytest.mark.parametrize(("row", "where", "what"), BAD)
def test_a_row_that_cannot_be_counted_is_refused_or_skipped_and_said(
    row: Mapping[str, object], where: str, what: str
) -> None:
    """Its number, its column and what is wrong; skipped, it changes nothing but the count of what was skipped."""
    good = [{"at": START, "v": "1.5", "org": "A"}, {"at": START, "v": Decimal("2.5"), "org": "A"}]
    table = [good[0], {"org": "A", **row}, good[1]]
    asked = plan(value="v", segments=["org"], end="2026-12-01T00:00:00Z")

    with pytest.raises(InvalidInput) as refused:
        windows_of(table, asked)
    skipping = windows_of(table, asked, skip_bad_rows=True)

    assert f"row 1: {where}" in str(refused.value)
    assert what in str(refused.value)
    assert "skip_bad_rows" in refused.value.next_step
    assert skipping.windows == windows_of(good, asked).windows
    assert sum(skipping.skipped.values()) == 1


@pytest.mark.parametrize(("events", "exposure"), [(-1, 1), (0.5, 1), (1, 0), (1, -1), (1, "inf"), ("many", 1)])
def test_events_without_exposure_are_refused(events: object, exposure: object) -> None:
    """So are parts of an event."""
    with pytest.raises(InvalidInput, match="row 0"):
        windows_of([{"at": START, "e": events, "x": exposure}], plan(events="e", exposure="x"))


def test_only_the_first_ten_faults_are_named_and_all_are_counted() -> None:
    """A column that is wrong throughout does not fill the screen."""
    with pytest.raises(InvalidInput) as refused:
        windows_of(rows(*["?"] * 500), plan(value="x"))

    assert "500 rows" in str(refused.value)
    assert str(refused.value).count("row ") == 10


def test_windows_nobody_observed_are_named() -> None:
    """A week without rows is no window of 0 observations; with an end that is stated, those after the last row count too."""
    table = [*rows(1, 2), {"at": START + timedelta(days=15), "x": 3}, {"at": START + timedelta(days=36), "x": 3}]

    counted = windows_of(table, plan(value="x", end=START + timedelta(days=59)))

    assert [window["n"] for window in counted.windows] == [2, 1, 1]
    assert "variance" not in counted.windows[1], "one value has none"
    assert (counted.unobserved, counted.unobserved_from[0]) == (6, "2026-10-09T08:00:00Z")
    open_end = windows_of(table, plan(value="x"))
    assert (open_end.unobserved, list(open_end.unobserved_from)) == (
        3, ["2026-10-09T08:00:00Z", "2026-10-23T08:00:00Z", "2026-10-30T08:00:00Z"],
    )  # fmt: skip


@pytest.mark.parametrize("columns", [{"numerator": "y", "denominator": "x"}, {"events": "y", "exposure": "x"}])
def test_a_window_with_nothing_to_divide_by_is_left_out(columns: dict[str, str]) -> None:
    """There is no rate without exposure, no ratio over nothing."""
    table = [{"at": START, "y": 0, "x": 0}, {"at": START + timedelta(days=7), "y": 1, "x": 2}]

    counted = windows_of(table, plan(**columns))

    assert ([window["start"] for window in counted.windows], counted.bare) == (["2026-10-09T08:00:00Z"], 1)


def test_a_window_that_is_not_over_is_left_out() -> None:
    """Half a week told as a week would be superseded tomorrow."""
    table = [{"at": START + timedelta(days=day), "x": 1} for day in range(17)]

    counted = windows_of(table, plan(value="x", as_of=START + timedelta(days=14)))

    assert [window["end"] for window in counted.windows] == ["2026-10-09T08:00:00Z", "2026-10-16T08:00:00Z"]
    assert (counted.unfinished, counted.unobserved) == (1, 0)
    later = windows_of(table, plan(value="x", as_of=START + timedelta(days=30), end=START + timedelta(days=70)))
    assert (len(later.windows), later.unobserved) == (3, 1), "what is to come is not missing yet"


def test_windows_are_cut_at_start_and_end_where_the_calendar_cuts_elsewhere() -> None:
    """A roll-out in mid-week: its first week begins with it, the others on Mondays in New York."""
    table = [{"at": f"2013-07-{day:02} 12:00", "x": day} for day in range(3, 25)]

    counted = windows_of(
        table,
        plan(
            value="x",
            zone="America/New_York",
            start="2013-07-03T06:00:00",
            cut_at="2013-07-08 00:00",
            end="2013-07-25T01:00:00-04:00",
        ),
    )

    assert [(window["start"], window["end"], window["n"]) for window in counted.windows] == [
        ("2013-07-03T10:00:00Z", "2013-07-08T04:00:00Z", 5),
        ("2013-07-08T04:00:00Z", "2013-07-15T04:00:00Z", 7),
        ("2013-07-15T04:00:00Z", "2013-07-22T04:00:00Z", 7),
        ("2013-07-22T04:00:00Z", "2013-07-25T05:00:00Z", 3),
    ]


def test_a_clock_time_that_came_twice_is_counted_unless_it_matters_and_a_skipped_one_never() -> None:
    """01:30 came twice on 3 November; only where a window ends in between is it unknown which it was. 02:30 never came on 10 March."""
    twice = [{"at": "2013-11-03 01:30", "x": 1}]
    zone = {"success": "x", "zone": "America/New_York"}

    day = windows_of(twice, plan(**zone, every="P1D", start="2013-11-03"))
    with pytest.raises(InvalidInput, match="came twice"):
        windows_of(twice, plan(**zone, every="PT1H", start="2013-11-03"))
    with pytest.raises(InvalidInput, match="skipped"):
        windows_of([{"at": "2013-03-10 02:30", "x": 1}], plan(**zone, every="P1D", start="2013-03-01"))

    assert only(day)["n"] == 1


def test_more_windows_than_a_manifest_holds_are_refused() -> None:
    """So memory is bounded whatever the rows are."""
    table = rows(*[1] * (MOST_WINDOWS + 1), apart=timedelta(hours=1))

    assert len(windows_of(table[:-1], plan(success="x", every="PT1H")).windows) == MOST_WINDOWS
    with pytest.raises(InvalidInput, match="more than 10,000 windows"):
        windows_of(table, plan(success="x", every="PT1H"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"value": "x", "model": "model:a/b@1"}, "deployment or of a model"),
        ({"value": "x", "success": "x"}, "one aggregate"),
        ({"numerator": "x"}, "one aggregate"),
        ({}, "one aggregate"),
        ({"value": "x", "zone": "Mars/Base"}, "no time zone"),
        ({"value": "x", "zone": "../etc"}, "no time zone"),
        ({"value": "x", "start": "yesterday"}, "start is no time"),
        ({"value": "x", "start": "2026-10-02"}, "start has no time zone"),
        ({"value": "x", "end": START}, "not after start"),
        ({"value": "x", "segments": ["org", "org"]}, "twice"),
        ({"value": "x", "segments": ["a=org,b=org"]}, "twice"),
        ({"value": "x", "segments": ["org,"]}, "no name"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(asked: dict[str, Any], words: str) -> None:
    """Before a row is read."""
    with pytest.raises(InvalidInput, match=words):
        plan(**asked)


def test_a_pandas_frame_gives_what_its_rows_give() -> None:
    """Columns of times, numbers, truths, categories and missing values, as pandas types them."""
    random_numbers = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2026-10-02T08:00:00Z", periods=400, freq="3h"),
            "loss": random_numbers.normal(0.2, 0.1, 400),
            "ok": random_numbers.random(400) < 0.3,
            "org": pd.Categorical(random_numbers.choice(["EWR", "JFK"], 400)),
        }
    )
    asked = plan(value="loss", segments=["org"])

    counted = windows_of(frame, asked)

    assert counted == windows_of(frame.to_dict("records"), asked)
    first = frame[frame["at"] < "2026-10-09T08:00:00Z"]
    assert counted.windows[0]["mean"] == pytest.approx(first["loss"].mean(), rel=1e-12)
    assert counted.windows[0]["variance"] == pytest.approx(first["loss"].var(), rel=1e-12)
    assert windows_of(frame, plan(success="ok")).windows[0]["successes"] == first["ok"].sum()
    holed = frame.assign(loss=frame["loss"].where(frame.index != 7), ok=frame["ok"].astype("boolean").mask(frame["ok"]))
    with pytest.raises(InvalidInput, match="row 7: column loss: The value is missing"):
        windows_of(holed, asked)
    assert windows_of(holed, plan(success="ok"), skip_bad_rows=True).skipped == {"without a value": frame["ok"].sum()}
    with pytest.raises(InvalidInput, match="no column 'lost'"):
        windows_of(frame, plan(value="lost"))


class OtherFrame:
    """A frame of another library: it names its columns and gives each as something to iterate over."""

    def __init__(self, **columns: Sequence[object]) -> None:
        self.columns, self._columns = list(columns), columns

    def __getitem__(self, name: str) -> Iterable[object]:
        return iter(self._columns[name])


def test_no_library_is_needed_for_the_frames_of_others() -> None:
    """A mapping of columns, and whatever has columns by name."""
    columns: dict[str, Sequence[object]] = {"at": ["2026-10-02T10:00:00+02:00"] * 2, "x": [1, 4]}

    assert only(windows_of(columns, plan(value="x")))["mean"] == 2.5
    assert only(windows_of(OtherFrame(**columns), plan(value="x")))["variance"] == 4.5


class LazyFrame:
    """A frame that knows its columns and has not read them."""

    columns = ("at", "x")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (7, "has no rows"),
        ("at,x", "A row is a str"),
        ([(START, 1)], "A row is a tuple"),
        (LazyFrame(), "collect"),
        ({"at": [START]}, "no column 'x'"),
    ],
)
def test_what_is_no_table_is_refused(data: object, words: str) -> None:
    """With what would be one."""
    with pytest.raises(InvalidInput, match=words):
        windows_of(data, plan(value="x"))
