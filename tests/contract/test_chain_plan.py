"""How the engines walk the graph: each artifact once, however many paths lead to it."""

import msgspec
import pytest

from evidence_graph.evidence.stored_state import REACHES
from evidence_graph.lineage.chain import CHAIN, CHAIN_DOWNSTREAM, ChainParameters
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from graph_schema import OPEN_END
from tests import stories
from tests.conftest import Engine

# Neo4j's own search that visits a node once; in SQLite, UNION does, and each step reads one place of one index.
PRUNING = {
    "neo4j": "VarLengthExpand(Pruning,BFS,All)",
    "neo4j-next": "VarLengthExpand(Pruning,BFS,All)",
    "sqlite": "RECURSIVE STEP",
}
EVERYTHING = ("AllNodesScan", "NodeByLabelScan", "SCAN r\n", "SCAN artifact", "SCAN found")


@pytest.mark.parametrize("question", [CHAIN, CHAIN_DOWNSTREAM, REACHES], ids=lambda question: question.stem)
async def test_a_walk_visits_each_artifact_once_and_no_other(
    engine: Engine, store: GraphStore, question: Question[msgspec.Struct, msgspec.Struct]
) -> None:
    """A plan that follows every path instead would take for ever on thirty diamonds in a row."""
    plan = await store.explain(question)

    assert PRUNING[engine.name] in plan
    assert [each for each in EVERYTHING if each in plan] == []


async def test_what_several_roots_share_comes_once(store: GraphStore) -> None:
    """Neo4j's planner (5.26.30, 2026.08.1) leaves DISTINCT out of a plan that begins at a list of roots, as if they were one."""
    left, right, shared = "dataset:a/left@1", "dataset:a/right@1", "dataset:a/shared@1"
    told = await stories.record(store, stories.together(stories.derived(left, shared), stories.derived(right, shared)))

    rows = await store.ask(CHAIN, ChainParameters([left, right], OPEN_END, told.position or 0, 10))

    assert sorted(row.urn for row in rows) == [left, right, shared]
