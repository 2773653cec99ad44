"""A store that is asked again while it says "not now": what a test looks at is busy with being killed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from evidence_graph.errors import StoreUnavailable
from evidence_graph.store.graph_store import GraphStore, Transaction

T = TypeVar("T")

TRIES, SECONDS_BETWEEN = 120, 0.5


class PatientStore:
    """Everything else is the store's own. What is written through it must bear being written twice."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def open(self) -> None:
        await _patiently(self._store.open)

    async def ask(self, question: Any, parameters: Any) -> Any:
        return await _patiently(lambda: self._store.ask(question, parameters))

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await _patiently(lambda: self._store.write(work))


async def _patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    for _ in range(TRIES):
        try:
            return await attempt()
        except StoreUnavailable:
            await asyncio.sleep(SECONDS_BETWEEN)
    return await attempt()
