"""How two artifacts are connected: which of them rests on the other, the shortest path, how many paths there are, or why there is none.

Everything on a path, both ends included, is on record at the moment and exists at its valid time.
"""

import msgspec

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn
from evidence_graph.lineage.chain import DOWNSTREAM, HIGHEST_LIMIT, UPSTREAM, Chain, Step, read_chain, read_whole_chain
from evidence_graph.lineage.chain_cuts import MOST_CUTS_NAMED
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.path_absence import Absence, read_absence, undecided
from evidence_graph.lineage.path_links import PathCount, between, count_paths, shortest
from evidence_graph.store.graph_store import GraphStore

FROM_RESTS_ON_TO, TO_RESTS_ON_FROM, SAME = "FROM_RESTS_ON_TO", "TO_RESTS_ON_FROM", "SAME"
TRIED_FIRST = (25, 500)  # artifacts
DIRECTIONS = {
    FROM_RESTS_ON_TO: "The artifact given as `from` rests on the one given as `to`.",
    TO_RESTS_ON_FROM: "The artifact given as `to` rests on the one given as `from`.",
    SAME: "They are one and the same artifact.",
}


class PathAnswer(msgspec.Struct, frozen=True):
    """The shortest path from what rests to the evidence, as `artifacts` and the `steps` between them; `paths` counts all of that direction.

    `both_ways` says that each rests on the other; the path from `from` to `to` is shown then. Without a path `direction` and `paths` are
    None and `absence` says why; completeness then speaks of all that was walked through, else of everything between the two.
    """

    direction: str | None
    both_ways: bool
    artifacts: list[ArtifactView]
    steps: list[Step]
    paths: PathCount | None
    absence: Absence | None
    completeness: Completeness


class _Walked(msgspec.Struct, frozen=True):
    """What was read around two artifacts; `whole` when no path between them can lie outside, and where it was cut when not."""

    artifacts: dict[str, ArtifactView]
    steps: list[Step]
    whole: bool
    cut_at: tuple[str, ...] = ()


async def read_path(
    store: GraphStore, start: str, goal: str, moment: Moment, *, limit: int = HIGHEST_LIMIT
) -> PathAnswer:
    """Paths between two artifacts, whichever rests on the other. At most `limit` artifacts are walked through on either side.

    Where a walk was cut on both sides the answer is truncated: there may be more paths than counted, also a shorter one.
    Raises NotRecorded when one of the two is not on record at the moment.
    """
    ends = await read_artifacts_by_urn(store, [start, goal], moment)
    missing = [urn for urn in (start, goal) if urn not in ends]
    if missing:
        raise NotRecorded(
            f"{missing[0]} is not on record at position {moment.position}.",
            "Check the URN, or ask as of a later moment.",
        )
    if not all(view.existed(moment) for view in ends.values()):
        return await _absent(store, start, goal, moment, [_Walked(ends, [], True)])
    if start == goal:
        only = list(ends.values())
        return PathAnswer(SAME, False, only, [], PathCount(1, None), None, completeness_of(moment, only))
    seen: list[_Walked] = []
    for direction, near, far in ((FROM_RESTS_ON_TO, start, goal), (TO_RESTS_ON_FROM, goal, start)):
        walked = await _walk(store, near, far, moment, limit)
        way = between(walked.steps, near, far)
        seen.append(walked)
        if way:
            return _found(direction, near, far, way, seen, moment)
    return await _absent(store, start, goal, moment, seen)


async def _walk(store: GraphStore, near: str, far: str, moment: Moment, limit: int) -> _Walked:
    """All that `near` rests on holds every path to `far`, and so does all that rests on `far`: whichever is not too much.

    Either may be a hub, and nobody knows before which: so both are tried with little first.
    """
    sides = (near, UPSTREAM), (far, DOWNSTREAM)
    for few in TRIED_FIRST:
        for start, walk in sides:
            whole = await read_whole_chain(store, [start], moment, walk, min(few, limit))
            if whole is not None:
                return _walked([whole])
    chains = []
    for start, walk in sides:
        chains.append(await read_chain(store, [start], moment, walk=walk, limit=limit))
        if not chains[-1].completeness.truncated:
            return _walked(chains[-1:])
    return _walked(chains)


def _walked(chains: list[Chain]) -> _Walked:
    artifacts = {view.urn: view for chain in chains for view in chain.artifacts}
    steps = list(dict.fromkeys(step for chain in chains for step in chain.steps))
    cut_at = tuple(urn for chain in chains for urn in chain.completeness.truncated_at)
    return _Walked(artifacts, steps, not any(chain.completeness.truncated for chain in chains), cut_at)


def _found(
    direction: str, near: str, far: str, way: dict[str, list[Step]], seen: list[_Walked], moment: Moment
) -> PathAnswer:
    walked = seen[-1]
    steps = shortest(way, near, far)
    paths = count_paths(way, near, far)
    if not walked.whole and paths.exactly is not None:
        paths = PathCount(None, paths.exactly - 1)
    artifacts = [walked.artifacts[urn] for urn in (near, *(step.target for step in steps))]
    completeness = completeness_of(
        moment,
        [walked.artifacts[urn] for urn in {*way, far}],
        truncated=not all(each.whole for each in seen),
        truncated_at=_cuts(seen),
        positions=(step.position for links in way.values() for step in links),
    )
    back = direction == FROM_RESTS_ON_TO and bool(between(walked.steps, far, near))
    return PathAnswer(direction, back, artifacts, steps, paths, None, completeness)


async def _absent(store: GraphStore, start: str, goal: str, moment: Moment, seen: list[_Walked]) -> PathAnswer:
    whole = all(walked.whole for walked in seen)
    absence = await read_absence(store, start, goal, moment) if whole else undecided(moment.position, final=True)
    completeness = completeness_of(
        moment,
        {urn: view for walked in seen for urn, view in walked.artifacts.items()}.values(),
        truncated=not whole,
        truncated_at=_cuts(seen),
        positions=(step.position for walked in seen for step in walked.steps),
    )
    return PathAnswer(None, False, [], [], None, absence, completeness)


def _cuts(seen: list[_Walked]) -> list[str]:
    return list(dict.fromkeys(urn for walked in seen for urn in walked.cut_at))[:MOST_CUTS_NAMED]
