"""The chain of evidence behind (or in front of) artifacts, as of two clocks.

The whole chain is one traversal inside the engine. When it is longer than its limit, or its depth is bounded, it is walked band by
band from the roots instead, so that what is kept is what is nearest, by (distance, URN).
"""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn, views_of
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ArtifactRow

HIGHEST_LIMIT = 10_000
STEPS_PER_ARTIFACT = 10
MOST_ROOTS = 1_000
MOST_CUTS_NAMED = 100


class StepRow(msgspec.Struct, frozen=True, array_like=True):
    """One relation of an artifact: its name, the URN at the other end, and the entry that recorded it (position, µs UTC, actor)."""

    relation: str
    other: str
    position: int
    recorded_at: int
    actor: str


class ChainRow(ArtifactRow, frozen=True):
    """An artifact of a chain with its own steps, in the walk's direction."""

    steps: list[StepRow]


class ChainParameters(msgspec.Struct, frozen=True):
    """Roots, the instant things must exist at (µs, OPEN_END for any), the log position, and how many rows at most."""

    of: list[str]
    existing_at: int
    position: int
    limit: int


class RootsAt(msgspec.Struct, frozen=True):
    """The roots of a chain at a position."""

    of: list[str]
    position: int


class Walk(msgspec.Struct, frozen=True):
    """The questions of one direction."""

    upstream: bool
    whole: Question[ChainParameters, ChainRow]
    band: Question[ChainParameters, ChainRow]
    roots: Question[RootsAt, ChainRow]


CHAIN = Question("chain", ChainParameters, ChainRow)
CHAIN_DOWNSTREAM = Question("chain_downstream", ChainParameters, ChainRow)
UPSTREAM = Walk(
    True, CHAIN, Question("chain_band", ChainParameters, ChainRow), Question("chain_roots", RootsAt, ChainRow)
)
DOWNSTREAM = Walk(
    False,
    CHAIN_DOWNSTREAM,
    Question("chain_band_downstream", ChainParameters, ChainRow),
    Question("chain_roots_downstream", RootsAt, ChainRow),
)


class Step(msgspec.Struct, frozen=True):
    """One relation between two artifacts of a chain; it points to the evidence."""

    relation: str
    source: str
    target: str
    recorded_at: int
    position: int
    actor: str


class Chain(msgspec.Struct, frozen=True):
    """Roots, artifacts by (distance, URN) with the roots among them, the steps between them, and how complete that is."""

    roots: list[ArtifactView]
    artifacts: list[ArtifactView]
    steps: list[Step]
    distances: dict[str, int]
    completeness: Completeness


class _Found:
    """Rows and exact views gathered so far, in the order they were reached."""

    def __init__(self) -> None:
        self.rows: dict[str, ChainRow] = {}
        self.views: dict[str, ArtifactView] = {}

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
) -> Chain:
    """At most `limit` artifacts, each once; the roots always belong to it, everything else must exist at the valid time asked for.

    `depth` counts relations from the nearest root; 0 is the roots alone. Raises NotRecorded when a root is not on record at the
    moment, InvalidInput when a bound makes no sense.
    """
    roots = sorted(set(of))
    _check_bounds(roots, depth, limit)
    known = await read_artifacts_by_urn(store, roots, moment)
    missing = [urn for urn in roots if urn not in known]
    if missing:
        raise NotRecorded(
            f"{', '.join(missing[:3])} is not on record at position {moment.position}.",
            "Check the URN, or ask as of a later moment.",
        )
    if depth is None:
        rows = await store.ask(walk.whole, ChainParameters(roots, moment.existing_at, moment.position, limit + 1))
        if len(rows) <= limit:
            return await _whole(store, roots, rows, moment, walk, limit)
    return await _in_bands(store, roots, moment, walk, depth, limit)


def _check_bounds(roots: Sequence[str], depth: int | None, limit: int) -> None:
    if not roots:
        raise InvalidInput("`of` is empty.", "Name at least one artifact.")
    if len(roots) > MOST_ROOTS:
        raise InvalidInput(f"`of` names {len(roots)} artifacts.", f"At most {MOST_ROOTS} roots are walked at once.")
    if not len(roots) <= limit <= HIGHEST_LIMIT:
        raise InvalidInput(f"limit is {limit}.", f"It is at least the number of roots and at most {HIGHEST_LIMIT}.")
    if depth is not None and depth < 0:
        raise InvalidInput(f"depth is {depth}.", "It counts relations from the roots; 0 is the roots alone.")


async def _whole(
    store: GraphStore, roots: Sequence[str], rows: Sequence[ChainRow], moment: Moment, walk: Walk, limit: int
) -> Chain:
    found = _Found()
    views = await views_of(store, rows, moment)
    for row in rows:
        if row.urn in roots or views[row.urn].existed(moment):
            found.add(row, views[row.urn])
    return assemble(roots, found.rows, found.views, moment, walk, limit, truncated=False)


async def _in_bands(
    store: GraphStore, roots: Sequence[str], moment: Moment, walk: Walk, depth: int | None, limit: int
) -> Chain:
    """Band by band from the roots, until nothing more comes, the depth is reached, or the next artifact would be one too many."""
    found = _Found()
    rows = await store.ask(walk.roots, RootsAt(list(roots), moment.position))
    views = await views_of(store, rows, moment)
    for row in rows:
        found.add(row, views[row.urn])
    frontier, distance, truncated = list(roots), 0, False
    while frontier and not truncated and (depth is None or distance < depth):
        band = await _band(store, frontier, found, moment, walk, limit)
        room = limit - len(found.rows)
        truncated = len(band) > room
        for row, view in band[:room]:
            found.add(row, view)
        frontier, distance = [row.urn for row, _ in band[:room]], distance + 1
    return assemble(roots, found.rows, found.views, moment, walk, limit, truncated=truncated)


async def _band(
    store: GraphStore, frontier: list[str], found: _Found, moment: Moment, walk: Walk, limit: int
) -> list[tuple[ChainRow, ArtifactView]]:
    """What lies one step beyond the frontier and was not found before, by URN; one more than fits is enough to know of a cut."""
    asked = limit + 1
    while True:
        rows = await store.ask(walk.band, ChainParameters(frontier, moment.existing_at, moment.position, asked))
        views = await views_of(store, rows, moment)
        new = [(row, views[row.urn]) for row in rows if row.urn not in found.rows and views[row.urn].existed(moment)]
        if len(rows) < asked or len(new) > limit - len(found.rows):
            return new
        asked *= 2


def assemble(
    roots: Sequence[str],
    rows: dict[str, ChainRow],
    views: dict[str, ArtifactView],
    moment: Moment,
    walk: Walk,
    limit: int,
    *,
    truncated: bool,
) -> Chain:
    """Rows to answer: walked again from the roots, so that only what is reached through existing artifacts stays."""
    distances = dict(sorted(_distances(roots, rows).items(), key=lambda item: (item[1], item[0])))
    order = list(distances)
    steps = [
        _step(urn, step, walk)
        for urn in order
        for step in sorted(rows[urn].steps, key=lambda step: (step.relation, step.other))
        if step.other in distances
    ]
    steps, too_many = steps[: STEPS_PER_ARTIFACT * limit], steps[STEPS_PER_ARTIFACT * limit :]
    artifacts = [views[urn] for urn in order]
    cuts = {step.source if walk.upstream else step.target for step in too_many}
    if truncated:
        cuts |= {urn for urn in order if any(step.other not in distances for step in rows[urn].steps)}
    completeness = completeness_of(
        moment,
        artifacts,
        truncated=truncated or bool(too_many),
        truncated_at=[urn for urn in order if urn in cuts][:MOST_CUTS_NAMED],
        positions=(step.position for step in steps),
    )
    return Chain([views[urn] for urn in sorted(set(roots))], artifacts, steps, distances, completeness)


def _distances(roots: Iterable[str], rows: dict[str, ChainRow]) -> dict[str, int]:
    """Number of relations from the nearest root, over the rows at hand."""
    distances = dict.fromkeys(roots, 0)
    frontier = list(distances)
    while frontier:
        beyond = []
        for urn in frontier:
            for step in rows[urn].steps:
                if step.other in rows and step.other not in distances:
                    distances[step.other] = distances[urn] + 1
                    beyond.append(step.other)
        frontier = beyond
    return distances


def _step(urn: str, step: StepRow, walk: Walk) -> Step:
    source, target = (urn, step.other) if walk.upstream else (step.other, urn)
    return Step(step.relation, source, target, step.recorded_at, step.position, step.actor)
