"""Which own steps of the artifacts of a chain count, and how many there are: what keeps an artifact with very many from filling memory.

An artifact comes with at most `Bounds.own_steps` of its steps. What has as many is asked again: for the steps that stay among the
artifacts of the answer, until the answer has all it may hold, and for how many it has in all, up to `Bounds.most_counted`.
"""

from collections.abc import Container, Mapping, Sequence

import msgspec

from evidence_graph.lineage.chain_filters import goes_on
from evidence_graph.lineage.chain_parts import (
    STEPS_PER_ARTIFACT,
    Bounds,
    ChainFilter,
    ChainRow,
    StepRow,
    StepsWithin,
    Walk,
)
from evidence_graph.store.graph_store import GraphStore

ASKED_AT_ONCE = 32


class WideSteps(msgspec.Struct):
    """Of artifacts with very many steps: those that stay inside the answer, and how many there are of relations walked and stopped.

    `left_out` says that some inside the answer were not read, because it may not hold as many.
    """

    steps: dict[str, list[StepRow]]
    counts: dict[str, tuple[int, int]]
    left_out: bool = False

    def most_steps(self) -> int:
        """How many the one with the most has, as far as they are counted."""
        return max(map(sum, self.counts.values()), default=0)


async def read_wide_steps(
    store: GraphStore, order: Sequence[str], rows: Mapping[str, ChainRow], position: int, walk: Walk, bounds: Bounds
) -> WideSteps:
    """The steps of what may have more than came with it, artifact by artifact in the order given."""
    wide = [urn for urn in order if len(rows[urn].steps) >= bounds.own_steps]
    found, within, read = WideSteps({}, {}), list(rows), 0
    stopped = sorted(bounds.stop.relations)
    for first in range(0, len(wide), ASKED_AT_ONCE):
        if read > STEPS_PER_ARTIFACT * bounds.limit:
            found.left_out, within = True, []
        some = wide[first : first + ASKED_AT_ONCE]
        for row in await store.ask(walk.steps, StepsWithin(some, within, position, bounds.most_counted, stopped)):
            found.steps[row.urn] = row.steps
            found.counts[row.urn] = row.walked, row.stopped
            read += len(row.steps)
    return found


def steps_to_walk(
    rows: Mapping[str, ChainRow], wide: WideSteps, roots: Container[str], stop: ChainFilter
) -> dict[str, list[StepRow]]:
    """Each artifact's own steps, without those that the filter stops."""
    own = {urn: row.steps for urn, row in rows.items()} | wide.steps
    if stop.empty:
        return own
    return {
        urn: [step for step in steps if step.relation not in stop.relations] if goes_on(urn, roots, stop) else []
        for urn, steps in own.items()
    }


def own_counts(row: ChainRow, wide: WideSteps, roots: Container[str], stop: ChainFilter) -> tuple[int, int]:
    """How many own steps of an artifact are on record that may be walked, and how many that are stopped."""
    walked, stopped = wide.counts.get(row.urn) or _counted(row, stop)
    return (walked, stopped) if goes_on(row.urn, roots, stop) else (0, walked + stopped)


def _counted(row: ChainRow, stop: ChainFilter) -> tuple[int, int]:
    stopped = sum(step.relation in stop.relations for step in row.steps) if stop.relations else 0
    return len(row.steps) - stopped, stopped


def leading_out(
    inside: Container[str],
    rows: Mapping[str, ChainRow],
    own: Mapping[str, Sequence[StepRow]],
    wide: WideSteps,
    roots: Container[str],
    stop: ChainFilter,
) -> set[str]:
    """Which of the artifacts inside have steps that are walked and lead out."""
    found = {urn for urn, steps in own.items() if any(step.other not in inside for step in steps)}
    short = {urn for urn in wide.counts if own_counts(rows[urn], wide, roots, stop)[0] > len(own[urn])}
    return {urn for urn in found | short if urn in inside}
