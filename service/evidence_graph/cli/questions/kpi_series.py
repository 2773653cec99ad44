"""`evidence ask kpi-series`: the windows of a KPI one after the other, with a chart beside the numbers."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.answers import Completeness, PageInfo
from evidence_graph.cli.asking import (
    After,
    AtPosition,
    KnownAt,
    ValidAt,
    answered,
    as_answer,
    ask,
    moment_variables,
)
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.questions.verdict import Kpi, Of, Segment, stream_variables
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.verdicts import signed, state_in_words
from evidence_graph.cli.words import completeness_in_words, counted, instant, number
from evidence_graph.record.json_values import JsonObject

WIDTH = 32  # characters of the chart


class Point(msgspec.Struct, frozen=True, rename="camel"):
    """One window with the verdict after it."""

    window: str
    start: str
    end: str
    provisional: bool
    n: float | None = None
    mean: float | None = None
    state: str | None = None
    benchmark: float | None = None
    change: float | None = None
    lower: float | None = None
    upper: float | None = None
    left_out: str | None = None
    deployment: str | None = None
    model: str | None = None


class Series(msgspec.Struct, frozen=True, rename="camel"):
    """A page of points."""

    of: str
    kpi: str
    state: str
    points: Sequence[Point]
    page_info: PageInfo
    completeness: Completeness
    segment: str | None = None
    overdue_since: str | None = None


@ask.command("kpi-series")
def ask_kpi_series(
    of: Of,
    kpi: Kpi,
    segment: Segment = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Only windows that end after this instant.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Only windows that begin before this instant.")
    ] = None,
    first: Annotated[int, typer.Option(help="How many at most.")] = 100,
    after: After = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show the windows of a KPI with what was known after each. In the chart: ● the window, ○ one that does not count, ┊ the benchmark.

    Example: evidence ask kpi-series deployment:churn/eu-prod@42 churn/conversion --from 2026-10-01T00:00:00Z
    """
    shown_ones: JsonObject = {"from": begin, "to": end, "first": first, "after": after}
    variables = stream_variables(of, kpi, segment) | shown_ones
    moment = moment_variables(valid_at, known_at, at_position)
    answered("kpi_series", variables | moment, output, as_answer(Series, show_series))


def show_series(found: Series) -> None:
    """One row a window, the roll-out named where another begins, and the state at the end."""
    scale = _Scale(found.points)
    rows = [
        [*row, deployment]
        for row, deployment in zip((_row(one, scale) for one in found.points), _roll_outs(found.points), strict=True)
    ]
    show_table(["window", "n", "value", "chart", "after it", "change so far", "measures"], rows)
    if found.page_info.has_next_page:
        say(f"More follow: ask again with --after {found.page_info.end_cursor}")
    overdue = f" Overdue since {instant(found.overdue_since)}." if found.overdue_since else ""
    say()
    say(f"{shown(found.kpi)} of {shown(found.of)} is now: {state_in_words(found.state)}.{overdue}")
    say(completeness_in_words(found.completeness, counted(len(found.points), "window")))


def _row(one: Point, scale: "_Scale") -> list[str]:
    return [
        f"{instant(one.start)} to {instant(one.end)}",
        number(one.n) if one.n is not None else "–",
        number(one.mean) if one.mean is not None else "–",
        scale.drawn(one),
        state_in_words(one.state) if one.state else f"left out: {state_in_words(one.left_out)}",
        f"{signed(one.lower)} to {signed(one.upper)}" if one.lower is not None and one.upper is not None else "",
    ]


def _roll_outs(points: Sequence[Point]) -> list[str]:
    """What each window measures, where that is not what the one before does."""
    names = [one.deployment or one.model or "" for one in points]
    return [name if place == 0 or names[place - 1] != name else "" for place, name in enumerate(names)]


class _Scale:
    """Where values stand in a chart of WIDTH characters, from the lowest to the highest of all."""

    def __init__(self, points: Sequence[Point]) -> None:
        values = [value for one in points for value in (one.mean, one.benchmark) if value is not None]
        self._low, self._high = min(values, default=0.0), max(values, default=0.0)

    def drawn(self, one: Point) -> str:
        """The window and its benchmark; ◉ where both fall together."""
        marks = [" "] * WIDTH
        if one.benchmark is not None:
            marks[self._place(one.benchmark)] = "┊"
        if one.mean is not None:
            mark = "●" if one.state else "○"
            place = self._place(one.mean)
            marks[place] = "◉" if marks[place] == "┊" else mark
        return "".join(marks)

    def _place(self, value: float) -> int:
        span = self._high - self._low
        return round((value - self._low) / span * (WIDTH - 1)) if span > 0 else WIDTH // 2
