"""Deployments that were only judged on what is bad: their model was evaluated on it, or a KPI window computed from or compared with it.

A window is bad itself when it measures what was touched, in that time: what is compared with it was judged on what is bad. A window whose
numbers were revised since no longer counts against what it measures.
"""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView, views_of
from evidence_graph.lineage.chain_parts import Step
from evidence_graph.lineage.exposure_parts import (
    EXPOSURE_BAND,
    EXPOSURE_JUDGED,
    EXPOSURE_JUDGED_BAND,
    MOST_STEPS,
    ExposureRow,
    ExposureWalk,
    JudgedOn,
)
from evidence_graph.lineage.exposure_spread import MEASURES, SERVES, Spread, Way, spread
from evidence_graph.lineage.exposure_walk import step_of
from evidence_graph.lineage.exposure_windows import Measuring, in_highest_revisions, time_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import WINDOW_REVISIONS, StoredWindows

Onward = dict[str, list[tuple[Step, str]]]


class Judged(msgspec.Struct, frozen=True):
    """Deployments by URN, the ways to them, and the windows in which it shows; `cut` when there were more than may be read."""

    deployments: list[str]
    spread: Spread
    windows: dict[str, list[ArtifactView]]
    cut: bool


class _Rows(msgspec.Struct, frozen=True):
    """What was judged, and which of the windows among it still count."""

    rows: list[ExposureRow]
    counting: dict[str, ArtifactView]
    cut: bool


async def read_judged(
    store: GraphStore, touched: Spread, bad_windows: Sequence[Measuring], moment: Moment, most: int
) -> Judged:
    """What was judged on touched datasets and on bad windows, and is not touched itself; at most so many models and windows are read."""
    measured = {one.view.urn: one.step for one in bad_windows}
    data = [urn for urn in touched.distances if urn.startswith("dataset:")]
    found = await _rows(store, sorted({*data, *measured}), moment, most)
    onward: Onward = {}
    models = _note_judged(found, onward)
    served_cut = await _note_served(store, models - touched.distances.keys(), onward, moment, most)
    starts = touched.distances | {urn: touched.distances[step.target] + 1 for urn, step in measured.items()}
    judged = spread(starts, lambda urn: sorted(onward.get(urn, ()), key=lambda pair: (pair[1], pair[0].relation)))
    before = touched.ways | {urn: Way(step, step.target) for urn, step in measured.items()}
    deployments = sorted(urn for urn in judged.ways if urn.startswith("deployment:"))
    whole = Spread(judged.distances, before | judged.ways)
    return Judged(deployments, whole, _windows_of(judged, found), found.cut or served_cut)


async def _rows(store: GraphStore, of: list[str], moment: Moment, most: int) -> _Rows:
    """Everything judged on these that existed at the moment; when that is too much, the first of what was judged directly on them."""
    if not of:
        return _Rows([], {}, False)
    parameters = JudgedOn(of, moment.existing_at, moment.position, most + 1)
    rows = await store.ask(EXPOSURE_JUDGED, parameters)
    cut = len(rows) > most
    if cut:
        rows = (await store.ask(EXPOSURE_JUDGED_BAND, parameters))[:most]
    views = await views_of(store, rows, moment)
    kept = [row for row in rows if views[row.urn].existed(moment)]
    counting = await _highest(store, {row.window for row in kept if row.window}, moment)
    return _Rows(kept, counting, cut)


async def _highest(store: GraphStore, windows: Iterable[str], moment: Moment) -> dict[str, ArtifactView]:
    """The highest known revision of each window, by its URN."""
    asked = sorted(windows)
    if not asked:
        return {}
    views = await views_of(store, await store.ask(WINDOW_REVISIONS, StoredWindows(asked)), moment)
    existing = (view for view in views.values() if view.declared and view.existed(moment))
    return {view.urn: view for view in in_highest_revisions(existing)}


def _note_judged(found: _Rows, onward: Onward) -> set[str]:
    """The steps from what is judged on to what was judged, and from a window that counts to what it measures; the models among those."""
    models = {row.urn for row in found.rows if row.kind == "model"}
    for row in found.rows:
        for step in row.steps:
            told = step_of(step, row.urn, step.other)
            if step.relation != MEASURES:
                onward.setdefault(step.other, []).append((told, row.urn))
            elif row.urn in found.counting:
                onward.setdefault(row.urn, []).append((told, step.other))
                models |= {step.other} if step.other.startswith("model:") else set()
    return models


async def _note_served(store: GraphStore, models: Iterable[str], onward: Onward, moment: Moment, most: int) -> bool:
    """The steps from models to the deployments that serve them; whether there are more than may be read."""
    asked = sorted(models)
    if not asked:
        return False
    parameters = ExposureWalk(asked, moment.existing_at, moment.position, most + 1, MOST_STEPS)
    rows = await store.ask(EXPOSURE_BAND, parameters)
    for row in rows[:most]:
        for step in row.steps:
            if step.relation == SERVES:
                onward.setdefault(step.other, []).append((step_of(step, row.urn, step.other), row.urn))
    return len(rows) > most


def _windows_of(judged: Spread, found: _Rows) -> dict[str, list[ArtifactView]]:
    """The windows that were judged on what is bad, by the deployment they measure, in the order of their beginning."""
    windows: dict[str, list[ArtifactView]] = {}
    for row in found.rows:
        if row.urn in judged.ways and row.urn in found.counting:
            for step in row.steps:
                if step.relation == MEASURES:
                    windows.setdefault(step.other, []).append(found.counting[row.urn])
    return {
        measured: sorted(some, key=lambda view: (time_of(view).start, view.urn)) for measured, some in windows.items()
    }
