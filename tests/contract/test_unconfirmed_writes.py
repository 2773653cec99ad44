"""A write has its time: what nobody confirms is looked for until it has run out, and what waits for its turn does not wait for ever."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest

from evidence_graph.errors import OutcomeUnknown, StoreUnavailable
from evidence_graph.evidence import command_queue
from evidence_graph.evidence import recorder as recorder_module
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.command_queue import MOST_WAITING, CommandQueue
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore, Transaction
from tests import stories
from tests.stories import command, outcomes

T = TypeVar("T")
NOT_CONFIRMED, NOT_ANSWERED = OutcomeUnknown(), StoreUnavailable()


class Failing:
    """A store whose writes fail in turn as they are told to: before they begin, or, if nobody confirms them, after their commit."""

    def __init__(self, store: GraphStore, failures: Sequence[StoreUnavailable]) -> None:
        self._store, self._failures = store, list(failures)
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        self.begun.set()
        await self.may_end.wait()
        failure = self._failures.pop(0) if self._failures else None
        if failure is NOT_ANSWERED:
            raise failure
        result = await self._store.write(work)
        if failure is not None:
            raise failure
        return result


def recorder(store: Any) -> Recorder:
    return Recorder(store, SystemClock())


def soon() -> float:
    """A time that is over in a moment, by the clock of the event loop."""
    return asyncio.get_running_loop().time() + 0.3


@pytest.mark.parametrize("key", ["k-1", None])
async def test_an_unconfirmed_write_is_looked_for_until_the_store_is_back(store: GraphStore, key: str | None) -> None:
    """It was recorded before the connection broke: the first answer is given, and nothing is recorded twice."""
    failing = Failing(store, [NOT_CONFIRMED, NOT_ANSWERED, NOT_CONFIRMED, NOT_ANSWERED])

    receipt = await recorder(failing).record(command(stories.churn(), key=key))

    assert set(outcomes(receipt)) == {"CREATED"}
    assert receipt.position == (await read_head(store)).position == len(receipt.outcomes)


async def test_an_unconfirmed_write_stays_unknown_while_the_store_is_away(store: GraphStore) -> None:
    """It is never said that nothing was recorded; who sends it again with its key gets the first answer."""
    failing = Failing(store, [NOT_CONFIRMED, *[NOT_ANSWERED] * 100])
    told = command(stories.datasets("dataset:a/b@1"), key="k-1")

    with pytest.raises(OutcomeUnknown, match="again with idempotencyKey 'k-1'"):
        await recorder(failing).record(told, soon())

    receipt = await recorder(store).record(told)
    assert (outcomes(receipt), receipt.position) == (["CREATED"], 1)
    assert (await read_head(store)).size == 2


async def test_a_write_that_runs_out_of_time_in_its_transaction_is_unknown(store: GraphStore) -> None:
    """The transaction goes on without whoever waited for it."""
    failing = Failing(store, [])
    failing.may_end.clear()
    recording = recorder(failing)

    with pytest.raises(OutcomeUnknown, match="k-1"):
        await recording.record(command(stories.datasets("dataset:a/b@1"), key="k-1"), soon())
    failing.may_end.set()

    assert outcomes(await recording.record(command(stories.datasets("dataset:a/b@1"), key="k-1"))) == ["CREATED"]
    assert (await read_head(store)).size == 2


async def test_a_write_that_runs_out_of_time_before_its_turn_is_not_recorded(store: GraphStore) -> None:
    """Nor later, when its turn would have come."""
    failing = Failing(store, [])
    failing.may_end.clear()
    recording = recorder(failing)
    first = asyncio.create_task(recording.record(command(stories.datasets("dataset:a/first@1"))))
    await failing.begun.wait()

    with pytest.raises(StoreUnavailable, match="in time") as failed:
        await recording.record(command(stories.datasets("dataset:a/late@1")), soon())
    failing.may_end.set()

    assert not isinstance(failed.value, OutcomeUnknown)
    assert outcomes(await first) == ["CREATED"]
    assert outcomes(await recording.record(command(stories.datasets("dataset:a/late@1")))) == ["CREATED"]
    assert (await read_head(store)).size == 3


async def test_what_nobody_waits_for_any_more_does_not_hold_up_the_next_write(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search for an unconfirmed write ends with the patience of those who sent it."""
    monkeypatch.setattr(recorder_module, "SECONDS_TO_FIND_OUT", 10_000.0)
    recording = recorder(Failing(store, [NOT_CONFIRMED, *[NOT_ANSWERED] * 10_000]))

    with pytest.raises(OutcomeUnknown):
        await recording.record(command(stories.datasets("dataset:a/b@1")), soon())

    async with asyncio.timeout(60):
        with pytest.raises(StoreUnavailable, match=r"did not answer\."):
            await recording.record(command(stories.datasets("dataset:a/c@1")))


async def test_so_many_writes_may_wait_and_no_more() -> None:
    """Whoever comes later is told at once to come back."""
    queue, told = CommandQueue(), command(stories.datasets("dataset:a/b@1"))
    for _ in range(MOST_WAITING):
        last = queue.add(told)

    with pytest.raises(StoreUnavailable, match="Too many writes"):
        queue.add(told)

    assert queue.withdraw(last)
    queue.add(told)
    assert not queue.withdraw(last)
    assert len(queue.next_group()) == command_queue.MOST_COMMANDS
    assert len(queue.drained()) == MOST_WAITING - command_queue.MOST_COMMANDS
    assert not queue


async def test_so_much_may_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large writes count for more; one that is larger than all that may wait gets in when nothing else does."""
    monkeypatch.setattr(command_queue, "MOST_BYTES_WAITING", 10_000)
    queue = CommandQueue()
    large = command(stories.datasets("dataset:a/b@1", description="x" * 20_000))
    small = command(stories.datasets("dataset:a/b@1"))

    queue.add(large)
    with pytest.raises(StoreUnavailable):
        queue.add(small)

    queue.next_group()
    queue.add(small)
    with pytest.raises(StoreUnavailable):
        queue.add(large)
