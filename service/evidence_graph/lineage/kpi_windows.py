"""The KPI windows of one stream: of each the highest revision that is declared and existed at the moment.

A stream is one KPI of a deployment or a model for one segment; that of a slot holds the windows of all its roll-outs.
"""

from typing import NamedTuple

import msgspec

from evidence_graph.lineage.artifact import ArtifactView, views_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import from_text
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.urn import SLOT, Urn, highest_revisions, parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ArtifactRow
from graph_schema import DEPLOYMENT

OLDEST_FIRST, NEWEST_FIRST = 1, -1
MOST_SEGMENTS = 50
HELD = {
    "successes": "PROPORTION",
    "mean": "MEAN",
    "sums": "RATIO",
    "events": "COUNT",
    "value": "ESTIMATE",
}  # the field that tells which statistics a window holds


class WindowsBetween(msgspec.Struct, frozen=True):
    """URNs after one and before another, at a position; `way` is OLDEST_FIRST or NEWEST_FIRST."""

    after: str
    beyond: str
    way: int
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


KPI_WINDOWS = Question("kpi_windows", WindowsBetween, ArtifactRow)
KPI_STREAMS = Question("kpi_streams", MeasuredAt, SeriesRow)


class KpiStream(NamedTuple):
    """A KPI of a deployment, a model or a slot, for a segment in canonical form ('' for all of the traffic)."""

    of: Urn
    kpi: str
    segment: str

    @property
    def series(self) -> str:
        """The URN of its windows without the version."""
        kind = DEPLOYMENT.name if self.of.kind == SLOT else self.of.kind
        name = f"{self.of.namespace}/{self.of.name}"
        return "kpi_window:" + ",".join(part for part in (name, kind, self.kpi, self.segment) if part)

    @property
    def urns(self) -> tuple[str, str]:
        """After which URN, and before which, its windows stand."""
        if self.of.kind == SLOT:
            return f"{self.series}@", f"{self.series}A"  # the character after @
        return f"{self.series}@{self.of.version},", f"{self.series}@{self.of.version}-"  # the one after the comma

    def measuring(self, window: "StatedWindow") -> "KpiStream":
        """The stream of what a window of it measures: its own, or in a slot that of a roll-out."""
        return self if self.of.kind != SLOT else self._replace(of=parse_urn(window.measured))


class StatedWindow(msgspec.Struct, frozen=True, gc=False):
    """One window: the revision that counts, at what log position it was declared, `[start, end)` in µs, and all its fields."""

    urn: str
    position: int
    start: int
    end: int
    fields: JsonObject

    @property
    def measured(self) -> str:
        """The URN of the deployment or model it measures."""
        return measured_by(self.urn)

    @property
    def aggregate(self) -> str | None:
        """Which statistics it holds."""
        return next((aggregate for field, aggregate in HELD.items() if field in self.fields), None)


async def read_stream(
    store: GraphStore,
    stream: KpiStream,
    moment: Moment,
    *,
    way: int,
    limit: int,
    between: tuple[str, str] | None = None,
) -> tuple[list[ArtifactView], bool]:
    """Its windows by start, from at most `limit` revisions on record, and whether there are more.

    `way` says which are kept then; `between` two URNs, when not all windows are wanted.
    """
    after, beyond = between or stream.urns
    rows = await store.ask(KPI_WINDOWS, WindowsBetween(after, beyond, way, moment.position, limit + 1))
    views = await views_of(store, rows[:limit], moment)
    existing = {urn: view for urn, view in views.items() if view.declared and view.existed(moment)}
    found = [existing[urn] for urn in highest_revisions(existing)]
    return sorted(found, key=lambda view: (_start(view), view.urn)), len(rows) > limit


def _start(view: ArtifactView) -> int:
    return from_text(str(view.fields["start"]))


def stated(view: ArtifactView) -> StatedWindow:
    """A declared window as the view of it says."""
    return stated_window(view.urn, view.position, view.fields)


def stated_window(urn: str, position: int, fields: JsonObject) -> StatedWindow:
    """A declared window from its fields."""
    start, end = from_text(str(fields["start"])), from_text(str(fields["end"]))
    return StatedWindow(urn, position, start, end, fields)


def measured_by(window: str) -> str:
    """The URN of what a window measures: from `kpi_window:ns/name,kind,…@version,…`."""
    series, _, rest = window.removeprefix("kpi_window:").rpartition("@")
    name, kind, _ = series.split(",", 2)
    return f"{kind}:{name}@{rest.partition(',')[0]}"


async def read_segments(store: GraphStore, stream: KpiStream, moment: Moment) -> list[str]:
    """The other segments in which something has windows of the KPI, '' among them for all of the traffic."""
    rows = await store.ask(KPI_STREAMS, MeasuredAt(stream.of.text, moment.position, MOST_SEGMENTS))
    total = KpiStream(stream.of, stream.kpi, "").series
    segments = [
        row.series.removeprefix(total).removeprefix(",")
        for row in rows
        if row.series == total or row.series.startswith(f"{total},")
    ]
    return [segment for segment in segments if segment != stream.segment]
