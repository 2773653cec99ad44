"""One KPI of two things, each on its own timeline: the windows of each, and whether they may be held against each other."""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.compare_rules import (
    AlignedWindows,
    ComparedWindow,
    Reason,
    Stream,
    aligned,
    reasons_of,
)
from evidence_graph.lineage.kpi_definitions import Definition, applying, read_versions
from evidence_graph.lineage.kpi_windows import OLDEST_FIRST, KpiStream, read_segments, read_stream
from evidence_graph.lineage.live_intervals import LiveTimes
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import parse_duration, parse_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import RELATIONS_FROM, RelationsFrom

MOST_WINDOWS = 200  # of each side
MOST_REVISIONS = 2_000  # of the windows of each side that are looked at


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


async def read_kpi_comparison(
    store: GraphStore, left: Timeline, right: Timeline, asked: Asked, moment: Moment
) -> KpiComparison:
    """Raises NotRecorded when nobody has defined the KPI at the moment."""
    definitions = await read_versions(store, asked.kpi, moment)
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
    stream = KpiStream(parse_urn(side.view.urn), asked.kpi, asked.segment)
    found, cut = await read_stream(store, stream, moment, way=OLDEST_FIRST, limit=MOST_REVISIONS)
    views = found[:MOST_WINDOWS]
    start = min((_instant(view, "start") for view in views), default=0)
    beginning = side.beginning if side.beginning is not None else start
    windows = [_compared(view, beginning, side.times, asked, definitions) for view in views]
    elsewhere = [] if views else [segment or "all" for segment in await read_segments(store, stream, moment)]
    compared_with = await _compared_with(store, views, moment)
    return Stream(stream.of.text, windows, elsewhere, compared_with), cut or len(found) > MOST_WINDOWS


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


async def _compared_with(store: GraphStore, views: Sequence[ArtifactView], moment: Moment) -> frozenset[str]:
    """What the benchmarks of the windows were established on."""
    if not views:
        return frozenset()
    rows = await store.ask(RELATIONS_FROM, RelationsFrom(sorted(view.urn for view in views), moment.position))
    return frozenset(row.target for row in rows if row.relation == "COMPARED_WITH")
