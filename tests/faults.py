"""What networks and servers do to a connection, one class a kind: each strikes at requests that it counts, the same in every run.

A fault strikes at every few of the requests it counts; how many lie between two strikes is drawn from a seed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from tests.faulty_proxy import Fault, FaultyProxy, Passage

SEED = 20_261_129
PIECE = 250  # bytes


class Striking(Fault):
    """Counts the requests of one name, or all after the handshake, and strikes at one of `few` to `many`."""

    name: str | None = None
    few, many = 30, 90

    def __init__(self) -> None:
        self.strikes = 0
        self._chance = Random(f"{SEED} {type(self).__name__}")
        self._left = self._chance.randint(self.few, self.many)

    def _hits(self, name: str) -> bool:
        if name == "HANDSHAKE" or (self.name is not None and name != self.name):
            return False
        self._left -= 1
        if self._left:
            return False
        self._left = self._chance.randint(self.few, self.many)
        self.strikes += 1
        return True

    async def request(self, passage: Passage, name: str, message: bytes) -> None:
        if self._hits(name):
            await self.strike(passage, message)
        else:
            await passage.to_server(message)

    async def strike(self, passage: Passage, message: bytes) -> None:
        """What happens to this request."""
        raise NotImplementedError


class Slow(Fault):
    """Every request is late."""

    strikes = 1

    def __init__(self) -> None:
        self._chance = Random(SEED)

    async def request(self, passage: Passage, name: str, message: bytes) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 0.01))
        await passage.to_server(message)


class Silent(Fault):
    """No reply comes through. `silenced` is set when there is a first one that does not."""

    def __init__(self) -> None:
        self.silenced = asyncio.Event()

    async def reply(self, passage: Passage, some: bytes) -> None:
        self.silenced.set()


class Dripping(Fault):
    """Every reply comes in small pieces, with pauses between them."""

    strikes = 1

    async def reply(self, passage: Passage, some: bytes) -> None:
        if not passage.shaken:  # so short that the driver takes half of it for garbage, which is another kind
            return await passage.to_client(some)
        for first in range(0, len(some), PIECE):
            await passage.to_client(some[first : first + PIECE])
            await asyncio.sleep(0.001)


class ClosedAtOnce(Striking):
    """A connection breaks, and new ones are closed as soon as they are made, two of three times."""

    def __init__(self) -> None:
        super().__init__()
        self._connected = 0

    async def connected(self, passage: Passage) -> None:
        self._connected += 1
        if self._connected % 3:
            passage.close()

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.close()


class NotBolt(ClosedAtOnce):
    """A connection breaks, and something else answers new ones, two of three times."""

    async def connected(self, passage: Passage) -> None:
        self._connected += 1
        passage.doomed = bool(self._connected % 3)

    async def reply(self, passage: Passage, some: bytes) -> None:
        await passage.to_client(b"No server\r\n" if passage.doomed else some)


class CommitUnanswered(Striking):
    """The server has committed, and the connection breaks before it can say so."""

    name, few, many = "COMMIT", 2, 4

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.doomed = True
        await passage.to_server(message)

    async def reply(self, passage: Passage, some: bytes) -> None:
        if passage.doomed:
            passage.reset()
        else:
            await passage.to_client(some)


class ReplyLost(CommitUnanswered):
    """The same after any request."""

    name, few, many = None, 30, 90


class CutInReply(ReplyLost):
    """Half of a reply comes through."""

    async def reply(self, passage: Passage, some: bytes) -> None:
        await passage.to_client(some[: len(some) // 2] if passage.doomed else some)
        if passage.doomed:
            passage.close()


class CommitNotSent(Striking):
    """The connection breaks before the server gets the COMMIT."""

    name, few, many = "COMMIT", 2, 4

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.close()


class CutAfterCommit(Striking):
    """The connection is reset when the COMMIT has been sent: whether it arrives is open."""

    name, few, many = "COMMIT", 2, 4

    async def strike(self, passage: Passage, message: bytes) -> None:
        await passage.to_server(message)
        passage.reset()


class CutInRequest(Striking):
    """Half of a request comes through."""

    async def strike(self, passage: Passage, message: bytes) -> None:
        await passage.to_server(message[: len(message) // 2])
        passage.close()


class Reset(Striking):
    """The connection is reset where the server would have answered."""

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.reset()


class HalfClosed(Striking):
    """The server's side ends, and what is said to it still arrives."""

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.half_close()
        await passage.to_server(message)


class ReplyStalled(Striking):
    """A request is taken and never answered; the connection stays as it is."""

    few, many = 120, 240

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.doomed = True
        await passage.to_server(message)

    async def reply(self, passage: Passage, some: bytes) -> None:
        if not passage.doomed:
            await passage.to_client(some)


class CommitStalled(ReplyStalled):
    """A COMMIT is taken and never answered."""

    name, few, many = "COMMIT", 8, 14


class HandshakeStalled(Striking):
    """A connection breaks, and of the new ones every other gets no answer to its handshake."""

    few, many = 120, 240

    def __init__(self) -> None:
        super().__init__()
        self._connected = 0

    async def connected(self, passage: Passage) -> None:
        self._connected += 1
        passage.doomed = self._connected % 2 == 1

    async def reply(self, passage: Passage, some: bytes) -> None:
        if not passage.doomed:
            await passage.to_client(some)

    async def strike(self, passage: Passage, message: bytes) -> None:
        passage.close()


class BlackHole(Striking):
    """Nothing comes through for `seconds`, in no direction, on any connection; then everything does."""

    few, many = 150, 300

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._flows = asyncio.Event()
        self._flows.set()

    async def connected(self, passage: Passage) -> None:
        await self._flows.wait()

    async def strike(self, passage: Passage, message: bytes) -> None:
        self._flows.clear()
        asyncio.get_running_loop().call_later(self._seconds, self._flows.set)
        await self._flows.wait()
        await passage.to_server(message)

    async def request(self, passage: Passage, name: str, message: bytes) -> None:
        await self._flows.wait()
        await super().request(passage, name, message)

    async def reply(self, passage: Passage, some: bytes) -> None:
        await self._flows.wait()
        await passage.to_client(some)


class Refused(Striking):
    """Nobody listens for `seconds`, and every connection there was is reset."""

    few, many = 120, 240

    def __init__(self, proxy: FaultyProxy, seconds: float) -> None:
        super().__init__()
        self._proxy, self._seconds = proxy, seconds
        self._away: set[asyncio.Task[None]] = set()

    async def strike(self, passage: Passage, message: bytes) -> None:
        self._proxy.refuse()
        back = asyncio.create_task(self._come_back())
        self._away.add(back)
        back.add_done_callback(self._away.discard)

    async def _come_back(self) -> None:
        await asyncio.sleep(self._seconds)
        await self._proxy.listen()

    async def over(self) -> None:
        """Until somebody listens again."""
        await asyncio.gather(*self._away)


class Terminated(Striking):
    """An operator ends every transaction the service has, in the middle of it."""

    name, few, many = "RUN", 8, 24

    def __init__(self, terminate: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._terminate = terminate

    async def strike(self, passage: Passage, message: bytes) -> None:
        await self._terminate()
        await passage.to_server(message)
