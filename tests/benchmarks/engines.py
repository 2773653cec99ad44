"""The engines a benchmark runs on: a fresh store each, and the bare driver beside it."""

import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.log import begin_log
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore

__all__ = ["engine_names", "fresh_store", "sqlite3"]
NEO4J = {"neo4j": "EVIDENCE_TEST_NEO4J_URI", "neo4j-next": "EVIDENCE_TEST_NEO4J_NEXT_URI"}


def engine_names() -> list[str]:
    """SQLite, and every Neo4j server the environment names."""
    return ["sqlite", *(name for name, variable in NEO4J.items() if os.environ.get(variable))]


@asynccontextmanager
async def fresh_store(engine: str) -> AsyncIterator[GraphStore]:
    """An empty store with its genesis entry."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder) / "evidence.db", deadline=120)
            async with _opened(store):
                yield store
        return
    from evidence_graph.store.neo4j import Neo4jStore

    store = Neo4jStore(
        os.environ[NEO4J[engine]],
        os.environ["EVIDENCE_TEST_NEO4J_USER"],
        os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"],
        deadline=120,
    )
    await wiped(engine)
    async with _opened(store):
        yield store


@asynccontextmanager
async def _opened(store: GraphStore) -> AsyncIterator[None]:
    await store.open()
    try:
        await begin_log(store, "benchmark", new_private_key(), SystemClock())
        yield
    finally:
        await store.close()


async def wiped(engine: str) -> None:
    """Remove every node in batches; a single transaction would exhaust the server's memory."""
    from neo4j import AsyncGraphDatabase

    user, password = os.environ["EVIDENCE_TEST_NEO4J_USER"], os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"]
    async with AsyncGraphDatabase.driver(os.environ[NEO4J[engine]], auth=(user, password)) as driver:
        for pattern in (
            "MATCH ()-[r]->() WITH r LIMIT 20000 DELETE r RETURN count(*)",
            "MATCH (n) WITH n LIMIT 20000 DELETE n RETURN count(*)",
        ):
            while (await driver.execute_query(pattern)).records[0][0]:
                pass
