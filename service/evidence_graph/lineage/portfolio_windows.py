"""The KPI windows of many deployments and models at once, for all of the traffic: in one question, and no more of them than is needed."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
import orjson

from evidence_graph.lineage.artifact import read_artifacts_by_urn
from evidence_graph.lineage.kpi_windows import KpiStream, StatedWindow, stated, stated_window
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import highest_revisions, parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question

MOST_WINDOWS = 200_000  # revisions on record, of everything together


class MeasuringAll(msgspec.Struct, frozen=True):
    """What is measured, at a position."""

    of: list[str]
    position: int
    limit: int


class MeasuredWindowRow(msgspec.Struct, frozen=True, gc=False):
    """One revision of a window, with what of it a verdict needs; columns as in `store.stored.ArtifactRow`."""

    measured: str
    urn: str
    first_declared: int
    declared_from: int
    declared_to: int
    exists_from: int
    fields: str


class PortfolioWindows(msgspec.Struct, frozen=True):
    """Windows by stream, each stream's by start; from `cut_from` on, what is measured may have more."""

    windows: dict[KpiStream, list[StatedWindow]]
    cut_from: str | None


PORTFOLIO_WINDOWS = Question("portfolio_windows", MeasuringAll, MeasuredWindowRow)


async def read_portfolio_windows(store: GraphStore, measured: Iterable[str], moment: Moment) -> PortfolioWindows:
    """The windows of deployments and models, of each the highest revision that is declared and existed at the moment."""
    of = sorted(set(measured))
    if not of:
        return PortfolioWindows({}, None)
    rows = await store.ask(PORTFOLIO_WINDOWS, MeasuringAll(of, moment.position, MOST_WINDOWS + 1))
    cut_from = rows[-1].measured if len(rows) > MOST_WINDOWS else None
    kept = rows[:MOST_WINDOWS]
    before = await _declared_before(store, kept, moment)
    windows = await asyncio.to_thread(lambda: _by_stream(_declared(kept, moment) | before))
    return PortfolioWindows(windows, cut_from)


def _declared(rows: Sequence[MeasuredWindowRow], moment: Moment) -> dict[str, StatedWindow]:
    """Those whose last declaration holds at the moment, by URN."""
    position, instant = moment.position, moment.existing_at
    return {
        row.urn: stated_window(row.urn, row.declared_from, orjson.loads(row.fields))
        for row in rows
        if row.declared_from <= position < row.declared_to and row.exists_from <= instant
    }


async def _declared_before(
    store: GraphStore, rows: Sequence[MeasuredWindowRow], moment: Moment
) -> dict[str, StatedWindow]:
    """Those that were declared otherwise at the moment than they are now: as a rule none."""
    hidden = [row.urn for row in rows if row.first_declared <= moment.position < row.declared_from]
    if not hidden:
        return {}
    views = await read_artifacts_by_urn(store, hidden, moment)
    return {urn: stated(view) for urn, view in views.items() if view.declared and view.existed(moment)}


def _by_stream(found: dict[str, StatedWindow]) -> dict[KpiStream, list[StatedWindow]]:
    series: dict[str, list[StatedWindow]] = {}
    for urn in highest_revisions(found):
        series.setdefault(urn.rsplit(",", 2)[0], []).append(found[urn])
    return {
        _stream(windows[0]): sorted(windows, key=lambda window: (window.start, window.urn))
        for windows in series.values()
    }


def _stream(window: StatedWindow) -> KpiStream:
    """The stream of a window without a segment: `kpi_window:ns/name,kind,kpi@…`."""
    kpi = window.urn.rpartition("@")[0].split(",")[2]
    return KpiStream(parse_urn(window.measured), kpi, "")
