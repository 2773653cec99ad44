"""The chain of evidence behind (or in front of) artifacts, as of two clocks.

The whole chain is one traversal inside the engine. When it is longer than its limit, or its depth is bounded, it is walked band by
band from the roots instead, so that what is kept is what is nearest, by (distance, URN).
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn, views_of
from evidence_graph.lineage.chain_cuts import MOST_CUTS_NAMED, cuts_of
from evidence_graph.lineage.chain_filters import goes_on
from evidence_graph.lineage.chain_parts import (
    CHAIN,
    CHAIN_DOWNSTREAM,
    DOWNSTREAM,
    NOTHING,
    STEPS_PER_ARTIFACT,
    UPSTREAM,
    BandParameters,
    Bounds,
    Chain,
    ChainFilter,
    ChainParameters,
    ChainRow,
    RootsAt,
    Step,
    StepRow,
    Walk,
)
from evidence_graph.lineage.chain_steps import WideSteps, leading_out, read_wide_steps, steps_to_walk
from evidence_graph.lineage.completeness import completeness_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore

__all__ = [
    "CHAIN",
    "CHAIN_DOWNSTREAM",
    "DOWNSTREAM",
    "HIGHEST_LIMIT",
    "UPSTREAM",
    "Chain",
    "ChainFilter",
    "ChainParameters",
    "ChainRow",
    "Step",
    "StepRow",
    "Walk",
    "read_chain",
]

HIGHEST_LIMIT = 10_000
MOST_ROOTS = 1_000
_BY_NAME = attrgetter("relation", "other")


class _Found:
    """Rows and exact views in the order they were reached; in the end also which own steps are walked, and distances from the roots."""

    def __init__(self) -> None:
        self.rows: dict[str, ChainRow] = {}
        self.views: dict[str, ArtifactView] = {}
        self.own: dict[str, list[StepRow]] = {}
        self.distances: dict[str, int] = {}

    def add(self, row: ChainRow, view: ArtifactView) -> None:
        self.rows[row.urn], self.views[row.urn] = row, view


async def read_chain(
    store: GraphStore,
    of: Sequence[str],
    moment: Moment,
    *,
    walk: Walk = UPSTREAM,
    depth: int | None = None,
    limit: int = 1_000,
    stop: ChainFilter = NOTHING,
) -> Chain:
    """At most `limit` artifacts, each once; the roots always belong to it, everything else must exist at the valid time asked for.

    `depth` counts relations from the nearest root; 0 is the roots alone. What `stop` names ends the walk (lineage/chain_filters.py).
    Raises NotRecorded when a root is not on record at the moment, InvalidInput when a bound makes no sense.
    """
    roots, bounds = sorted(set(of)), Bounds(depth, limit, stop)
    _check_bounds(roots, bounds)
    known = await read_artifacts_by_urn(store, roots, moment)
    missing = [urn for urn in roots if urn not in known]
    if missing:
        raise NotRecorded(
            f"{', '.join(missing[:3])} is not on record at position {moment.position}.",
            "Check the URN, or ask as of a later moment.",
        )
    whole = await _whole(store, roots, moment, walk, bounds) if depth is None else None
    return whole or await _in_bands(store, roots, moment, walk, bounds)


def _check_bounds(roots: Sequence[str], bounds: Bounds) -> None:
    if not roots:
        raise InvalidInput("`of` is empty.", "Name at least one artifact.")
    if len(roots) > MOST_ROOTS:
        raise InvalidInput(f"`of` names {len(roots)} artifacts.", f"At most {MOST_ROOTS} roots are walked at once.")
    if not len(roots) <= bounds.limit <= HIGHEST_LIMIT:
        raise InvalidInput(
            f"limit is {bounds.limit}.", f"It is at least the number of roots and at most {HIGHEST_LIMIT}."
        )
    if bounds.depth is not None and bounds.depth < 0:
        raise InvalidInput(f"depth is {bounds.depth}.", "It counts relations from the roots; 0 is the roots alone.")


async def _whole(store: GraphStore, roots: Sequence[str], moment: Moment, walk: Walk, bounds: Bounds) -> Chain | None:
    """The chain in one traversal; None when it, or what it holds of steps, is longer than the limit."""
    stop = bounds.stop
    rows = await store.ask(
        walk.whole,
        ChainParameters(
            of=list(roots),
            existing_at=moment.existing_at,
            position=moment.position,
            limit=bounds.limit + 1,
            stopped_kinds=sorted(stop.kinds),
            stopped_relations=sorted(stop.relations),
        ),
    )
    if len(rows) > bounds.limit:
        return None
    found, starts = _Found(), frozenset(roots)
    views = await views_of(store, rows, moment)
    for row in rows:
        if row.urn in starts or views[row.urn].existed(moment):
            found.add(row, views[row.urn])
    wide = await read_wide_steps(store, list(found.rows), found.rows, moment.position, walk, bounds.limit)
    if wide.left_out:
        return None
    found.own = steps_to_walk(found.rows, wide, starts, stop)
    found.distances = _distances(roots, found.own)
    return _assembled(roots, found, wide, moment, walk, bounds, truncated=False)


async def _in_bands(store: GraphStore, roots: Sequence[str], moment: Moment, walk: Walk, bounds: Bounds) -> Chain:
    """Band by band from the roots, until nothing more comes, the depth is reached, or the next artifact would be one too many."""
    found, starts = _Found(), frozenset(roots)
    rows = await store.ask(walk.roots, RootsAt(list(roots), moment.position))
    views = await views_of(store, rows, moment)
    for row in rows:
        found.add(row, views[row.urn])
    found.distances = dict.fromkeys(roots, 0)
    frontier, distance, truncated = list(roots), 0, False
    while frontier and not truncated and (bounds.depth is None or distance < bounds.depth):
        band = await _band(store, frontier, found, moment, walk, bounds)
        room, distance = bounds.limit - len(found.rows), distance + 1
        truncated = len(band) > room
        for row, view in band[:room]:
            found.add(row, view)
            found.distances[row.urn] = distance
        frontier = [row.urn for row, _ in band[:room] if goes_on(row.urn, starts, bounds.stop)]
    wide = await read_wide_steps(store, list(found.distances), found.rows, moment.position, walk, bounds.limit)
    found.own = steps_to_walk(found.rows, wide, starts, bounds.stop)
    return _assembled(roots, found, wide, moment, walk, bounds, truncated=truncated or wide.left_out)


async def _band(
    store: GraphStore, frontier: list[str], found: _Found, moment: Moment, walk: Walk, bounds: Bounds
) -> list[tuple[ChainRow, ArtifactView]]:
    """What lies one step beyond the frontier and was not found before, by URN; one more than fits is enough to know of a cut."""
    stopped = sorted(bounds.stop.relations)
    asked = bounds.limit + 1
    while True:
        parameters = BandParameters(frontier, moment.existing_at, moment.position, asked, stopped_relations=stopped)
        rows = await store.ask(walk.band, parameters)
        views = await views_of(store, rows, moment)
        new = [(row, views[row.urn]) for row in rows if row.urn not in found.rows and views[row.urn].existed(moment)]
        if len(rows) < asked or len(new) > bounds.limit - len(found.rows):
            return new
        asked *= 2


def _assembled(
    roots: Sequence[str],
    found: _Found,
    wide: WideSteps,
    moment: Moment,
    walk: Walk,
    bounds: Bounds,
    *,
    truncated: bool,
) -> Chain:
    """Rows to answer: only what is reached through existing artifacts stays, nearest first."""
    starts = frozenset(roots)
    distances = dict(sorted(found.distances.items(), key=lambda item: (item[1], item[0])))
    within = [
        (urn, step) for urn in distances for step in sorted(found.own[urn], key=_BY_NAME) if step.other in distances
    ]
    most = STEPS_PER_ARTIFACT * bounds.limit
    steps = [_step(urn, step, walk) for urn, step in within[:most]]
    cuts = {urn for urn, _ in within[most:]}
    if truncated:
        cuts |= leading_out(distances, found.rows, found.own, wide, starts, bounds.stop)
    cut = truncated or bool(cuts)
    artifacts = [found.views[urn] for urn in distances]
    completeness = completeness_of(
        moment,
        artifacts,
        truncated=cut,
        truncated_at=[urn for urn in distances if urn in cuts][:MOST_CUTS_NAMED],
        positions=(step.position for step in steps),
    )
    named = cuts_of(distances, found.rows, wide, within[:most], starts, bounds, truncated=cut)
    return Chain([found.views[urn] for urn in roots], artifacts, steps, distances, completeness, named)


def _distances(roots: Iterable[str], own: Mapping[str, Sequence[StepRow]]) -> dict[str, int]:
    """Number of relations from the nearest root, over the steps at hand."""
    distances = dict.fromkeys(roots, 0)
    frontier = list(distances)
    while frontier:
        beyond = []
        for urn in frontier:
            for step in own[urn]:
                if step.other in own and step.other not in distances:
                    distances[step.other] = distances[urn] + 1
                    beyond.append(step.other)
        frontier = beyond
    return distances


def _step(urn: str, step: StepRow, walk: Walk) -> Step:
    source, target = (urn, step.other) if walk.upstream else (step.other, urn)
    return Step(step.relation, source, target, step.recorded_at, step.position, step.actor)
