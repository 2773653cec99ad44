"""Two models or two deployments side by side, each on its own timeline: their evidence, what differs, and whether a KPI can be compared.

A verdict is no part of it: it says what may be held against what, and counts nothing.
"""

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain import read_chain
from evidence_graph.lineage.compare_evidence import (
    Counterpart,
    Evidence,
    Leak,
    counterparts,
    leaks,
    only_in,
    shared,
)
from evidence_graph.lineage.compare_kpi import Asked, KpiComparison, Timeline, read_kpi_comparison
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.live_intervals import read_live_times
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from graph_schema import DEPLOYMENT, MODEL


class ComparedSide(msgspec.Struct, frozen=True):
    """One of the two: it, the model it is or serves, and its own timeline (µs, UTC).

    `beginning` is when a deployment went live or a model came to exist, None when nobody said; `until` when a deployment ended.
    """

    artifact: ArtifactView
    model: ArtifactView | None
    beginning: int | None
    until: int | None


class Comparison(msgspec.Struct, frozen=True):
    """Evidence by (distance, URN) in the chain it stands in, `shared` in the left one's; `kpi` only when one was asked for."""

    left: ComparedSide
    right: ComparedSide
    shared: list[ArtifactView]
    only_left: list[ArtifactView]
    only_right: list[ArtifactView]
    counterparts: list[Counterpart]
    leaks: list[Leak]
    kpi: KpiComparison | None
    completeness: Completeness


async def read_comparison(
    store: GraphStore, left: str, right: str, moment: Moment, *, asked: Asked | None = None, limit: int = 1_000
) -> Comparison:
    """Over upstream chains of at most `limit` artifacts each.

    Raises InvalidInput unless both are models or both deployments, and two; NotRecorded for what is not on record at the moment.
    """
    _check(left, right)
    one = await _read_evidence(store, left, moment, limit)
    other = await _read_evidence(store, right, moment, limit)
    kpi = None
    if asked is not None:
        kpi = await read_kpi_comparison(store, _timeline(one), _timeline(other), asked, moment)
    return Comparison(
        _side(one),
        _side(other),
        shared(one, other),
        only_in(one, other),
        only_in(other, one),
        counterparts(one, other),
        leaks(one, other),
        kpi,
        _completeness(one, other, kpi, moment),
    )


def _check(left: str, right: str) -> None:
    kinds = {parse_urn(left).kind, parse_urn(right).kind}
    if kinds not in ({MODEL.name}, {DEPLOYMENT.name}):
        raise InvalidInput(
            f"A {parse_urn(left).kind} and a {parse_urn(right).kind} cannot be compared.",
            "Name two models or two deployments.",
        )
    if left == right:
        raise InvalidInput("left and right are the same.", "Name two; `diff` tells what changed about one in time.")


async def _read_evidence(store: GraphStore, urn: str, moment: Moment, limit: int) -> Evidence:
    chain = await read_chain(store, [urn], moment, limit=limit)
    views = {view.urn: view for view in chain.artifacts}
    roll_outs = [view.urn for view in chain.artifacts if view.kind == DEPLOYMENT.name]
    return Evidence(urn, chain, views, await read_live_times(store, roll_outs, moment))


def _side(evidence: Evidence) -> ComparedSide:
    view = evidence.views[evidence.root]
    times = evidence.times.get(view.urn)
    model = evidence.views[evidence.models[0]] if evidence.models else None
    if view.kind == MODEL.name:
        return ComparedSide(view, model, view.exists_from, None)
    return ComparedSide(view, model, times.since if times else None, times.until if times else None)


def _timeline(evidence: Evidence) -> Timeline:
    side = _side(evidence)
    return Timeline(side.artifact, side.beginning, evidence.times.get(side.artifact.urn))


def _completeness(left: Evidence, right: Evidence, kpi: KpiComparison | None, moment: Moment) -> Completeness:
    chains = [side.chain for side in (left, right)]
    views = {view.urn: view for chain in chains for view in chain.artifacts}
    views |= {view.urn: view for view in (kpi.views if kpi else ())}
    cut = [urn for chain in chains for urn in chain.completeness.truncated_at] + (kpi.cut if kpi else [])
    return completeness_of(
        moment,
        views.values(),
        truncated=any(chain.completeness.truncated for chain in chains) or bool(kpi and kpi.cut),
        truncated_at=list(dict.fromkeys(cut)),
        positions=(step.position for chain in chains for step in chain.steps),
    )
