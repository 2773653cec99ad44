"""The shared engine: a Neo4j server (5.26 LTS or a later calendar release) through its official driver.

A write holds the node of the log's head from its first statement to its commit, so that the writers of any number of processes follow
one another. A read, and a write with all its attempts, end within the deadline, whatever the server does or does not do; when every
connection is in use, nobody who reads waits for one longer than a moment.

Driver records, driver errors, addresses and query texts end here. Importing this module loads the driver (0.3 s), so it is imported
only where an address names this engine; it raises StoreRefused when the driver is not installed.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from logging import NullHandler, getLogger
from typing import Any, LiteralString, TypeVar
from urllib.parse import urlsplit

import msgspec

from evidence_graph.errors import OutcomeUnknown, StoreRefused, StoreUnavailable
from evidence_graph.record.rows import Row
from evidence_graph.store.formats import refuse_newer_format, refuse_other_layout, refuse_rebuilding
from evidence_graph.store.graph_store import (
    HEAD,
    LOCK_HEAD,
    SCHEMA_NAMES,
    STORE_LAYOUT,
    Head,
    NoParameters,
    Transaction,
)
from evidence_graph.store.graph_watch import SECONDS_TRUSTED, GraphWatch
from evidence_graph.store.named_queries import Question, named_query
from evidence_graph.store.neo4j_schema import lacking
from evidence_graph.store.rows_of import from_builtins, typed_rows
from graph_schema.constraints import LAYOUT

try:
    from neo4j import (
        READ_ACCESS,
        WRITE_ACCESS,
        AsyncDriver,
        AsyncGraphDatabase,
        AsyncResult,
        AsyncSession,
        AsyncTransaction,
        Query,
    )
    from neo4j.exceptions import ClientError, DriverError, Neo4jError

    from evidence_graph.store.neo4j_faults import NO_ADDRESS, code_of, is_fault, is_out_of_memory, refused, told
except ModuleNotFoundError as missing:
    raise StoreRefused("The driver of Neo4j is not installed.", 'Run: pip install "evidence-graph[neo4j]"') from missing

getLogger("neo4j").addHandler(NullHandler())  # the driver's warnings are for the log, never for a bare terminal

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")

OLDEST_SERVER = (5, 26)  # the first with `CYPHER 5` before a statement and types of relationships from values
ROWS_A_STATEMENT = 2_000
SECONDS_FOR_A_PLACE = 0.8  # waiting for a connection when all are in use
CONNECTIONS_APART = 3  # for the recorder, the signer, and the look at a graph that may be in parts
SECONDS_IDLE = 30.0  # a connection unused for longer is checked first: the server may have been restarted
PAUSES = (0.02, 0.1, 0.5)  # seconds before what failed in passing is tried again
SCHEMES = {f"{scheme}{security}" for scheme in ("neo4j", "bolt") for security in ("", "+s", "+ssc")}


class Neo4jStore:
    """GraphStore in one database of a server or cluster.

    `deadline` bounds a read, and a write with all its attempts; in seconds. At most `connections` reads use the server at once; writes,
    which follow one another anyway, have connections of their own, so that reads never keep them waiting.
    """

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        database: str | None = None,
        *,
        deadline: float = 10.0,
        connections: int = 50,
    ) -> None:
        if not _is_address(uri):
            raise StoreRefused(*NO_ADDRESS)
        self._uri, self._credentials, self._database = uri, (user, password), database or "neo4j"
        self._deadline, self._connections = deadline, connections
        self._places = asyncio.Semaphore(connections)
        self._driver: AsyncDriver | None = None
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()
        self._watch = GraphWatch(self._look)

    @property
    def takes_any_write(self) -> bool:
        """It does not: a transaction lives in the server's memory, and others read what is committed at that instant."""
        return False

    @property
    def purges_its_files(self) -> bool:
        """It cannot: what a server keeps in its files is freed, and overwritten some day."""
        return False

    async def open(self) -> None:
        end = self._end()
        with self._faults():
            await self._repeated(lambda: self._refuse_older_server(end), end)
        refuse_newer_format(await self.ask(HEAD, NoParameters()))
        layouts = await self.ask(STORE_LAYOUT, NoParameters())
        refuse_other_layout([row.layout for row in layouts])
        there = {row.name for row in await self.ask(SCHEMA_NAMES, NoParameters())}
        with self._faults():
            for statement in lacking(_statements("schema"), there, has_head=bool(layouts)):
                end = self._end()
                await self._repeated(partial(self._define, statement, end), end)

    async def close(self) -> None:
        driver, self._driver = self._driver, None
        await self._watch.close()
        if driver is not None:
            await driver.close()

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        text, values, end = _text(question.stem), msgspec.structs.asdict(parameters), self._end()
        with self._faults():
            async with self._place(), asyncio.timeout_at(end):
                rows = await self._watch.answer(lambda: self._repeated(lambda: self._read(text, values, end), end))
        return typed_rows(question.row, rows, from_builtins(question.row))

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        end = self._end()
        with self._faults():
            return await self._repeated(lambda: self._transact(work, end), end)

    async def purge(self, erased: int) -> bool:
        end = self._end()
        with self._faults():
            async with self._place():
                for statement in _statements("purge"):
                    await self._repeated(partial(self._tell_server, statement, end), end)
        return True

    async def explain(self, question: Question[P, R]) -> str:
        with self._faults():
            async with asyncio.timeout(self._deadline), self._session(READ_ACCESS) as session:
                result = await session.run(f"EXPLAIN {_text(question.stem)}")
                summary = await result.consume()
        return "\n".join(_operators(summary.plan or {}))

    async def _refuse_older_server(self, end: float) -> None:
        async with asyncio.timeout_at(end):
            server = await self._connected().get_server_info()
        version = re.search(r"/(\d+)\.(\d+)", server.agent)
        if version and (int(version[1]), int(version[2])) < OLDEST_SERVER:
            raise StoreRefused(
                f"The server is {server.agent}; 5.26 is the oldest that can be used.", "Use a newer server."
            )

    async def _define(self, statement: LiteralString, end: float) -> None:
        """Run a statement of the schema; what exists already stays as it is."""
        try:
            async with asyncio.timeout_at(end), self._session(WRITE_ACCESS) as session:
                await (await session.run(statement)).consume()
        except ClientError as error:
            if error.code != "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists":
                raise  # that one means that another process, starting with this one, was faster

    async def _tell_server(self, statement: LiteralString, end: float) -> None:
        """Run a statement about the server's own files; where that is not for this account, it is for whoever runs the server."""
        try:
            async with asyncio.timeout_at(end), self._session(WRITE_ACCESS) as session:
                await (await session.run(statement)).consume()
        except ClientError as error:
            if not code_of(error).startswith(("Neo.ClientError.Security.", "Neo.ClientError.Procedure.")):
                raise

    async def _look(self) -> None:
        """Raises StoreRebuilding while the graph is being rebuilt: asked where it is written to, because others may learn of it later."""
        end = min(self._end(), asyncio.get_running_loop().time() + SECONDS_TRUSTED)  # later it would count for nothing
        rows = await self._repeated(lambda: self._read(_text(HEAD.stem), {}, end, WRITE_ACCESS), end)
        refuse_rebuilding(typed_rows(HEAD.row, rows, from_builtins(HEAD.row)))

    async def _read(
        self, text: LiteralString, values: Mapping[str, object], end: float, access: str = READ_ACCESS
    ) -> list[list[object]]:
        async with asyncio.timeout_at(end), self._session(access) as session:
            return await _rows(await session.run(Query(text, timeout=self._deadline), dict(values)))

    async def _transact(self, work: Callable[[Transaction], Awaitable[T]], end: float) -> T:
        committing = False
        try:
            async with (
                asyncio.timeout_at(end),
                self._session(WRITE_ACCESS) as session,
                await session.begin_transaction(timeout=self._deadline) as transaction,
            ):
                result = await work(_Neo4jTransaction(transaction))
                committing = True
                await transaction.commit()
                return result
        except Exception as error:
            if committing and is_fault(error) and not refused(error):
                raise OutcomeUnknown from error
            raise

    async def _repeated(self, attempt: Callable[[], Awaitable[T]], end: float) -> T:
        """What `attempt` gives, tried again when it failed in passing: a restarted server, a changed leader, a lock not had in time."""
        for pause in PAUSES:
            try:
                return await attempt()
            except (DriverError, Neo4jError) as error:
                late = asyncio.get_running_loop().time() + pause >= end
                if late or not error.is_retryable() or is_out_of_memory(error):
                    raise
                self._forget_bookmarks()
            await asyncio.sleep(pause)
        return await attempt()

    def _end(self) -> float:
        """When what begins now has to have ended, by the clock of the event loop."""
        return asyncio.get_running_loop().time() + self._deadline

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        """Room for one more connection. Who does not get it soon is sent away: a server that stalls must not gather requests."""
        try:
            async with asyncio.timeout(SECONDS_FOR_A_PLACE):
                await self._places.acquire()
        except TimeoutError:
            raise StoreUnavailable("Too many requests are waiting for the store.") from None
        try:
            yield
        finally:
            self._places.release()

    def _session(self, access: str) -> AsyncSession:
        return self._connected().session(
            database=self._database,
            default_access_mode=access,
            bookmark_manager=self._bookmarks,  # in a cluster, a read sees what this process wrote before
        )

    def _forget_bookmarks(self) -> None:
        """After a failure: a server restored from a backup would wait for ever for transactions it has never had."""
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()

    def _connected(self) -> AsyncDriver:
        """The driver; it connects on first use and again after a server came back."""
        if self._driver is None:
            self._driver = AsyncGraphDatabase.driver(
                self._uri,
                auth=self._credentials,
                max_connection_pool_size=self._connections + CONNECTIONS_APART,
                connection_acquisition_timeout=self._deadline,
                connection_timeout=self._deadline,
                liveness_check_timeout=SECONDS_IDLE,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        return self._driver

    @contextmanager
    def _faults(self) -> Generator[None]:
        """Driver errors end here: whoever is above hears what to do, not how the driver says it."""
        try:
            yield
        except Exception as error:
            if not is_fault(error):
                raise
            self._forget_bookmarks()
            raise told(error) from error


class _Neo4jTransaction:
    """One explicit transaction of the driver."""

    def __init__(self, transaction: AsyncTransaction) -> None:
        self._transaction = transaction

    async def lock_head(self) -> Head | None:
        heads = await self.ask(LOCK_HEAD, NoParameters())
        refuse_rebuilding(heads)
        return next(iter(heads), None)

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        result = await self._transaction.run(_text(question.stem), msgspec.structs.asdict(parameters))
        return typed_rows(question.row, await _rows(result), from_builtins(question.row))

    async def put(self, rows: Sequence[Row]) -> None:
        statement = _text(rows[0].statement)
        for first in range(0, len(rows), ROWS_A_STATEMENT):
            some = [msgspec.structs.asdict(row) for row in rows[first : first + ROWS_A_STATEMENT]]
            result = await self._transaction.run(statement, {"rows": some})
            await result.consume()

    async def clear_graph(self) -> bool:
        """As much as one transaction can hold."""
        for statement in _statements("clear_graph"):
            summary = await (await self._transaction.run(statement, {"layout": LAYOUT})).consume()
            if summary.counters.relationships_deleted or summary.counters.nodes_deleted:
                return True
        return False


async def _rows(result: AsyncResult) -> list[list[object]]:
    """The rows of an answer. Every question gives them as one list in one record: the driver needs 40 µs for each record it reads."""
    record = await result.single(strict=True)
    rows: list[list[object]] = record["rows"]
    return rows


def _is_address(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number, or too high
        return False


def _text(stem: str) -> LiteralString:
    """The text of a query file. The driver takes literals only, so that none is put together from values; a file is as good."""
    return named_query("cypher", stem).text  # pyright: ignore[reportReturnType]


def _statements(stem: str) -> list[LiteralString]:
    return named_query("cypher", stem).statements  # pyright: ignore[reportReturnType]


def _operators(plan: Mapping[str, Any], depth: int = 0) -> list[str]:
    """The plan's operators, one a line, each indented below the one it feeds."""
    name = plan["operatorType"].partition("@")[0]  # what follows names the database
    below = [line for child in plan.get("children", ()) for line in _operators(child, depth + 1)]
    return [f"{'  ' * depth}{name} {plan.get('args', {}).get('Details', '')}".rstrip(), *below]
