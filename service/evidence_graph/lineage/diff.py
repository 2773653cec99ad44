"""Two chains of evidence held against each other: of two artifacts, or of one at two instants of either clock."""

from collections.abc import Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain import Chain, Step, read_chain
from evidence_graph.lineage.completeness import Completeness
from evidence_graph.lineage.diff_fields import FieldChange, field_changes
from evidence_graph.lineage.diff_pairs import pairs_of
from evidence_graph.lineage.live_intervals import LiveTimes, read_live_times
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import SUCCESSIONS, RelationsFrom
from graph_schema import DATASET, DEPLOYMENT, FEATURE, KPI_WINDOW, MODEL

ADDED, REMOVED, REPLACED, CHANGED = "ADDED", "REMOVED", "REPLACED", "CHANGED"
CHANGES = {
    ADDED: "Only the chain after holds it.",
    REMOVED: "Only the chain before holds it.",
    REPLACED: "Another artifact has its place: another version of the same series, or the other one of the two asked about.",
    CHANGED: "Both chains hold it, and what is on record about it differs.",
}
# What is as far from the root: what answers requests before what it was made of; windows are only compared with.
_RANKS = {kind.name: rank for rank, kind in enumerate((DEPLOYMENT, MODEL, FEATURE, DATASET, KPI_WINDOW))}


class Point(msgspec.Struct, frozen=True):
    """An artifact at a moment."""

    of: str
    moment: Moment


class ChainChange(msgspec.Struct, frozen=True):
    """One difference, `distance` relations from the nearer root. `before` is None for ADDED, `after` for REMOVED.

    `succession` is the relation by which the later one says that it succeeds the earlier; None when nobody said so. `certain` is
    false where the other chain was cut at its limit: it may hold the artifact after all.
    """

    change: str
    distance: int
    before: ArtifactView | None
    after: ArtifactView | None
    fields: list[FieldChange]
    succession: str | None
    certain: bool


class ChainDiff(msgspec.Struct, frozen=True):
    """Changes nearest the roots first, steps in the order of their chains, and how complete each chain is.

    `separating` is the first change that says more than that two windows are two windows; None when there is none.
    """

    changes: list[ChainChange]
    separating: ChainChange | None
    steps_added: list[Step]
    steps_removed: list[Step]
    before: Completeness
    after: Completeness

    @property
    def complete(self) -> bool:
        """Whether both chains are."""
        return self.before.complete and self.after.complete


class _Side(msgspec.Struct, frozen=True):
    """One chain with its artifacts by URN and when its deployments were live."""

    root: str
    chain: Chain
    views: dict[str, ArtifactView]
    times: dict[str, LiveTimes]

    @property
    def cut(self) -> bool:
        return self.chain.completeness.truncated


async def read_diff(store: GraphStore, before: Point, after: Point, *, limit: int = 1_000) -> ChainDiff:
    """The differences between two chains of at most `limit` artifacts each. Raises NotRecorded and InvalidInput as `read_chain` does."""
    earlier = await _side(store, before, limit)
    later = earlier if before == after else await _side(store, after, limit)
    new = sorted((later.views.keys() - earlier.views.keys()) | {later.root})
    stated = await store.ask(SUCCESSIONS, RelationsFrom(new, after.moment.position)) if earlier is not later else []
    succession = {(row.source, row.target): row.relation for row in stated}
    return diff(earlier, later, succession)


async def _side(store: GraphStore, point: Point, limit: int) -> _Side:
    chain = await read_chain(store, [point.of], point.moment, limit=limit)
    views = {view.urn: view for view in chain.artifacts}
    roll_outs = [view.urn for view in chain.artifacts if view.kind == DEPLOYMENT.name]
    return _Side(point.of, chain, views, await read_live_times(store, roll_outs, point.moment))


def diff(before: _Side, after: _Side, succession: dict[tuple[str, str], str]) -> ChainDiff:
    """Pure: two chains, and which later artifact says that it succeeds which."""
    pairs = pairs_of(before.chain, after.chain, before.root, after.root, succession.keys())
    replaced = [_replaced(old, new, before, after, succession.get((new, old))) for old, new in pairs]
    olds, news = {old for old, _ in pairs}, {new for _, new in pairs}
    removed = [_one(REMOVED, urn, before, after) for urn in before.views.keys() - after.views.keys() - olds]
    added = [_one(ADDED, urn, after, before) for urn in after.views.keys() - before.views.keys() - news]
    same = [_changed(urn, before, after) for urn in before.views.keys() & after.views.keys() - olds - news]
    found = [*replaced, *removed, *added, *(change for change in same if change.fields)]
    changes = sorted(found, key=lambda change: _place(change, before.root, after.root))
    return ChainDiff(
        changes,
        _separating(changes, before.root, after.root),
        _steps_only_in(after, before),
        _steps_only_in(before, after),
        before.chain.completeness,
        after.chain.completeness,
    )


def _replaced(old: str, new: str, before: _Side, after: _Side, succession: str | None) -> ChainChange:
    return ChainChange(
        REPLACED,
        min(before.chain.distances[old], after.chain.distances[new]),
        before.views[old],
        after.views[new],
        field_changes(before.views[old], after.views[new], before.times.get(old), after.times.get(new)),
        succession,
        not before.cut and not after.cut,
    )


def _one(change: str, urn: str, side: _Side, other: _Side) -> ChainChange:
    view, distance = side.views[urn], side.chain.distances[urn]
    old, new = (view, None) if change == REMOVED else (None, view)
    return ChainChange(change, distance, old, new, [], None, not other.cut)


def _changed(urn: str, before: _Side, after: _Side) -> ChainChange:
    old, new = before.views[urn], after.views[urn]
    fields = field_changes(old, new, before.times.get(urn), after.times.get(urn))
    distance = min(before.chain.distances[urn], after.chain.distances[urn])
    return ChainChange(CHANGED, distance, old, new, fields, None, True)


def _place(change: ChainChange, *roots: str) -> tuple[int, bool, int, str, str]:
    """Nearest first, roots before all else, then by kind, URN and what happened."""
    view = change.after or change.before
    assert view is not None
    return change.distance, view.urn not in roots, _RANKS[view.kind], view.urn, change.change


def _separating(changes: Sequence[ChainChange], *roots: str) -> ChainChange | None:
    for change in changes:
        view = change.after or change.before
        if view is not None and not (view.kind == KPI_WINDOW.name and view.urn in roots):
            return change
    return None


def _steps_only_in(side: _Side, other: _Side) -> list[Step]:
    known = {(step.relation, step.source, step.target) for step in other.chain.steps}
    return [step for step in side.chain.steps if (step.relation, step.source, step.target) not in known]
