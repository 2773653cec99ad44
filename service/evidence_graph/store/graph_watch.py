"""Watching that the graph of a shared store is whole for as long as an answer is read from it.

A graph that is rebuilt in many transactions is marked first, and stays as it is for SECONDS_UNNOTICED; only then it is taken apart. Whoever
reads looks for the mark often enough to find it within that time, so that no answer rests on a graph that is in parts, and most answers
cost no look of their own. Time is that of a clock of this process that never jumps.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from evidence_graph.errors import StoreUnavailable

T = TypeVar("T")

SECONDS_BETWEEN = 0.5  # looks
SECONDS_TRUSTED = 2.0  # after a look: the longest that may pass until the next one, or until the end of an answer
SECONDS_UNNOTICED = 2.5  # how long a mark may stay unnoticed
MOST_READS, MOST_LOOKS, NEVER = 3, 5, float("-inf")


class GraphWatch:
    """One process's looks at one store. `clock` gives seconds.

    `look` raises what is to be raised while the graph is not whole, and TimeoutError when it took longer than it can count for.
    """

    def __init__(self, look: Callable[[], Awaitable[None]], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._seen = NEVER
        self._looking: asyncio.Task[float] | None = None

    async def answer(self, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` gives, from a graph that was whole from beginning to end; read again when this process was held up meanwhile.

        Raises what `look` and `read` raise, StoreUnavailable when it was held up time and again.
        """
        for _ in range(MOST_READS):
            seen, found = await self._watched(read)
            if self._clock() - seen <= SECONDS_TRUSTED:
                return found
        raise StoreUnavailable("The store did not answer in time.")

    async def close(self) -> None:
        """Let go of a look that is still on its way."""
        if self._looking is not None:
            await _let_go(self._looking)

    async def _watched(self, read: Callable[[], Awaitable[T]]) -> tuple[float, T]:
        """When the graph was last seen whole without too long a gap since the answer was begun (else never), and the answer."""
        seen = await self._last_look()
        reading = asyncio.ensure_future(read())
        try:
            while not (await asyncio.wait((reading,), timeout=SECONDS_BETWEEN))[0]:
                again = await self._last_look()
                seen = again if again - seen <= SECONDS_TRUSTED else NEVER
            return seen, reading.result()
        finally:
            await _let_go(reading)

    async def _last_look(self) -> float:
        """When a look was begun that saw the graph whole. One is made unless there was one just now; all who need it share it."""
        if self._clock() - self._seen < SECONDS_BETWEEN:
            return self._seen
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_now())
            self._looking.add_done_callback(_heard)
        return await asyncio.shield(self._looking)

    async def _look_now(self) -> float:
        """One that a busy server did not answer in time is made again; who waits for it has a deadline of his own."""
        for more in reversed(range(MOST_LOOKS)):
            began = self._clock()
            try:
                await self._look()
            except TimeoutError:
                if more:
                    continue
                raise
            self._seen = began
            return began
        return NEVER


async def _let_go(task: "asyncio.Future[T]") -> None:
    """It ends before this does; nobody needs what comes of it, nor hears what went wrong."""
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    _heard(task)


def _heard(task: "asyncio.Future[T]") -> None:
    """Who waits for it hears what went wrong; when nobody does, nobody has to."""
    if not task.cancelled():
        task.exception()
