"""The embedded engine: one SQLite file in WAL mode, one writer at a time across processes, a pool of readers.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL file when two connections checkpoint and commit at the same instant (fixed in 3.51.3), so
older libraries are refused, and commits and checkpoints happen only under the writer's file lock. `synchronous=FULL` makes an
acknowledged commit survive a killed process and a power cut.
"""

import asyncio
import fcntl
import os
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import apsw
import msgspec
import orjson

from evidence_graph.errors import StoreRefused, StoreUnavailable
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
from evidence_graph.store.named_queries import Question, named_query
from evidence_graph.store.rows_of import from_json_text, typed_rows
from graph_schema.constraints import LAYOUT

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")

OLDEST_SAFE_LIBRARY = 3_051_003
READERS = 4
KIBIBYTES_CACHED = 8_192  # by each connection: what a service holds in memory must not grow with the file
CHECKPOINT_PAGES = 1_000
HUGE_WAL_PAGES = 16_000  # after one long transaction, such as a rebuild
PAGE_BYTES = 4_096
MILLISECONDS_FOR_READERS = 1_000  # to end, before the WAL is emptied after an erasure


class SqliteStore:
    """GraphStore in one file. `deadline` bounds a read, `patience` the wait for the writer's lock; both in seconds."""

    def __init__(self, path: Path, *, deadline: float = 10.0, patience: float = 5.0) -> None:
        self.path, self._deadline, self._patience = path, deadline, patience
        self._closed, self._rewritten = False, -1
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")

    @property
    def takes_any_write(self) -> bool:
        """It does: a long transaction spills into the WAL, and readers keep the snapshot they began with."""
        return True

    @property
    def purges_its_files(self) -> bool:
        """All that belong to the store. Not what the file system has kept elsewhere: snapshots, and blocks that it has freed."""
        return True

    async def open(self) -> None:
        await self._in(self._writer, self._create)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._readers.shutdown()
        await self._in(self._writer, self._close_all)
        self._writer.shutdown()

    def remove_files(self) -> None:
        """Take a closed store off the disk."""
        for ending in ("", "-wal", "-shm", "-writer"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        return await self._in(self._readers, lambda: self._read(question, parameters))

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self._in(self._writer, lambda: self._write(work))

    async def purge(self, erased: int) -> bool:
        return await self._in(self._writer, lambda: self._purge(erased))

    async def explain(self, question: Question[P, R]) -> str:
        return await self._in(self._readers, lambda: self._explain(question))

    async def _in(self, executor: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, call)

    # what follows runs in the threads of the executors

    def _create(self) -> None:
        if apsw.SQLITE_VERSION_NUMBER < OLDEST_SAFE_LIBRARY:
            raise StoreRefused(
                f"SQLite {apsw.sqlite_lib_version()} can corrupt this file.", "Install apsw 3.54 or newer."
            )
        with self._faults():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._writers_lock():
                connection = self._connection()
                self._refuse_foreign(connection)
                for _ in connection.execute(named_query("sql", "schema").text):
                    pass
        refuse_newer_format(self._read(HEAD, NoParameters()))

    def _refuse_foreign(self, connection: apsw.Connection) -> None:
        """A database of somebody else is left alone, and so is a log of a format that this version does not know."""
        there = {row.name for row in _fetch(connection, SCHEMA_NAMES, NoParameters())}
        if there and "log_head" not in there:
            raise StoreRefused("The file holds another program's database.", "Name a new file in EVIDENCE_STORE.")
        if there:
            refuse_newer_format([Head(*row) for row in connection.execute(named_query("sql", "head").text)])
            refuse_other_layout([row.layout for row in _fetch(connection, STORE_LAYOUT, NoParameters())])
        else:
            connection.pragma("user_version", LAYOUT)

    def _connection(self) -> apsw.Connection:
        """This thread's own connection, opened on first use."""
        existing: apsw.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        with self._faults():
            connection = apsw.Connection(str(self.path))
            connection.set_busy_timeout(int(self._patience * 1000))
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "wal_autocheckpoint=0",
                "mmap_size=0",
                f"cache_size=-{KIBIBYTES_CACHED}",
                "journal_size_limit=65536000",  # HUGE_WAL_PAGES
            ):
                connection.pragma(*pragma.split("="))
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _close_all(self) -> None:
        if not self._connections:  # it could not be opened, so there may be no folder for the lock either
            return
        try:
            with self._writers_lock():
                self._close_connections()
        except StoreUnavailable:  # whoever is writing still has the file open, and checkpoints it
            for connection in self._connections:
                connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            self._close_connections()

    def _close_connections(self) -> None:
        for connection in self._connections:
            connection.close(True)
        self._connections.clear()

    def _read(self, question: Question[P, R], parameters: P) -> list[R]:
        connection = self._connection()
        end = time.monotonic() + self._deadline
        connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            with self._faults():
                return _fetch(connection, question, parameters)
        finally:
            connection.set_progress_handler(None)  # the connection may be the writer's, which has no deadline

    def _explain(self, question: Question[P, R]) -> str:
        text = named_query("sql", question.stem).text
        bindings = dict.fromkeys(field.name for field in msgspec.structs.fields(question.parameters))
        rows = self._connection().execute(f"EXPLAIN QUERY PLAN {text}", bindings)
        return "\n".join(str(detail) for *_, detail in rows)

    def _write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        with self._faults(), self._writers_lock():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = _run_to_end(work(_SqliteTransaction(connection)))
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._checkpoint(connection)
            return result

    def _checkpoint(self, connection: apsw.Connection) -> None:
        """Copy the WAL into the file when it has grown; readers that are in its way are left in peace until the next time."""
        self._commits = getattr(self, "_commits", 0) + 1
        wal, most = Path(f"{self.path}-wal"), CHECKPOINT_PAGES if self._commits % 16 == 0 else HUGE_WAL_PAGES
        if wal.exists() and wal.stat().st_size > most * PAGE_BYTES:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _purge(self, erased: int) -> bool:
        """Write the file anew, then empty the WAL. Readers go on; those that began before hold the WAL back."""
        with self._faults(), self._writers_lock():
            connection = self._connection()
            if self._rewritten < erased:
                for _ in connection.execute(named_query("sql", "purge").text):
                    pass
                self._rewritten = erased
            connection.set_busy_timeout(MILLISECONDS_FOR_READERS)
            try:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except (apsw.BusyError, apsw.LockedError):
                return False
            finally:
                connection.set_busy_timeout(int(self._patience * 1000))
            return True

    @contextmanager
    def _writers_lock(self) -> Generator[None]:
        """One writer across all processes that share the file: a lock on a file beside it."""
        descriptor = os.open(f"{self.path}-writer", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _wait_for(self, descriptor: int) -> None:
        end = time.monotonic() + self._patience
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise StoreUnavailable("Another process keeps writing to the store.") from None
                time.sleep(0.001)

    @contextmanager
    def _faults(self) -> Generator[None]:
        """Driver errors end here: whoever is above hears what to do, not how SQLite says it."""
        try:
            yield
        except (apsw.InterruptError, apsw.BusyError, apsw.LockedError):
            raise StoreUnavailable("The store did not answer in time.") from None
        except (
            apsw.CantOpenError,
            apsw.IOError,
            apsw.FullError,
            apsw.ReadOnlyError,
            apsw.PermissionsError,
            OSError,
        ) as error:
            raise StoreUnavailable(
                "The store's file cannot be opened, read or written.",
                "Check its folder, its rights and the free space.",
            ) from error
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise StoreRefused("The store's file is no intact database.", "Restore it from a backup.") from error


class _SqliteTransaction:
    """Runs at once in the writer's thread: its coroutines never wait."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    async def lock_head(self) -> Head | None:
        heads = _fetch(self._connection, LOCK_HEAD, NoParameters())
        refuse_rebuilding(heads)
        return next(iter(heads), None)

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        return _fetch(self._connection, question, parameters)

    async def put(self, rows: Sequence[Row]) -> None:
        statement = named_query("sql", rows[0].statement).text
        self._connection.executemany(statement, (_bindings(row) for row in rows))

    async def clear_graph(self) -> bool:
        """All of it at once; the tables are made anew, so that it does not matter how an older version kept them."""
        for stem in ("clear_graph", "schema"):
            for _ in self._connection.execute(named_query("sql", stem).text):
                pass
        self._connection.pragma("user_version", LAYOUT)
        return False


def _fetch(connection: apsw.Connection, question: Question[P, R], parameters: P) -> list[R]:
    cursor = connection.execute(named_query("sql", question.stem).text, _bindings(parameters))
    return typed_rows(question.row, cursor, from_json_text(question.row))


def _bindings(parameters: msgspec.Struct) -> dict[str, str | int | float]:
    """Parameters by name; lists as JSON text for `json_each`."""
    found = msgspec.structs.asdict(parameters)
    return {name: orjson.dumps(value).decode() if isinstance(value, list) else value for name, value in found.items()}


def _run_to_end(work: Awaitable[T]) -> T:
    """Drive a coroutine that never waits to its result."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("work in a transaction may await nothing but its transaction")
