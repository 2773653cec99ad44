"""Deployments whose live intervals overlap a range, as known at a position; the end of an open production roll-out is derived."""

import msgspec

from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.roll_outs import LiveInterval, RollOut, state_at
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import RELATIONS_FROM, RelationsFrom, RollOutRow, slots_in
from graph_schema import BEGINNING, OPEN_END


class RollOutsIn(msgspec.Struct, frozen=True):
    """A namespace ('' for all) at a position."""

    namespace: str
    position: int


class RollOutsFrom(msgspec.Struct, frozen=True):
    """A slot (URN), or a namespace ('' for all) where that is '', from an instant (µs) on, at a position."""

    slot: str
    namespace: str
    since: int
    position: int


ROLL_OUTS = Question("roll_outs", RollOutsIn, RollOutRow)
LIVE_ROLL_OUTS = Question("live_roll_outs", RollOutsFrom, RollOutRow)


class LiveDeployment(msgspec.Struct, frozen=True):
    """A deployment with its live interval `[since, until)` in µs UTC; `until` is None while it is open.

    `mode` and `traffic` are those of the instant asked about, else of its last state; `model` is None only for a roll-out whose relation to
    its model was retracted. `until_derived` says that the next roll-out's take-over gave the end.
    """

    slot: str
    deployment: ArtifactView
    model: ArtifactView | None
    mode: str
    traffic: float
    since: int
    until: int | None
    until_derived: bool
    gate: str


class _Candidate(msgspec.Struct, frozen=True):
    slot: str
    roll_out: RollOut
    interval: LiveInterval


async def read_deployments(
    store: GraphStore,
    moment: Moment,
    *,
    namespace: str = "",
    slot: str = "",
    start: int | None = None,
    end: int | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 50,
) -> tuple[list[LiveDeployment], bool]:
    """At most `limit` deployments live at some time in `[start, end)`, by (since, URN) after `after`, and whether more follow.

    With a valid time, only what had begun by then.
    """
    since = BEGINNING if start is None else start
    candidates = [
        one
        for one in await _candidates(store, moment, namespace, slot, since)
        if (end is None or one.interval.start < end)
        and (start is None or one.interval.end > start)
        and one.interval.start <= moment.existing_at
        and (after is None or (one.interval.start, one.roll_out.deployment) > after)
    ]
    candidates.sort(key=lambda one: (one.interval.start, one.roll_out.deployment))
    return await _described(store, candidates[:limit], moment, None), len(candidates) > limit


async def read_live_deployments(
    store: GraphStore, moment: Moment, namespace: str, slot: str, *, at: int
) -> list[LiveDeployment]:
    """Every deployment live at the instant `at` (µs), in no order."""
    candidates = await _candidates(store, moment, namespace, slot, at)
    live = [one for one in candidates if one.interval.start <= at < one.interval.end]
    return await _described(store, live, moment, at)


async def _candidates(store: GraphStore, moment: Moment, namespace: str, slot: str, since: int) -> list[_Candidate]:
    """Every roll-out that is live at some time after `since`, with its live interval; of others that interval may be wrong."""
    rows = await store.ask(LIVE_ROLL_OUTS, RollOutsFrom(slot, namespace, since, moment.position))
    slots = slots_in(rows)
    return [
        _Candidate(name, found.roll_outs[deployment], interval)
        for name, found in slots.items()
        for deployment, interval in found.live_intervals().items()
        if not namespace or parse_urn(name).namespace == namespace
    ]


async def _described(
    store: GraphStore, candidates: list[_Candidate], moment: Moment, at: int | None
) -> list[LiveDeployment]:
    if not candidates:
        return []
    urns = [one.roll_out.deployment for one in candidates]
    relations = await store.ask(RELATIONS_FROM, RelationsFrom(sorted(urns), moment.position))
    serves = {row.source: row.target for row in relations if row.relation == "SERVES"}
    views = await read_artifacts_by_urn(store, [*urns, *serves.values()], moment)
    return [_live_deployment(one, views, serves, at) for one in candidates]


def _live_deployment(
    one: _Candidate, views: dict[str, ArtifactView], serves: dict[str, str], at: int | None
) -> LiveDeployment:
    urn = one.roll_out.deployment
    state = state_at(one.roll_out, at) if at is not None else one.roll_out.stretches()[-1].state
    assert state is not None
    gate = views[urn].fields.get("gate")
    return LiveDeployment(
        slot=one.slot,
        deployment=views[urn],
        model=views.get(serves.get(urn, "")),
        mode=state.mode,
        traffic=state.traffic,
        since=one.interval.start,
        until=None if one.interval.end == OPEN_END else one.interval.end,
        until_derived=one.interval.derived,
        gate=str(gate["result"]) if isinstance(gate, dict) else "NOT_ASKED",
    )
