"""A TCP proxy that stands between a service and a Neo4j server and does to their connections what networks do.

It reads just enough of Bolt to know which message passes: requests are cut at message boundaries (two bytes of length and a chunk, until
an empty one; https://neo4j.com/docs/bolt/current/bolt/message/), replies are passed as they come. A `Fault` decides what becomes of them.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

SIGNATURES = {
    0x01: "HELLO",
    0x0F: "RESET",
    0x10: "RUN",
    0x11: "BEGIN",
    0x12: "COMMIT",
    0x13: "ROLLBACK",
    0x3F: "PULL",
    0x66: "ROUTE",
    0x6A: "LOGON",
}
MANIFEST = b"\x00\x00\x01\xff"  # a server's answer to a client that takes part in the longer handshake
AT_ONCE = 65_536
GONE = (OSError, asyncio.IncompleteReadError)


class Fault:
    """What happens to one connection's bytes; this one lets them pass. One object serves all connections."""

    async def connected(self, passage: "Passage") -> None:
        """Before anything of a new connection is passed on."""

    async def request(self, passage: "Passage", name: str, message: bytes) -> None:
        """A request of the service, whole; `name` is that of Bolt, or HANDSHAKE."""
        await passage.to_server(message)

    async def reply(self, passage: "Passage", some: bytes) -> None:
        """Some bytes of the server's."""
        await passage.to_client(some)


class Passage:
    """One connection of the service, and the one to the server that belongs to it.

    `doomed` is for a fault to remember what it has begun; `shaken` tells whether the handshake is over.
    """

    def __init__(self, client: "Stream", server: "Stream") -> None:
        self._client, self._server = client, server
        self.doomed = self.shaken = self._manifest = False

    async def to_server(self, some: bytes) -> None:
        await self._server.send(some)

    async def to_client(self, some: bytes) -> None:
        await self._client.send(some)

    def close(self) -> None:
        """In order, on both sides."""
        self._client.close()
        self._server.close()

    def reset(self) -> None:
        """At once, on both sides: what was not delivered is thrown away."""
        self._client.reset()
        self._server.reset()

    def half_close(self) -> None:
        """Nothing more will come from the server; what the service says still arrives."""
        self._client.end()

    async def run(self, fault: Callable[[], Fault]) -> None:
        """Pass on what comes, either way, until one side has gone."""
        await fault().connected(self)
        both = [asyncio.create_task(self._requests(fault)), asyncio.create_task(self._replies(fault))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            ended = await asyncio.gather(*both, return_exceptions=True)
            self.close()
        for one in ended:
            if isinstance(one, Exception) and not isinstance(one, GONE):
                raise one

    async def _requests(self, fault: Callable[[], Fault]) -> None:
        await fault().request(self, "HANDSHAKE", await self._client.exactly(20))
        first = await self._client.exactly(2)
        if self._manifest:  # the version chosen, and a number of capabilities in groups of seven bits
            chosen = first + await self._client.exactly(3)
            while chosen[-1] & 0x80:
                chosen += await self._client.exactly(1)
            await fault().request(self, "HANDSHAKE", chosen)
            first = await self._client.exactly(2)
        self.shaken = True
        while True:
            message = await self._message(first)
            await fault().request(self, SIGNATURES.get(message[3], "OTHER") if len(message) > 3 else "NOTHING", message)
            first = await self._client.exactly(2)

    async def _message(self, head: bytes) -> bytes:
        whole = head
        while head != b"\x00\x00":
            whole += await self._client.exactly(int.from_bytes(head))
            head = await self._client.exactly(2)
            whole += head
        return whole

    async def _replies(self, fault: Callable[[], Fault]) -> None:
        first = True
        while some := await self._server.some():
            self._manifest = some.startswith(MANIFEST) if first else self._manifest
            first = False
            await fault().reply(self, some)


class Stream:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer, self._ended = reader, writer, False

    async def exactly(self, count: int) -> bytes:
        return await self._reader.readexactly(count)

    async def some(self) -> bytes:
        return await self._reader.read(AT_ONCE)

    async def send(self, some: bytes) -> None:
        if not self._ended:
            self._writer.write(some)
            await self._writer.drain()

    def end(self) -> None:
        """Nothing is sent any more."""
        self._ended = True
        with suppress(OSError):
            self._writer.write_eof()

    def close(self) -> None:
        self._writer.close()

    def reset(self) -> None:
        """`SO_LINGER` of no seconds sends RST in place of FIN."""
        kept: socket.socket | None = self._writer.get_extra_info("socket")
        if kept is not None and not self._writer.is_closing():
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class FaultyProxy:
    """Listens on a free port of the loopback address; `fault` may be changed at any time, and then counts for every connection."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target, self.fault = target, Fault()
        self._running: set[asyncio.Task[None]] = set()
        self._passages: set[Passage] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.defects: list[Exception] = []  # of a fault, which would look like one of the network

    async def listen(self) -> None:
        """From now on, and again after `refuse` on the same port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Nobody listens any more, and every connection is cut."""
        if self._server is not None:
            self._server.close()
        for passage in list(self._passages):
            passage.reset()

    async def close(self) -> None:
        """Let go of everything."""
        self.refuse()
        for one in list(self._running):
            one.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        client = Stream(reader, writer)
        try:
            server = Stream(*await asyncio.open_connection(*self._target))
            passage = Passage(client, server)
            self._passages.add(passage)
            try:
                await passage.run(lambda: self.fault)
            finally:
                self._passages.discard(passage)
        except (*GONE, asyncio.CancelledError):
            client.reset()
        except Exception as defect:
            self.defects.append(defect)
            client.reset()
        finally:
            self._running.discard(task)
