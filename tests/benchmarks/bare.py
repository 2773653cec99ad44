"""The same query by the engine's own driver, and nothing else: what the store's time is held against."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import apsw
import msgspec
import orjson

from evidence_graph.lineage.chain import ChainParameters
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import named_query
from evidence_graph.store.sqlite import SqliteStore
from tests.benchmarks.engines import NEO4J
from tests.benchmarks.measuring import Timed, in_thread


@asynccontextmanager
async def bare_query(engine: str, store: GraphStore, stem: str, parameters: ChainParameters) -> AsyncIterator[Timed]:
    """The query file run by the driver: rows as the driver gives them."""
    values = msgspec.structs.asdict(parameters)
    if isinstance(store, SqliteStore):
        connection = apsw.Connection(str(store.path))
        text = named_query("sql", stem).text
        bindings = {
            name: orjson.dumps(value).decode() if isinstance(value, list) else value for name, value in values.items()
        }
        yield in_thread(lambda: connection.execute(text, bindings).fetchall())
        connection.close()
        return
    import neo4j

    auth = (os.environ["EVIDENCE_TEST_NEO4J_USER"], os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"])
    text = named_query("cypher", stem).text
    async with (
        neo4j.AsyncGraphDatabase.driver(os.environ[NEO4J[engine]], auth=auth) as driver,
        driver.session(database="neo4j", default_access_mode=neo4j.READ_ACCESS, fetch_size=10_000) as session,
    ):

        async def run() -> object:
            result = await session.run(text, values)
            return await result.values()

        yield run
