"""Random histories, random questions: every question is answered as a slow, plain reference works it out from the same statements."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from evidence_graph.app import served_schema
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests.conftest import Engine
from tests.differential import (
    ELSEWHERE,
    artifact,
    artifacts,
    chain,
    compare,
    deployments,
    diff,
    exposure,
    live,
    log,
    node,
    path,
    search,
    series,
    timeline,
)
from tests.histories import COMMANDS, History, random_history, some_moment
from tests.reference import Known

Compare = Callable[[GraphStore, History, Moment, Known, int | None], Awaitable[bool]]

QUESTIONS: dict[str, Compare] = {
    "artifact": artifact.compare,
    "artifacts": artifacts.compare,
    "chain": chain.compare,
    "compare": compare.compare,
    "deployments": deployments.compare,
    "diff": diff.compare,
    "exposure": exposure.compare,
    "live": live.compare,
    "log": log.compare,
    "node": node.compare,
    "path": path.compare,
    "search": search.compare,
    "series": series.compare,
    "timeline": timeline.compare,
}
CHECKOUT = Path(__file__).parents[2]
MOMENTS = 4
# How often each kind of question is asked of one history. On Neo4j, recording the history is what costs most.
TIMES = {"sqlite": 6, "neo4j": 2, "neo4j-next": 2}


def test_no_question_is_left_out() -> None:
    """Every root field of the API is held against a reference, here or elsewhere."""
    query = served_schema()._schema.query_type
    assert query is not None
    assert query.fields.keys() - ELSEWHERE.keys() == QUESTIONS.keys()
    for file in ELSEWHERE.values():
        assert "@pytest.mark.runs(" in (CHECKOUT / file).read_text()


@pytest.mark.runs(1000)
async def test_every_question_is_answered_as_the_reference_works_it_out(
    engine: Engine, store: GraphStore, run: int
) -> None:
    """Declarations in random order, duplicates, corrections, roll-outs beginning, adjusted and ending; any moment, any bound."""
    history = await random_history(store, run)
    assert len(history.statements) > COMMANDS / 3
    moments = [await some_moment(store, history) for _ in range(MOMENTS)]
    answered = [
        await ask(store, history, *history.random.choice(moments))
        for ask in QUESTIONS.values()
        for _ in range(TIMES[engine.name])
    ]

    assert sum(answered) > len(answered) / 4, "too many questions were about nothing"
