"""Two chains held against each other: of two artifacts, or of one at two moments."""

from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.diff import ChainChange, Point, read_diff
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import reference_path
from tests.histories import History, some_moment
from tests.reference import Known
from tests.reference_path import Change


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """What was added, removed, replaced or changed, which fields, which steps; now and then a chain is cut."""
    random = history.random
    other = await some_moment(store, history) if random.random() < 0.7 else (moment, known, valid_at)
    moments = [other, (moment, known, valid_at)]
    roots, limit = some_roots(random, known), random.choice([1_000, 1_000, 6])
    points = [Point(root, moment) for root, (moment, _, _) in zip(roots, moments, strict=True)]
    before, after = (
        reference_path.side(known, root, valid_at, limit)
        for root, (_, known, valid_at) in zip(roots, moments, strict=True)
    )
    if before is None or after is None:
        with pytest.raises(NotRecorded):
            await read_diff(store, *points, limit=limit)
        return False
    found = await read_diff(store, *points, limit=limit)
    expected = reference_path.diff(before, after)
    assert list(map(told, found.changes)) == expected, points
    for change in found.changes:
        if change.before and change.after:
            fields = reference_path.differing(before, after, change.before.urn, change.after.urn)
            assert {one.field: (one.before, one.after) for one in change.fields} == fields, points
    added = [(step.relation, step.source, step.target) for step in found.steps_added]
    removed = [(step.relation, step.source, step.target) for step in found.steps_removed]
    assert set(added) == after.steps - before.steps, points
    assert set(removed) == before.steps - after.steps, points
    assert (found.before.truncated, found.after.truncated) == (before.chain.truncated, after.chain.truncated)
    return bool(expected)


def told(change: ChainChange) -> Change:
    """In the reference's words."""
    before, after = (view.urn if view else None for view in (change.before, change.after))
    return change.change, change.distance, before, after


def some_roots(random: Random, known: Known) -> list[str]:
    """One artifact twice, or two of a kind."""
    named = sorted(
        urn for urn in known.named if urn.startswith(("kpi_window:", "deployment:", "model:", "dataset:"))
    ) or ["dataset:d/table0@0"]
    first = random.choice(named)
    alike = [urn for urn in named if reference_path.kind(urn) == reference_path.kind(first)]
    return [first, random.choice([first, random.choice(alike)])]
