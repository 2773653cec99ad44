"""Which own steps of the artifacts of a chain count, and how many there are: what keeps an artifact with very many from filling memory.

An artifact comes with at most MOST_OWN_STEPS of its steps. What has more is asked again: for the steps that stay among the artifacts of
the answer, until the answer has all it may hold, and for how many it has in all.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence

import msgspec

from evidence_graph.lineage.chain_filters import goes_on
from evidence_graph.lineage.chain_parts import (
    MOST_OWN_STEPS,
    STEPS_PER_ARTIFACT,
    ChainFilter,
    ChainRow,
    StepRow,
    StepsWithin,
    Walk,
)
from evidence_graph.store.graph_store import GraphStore

ASKED_AT_ONCE = 32


class WideSteps(msgspec.Struct):
    """Of artifacts with very many steps: those that stay inside the answer, and the number of all by relation.

    `left_out` says that some inside the answer were not read, because it may not hold as many.
    """

    steps: dict[str, list[StepRow]]
    counts: dict[str, dict[str, int]]
    left_out: bool = False


async def read_wide_steps(
    store: GraphStore, order: Sequence[str], rows: Mapping[str, ChainRow], position: int, walk: Walk, limit: int
) -> WideSteps:
    """The steps of what has more than came with it, artifact by artifact in the order given."""
    wide = [urn for urn in order if len(rows[urn].steps) >= MOST_OWN_STEPS]
    found, within, read = WideSteps({}, {}), list(rows), 0
    for first in range(0, len(wide), ASKED_AT_ONCE):
        if read > STEPS_PER_ARTIFACT * limit:
            found.left_out, within = True, []
        some = wide[first : first + ASKED_AT_ONCE]
        for row in await store.ask(walk.steps, StepsWithin(some, within, position)):
            found.steps[row.urn] = row.steps
            found.counts[row.urn] = {count.relation: count.number for count in row.counts}
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
    if stop.empty and row.urn not in wide.counts:
        return len(row.steps), 0
    counts = wide.counts.get(row.urn) or Counter(step.relation for step in row.steps)
    if not goes_on(row.urn, roots, stop):
        return 0, sum(counts.values())
    stopped = sum(number for relation, number in counts.items() if relation in stop.relations)
    return sum(counts.values()) - stopped, stopped


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
