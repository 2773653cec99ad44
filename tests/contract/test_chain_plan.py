"""How the engines walk the graph: each artifact once, however many paths lead to it, and only what a question is about is read."""

import re

import msgspec
import pytest

from evidence_graph.evidence.stored_state import REACHES
from evidence_graph.lineage.chain import CHAIN, CHAIN_DOWNSTREAM, ChainParameters
from evidence_graph.lineage.chain_parts import DOWNSTREAM, UPSTREAM
from evidence_graph.lineage.exposure_parts import EXPOSURE, EXPOSURE_BAND, EXPOSURE_JUDGED, EXPOSURE_WINDOWS
from evidence_graph.lineage.kpi_windows import KPI_WINDOWS
from evidence_graph.lineage.path_absence import PATH_EVER
from evidence_graph.lineage.portfolio_windows import PORTFOLIO_WINDOWS
from evidence_graph.resources import query_text
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question, named_query
from evidence_graph.store.stored import RELATIONS_FROM, ROLL_OUTS_OF_SLOTS, STORED_ARTIFACTS
from graph_schema import OPEN_END
from tests import stories
from tests.conftest import Engine
from tests.unit.test_query_files import questions

AnyQuestion = Question[msgspec.Struct, msgspec.Struct]
# Neo4j's own search that visits a node once; in SQLite, UNION does, and each step reads one place of one index.
PRUNING = {
    "neo4j": "VarLengthExpand(Pruning,BFS,All)",
    "neo4j-next": "VarLengthExpand(Pruning,BFS,All)",
    "sqlite": "RECURSIVE STEP",
}
# `path` walks as chains do, and asks PATH_EVER why there is none; `diff` and `compare` hold chains against each other.
WALKS = [CHAIN, CHAIN_DOWNSTREAM, REACHES, PATH_EVER, EXPOSURE, EXPOSURE_JUDGED]
STEPS = [
    *(question for walk in (UPSTREAM, DOWNSTREAM) for question in (walk.roots, walk.band, walk.steps)),
    EXPOSURE_BAND,
    EXPOSURE_WINDOWS,
    KPI_WINDOWS,
    PORTFOLIO_WINDOWS,
    RELATIONS_FROM,
    ROLL_OUTS_OF_SLOTS,
    STORED_ARTIFACTS,
]
NEO4J_SCANS = re.compile(r"AllNodesScan|\w*LabelScan|\w*RelationshipTypeScan|\w*AllRelationshipsScan")
TABLES = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", query_text("sql", "schema"))


def scans(engine: str, stem: str, plan: str) -> list[str]:
    """Where a plan goes through all nodes, all relations or a whole table, by whatever name the query gives it."""
    if engine != "sqlite":
        return NEO4J_SCANS.findall(plan)
    named = re.findall(rf"(?:FROM|JOIN)\s+({'|'.join(TABLES)})\b(?:\s+AS\s+(\w+))?", named_query("sql", stem).text)
    return [name for table, alias in named if re.search(rf"SCAN {(name := alias or table)}\b", plan)]


def test_no_walk_is_left_out() -> None:
    """Whatever goes over relations again and again in SQL; in Cypher it has a quantifier."""
    texts = {stem: named_query("sql", stem).text for stem in questions()}
    recursive = {stem for stem, text in texts.items() if "RECURSIVE" in text and "relation AS" in text}
    quantified = {stem for stem in questions() if re.search(r"\)\s*(\*|\{\d*,\d*\})", named_query("cypher", stem).text)}

    assert recursive == {walk.stem for walk in WALKS}
    assert quantified >= recursive


@pytest.mark.parametrize("question", WALKS, ids=lambda question: question.stem)
async def test_a_walk_visits_each_artifact_once(engine: Engine, store: GraphStore, question: AnyQuestion) -> None:
    """A plan that follows every path instead would take for ever on thirty diamonds in a row."""
    plan = await store.explain(question)

    assert PRUNING[engine.name] in plan


@pytest.mark.parametrize("question", [*WALKS, *STEPS], ids=lambda question: question.stem)
async def test_a_walk_reads_nothing_but_its_own_places(
    engine: Engine, store: GraphStore, question: AnyQuestion
) -> None:
    """However much else is on record: no relation and no artifact is looked for by going through all of them."""
    plan = await store.explain(question)

    assert scans(engine.name, question.stem, plan) == []


async def test_what_several_roots_share_comes_once(store: GraphStore) -> None:
    """Neo4j's planner (5.26.30, 2026.08.1) leaves DISTINCT out of a plan that begins at a list of roots, as if they were one."""
    left, right, shared = "dataset:a/left@1", "dataset:a/right@1", "dataset:a/shared@1"
    told = await stories.record(store, stories.together(stories.derived(left, shared), stories.derived(right, shared)))

    rows = await store.ask(CHAIN, ChainParameters([left, right], OPEN_END, told.position or 0, 10))

    assert sorted(row.urn for row in rows) == [left, right, shared]
