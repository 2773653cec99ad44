"""Which deployments ran on bad data, features or models, when, and which of their KPI windows lie in that time.

The walk from what is bad to everything made from it is one traversal inside the engine; live intervals, windows and what was only judged
on it are looked up for all that was found at once. Rules: lineage/exposure_spread.py and lineage/exposure_judged.py.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.exposure_bad import Bad, read_bad
from evidence_graph.lineage.exposure_judged import Judged, read_judged
from evidence_graph.lineage.exposure_parts import (
    ALWAYS,
    MOST_CUTS_NAMED,
    MOST_WINDOWS_SHOWN,
    ExposedDeployment,
    Exposure,
    ExposureTotals,
    Span,
    most_judged,
    most_windows,
)
from evidence_graph.lineage.exposure_spread import SERVES, Spread, reads_in, spread_of
from evidence_graph.lineage.exposure_walk import Walked, walk
from evidence_graph.lineage.exposure_windows import Windows, read_windows
from evidence_graph.lineage.exposure_words import summary_of
from evidence_graph.lineage.live_intervals import read_live_times
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import Urn, parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import RELATIONS_FROM, RelationsFrom
from graph_schema import OPEN_END

HIGHEST_LIMIT = 10_000


class _Touched(msgspec.Struct, frozen=True):
    """The deployments that were touched: when, which of them learned it, what they serve, and the windows of everything touched."""

    spans: dict[str, Span]
    learned: set[str]
    serves: dict[str, str]
    windows: Windows


class _Known(msgspec.Struct, frozen=True):
    """What is known of the deployments of the answer: themselves, their models, when they were live."""

    views: dict[str, ArtifactView]
    serves: dict[str, str]
    live: dict[str, Span]


async def read_exposure(
    store: GraphStore,
    to: Sequence[Urn],
    moment: Moment,
    *,
    bad_time: Span = ALWAYS,
    live_time: Span = ALWAYS,
    limit: int = 1_000,
) -> Exposure:
    """What `to` touched, walking into at most `limit` artifacts. The moment must have a valid time: it decides what is still live.

    `bad_time` selects the versions of a series, and bounds what deployments only read; `live_time` leaves out deployments that were
    not live in it. Raises InvalidInput, NotRecorded, TooComplex.
    """
    _check(bad_time, live_time, limit)
    bad = await read_bad(store, to, moment, bad_time, limit)
    walked = await walk(store, bad.artifacts, moment, limit)
    live = await _read_live(store, walked.views, moment)
    spread = spread_of(bad.artifacts, walked, live, bad_time)
    touched = await _read_touched(store, spread, live, bad_time, moment, most_windows(limit))
    models = [urn for urn in spread.distances if urn.startswith("model:")]
    bad_windows = touched.windows.within(touched.spans | dict.fromkeys(models, ALWAYS))
    judged = await read_judged(store, spread, bad_windows, moment, most_judged(limit))
    known = await _read_known(store, touched, judged, walked, live, moment)
    return _assembled(bad, walked, spread, touched, judged, known, moment, live_time, limit)


def _check(bad_time: Span, live_time: Span, limit: int) -> None:
    for name, time in (("bad", bad_time), ("live", live_time)):
        if time.end <= time.start:
            raise InvalidInput(f"The {name} time ends before it begins.", f"{name}To must be after {name}From.")
    if not 1 <= limit <= HIGHEST_LIMIT:
        raise InvalidInput(f"limit is {limit}.", f"It is at least 1 and at most {HIGHEST_LIMIT}.")


async def _read_live(store: GraphStore, urns: Iterable[str], moment: Moment) -> dict[str, Span]:
    """When those of the artifacts that are deployments were live."""
    deployments = [urn for urn in urns if urn.startswith("deployment:")]
    times = await read_live_times(store, deployments, moment)
    return {urn: Span(one.since, OPEN_END if one.until is None else one.until) for urn, one in times.items()}


async def _read_touched(
    store: GraphStore, spread: Spread, live: Mapping[str, Span], bad_time: Span, moment: Moment, most: int
) -> _Touched:
    deployments = [urn for urn in spread.distances if urn in live]
    serves = await _read_served(store, deployments, moment)
    learned = {urn for urn in deployments if serves.get(urn) in spread.distances}
    spans = {urn: live[urn] if urn in learned else reads_in(urn, live, bad_time) for urn in deployments}
    touched = {urn: span for urn, span in spans.items() if span is not None}
    models = [urn for urn in spread.distances if urn.startswith("model:")]
    return _Touched(touched, learned, serves, await read_windows(store, [*touched, *models], moment, most))


async def _read_served(store: GraphStore, deployments: Iterable[str], moment: Moment) -> dict[str, str]:
    """The model of each deployment."""
    asked = sorted(deployments)
    if not asked:
        return {}
    relations = await store.ask(RELATIONS_FROM, RelationsFrom(asked, moment.position))
    return {row.source: row.target for row in relations if row.relation == SERVES}


async def _read_known(
    store: GraphStore, touched: _Touched, judged: Judged, walked: Walked, live: dict[str, Span], moment: Moment
) -> _Known:
    serves = touched.serves | await _read_served(store, judged.deployments, moment)
    more = {*judged.deployments, *serves.values()} - walked.views.keys()
    views = walked.views | (await read_artifacts_by_urn(store, more, moment) if more else {})
    return _Known(views, serves, live | await _read_live(store, judged.deployments, moment))


def _assembled(
    bad: Bad,
    walked: Walked,
    spread: Spread,
    touched: _Touched,
    judged: Judged,
    known: _Known,
    moment: Moment,
    live_time: Span,
    limit: int,
) -> Exposure:
    deployments = _in_order(
        _shown(urn, span, spread, touched.windows.counted(urn, span), urn in touched.learned, known, moment)
        for urn, span in touched.spans.items()
        if known.live[urn].meet(live_time)
    )
    judged_on = _in_order(
        _shown(urn, known.live[urn], judged.spread, judged.windows.get(urn, []), False, known, moment)
        for urn in judged.deployments
        if urn in known.live and known.views[urn].existed(moment) and known.live[urn].meet(live_time)
    )
    completeness = _completeness(walked, spread, touched.windows, judged, [*deployments, *judged_on], moment)
    totals = ExposureTotals(
        deployments=len(deployments),
        still_live=sum(one.still_live for one in deployments),
        windows=sum(one.window_count for one in deployments),
        judged_on=len(judged_on),
        artifacts=len(spread.ways),
        bad=len(bad.artifacts),
        without_covers=bad.without_covers,
        at_least=completeness.truncated,
    )
    summary = summary_of(deployments, totals, limit if walked.cut_at else None)
    return Exposure(deployments, judged_on, list(bad.artifacts), totals, summary, completeness)


def _in_order(found: Iterable[ExposedDeployment]) -> list[ExposedDeployment]:
    return sorted(found, key=lambda one: (one.begin, one.deployment.urn))


def _shown(
    urn: str, span: Span, spread: Spread, windows: Sequence[ArtifactView], learned: bool, known: _Known, moment: Moment
) -> ExposedDeployment:
    return ExposedDeployment(
        slot=parse_urn(urn).slot,
        deployment=known.views[urn],
        model=known.views.get(known.serves.get(urn, "")),
        begin=span.start,
        until=None if span.end == OPEN_END else span.end,
        still_live=known.live[urn].holds(moment.existing_at),
        learned=learned,
        witness=spread.witness(urn),
        windows=list(windows[:MOST_WINDOWS_SHOWN]),
        window_count=len(windows),
    )


def _completeness(
    walked: Walked,
    spread: Spread,
    windows: Windows,
    judged: Judged,
    shown: Sequence[ExposedDeployment],
    moment: Moment,
) -> Completeness:
    """Of everything touched and everything shown."""
    views = {urn: walked.views[urn] for urn in spread.distances}
    for one in shown:
        views |= {view.urn: view for view in (one.deployment, one.model, *one.windows) if view is not None}
    unsure = walked.partial - spread.distances.keys()
    uncounted = {
        one.deployment.urn for one in shown if windows.cut_from is not None and one.deployment.urn >= windows.cut_from
    }
    cut_at = sorted(walked.cut_at | unsure | uncounted)
    return completeness_of(
        moment,
        views.values(),
        truncated=bool(cut_at) or judged.cut or windows.cut_from is not None,
        truncated_at=cut_at[:MOST_CUTS_NAMED],
        positions=(step.position for one in shown for step in one.witness),
    )
