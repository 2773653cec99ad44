"""The chain of evidence behind (or in front of) artifacts, as of two clocks.

The whole chain is one traversal inside the engine. When it is longer than its limit, or its depth is bounded, it is walked band by
band from the roots instead, so that what is kept is what is nearest, by (distance, URN). Neither reads more of an artifact with very many
steps than the limit: see docs/decisions/0008.
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
    MOST_BEHIND,
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
    "read_whole_chain",
]

HIGHEST_LIMIT = 10_000
MOST_ROOTS = 1_000
_BY_NAME = attrgetter("relation", "other")


class _Found:
    """Rows and exact views in the order they were reached; in the end also which own steps are walked, and distances from the roots.

    `seen` are rows that came before, reached or not.
    """

    def __init__(self, seen: Iterable[ChainRow] = ()) -> None:
        self.seen = {row.urn: row for row in seen}
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
    most_behind: int = MOST_BEHIND,
) -> Chain:
    """At most `limit` artifacts, each once; the roots always belong to it, everything else must exist at the valid time asked for.

    `depth` counts relations from the nearest root; 0 is the roots alone. What `stop` names ends the walk (lineage/chain_filters.py). At
    a cut up to `most_behind` relations are counted.
    Raises NotRecorded when a root is not on record at the moment, InvalidInput when a bound makes no sense.
    """
    roots, bounds = sorted(set(of)), Bounds(depth, limit, stop, most_behind)
    _check_bounds(roots, bounds)
    known = await read_artifacts_by_urn(store, roots, moment)
    missing = [urn for urn in roots if urn not in known]
    if missing:
        raise NotRecorded(
            f"{', '.join(missing[:3])} is not on record at position {moment.position}.",
            "Check the URN, or ask as of a later moment.",
        )
    rows = await _rows(store, roots, moment, walk, bounds) if depth is None else []
    whole = await _whole(store, rows, roots, moment, walk, bounds) if depth is None else None
    return whole or await _in_bands(store, rows, roots, moment, walk, bounds)


async def read_whole_chain(
    store: GraphStore, of: Sequence[str], moment: Moment, walk: Walk, limit: int
) -> Chain | None:
    """The chain of artifacts that are on record at the moment, when one traversal holds all of it; None when it may be over the limit."""
    roots, bounds = sorted(set(of)), Bounds(None, limit)
    found = await _whole(store, await _rows(store, roots, moment, walk, bounds), roots, moment, walk, bounds)
    return None if found is None or found.completeness.truncated else found


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


async def _rows(store: GraphStore, roots: Sequence[str], moment: Moment, walk: Walk, bounds: Bounds) -> list[ChainRow]:
    """What one traversal comes to before it stops, in no order: one artifact more than the limit, or at one with more steps than that."""
    parameters = ChainParameters(
        of=list(roots),
        existing_at=moment.existing_at,
        position=moment.position,
        limit=bounds.limit + 1,
        most_steps=bounds.own_steps,
        stopped_kinds=sorted(bounds.stop.kinds),
        stopped_relations=sorted(bounds.stop.relations),
    )
    return await store.ask(walk.whole, parameters)


async def _whole(
    store: GraphStore, rows: Sequence[ChainRow], roots: Sequence[str], moment: Moment, walk: Walk, bounds: Bounds
) -> Chain | None:
    """The chain from the rows of one traversal; None when that stopped before it had all, or there are more steps than the limit allows."""
    stop = bounds.stop
    if len(rows) > bounds.limit or any(len(row.steps) > bounds.limit for row in rows):
        return None
    found, starts = _Found(), frozenset(roots)
    views = await views_of(store, rows, moment)
    for row in rows:
        if row.urn in starts or views[row.urn].existed(moment):
            found.add(row, views[row.urn])
    wide = await read_wide_steps(store, list(found.rows), found.rows, moment.position, walk, bounds)
    if wide.left_out or wide.most_steps() > bounds.limit:
        return None
    found.own = steps_to_walk(found.rows, wide, starts, stop)
    found.distances = _distances(roots, found.own)
    return _assembled(roots, found, wide, moment, walk, bounds, truncated=False)


async def _in_bands(
    store: GraphStore, seen: Sequence[ChainRow], roots: Sequence[str], moment: Moment, walk: Walk, bounds: Bounds
) -> Chain:
    """Band by band from the roots, until nothing more comes, the depth is reached, or the next artifact would be one too many.

    `seen` are rows that have come before; the roots are asked for when not all of them are there.
    """
    found, starts = _Found(seen), frozenset(roots)
    rows = [row for row in seen if row.urn in starts]
    if len(rows) < len(starts):
        rows = await store.ask(walk.roots, RootsAt(list(roots), moment.position, bounds.own_steps))
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
    wide = await read_wide_steps(store, list(found.distances), found.rows, moment.position, walk, bounds)
    found.own = steps_to_walk(found.rows, wide, starts, bounds.stop)
    return _assembled(roots, found, wide, moment, walk, bounds, truncated=truncated or wide.left_out)


async def _band(
    store: GraphStore, frontier: list[str], found: _Found, moment: Moment, walk: Walk, bounds: Bounds
) -> list[tuple[ChainRow, ArtifactView]]:
    """What lies one step beyond the frontier and was not found before, by URN; one more than fits is enough to know of a cut."""
    known = _seen_beyond(frontier, found, bounds)
    if known is not None:
        views = await views_of(store, known, moment)
        return [(row, views[row.urn]) for row in known if views[row.urn].existed(moment)]
    stopped = sorted(bounds.stop.relations)
    asked = bounds.limit + 1
    while True:
        parameters = BandParameters(
            frontier, moment.existing_at, moment.position, asked, bounds.own_steps, stopped_relations=stopped
        )
        rows = await store.ask(walk.band, parameters)
        views = await views_of(store, rows, moment)
        new = [(row, views[row.urn]) for row in rows if row.urn not in found.rows and views[row.urn].existed(moment)]
        if len(rows) < asked or len(new) > bounds.limit - len(found.rows):
            return new
        asked *= 2


def _seen_beyond(frontier: Iterable[str], found: _Found, bounds: Bounds) -> list[ChainRow] | None:
    """The rows of what lies one step beyond, by URN, when all of them have come before; None when the engine must be asked."""
    beyond: set[str] = set()
    for urn in frontier:
        steps = found.rows[urn].steps
        if len(steps) >= bounds.own_steps:
            return None
        beyond.update(step.other for step in steps if step.relation not in bounds.stop.relations)
    new = sorted(beyond - found.rows.keys())
    return [found.seen[urn] for urn in new] if found.seen.keys() >= set(new) else None


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
