"""Random histories, random questions: the record answers what a slow, plain reference works out from the same statements."""

from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, read_chain
from evidence_graph.lineage.deployments import LiveDeployment, read_deployments
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import reference
from tests.histories import (
    COMMANDS,
    DATASETS,
    SLOTS,
    History,
    day,
    random_history,
    some_moment,
)

QUESTIONS = 20


@pytest.mark.runs(300)
async def test_the_record_answers_what_the_reference_works_out(store: GraphStore, run: int) -> None:
    """Declarations in random order, duplicates, corrections, roll-outs beginning, adjusted and ending; any moment, any bound."""
    history = await random_history(store, run)

    assert len(history.statements) > COMMANDS / 3
    for _ in range(QUESTIONS):
        await ask_something(store, history)
    await compare_listing(store, history)


async def ask_something(store: GraphStore, history: History) -> None:
    moment, known, valid_at = await some_moment(store, history)
    await compare_chain(store, history.random, moment, known, valid_at)
    await compare_live(store, history.random, moment, known)
    await compare_deployments(store, history.random, moment, known, valid_at)


async def compare_chain(
    store: GraphStore, random: Random, moment: Moment, known: reference.Known, valid_at: int | None
) -> None:
    upstream, depth = random.random() < 0.5, random.choice([None, None, None, 0, 1, 2, 3, 50])
    rich = ("kpi_window:", "deployment:", "model:") if upstream else ("dataset:", "feature:", "model:")
    likely = [urn for urn in sorted(known.named) if urn.startswith(rich)]
    pool = random.choice([likely, likely, sorted(known.named)]) or DATASETS
    roots = sorted(set(random.choices(pool, k=random.choice([1, 1, 1, 2, 3]))))
    limit = random.choice([1000, 1000, 1000, len(roots), len(roots) + 1, len(roots) + 4, 12])
    walk = UPSTREAM if upstream else DOWNSTREAM
    expected = reference.chain(known, roots, valid_at, upstream=upstream, depth=depth, limit=limit)
    if expected is None:
        with pytest.raises(NotRecorded):
            await read_chain(store, roots, moment, walk=walk, depth=depth, limit=limit)
        return
    found = await read_chain(store, roots, moment, walk=walk, depth=depth, limit=limit)
    asked = f"{roots} upstream={upstream} depth={depth} limit={limit} {moment}"
    artifacts = [(found.distances[view.urn], view.urn, view.declared) for view in found.artifacts]
    assert artifacts == expected.artifacts, asked
    steps = [(step.relation, step.source, step.target, step.position) for step in found.steps]
    assert len(steps) == len(set(steps)), asked
    assert set(steps) == expected.steps, asked
    assert found.completeness.truncated == expected.truncated, asked
    assert found.completeness.complete == (not expected.truncated and not expected.unresolved), asked
    assert set(found.completeness.unresolved) == expected.unresolved, asked
    assert found.completeness.undated == expected.undated, asked
    for view in found.artifacts:
        if view.declared:
            declared_at, exists_from = known.declared[view.urn]
            assert view.position == declared_at, asked
            assert view.exists_from == (None if exists_from == reference.ALWAYS else exists_from), asked
    if valid_at is None and depth is None:
        assert set(found.completeness.truncated_at) == expected.truncated_at, asked


async def compare_live(store: GraphStore, random: Random, moment: Moment, known: reference.Known) -> None:
    instant = day(random.randrange(100))
    slot = random.choice(["", "", *(f"slot:{name}" for name in SLOTS)])
    found = await read_live(store, moment.at(instant), slot=slot)
    instant = moment.at(instant).existing_at
    assert {answer(one) for one in found.deployments} == reference.live(known, instant, slot), (moment, instant)


async def compare_deployments(
    store: GraphStore, random: Random, moment: Moment, known: reference.Known, valid_at: int | None
) -> None:
    start, end = random.choice([None, day(random.randrange(90))]), random.choice([None, day(random.randrange(90))])
    found, more = await read_deployments(store, moment, start=start, end=end)
    assert not more
    assert [answer(one) for one in found] == reference.deployments(known, start, end, valid_at), (moment, start, end)


def answer(one: LiveDeployment) -> reference.LiveAnswer:
    model = one.model.urn if one.model else None
    return reference.LiveAnswer(one.since, one.deployment.urn, one.until, one.mode, one.traffic, model)


async def compare_listing(store: GraphStore, history: History) -> None:
    """Everything on record, in pages."""
    moment, known, valid_at = await some_moment(store, history)
    expected = sorted(urn for urn in known.named if known.on_record(urn) and known.existed(urn, valid_at))
    found, more = await read_artifacts(store, moment, limit=7)
    while more:
        page, more = await read_artifacts(store, moment, after=found[-1].urn, limit=7)
        found += page
    assert [view.urn for view in found] == expected
    assert [view.declared for view in found] == [urn in known.declared for urn in expected]
