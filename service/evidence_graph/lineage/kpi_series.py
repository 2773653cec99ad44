"""The windows of one KPI one after the other, as points for a chart, each with the verdict after it."""

from collections.abc import Mapping, Sequence

import msgspec

from evidence_graph.kpi.verdict import Judged, State, judge_series
from evidence_graph.lineage.completeness import Completeness
from evidence_graph.lineage.kpi_definitions import Definition
from evidence_graph.lineage.kpi_windows import KpiStream, StatedWindow
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.verdict import Found, assessment, completeness, read_gathered
from evidence_graph.lineage.verdict_benchmark import observed
from evidence_graph.lineage.verdict_parts import PROVISIONAL, Gathered
from evidence_graph.record.urn import revision_of
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import RELATIONS_FROM, RelationsFrom
from graph_schema import DEPLOYMENT


class SeriesPoint(msgspec.Struct, frozen=True):
    """One window `[start, end)` (µs, UTC) and the verdict after it, values as in `kpi.verdict.Judged`.

    `n` and `mean` are the window's own, None when it holds nothing; `left_out` says why a window does not count, and then there is no
    verdict after it. `deployment` and `model` are what it measures and what that serves, as known at the moment.
    """

    window: str
    position: int
    revision: int
    start: int
    end: int
    n: float | None
    mean: float | None
    state: State | None
    benchmark: float | None
    change: float | None
    lower: float | None
    upper: float | None
    e_value: float | None
    alarm: bool
    suspected_since: int | None
    provisional: bool
    left_out: str | None
    deployment: str | None
    model: str | None


class KpiSeries(msgspec.Struct, frozen=True):
    """A page of points by (start, URN), `more` when others follow; `state` and `overdue_since` (µs) are those of now, as in a verdict."""

    of: str
    kpi: str
    segment: str
    definition: Definition | None
    state: State
    overdue_since: int | None
    points: list[SeriesPoint]
    more: bool
    completeness: Completeness


async def read_kpi_series(
    store: GraphStore,
    stream: KpiStream,
    moment: Moment,
    *,
    start: int | None = None,
    end: int | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 100,
) -> KpiSeries:
    """At most `limit` windows after (start, URN) that share some time with `[start, end)`; all are judged, whichever are shown.

    Raises as `read_verdict`.
    """
    found = await read_gathered(store, stream, moment)
    gathered = found.gathered
    judged = judge_series(gathered.plan, gathered.counted, gathered.yardstick) if gathered.plan else []
    verdicts = {one.key: one for one in judged}
    reasons = {one.window.urn: one.reason for one in gathered.left_out}
    shown = [
        window
        for window in _in_order(gathered)
        if (start is None or window.end > start)
        and (end is None or window.start < end)
        and (after is None or (window.start, window.urn) > after)
    ]
    models = await _models(store, shown[:limit], moment)
    points = [_point(window, verdicts.get(window.urn), reasons.get(window.urn), models) for window in shown[:limit]]
    return _series(found, judged[-1] if judged else None, points, len(shown) > limit, moment)


def _in_order(gathered: Gathered) -> list[StatedWindow]:
    windows = [*gathered.used, *(one.window for one in gathered.left_out)]
    return sorted(windows, key=lambda window: (window.start, window.urn))


async def _models(store: GraphStore, windows: Sequence[StatedWindow], moment: Moment) -> dict[str, str]:
    """What the deployments that windows measure serve."""
    measured = {window.measured for window in windows}
    deployments = sorted(urn for urn in measured if urn.startswith(f"{DEPLOYMENT.name}:"))
    if not deployments:
        return {}
    rows = await store.ask(RELATIONS_FROM, RelationsFrom(deployments, moment.position))
    return {row.source: row.target for row in rows if row.relation == "SERVES"}


def _point(window: StatedWindow, judged: Judged | None, left_out: str | None, models: Mapping[str, str]) -> SeriesPoint:
    measured, held = window.measured, observed(window)
    deployed = measured.startswith(f"{DEPLOYMENT.name}:")
    return SeriesPoint(
        window=window.urn,
        position=window.position,
        revision=revision_of(window.urn),
        start=window.start,
        end=window.end,
        n=held.n if held else None,
        mean=held.mean if held else None,
        state=judged.state if judged else None,
        benchmark=judged.benchmark if judged else None,
        change=judged.change if judged else None,
        lower=judged.lower if judged else None,
        upper=judged.upper if judged else None,
        e_value=judged.e_value if judged else None,
        alarm=judged.alarm if judged else False,
        suspected_since=judged.suspected_since if judged else None,
        provisional=left_out == PROVISIONAL,
        left_out=left_out,
        deployment=measured if deployed else None,
        model=models.get(measured) if deployed else measured,
    )


def _series(found: Found, last: Judged | None, points: list[SeriesPoint], more: bool, moment: Moment) -> KpiSeries:
    gathered = found.gathered
    now = assessment(gathered, last, moment.existing_at)
    stream = gathered.subject.stream
    return KpiSeries(
        of=stream.of.text,
        kpi=stream.kpi,
        segment=stream.segment,
        definition=gathered.definition,
        state=now.state,
        overdue_since=now.overdue_since,
        points=points,
        more=more,
        completeness=completeness(found, moment),
    )
