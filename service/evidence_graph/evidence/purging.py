"""Taking what was erased out of the engine's files too: at once where that is possible, else again and again until it is done.

An erasure empties rows in its own transaction; nobody is told the value any more. But engines do not overwrite what they free, and keep
what they wrote lately beside their files. How far they have been cleaned is kept in the store, so that any process goes on where another
one ended.
"""

import asyncio
from contextlib import suppress
from enum import StrEnum

import structlog

from evidence_graph.errors import EvidenceError
from evidence_graph.record.rows import PurgedPut
from evidence_graph.store.graph_store import GraphStore, NoParameters, Transaction
from evidence_graph.store.stored import PURGE_STATE

SECONDS_BETWEEN_TRIES = 2.0
_log = structlog.get_logger("evidence_graph.purging")


class Purge(StrEnum):
    """How far what was erased is out of the engine's files."""

    DONE = "DONE"
    PENDING = "PENDING"
    UP_TO_THE_SERVER = "UP_TO_THE_SERVER"


class Purger:
    """Cleans the files of one store, one attempt at a time."""

    def __init__(self, store: GraphStore) -> None:
        self._store, self._turn = store, asyncio.Lock()
        self._running: asyncio.Task[None] | None = None

    async def purge(self, until: float | None = None) -> Purge:
        """Clean them now; what is not done by `until`, by the clock of the event loop, goes on in the background."""
        try:
            async with asyncio.timeout_at(until):
                found = await self._attempt()
        except TimeoutError:
            found = Purge.PENDING
        if found is Purge.PENDING:
            self.start()
        return found

    def start(self) -> None:
        """Go on in the background until nothing is left to do."""
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._go_on())

    async def close(self) -> None:
        """Leave the rest to whoever opens the store next."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _go_on(self) -> None:
        while True:
            if await self._attempt() is not Purge.PENDING:
                return
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)

    async def _attempt(self) -> Purge:
        """One attempt; what prevents it is logged, because what was asked for is on record already."""
        try:
            async with self._turn:
                return await self._purged()
        except EvidenceError as error:
            _log.warning("purge.failed", reason=str(error))
            return Purge.PENDING

    async def _purged(self) -> Purge:
        (state,) = await self._store.ask(PURGE_STATE, NoParameters())
        if state.purged < state.erased:
            if not await self._store.purge(state.erased):
                return Purge.PENDING

            async def keep(transaction: Transaction) -> None:
                await transaction.lock_head()
                await transaction.put([PurgedPut(state.erased)])

            await self._store.write(keep)
        return Purge.DONE if self._store.purges_its_files else Purge.UP_TO_THE_SERVER
