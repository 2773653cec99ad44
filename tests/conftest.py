"""The engines that tests of the record run on, and the test data written by others.

`store` is an opened store whose log has begun, once on every engine there is: SQLite always, and each Neo4j server that the
environment names (`tests/neo4j_server.py` says which variables). A test never skips an engine.
"""

import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import apsw
import msgspec
import orjson
import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question, named_query
from evidence_graph.store.sqlite import SqliteStore
from tests import stories

NEO4J_SERVERS = {"neo4j": "EVIDENCE_TEST_NEO4J_URI", "neo4j-next": "EVIDENCE_TEST_NEO4J_NEXT_URI"}
ENGINES = ["sqlite", *(name for name, variable in NEO4J_SERVERS.items() if os.environ.get(variable))]
SHARED_DATA = Path(os.environ.get("EVIDENCE_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
SOAK = os.environ.get("EVIDENCE_SOAK") == "1"
SHARE_OF_NEXT = 3  # of the random runs on Neo4j, one in so many is for its second line


def pytest_report_header() -> str:
    data = SHARED_DATA if SHARED_DATA.is_dir() else "not here, so the tests marked `external` are left out"
    return f"engines: {', '.join(ENGINES)}; test data written by others: {data}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests on the data of others run wherever that data is; the lines of Neo4j share the random runs."""
    left_out = [item for item in items if _lacks_data(item) or _is_left_to_another_engine(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


class ByServer(LoadScopeScheduling):
    """Tests on one Neo4j server follow each other in one process, since they share its database; all others go where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        server = re.search(r"\[(?:.*-)?(neo4j-next|neo4j)\b", nodeid)
        return server[1] if server else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    return ByServer(config, log)


def _lacks_data(item: pytest.Item) -> bool:
    return item.get_closest_marker("external") is not None and not SHARED_DATA.is_dir()


def _is_left_to_another_engine(item: pytest.Item) -> bool:
    """Whether the other line of Neo4j has this random run, outside of a soak: both read the same query files."""
    asked = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if (
        SOAK
        or "run" not in asked
        or asked.get("engine") not in NEO4J_SERVERS
        or not NEO4J_SERVERS.keys() <= set(ENGINES)
    ):
        return False
    return (asked["run"] % SHARE_OF_NEXT == 0) != (asked["engine"] == "neo4j-next")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`run` counts the random histories and permutations: a tenth of them in every run, all of them under EVIDENCE_SOAK=1."""
    marker = metafunc.definition.get_closest_marker("runs")
    if marker is not None:
        in_soak: int = marker.args[0]
        metafunc.parametrize("run", range(in_soak if SOAK else in_soak // 10))


class Engine:
    """One place a record can live in; every `another()` is a store of its own on that same place, as another process has it."""

    def __init__(self, name: str, folder: Path, open_stores: AsyncExitStack) -> None:
        self.name, self._folder, self._open_stores = name, folder, open_stores

    def another(self) -> GraphStore:
        """A store that is not opened yet; it is closed after the test."""
        store = self._store()
        self._open_stores.push_async_callback(store.close)
        return store

    async def kept_as(self, layout: int) -> None:
        """Make the place say that its graph is kept in another layout; the first one did not say so."""
        if self.name == "sqlite":
            connection = apsw.Connection(str(self._folder / "evidence.db"))
            connection.pragma("user_version", 0 if layout == 1 else layout)
            connection.close()
            return
        from neo4j import AsyncGraphDatabase

        address, user, password = _server(self.name)
        stated = None if layout == 1 else layout
        async with AsyncGraphDatabase.driver(address, auth=(user, password)) as driver:
            await driver.execute_query(
                "MATCH (head:LogHead) SET head.layout = $stated", stated=stated, database_="neo4j"
            )

    async def effort(self, question: Question[Any, Any], parameters: msgspec.Struct) -> int:
        """How much the engine does to answer: tens of steps of SQLite's machine, or hits of Neo4j's storage."""
        values = msgspec.structs.asdict(parameters)
        if self.name == "sqlite":
            return _machine_steps(self._folder / "evidence.db", named_query("sql", question.stem).text, values)
        from neo4j import AsyncGraphDatabase

        address, user, password = _server(self.name)
        text = named_query("cypher", question.stem).text.replace("CYPHER 5", "CYPHER 5 PROFILE", 1)
        async with AsyncGraphDatabase.driver(address, auth=(user, password)) as driver:
            done = await driver.execute_query(text, values, database_="neo4j")  # type: ignore[arg-type]
        return _storage_hits(done.summary.profile or {})

    def _store(self) -> GraphStore:
        if self.name == "sqlite":
            return SqliteStore(self._folder / "evidence.db")
        from evidence_graph.store.neo4j import Neo4jStore

        return Neo4jStore(*_server(self.name))


def _machine_steps(file: Path, text: str, values: dict[str, Any]) -> int:
    connection, calls = apsw.Connection(str(file)), []
    bound = {name: orjson.dumps(value).decode() if isinstance(value, list) else value for name, value in values.items()}
    connection.set_progress_handler(lambda: calls.append(1) is not None, 10)
    connection.execute(text, bound).fetchall()
    connection.close()
    return len(calls)


def _storage_hits(plan: dict[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(map(_storage_hits, plan.get("children", ())))


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path, wipe: Callable[[str], None]) -> AsyncIterator[Engine]:
    """An empty place on one engine."""
    wipe(request.param)
    async with AsyncExitStack() as open_stores:
        yield Engine(request.param, tmp_path, open_stores)


@pytest.fixture
async def empty_store(engine: Engine) -> GraphStore:
    """An opened store whose log has not begun."""
    store = engine.another()
    await store.open()
    return store


@pytest.fixture
async def store(empty_store: GraphStore) -> GraphStore:
    """An opened store with the genesis entry, under a simulated clock that the story moves."""
    await stories.begin(empty_store)
    return empty_store


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test data written by others; only for tests marked `external`."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def wipe() -> Iterator[Callable[[str], None]]:
    """Empties an engine by name; every test has a file of its own on SQLite, and all share the server of Neo4j."""
    with ExitStack() as open_drivers:
        yield lambda name: None if name == "sqlite" else _wipe(_driver(name, open_drivers))


_drivers: dict[str, Any] = {}


def _driver(name: str, open_drivers: ExitStack) -> Any:
    from neo4j import GraphDatabase

    if name not in _drivers:
        address, user, password = _server(name)
        driver = GraphDatabase.driver(address, auth=(user, password), notifications_min_severity="OFF")
        _drivers[name] = open_drivers.enter_context(driver)
        _warm(driver)
    return _drivers[name]


def _warm(driver: Any) -> None:
    """A server that has just started needs seconds for its first statements, and the deadlines of tests are for one that runs."""
    for stem in ("schema", "head", "layout"):
        for statement in named_query("cypher", stem).statements:
            driver.execute_query(statement, database_="neo4j")


def _wipe(driver: Any) -> None:
    """Remove every relationship and node, in batches: one transaction would exhaust the server's memory. The schema stays."""
    for statement in (
        "MATCH ()-[r]->() WITH r LIMIT 10000 DELETE r RETURN count(*) AS gone",
        "MATCH (n) WITH n LIMIT 10000 DELETE n RETURN count(*) AS gone",
    ):
        while driver.execute_query(statement, database_="neo4j").records[0]["gone"]:
            pass


def _server(name: str) -> tuple[str, str, str]:
    address = os.environ[NEO4J_SERVERS[name]]
    return address, os.environ["EVIDENCE_TEST_NEO4J_USER"], os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"]
