"""One KPI of two things, each on its own timeline: the windows of each, and whether they may be held against each other."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

import msgspec
import orjson

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.artifact import ArtifactView, views_of
from evidence_graph.lineage.compare_rules import (
    AlignedWindows,
    ComparedWindow,
    Definition,
    Reason,
    Stream,
    aligned,
    applying,
    reasons_of,
)
from evidence_graph.lineage.live_intervals import LiveTimes
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import parse_duration, parse_instant
from evidence_graph.record.urn import Urn, encode_part, parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import (
    DEFINITIONS,
    RELATIONS_FROM,
    ArtifactRow,
    DefinitionsNamed,
    RelationsFrom,
)

MOST_WINDOWS = 200  # of each side
ROWS_AT_ONCE = 500
MOST_SEGMENTS = 50


class WindowsBetween(msgspec.Struct, frozen=True):
    """URNs after one and before another, at a position."""

    after: str
    beyond: str
    position: int
    limit: int


class MeasuredAt(msgspec.Struct, frozen=True):
    """What is measured, at a position."""

    urn: str
    position: int
    limit: int


class SeriesRow(msgspec.Struct, frozen=True):
    """The URN of a series."""

    series: str


COMPARE_WINDOWS = Question("compare_windows", WindowsBetween, ArtifactRow)
COMPARE_STREAMS = Question("compare_streams", MeasuredAt, SeriesRow)


class Asked(msgspec.Struct, frozen=True):
    """A KPI by name and a segment in canonical form, '' for all, at the instant (µs) that decides what is mature."""

    kpi: str
    segment: str
    instant: int


class KpiComparison(msgspec.Struct, frozen=True):
    """Whether the windows of both sides may be compared, why not, and the windows, aligned; `cut` names sides that have more."""

    asked: Asked
    reasons: list[Reason]
    windows: list[AlignedWindows]
    views: list[ArtifactView]
    cut: list[str]

    @property
    def comparable(self) -> bool:
        """Whether nothing prevents it."""
        return not any(reason.prevents for reason in self.reasons)


class Timeline(msgspec.Struct, frozen=True):
    """One side: since when it counts its time (µs, None where its first window decides), and when it was live if it is a deployment."""

    view: ArtifactView
    beginning: int | None
    times: LiveTimes | None


def read_segment(text: str) -> str:
    """`key=value,key=value` in the form of window URNs, sorted by key. Raises InvalidInput."""
    pairs: dict[str, str] = {}
    for part in text.split(",") if text else ():
        key, equals, value = part.partition("=")
        if not equals or not key or unquote(key) in pairs:
            raise InvalidInput(
                f"segment has the part {part[:40]!r}.", "Write key=value, each key once, with a comma between two."
            )
        pairs[unquote(key)] = unquote(value)
    return ",".join(f"{encode_part(key)}={encode_part(pairs[key])}" for key in sorted(pairs))


async def read_kpi_comparison(
    store: GraphStore, left: Timeline, right: Timeline, asked: Asked, moment: Moment
) -> KpiComparison:
    """Raises NotRecorded when nobody has defined the KPI at the moment."""
    rows = await store.ask(DEFINITIONS, DefinitionsNamed([asked.kpi], moment.position))
    definitions = [Definition(row.version, row.applies_from, row.known_from, orjson.loads(row.fields)) for row in rows]
    if not definitions:
        raise NotRecorded(
            f"The KPI {asked.kpi} is not defined at position {moment.position}.",
            "Check its name, namespace/name, or ask as of a later moment.",
        )
    mine, more_of_mine = await _read_stream(store, left, asked, definitions, moment)
    others, more_of_others = await _read_stream(store, right, asked, definitions, moment)
    return KpiComparison(
        asked,
        reasons_of(mine, others, definitions),
        aligned(mine.windows, others.windows),
        [one.window for one in (*mine.windows, *others.windows)],
        [stream.urn for stream, more in ((mine, more_of_mine), (others, more_of_others)) if more],
    )


async def _read_stream(
    store: GraphStore, side: Timeline, asked: Asked, definitions: Sequence[Definition], moment: Moment
) -> tuple[Stream, bool]:
    """The windows of one side, and whether there are more."""
    urn = parse_urn(side.view.urn)
    views, more = await _read_windows(store, urn, asked, moment)
    start = min((_instant(view, "start") for view in views), default=0)
    beginning = side.beginning if side.beginning is not None else start
    windows = [_compared(view, beginning, side.times, asked, definitions) for view in views]
    elsewhere = [] if views else await _segments(store, urn, asked, moment)
    return Stream(urn.text, windows, elsewhere, await _compared_with(store, views, moment)), more


async def _read_windows(store: GraphStore, urn: Urn, asked: Asked, moment: Moment) -> tuple[list[ArtifactView], bool]:
    """The first windows of a stream, each in its highest revision that is declared and existed at the moment."""
    name = ",".join(part for part in (f"{urn.namespace}/{urn.name}", urn.kind, asked.kpi, asked.segment) if part)
    after = f"kpi_window:{name}@{urn.version},"
    beyond = f"{after[:-1]}-"  # the character after the comma
    newest: dict[str, ArtifactView] = {}
    while True:
        rows = await store.ask(COMPARE_WINDOWS, WindowsBetween(after, beyond, moment.position, ROWS_AT_ONCE))
        views = await views_of(store, rows, moment)
        for row in rows:
            view = views[row.urn]
            if view.declared and view.existed(moment):
                newest[row.window] = max(newest.get(row.window, view), view, key=_revision)
        if len(rows) < ROWS_AT_ONCE or len(newest) > MOST_WINDOWS + 1:
            break
        after = rows[-1].urn
    found = sorted(newest.values(), key=lambda view: (_instant(view, "start"), view.urn))
    return found[:MOST_WINDOWS], len(found) > MOST_WINDOWS


def _revision(view: ArtifactView) -> int:
    return int(view.urn.rpartition(",r")[2])


def _instant(view: ArtifactView, field: str) -> int:
    return parse_instant(str(view.fields[field]), field)


def _compared(
    view: ArtifactView, beginning: int, times: LiveTimes | None, asked: Asked, definitions: Iterable[Definition]
) -> ComparedWindow:
    start, end = _instant(view, "start"), _instant(view, "end")
    definition = applying(definitions, start)
    horizon = definition.fields.get("labelHorizon") if definition is not None else None
    waited = parse_duration(horizon, "labelHorizon") if isinstance(horizon, str) else 0
    outside = times is not None and (start < times.since or (times.until is not None and end > times.until))
    return ComparedWindow(
        view,
        start - beginning,
        end - beginning,
        mature=end + waited <= asked.instant,
        outside_live=outside,
        version=definition.version if definition is not None else None,
    )


async def _segments(store: GraphStore, urn: Urn, asked: Asked, moment: Moment) -> list[str]:
    """The segments in which something has windows of the KPI."""
    rows = await store.ask(COMPARE_STREAMS, MeasuredAt(urn.text, moment.position, MOST_SEGMENTS))
    stem = f"kpi_window:{urn.namespace}/{urn.name},{urn.kind},{asked.kpi}"
    streams = [row.series.removeprefix(stem) for row in rows if row.series == stem or row.series.startswith(f"{stem},")]
    segments = [stream.removeprefix(",") for stream in streams]
    return [segment or "all" for segment in segments if segment != asked.segment]


async def _compared_with(store: GraphStore, views: Sequence[ArtifactView], moment: Moment) -> frozenset[str]:
    """What the benchmarks of the windows were established on."""
    if not views:
        return frozenset()
    rows = await store.ask(RELATIONS_FROM, RelationsFrom(sorted(view.urn for view in views), moment.position))
    return frozenset(row.target for row in rows if row.relation == "COMPARED_WITH")
