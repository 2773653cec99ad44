"""Everything that was made from what is bad: one traversal inside the engine, or band by band when that is longer than the limit.

An exposure is asked for its deployments. So where it must be cut, no band takes more than half of the room that is left: deployments
first, then models, features and datasets, each by URN; and the walk goes on from what is kept (docs/decisions/0008).
"""

from collections.abc import Mapping, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView, views_of
from evidence_graph.lineage.chain_parts import Step, StepRow
from evidence_graph.lineage.exposure_parts import (
    EXPOSURE,
    EXPOSURE_BAND,
    MOST_STEPS,
    ExposureRow,
    ExposureWalk,
)
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore


class Walked(msgspec.Struct):
    """What was walked into and existed, the bad included; the steps to each artifact's consumers, by the artifact.

    `cut_at` are artifacts behind which something was left out at the limit. `partial` are artifacts of which not every step came: those
    with the first URNs did, which is enough unless none of them makes the artifact touched.
    """

    views: dict[str, ArtifactView]
    steps: dict[str, list[Step]]
    cut_at: set[str] = msgspec.field(default_factory=set)
    partial: set[str] = msgspec.field(default_factory=set)

    def add(self, step: Step) -> None:
        """One more step, by the evidence it points to."""
        self.steps.setdefault(step.target, []).append(step)


async def walk(store: GraphStore, bad: Mapping[str, ArtifactView], moment: Moment, limit: int) -> Walked:
    """At most `limit` artifacts, what is bad among them."""
    return await _whole(store, bad, moment, limit) or await _in_bands(store, bad, moment, limit)


async def _whole(store: GraphStore, bad: Mapping[str, ArtifactView], moment: Moment, limit: int) -> Walked | None:
    """All of it in one traversal; None when it is longer than the limit, or has an artifact with very many steps.

    An engine need not walk from what has more steps than the limit.
    """
    most_steps = min(MOST_STEPS, limit + 1)
    rows = await store.ask(
        EXPOSURE, ExposureWalk(list(bad), moment.existing_at, moment.position, limit + 1, most_steps)
    )
    if len(rows) > limit or any(len(row.steps) >= most_steps for row in rows):
        return None
    views = await views_of(store, rows, moment)
    walked = Walked({urn: view for urn, view in views.items() if urn in bad or view.existed(moment)}, {})
    for row in rows:
        for step in row.steps:
            if row.urn in walked.views and step.other in walked.views:
                walked.add(step_of(step, step.other, row.urn))
    return walked


async def _in_bands(
    store: GraphStore, bad: Mapping[str, ArtifactView], moment: Moment, limit: int, *, sharing: bool = False
) -> Walked:
    """Band by band, until nothing more comes. Once it is sure that not everything fits, the bands share the room from the first on."""
    walked = Walked(dict(bad), {})
    frontier = list(bad)
    while frontier:
        rows, new = await _band(store, frontier, walked, moment, limit)
        room = limit - len(walked.views)
        if len(new) > room and not sharing:
            if len(walked.views) > len(bad):
                return await _in_bands(store, bad, moment, limit, sharing=True)
            sharing = True
        kept = min(len(new), (room + 1) // 2) if sharing else len(new)
        walked.views |= dict(new[:kept])
        for row in rows:
            if row.urn in walked.views:
                for step in row.steps:
                    walked.add(step_of(step, row.urn, step.other))
        beyond = {urn for urn, _ in new[kept:]}
        walked.cut_at |= {step.other for row in rows if row.urn in beyond for step in row.steps}
        walked.partial |= {row.urn for row in rows if len(row.steps) >= MOST_STEPS}
        frontier = [urn for urn, _ in new[:kept]]
    return walked


async def _band(
    store: GraphStore, frontier: Sequence[str], walked: Walked, moment: Moment, limit: int
) -> tuple[list[ExposureRow], list[tuple[str, ArtifactView]]]:
    """The rows one step on, and what is new and existed among them in their order; one more than fits is enough to know of a cut."""
    asked = limit + 1
    while True:
        parameters = ExposureWalk(list(frontier), moment.existing_at, moment.position, asked, MOST_STEPS)
        rows = await store.ask(EXPOSURE_BAND, parameters)
        views = await views_of(store, rows, moment)
        new = [(urn, view) for urn, view in views.items() if urn not in walked.views and view.existed(moment)]
        if len(rows) < asked or len(new) > limit - len(walked.views):
            return rows, new
        asked *= 2


def step_of(row: StepRow, source: str, target: str) -> Step:
    """A step between two artifacts, from the row of one of them."""
    return Step(row.relation, source, target, row.recorded_at, row.position, row.actor)
