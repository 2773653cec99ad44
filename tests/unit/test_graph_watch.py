"""No answer is taken from a graph in parts: what a process has to have seen, and when, before it trusts what it read."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from evidence_graph.errors import StoreRebuilding, StoreUnavailable
from evidence_graph.store.graph_watch import SECONDS_BETWEEN, SECONDS_TRUSTED, SECONDS_UNNOTICED, GraphWatch


class Server:
    """What one process sees of the shared store: its mark, how often it looked, and the time, which the test moves."""

    def __init__(self) -> None:
        self.now, self.looks, self.marked, self.slow = 0.0, 0, False, 0.0
        self.watch = GraphWatch(self.look, lambda: self.now)

    async def look(self) -> None:
        self.looks += 1
        await asyncio.sleep(self.slow)
        if self.marked:
            raise StoreRebuilding()

    def taking(self, *seconds: float) -> Callable[[], Awaitable[str]]:
        """A read that takes so long, the first time, the second time, and so on; the process does nothing else meanwhile."""
        durations = iter(seconds)

        async def read() -> str:
            self.now += next(durations)
            return "answer"

        return read


async def test_answers_in_quick_succession_share_a_look() -> None:
    """So that most cost none; those that begin together wait for the same one."""
    server = Server()

    assert await asyncio.gather(*(server.watch.answer(server.taking(0.001)) for _ in range(50))) == ["answer"] * 50
    server.now += SECONDS_BETWEEN
    await server.watch.answer(server.taking(0.001))

    assert server.looks == 2


async def test_a_marked_graph_is_not_read() -> None:
    """From the next look on, and until one sees it whole again."""
    server = Server()
    await server.watch.answer(server.taking(0))
    server.marked, server.now = True, server.now + SECONDS_BETWEEN

    with pytest.raises(StoreRebuilding):
        await server.watch.answer(server.taking(0))
    server.marked = False

    assert await server.watch.answer(server.taking(0)) == "answer"


async def test_an_answer_that_came_too_late_after_a_look_is_read_again() -> None:
    """The graph may have been taken apart meanwhile; a process that is always held up so long says that there is no answer."""
    server, late = Server(), SECONDS_TRUSTED + 0.1

    assert await server.watch.answer(server.taking(late, 0)) == "answer"
    assert server.looks == 2
    with pytest.raises(StoreUnavailable):
        await server.watch.answer(server.taking(late, late, late))


async def test_a_long_read_is_looked_after() -> None:
    """It ends when a rebuild begins, and what is left of it is let go."""
    server, ended = Server(), asyncio.Event()

    async def read() -> None:
        server.marked, server.now = True, server.now + SECONDS_BETWEEN
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(StoreRebuilding):
        await server.watch.answer(read)
    assert ended.is_set()


async def test_what_goes_wrong_is_heard_by_everybody_who_waits() -> None:
    """And by nobody else: a look that fails is made again by the next who needs one."""
    server = Server()
    server.marked = True

    heard = await asyncio.gather(*(server.watch.answer(server.taking(0)) for _ in range(3)), return_exceptions=True)

    assert [type(one) for one in heard] == [StoreRebuilding] * 3
    assert server.looks == 1
    await server.watch.close()


async def test_a_read_and_a_look_that_fail_together_are_heard_once() -> None:
    """As when the server goes away: nothing is left behind for the event loop to complain about."""
    complaints = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))

    assert await _is_refused_when_both_fail()
    await asyncio.sleep(0)  # the loop itself still holds what it called last
    gc.collect()

    assert complaints == []


async def _is_refused_when_both_fail() -> bool:
    """A function of its own, so that nothing holds the two tasks when it is over."""
    server = Server()

    async def read() -> None:
        server.marked, server.slow, server.now = True, 0.05, server.now + SECONDS_BETWEEN
        await asyncio.sleep(SECONDS_BETWEEN + 0.01)
        raise StoreUnavailable("The read.")

    try:
        await server.watch.answer(read)
    except StoreRebuilding:
        return True
    return False


def test_a_mark_is_noticed_before_the_graph_is_taken_apart() -> None:
    """The times that the rule rests on."""
    assert SECONDS_BETWEEN < SECONDS_TRUSTED < SECONDS_UNNOTICED


async def test_a_look_that_took_too_long_is_made_again() -> None:
    """A busy server is no server that is away; one that never answers is."""
    late = [True, True, False]

    async def look() -> None:
        if late.pop(0):
            raise TimeoutError

    watch = GraphWatch(look)
    assert await watch.answer(_at_once) == "answer"

    late = [True] * 5
    with pytest.raises(TimeoutError):
        await GraphWatch(look).answer(_at_once)
    assert late == []


async def _at_once() -> str:
    return "answer"
