"""Where a chain does not go on, why, and how much is on record there."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from evidence_graph.lineage.chain_parts import DEPTH, LIMIT, STOP, Bounds, ChainRow, Cut, StepRow
from evidence_graph.lineage.chain_steps import WideSteps, own_counts

MOST_CUTS_NAMED = 100


def cuts_of(
    distances: Mapping[str, int],
    rows: Mapping[str, ChainRow],
    wide: WideSteps,
    shown: Sequence[tuple[str, StepRow]],
    roots: Container[str],
    bounds: Bounds,
    *,
    truncated: bool,
) -> list[Cut]:
    """The first cuts in the order of the artifacts. `shown` are the steps of the answer, each with the artifact it is an own step of."""
    if not truncated and bounds.depth is None and bounds.stop.empty:
        return []
    named: list[Cut] = []
    own = Counter(urn for urn, _ in shown)
    for urn in distances:
        allowed, stopped = own_counts(rows[urn], wide, roots, bounds.stop)
        named += _cuts_at(urn, distances[urn], allowed - own[urn], stopped, bounds, truncated)
        if len(named) >= MOST_CUTS_NAMED:
            break
    return named[:MOST_CUTS_NAMED]


def _cuts_at(urn: str, distance: int, behind: int, stopped: int, bounds: Bounds, truncated: bool) -> Iterator[Cut]:
    """What is left out of a chain that neither ends here nor is truncated did not exist at the instant asked about."""
    if behind and distance == bounds.depth:
        yield _cut(urn, behind, DEPTH, bounds)
    elif behind and truncated:
        yield _cut(urn, behind, LIMIT, bounds)
    if stopped:
        yield _cut(urn, stopped, STOP, bounds)


def _cut(urn: str, behind: int, reason: str, bounds: Bounds) -> Cut:
    return Cut(urn, min(behind, bounds.most_behind), reason, behind > bounds.most_behind)
