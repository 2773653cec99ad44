"""The audit of a store: whoever changes it behind our back is found out, and where; whoever does not is not accused."""

import asyncio
import os
from pathlib import Path
from string import Template

import apsw
import pytest

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.evidence.store_audit import Audit, audit_store
from evidence_graph.proof.checkpoint import Checkpoint
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore
from tests import stories
from tests.conftest import NEO4J_SERVERS, Engine
from tests.histories import random_history

TRAINED = f"{stories.MODEL_7} TRAINED_ON {stories.TRAINING}"
SEALED = f"{stories.CUSTOMERS} description"
# What an insider does, in SQL and in Cypher; what of it is found, and where.
NAMES = {
    name.lower(): getattr(stories, name) for name in ("CUSTOMERS", "TRAINING", "MODEL_6", "MODEL_7", "ROLL_OUT_42")
} | {"forged": "ab" * 32}
EDITS = {
    "a field": (
        "UPDATE artifact SET fields = replace(fields, 'ab', 'ac') WHERE urn = '$customers'",
        "MATCH (n:Artifact {urn: '$customers'}) SET n.fields = replace(n.fields, 'ab', 'ac')",
        ("artifact", stories.CUSTOMERS, "changed: fields"),
    ),
    "a node removed": (
        "DELETE FROM artifact WHERE urn = '$model_6'",
        "MATCH (n:Artifact {urn: '$model_6'}) DETACH DELETE n",
        ("artifact", stories.MODEL_6, "missing"),
    ),
    "a node inserted": (
        "INSERT INTO artifact SELECT 999, 'dataset:a/forged@1', kind, namespace, series, version, window, referred_at, referred_on, "
        "first_declared, declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by "
        "FROM artifact WHERE urn = '$customers'",
        "MATCH (n:Artifact {urn: '$customers'}) CREATE (m:Artifact) SET m = n {.*, urn: 'dataset:a/forged@1'}",
        ("artifact", "dataset:a/forged@1", "inserted"),
    ),
    "a relation removed": (
        "DELETE FROM relation WHERE source_urn = '$model_7' AND relation = 'TRAINED_ON'",
        "MATCH (:Artifact {urn: '$model_7'})-[r:TRAINED_ON]->() DELETE r",
        ("relation", TRAINED, "missing"),
    ),
    "a relation inserted": (
        "INSERT INTO relation (source, relation, target_urn, known_from, known_to, target, source_urn, recorded_at, actor) "
        "SELECT source, 'BUILT_FROM', target_urn, known_from, known_to, target, source_urn, recorded_at, actor FROM relation "
        "WHERE source_urn = '$model_7' AND relation = 'TRAINED_ON'",
        "MATCH (n:Artifact {urn: '$model_7'})-[r:TRAINED_ON]->(m) CREATE (n)-[s:BUILT_FROM]->(m) SET s = properties(r)",
        ("relation", TRAINED.replace("TRAINED_ON", "BUILT_FROM"), "inserted"),
    ),
    "since when a relation was known": (
        "UPDATE relation SET known_to = 7 WHERE source_urn = '$model_7' AND relation = 'TRAINED_ON'",
        "MATCH (:Artifact {urn: '$model_7'})-[r:TRAINED_ON]->() SET r.known_to = 7",
        ("relation", TRAINED, "changed: known_to"),
    ),
    "a roll-out": (
        "UPDATE roll_out_change SET traffic = 0.5 WHERE deployment = '$roll_out_42'",
        "MATCH (n:RollOutChange {deployment: '$roll_out_42'}) SET n.traffic = 0.5",
        ("roll-out change", stories.ROLL_OUT_42, "changed: traffic"),
    ),
    "a definition": (
        "UPDATE definition SET fields = '{}'",
        "MATCH (n:Definition) SET n.fields = '{}'",
        ("definition", stories.CONVERSION, "changed: fields"),
    ),
    "a value beside the log": (
        "UPDATE annotation SET value = '\"Some customers.\"' WHERE field = 'description'",
        "MATCH (n:Annotation {field: 'description'}) SET n.value = '\"Some customers.\"'",
        ("annotation", SEALED, "changed: salt, value"),
    ),
    "an entry": (
        "UPDATE entry SET body = replace(body, 'customers', 'customerz') WHERE position = 2",
        "MATCH (n:Entry {position: 2}) SET n.body = replace(n.body, 'customers', 'customerz')",
        ("entry", "2", "changed"),
    ),
    "a column of an entry": (
        "UPDATE entry SET actor = 'eve' WHERE position = 4",
        "MATCH (n:Entry {position: 4}) SET n.actor = 'eve'",
        ("entry", "4", "its columns are not what it says"),
    ),
    "an entry removed": (
        "DELETE FROM entry WHERE position = 3",
        "MATCH (n:Entry {position: 3}) DELETE n",
        ("entry", "3", "missing"),
    ),
    "an entry appended": (
        "INSERT INTO entry SELECT 99, recorded_at, actor, command, command_digest, item, event_type, subject, outcome, leaf, body "
        "FROM entry WHERE position = 3",
        "MATCH (n:Entry {position: 3}) CREATE (m:Entry) SET m = n {.*, position: 99}",
        ("number of rows", "entry", "changed: number"),
    ),
    "two entries swapped": (
        "UPDATE entry SET position = CASE position WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE position IN (2, 3);"
        "UPDATE entry SET position = -position WHERE position < 0",
        "MATCH (a:Entry {position: 2}), (b:Entry {position: 3}) WITH a, b, properties(a) AS x, properties(b) AS y "
        "SET a.position = -1 SET b.position = -2 SET a = y {.*, position: -3} SET b = x {.*, position: 3} SET a.position = 2",
        ("artifact", stories.CUSTOMERS, "changed"),
    ),
    "the head": (
        "UPDATE log_head SET root = '$forged'",
        "MATCH (n:LogHead) SET n.root = '$forged'",
        ("head", "", "changed: root"),
    ),
    "a hash of the tree": (
        "UPDATE tile_hash SET hash = '$forged'",
        "MATCH (n:TileHash) SET n.hash = '$forged'",
        ("tree hash", "4 0", "changed: hash"),
    ),
    "the signed head": (
        "UPDATE signed_head SET root = '$forged'",
        "MATCH (n:SignedHead) SET n.root = '$forged'",
        ("signed head", "", "the entries are not those"),
    ),
}


async def audit(store: GraphStore, empty: GraphStore, last_signed: Checkpoint | None = None) -> Audit:
    return await audit_store(store, empty, last_signed)


def edit(engine: Engine, folder: Path, sql: str, cypher: str) -> None:
    """What somebody with access to the database does."""
    if engine.name == "sqlite":
        connection = apsw.Connection(str(folder / "evidence.db"))
        connection.execute(sql)
        connection.close()
        return
    from neo4j import GraphDatabase

    account = (os.environ["EVIDENCE_TEST_NEO4J_USER"], os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"])
    with GraphDatabase.driver(os.environ[NEO4J_SERVERS[engine.name]], auth=account) as driver:
        driver.execute_query(cypher, database_="neo4j")


async def signed_story(store: GraphStore, folder: Path) -> None:
    """A signed log of a story, sixteen entries and more."""
    await begin_log(store, stories.ORIGIN, key_at(folder / "key"), SystemClock())
    recorder = Recorder(store, SystemClock())
    await recorder.record(stories.command(stories.churn()))
    await recorder.record(stories.command(stories.datasets(*(f"dataset:a/b@{number}" for number in range(9)))))
    await HeadSigner(store, folder / "key").sign(leaving=True)


@pytest.mark.parametrize("what", EDITS)
async def test_an_insider_is_found_out(
    engine: Engine, empty_store: GraphStore, empty: GraphStore, tmp_path: Path, what: str
) -> None:
    """One edit with statements of the database itself: found, and located by URN or position."""
    sql, cypher, (sort, where, how) = EDITS[what]
    sql, cypher = (Template(text).substitute(NAMES) for text in (sql, cypher))
    await signed_story(empty_store, tmp_path)

    edit(engine, tmp_path, sql, cypher)
    found = (await audit(empty_store, empty)).findings

    assert any(one.what == sort and one.where.startswith(where) and one.how.startswith(how) for one in found), found


async def test_numbers_are_as_recorded_however_they_were_written(store: GraphStore, empty: GraphStore) -> None:
    """A whole number with a point is written without one in the entry; what is told about the source comes in any order."""
    kpi = stories.kpi(benchmark={"mean": 5.0}, aggregate="MEAN", smallestRelevantChange={"absolute": 1.0})
    told = {**stories.churn(), "kpis": [kpi], "windows": []}
    told["source"] = {"run": "1", "repo": "b", "parameters": {"z": 2.0, "a": 1e3}}
    told["datasets"] = [*told["datasets"], {"urn": "dataset:a/b@1", "properties": {"z": 1.0}}]
    told["deployments"] = [{**told["deployments"][1], "traffic": 1.0}]
    week = stories.week_40(mean=5.0, variance=2.0)
    del week["successes"]
    await stories.record(store, {**told, "windows": [week]})

    assert (await audit(store, empty)).findings == []


@pytest.mark.runs(20)
async def test_nobody_is_accused_of_what_was_recorded(store: GraphStore, empty: GraphStore, run: int) -> None:
    """Random histories, with everything that closes, completes and retracts."""
    await random_history(store, run)

    found = await audit(store, empty)

    assert found.findings == []
    assert found.entries > 20


async def test_a_restored_store_is_as_recorded(empty_store: GraphStore, empty: GraphStore, tmp_path: Path) -> None:
    """Loading projects the same rows as recording did."""
    source = SqliteStore(tmp_path / "source.db")
    await source.open()
    await signed_story(source, tmp_path)
    await write_log_file(source, tmp_path / "backup.gz")
    await source.close()
    await load_log_file(empty_store, tmp_path / "backup.gz")

    assert (await audit(empty_store, empty)).findings == []


async def test_what_is_recorded_meanwhile_is_no_difference(
    empty_store: GraphStore, empty: GraphStore, tmp_path: Path
) -> None:
    """Eight go on writing to what is being compared."""
    await signed_story(empty_store, tmp_path)
    recorder, over = Recorder(empty_store, SystemClock()), False

    async def write(writer: int) -> None:
        number = 0
        while not over:
            number += 1
            more = {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [f"dataset:w-{writer}/d@{number}"]}]}
            assert not (await recorder.record(stories.command(more))).faults

    writing = asyncio.gather(*map(write, range(8)))
    found = await audit(empty_store, empty)
    over = True
    await writing

    assert found.findings == []


async def test_a_log_that_was_rewritten_throughout_is_not_the_one_that_was_signed(
    empty_store: GraphStore, empty: GraphStore, tmp_path: Path
) -> None:
    """Every hash of it is right; the head beside the key is another. A log that was cut off is found out by it too."""
    before = SqliteStore(tmp_path / "before.db")
    await before.open()
    await signed_story(before, tmp_path)
    signed = LastSigned(tmp_path / "key").read()
    await before.close()
    assert signed is not None
    await begin_log(empty_store, stories.ORIGIN, key_at(tmp_path / "key"), SystemClock())

    cut = await audit(empty_store, empty, signed.head)

    assert [(one.what, one.how) for one in cut.findings] == [
        ("last signed head", "the log has 1: entries were removed")
    ]
    other = SqliteStore(tmp_path / "other.db")
    await other.open()
    names = [f"dataset:forged/b@{number}" for number in range(signed.head.size)]
    await Recorder(empty_store, SystemClock()).record(stories.command(stories.datasets(*names)))
    rewritten = await audit(empty_store, other, signed.head)
    await other.close()
    assert [one.how for one in rewritten.findings] == ["the entries are not those that it commits to"]
