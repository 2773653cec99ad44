"""What stands in the place of a store where questions are asked and nothing else."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from evidence_graph.store.graph_store import P, R, Transaction
from evidence_graph.store.named_queries import Question

T = TypeVar("T")


def result_of(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine comes to that waits for nothing outside of this process's memory."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("nothing here may wait")


class AskedOnly:
    """The part of GraphStore that a subclass has no use for; it gives `ask`."""

    @property
    def takes_any_write(self) -> bool:
        """It takes none."""
        return False

    @property
    def purges_its_files(self) -> bool:
        """It has none."""
        return True

    async def open(self) -> None:
        """There is nothing to open."""

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Nothing is written here."""
        raise TypeError(f"{type(self).__name__} is only read")

    async def purge(self, erased: int) -> bool:
        """Nothing is erased here."""
        raise TypeError(f"{type(self).__name__} is only read")

    async def explain(self, question: Question[P, R]) -> str:
        """There is no plan."""
        raise TypeError(f"{type(self).__name__} has no plans")
