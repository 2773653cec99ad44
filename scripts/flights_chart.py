"""The chart of the flights' KPI: every week as it was recorded, and below it what the verdict said, by what it was held against.

Drawn from the evidence that ships as the demo; `generate.py` writes it.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from evidence_graph.evidence.log_file import Chapter, Header
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.kpi.verdict import State
from evidence_graph.lineage.kpi_series import SeriesPoint, read_kpi_series
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import read_moment
from evidence_graph.lineage.verdict import read_gathered
from evidence_graph.lineage.verdict_parts import Gathered
from evidence_graph.record.instants import from_text
from evidence_graph.record.urn import parse_urn
from evidence_graph.resources import packaged_bytes
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore

WIDTH, LEFT, RIGHT = 920, 64, 16
FIRST, LAST = from_text("2013-04-15T00:00:00Z"), from_text("2014-01-06T00:00:00Z")  # ends of the time axis
MATTERS = 0.01  # smallest relevant change of the KPI
LEGEND = {
    State.DEGRADED: "worse",
    State.IMPROVED: "better",
    State.WITHIN_BENCHMARK: "within the benchmark",
    State.INSUFFICIENT_DATA: "cannot tell yet",
}
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: var(--ink) } .title { font-weight: 600; font-size: 13px } .faint { fill: var(--faint) }
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --rule: #d1d9e0; --zone: #eaeef2; --worse: #cf222e; --better: #1a7f37;
    --within: #0969da; --open: #59636e; --live: #1f2328; --beside: #bc4c00 }
  @media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --rule: #3d444d; --zone: #1f262e;
    --worse: #ff7b72; --better: #3fb950; --within: #58a6ff; --open: #9198a1; --live: #f0f6fc; --beside: #f0883e } }
  .paper { fill: var(--paper) } .rule { stroke: var(--rule) } .zone { fill: var(--zone) } .mark { stroke-width: 1.6 }
  .DEGRADED { stroke: var(--worse); fill: var(--worse) } .IMPROVED { stroke: var(--better); fill: var(--better) }
  .WITHIN_BENCHMARK { stroke: var(--within); fill: var(--within) } .INSUFFICIENT_DATA { stroke: var(--open); fill: var(--paper) }
  .live { stroke: var(--live); fill: var(--live) } .line { fill: none } .beside { stroke: var(--beside); fill: var(--paper) }
"""


@dataclass(frozen=True)
class Told:
    """What the chart is drawn from: all windows of the slot, with their controls, and each chapter with its points."""

    slot: Gathered
    chapters: Sequence[tuple[Chapter, Sequence[SeriesPoint]]]


@dataclass(frozen=True)
class Panel:
    """A stretch of the picture from `top` down, `low` to `high` in the KPI's unit; it grows upwards."""

    top: float
    height: float
    low: float
    high: float

    def y(self, value: float) -> float:
        """Where a value stands; what lies beyond is drawn on the rim."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)


def flights_chart() -> str:
    """The chart as SVG, legible on light and on dark."""
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(_read(Path(folder) / "evidence.db"))
    weeks, strips = Panel(64, 190, 0.08, 0.28), [Panel(300, 100, -0.03, 0.09), Panel(446, 100, -0.32, 0.32)]
    strips.append(Panel(592, 100, -0.045, 0.02))
    lines = [*_weeks(told, weeks), *_strips(told, strips), *_months(592 + 100)]
    return "\n".join([*_opening(740), *lines, "</svg>", ""])


async def _read(database: Path) -> Told:
    store = SqliteStore(database)
    await store.open()
    try:
        return await _read_from(store, await load_log_file(store, packaged_bytes("demo_data", "flights.jsonl.gz")))
    finally:
        await store.close()


async def _read_from(store: GraphStore, header: Header) -> Told:
    assert header.demo is not None
    chapters = header.demo.chapters
    moment = await read_moment(store, valid_at=from_text(chapters[-1].at))
    slot = next(chapter.of for chapter in chapters if chapter.of.startswith("slot:"))
    everything = await read_gathered(store, KpiStream(parse_urn(slot), chapters[0].kpi, ""), moment)
    return Told(everything.gathered, [(chapter, await _points(store, chapter)) for chapter in chapters])


async def _points(store: GraphStore, chapter: Chapter) -> list[SeriesPoint]:
    """Those of the windows that count."""
    at = from_text(chapter.at)
    moment = await read_moment(store, valid_at=at, known_at=at)
    series = await read_kpi_series(store, KpiStream(parse_urn(chapter.of), chapter.kpi, ""), moment)
    return [point for point in series.points if point.state is not None]


def _opening(height: int) -> Iterator[str]:
    yield "<!-- Generated by scripts/generate.py from scripts/flights_chart.py. -->"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title about">'
    yield '<title id="title">A KPI from week to week, and what its verdicts said</title>'
    yield (
        '<desc id="about">Brier score of flight delay warnings, April to December 2013. Above: each week in production, and the model '
        "before on the same flights. Below: the change from the benchmark with its confidence sequence, after every week.</desc>"
    )
    yield f"<style>{STYLE}</style>"
    yield f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
    x = float(LEFT)
    for state, words in LEGEND.items():
        yield from (_mark(x, 22, state), f'<text x="{x + 10:.1f}" y="26">{words}</text>')
        x += 30 + 6.6 * len(words)
    yield f'<rect class="zone" x="{x - 6:.1f}" y="15" width="14" height="14"/>'
    yield f'<text x="{x + 14:.1f}" y="26">a change of less than {MATTERS}, which matters to nobody</text>'


def _weeks(told: Told, panel: Panel) -> Iterator[str]:
    """Every window of the slot, a line through those of one roll-out, and the controls."""
    yield _title(
        panel,
        "Brier score of each week of 2013 (lower is better): ● in production, ○ the model before on the same flights",
    )
    yield from _scale(panel, [0.1, 0.15, 0.2, 0.25], "")
    left_out = [one.window for one in told.slot.left_out]
    windows = sorted([*told.slot.used, *left_out], key=lambda window: window.start)
    for roll_out in dict.fromkeys(window.measured for window in windows):
        own = [window for window in windows if window.measured == roll_out]
        places = [(_middle(one.start, one.end), panel.y(float(str(one.fields["mean"])))) for one in own]
        yield f'<polyline class="live line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
        yield from (f'<circle class="live" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places)
        if roll_out != windows[0].measured:
            yield from _roll_out(_x(own[0].start), panel)
    yield from _lab(told, panel)
    for window in told.slot.counted:
        assert window.control is not None
        x, y = _middle(window.start, window.end), panel.y(window.control.mean)
        yield f'<circle class="beside mark" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def _lab(told: Told, panel: Panel) -> Iterator[str]:
    """What the first weeks were held against."""
    points = told.chapters[0][1]
    benchmark = points[-1].benchmark
    assert benchmark is not None
    y, until = panel.y(benchmark), _x(points[-1].end)
    yield f'<line class="beside" stroke-dasharray="4 3" x1="{LEFT}" x2="{until:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    yield f'<text class="faint" text-anchor="end" x="{until:.1f}" y="{y - 5:.1f}">the lab, {benchmark:.3f}</text>'


def _roll_out(x: float, panel: Panel) -> Iterator[str]:
    """Where another model took over."""
    yield f'<line class="rule" stroke-dasharray="4 3" x1="{x:.1f}" x2="{x:.1f}" y1="{panel.top}" y2="{panel.top + panel.height}"/>'
    yield f'<text class="faint" x="{x + 4:.1f}" y="{panel.top + 12:.1f}">next model</text>'


def _strips(told: Told, panels: Sequence[Panel]) -> Iterator[str]:
    """One strip for each benchmark: chapters against a control share the last."""
    kinds = [
        "the lab (model 1 on held-out flights)",
        "its own first twelve weeks",
        "the model before, on the same flights",
    ]
    for kind, panel in zip(kinds, panels, strict=True):
        yield _title(panel, f"Change, with its interval for all looks, held against {kind}")
        top, bottom = panel.y(MATTERS), panel.y(-MATTERS)
        width, height = WIDTH - LEFT - RIGHT, bottom - top
        yield f'<rect class="zone" x="{LEFT}" y="{top:.1f}" width="{width}" height="{height:.1f}"/>'
        yield from _scale(panel, [panel.low, 0.0, panel.high], "+")
    for number, (_, points) in enumerate(told.chapters):
        for point in points:
            yield from _change(point, panels[min(number, len(panels) - 1)])


def _change(point: SeriesPoint, panel: Panel) -> Iterator[str]:
    assert point.state is not None
    x = _middle(point.start, point.end)
    if point.lower is not None and point.upper is not None:
        top, bottom = panel.y(point.upper), panel.y(point.lower)
        yield f'<line class="{point.state.value} mark" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>'
    if point.change is not None:
        yield _mark(x, panel.y(point.change), point.state)


def _mark(x: float, y: float, state: State) -> str:
    """A state has its colour, and for those who do not see it a shape."""
    name = state.value
    if state is State.DEGRADED:
        return f'<path class="{name}" d="M{x:.1f} {y - 5:.1f}l5 9h-10z"/>'
    if state is State.IMPROVED:
        return f'<path class="{name}" d="M{x:.1f} {y + 5:.1f}l5 -9h-10z"/>'
    return f'<circle class="{name} mark" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'


def _title(panel: Panel, words: str) -> str:
    return f'<text class="title" x="{LEFT}" y="{panel.top - 12}">{escape(words)}</text>'


def _scale(panel: Panel, values: Sequence[float], sign: str) -> Iterator[str]:
    for value in values:
        y = panel.y(value)
        yield f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="faint" text-anchor="end" x="{LEFT - 8}" y="{y + 4:.1f}">{_number(value, sign)}</text>'


def _number(value: float, sign: str) -> str:
    return format(value, f"{sign}.2g").replace("-", "−") if value else "0"


def _months(bottom: float) -> Iterator[str]:
    for month in range(5, 13):
        begin = datetime(2013, month, 1, tzinfo=UTC)
        x = _x(from_text(begin.isoformat().replace("+00:00", "Z")))
        yield f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 6}"/>'
        yield f'<text class="faint" x="{x:.1f}" y="{bottom + 20}">{begin:%b}</text>'


def _middle(start: int, end: int) -> float:
    return _x((start + end) // 2)


def _x(instant: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (instant - FIRST) / (LAST - FIRST)
