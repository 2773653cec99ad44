"""Serving over HTTP: one process, its own socket, and a clean end at Ctrl-C or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn
from rich.text import Text

from evidence_graph.app import create_app
from evidence_graph.cli.failures import Failed
from evidence_graph.cli.terminal import errors, say
from evidence_graph.place import NEO4J
from evidence_graph.settings import Settings

Announce = Callable[[str], None]  # takes the address people open


def serve_record(settings: Settings, host: str, port: int) -> None:
    """Serve what the settings name until somebody ends it. Raises Failed, or what opening the store raises."""
    with bound_socket(host, port) as bound:
        if not _is_loopback(host):
            warning = "Whoever can reach this address may read and record: let a proxy decide who that is."
            errors().print(Text.assemble(("warning: ", "bold yellow"), warning))
        serve_until_ended(settings, bound, lambda address: say(f"GraphQL is at {address}/graphql. Ctrl-C ends."))


class _Server(uvicorn.Server):
    """Says where it listens once it does, and ends in order: the store is closed after the last request."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals ask for the end; they are not raised again afterwards, so that what is open can be closed."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for one in signals:
            loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            for one in signals:
                loop.remove_signal_handler(one)


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises Failed when that cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)  # with its protocol named, asyncio sets TCP_NODELAY
    except OSError as error:
        raise Failed(
            "USAGE", f"{host} is no address of this machine ({error.strerror}). Choose another with --host."
        ) from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise Failed(
            "BACKEND_UNAVAILABLE",
            f"{host}:{port} cannot be had ({error.strerror}). Choose another with --host or --port.",
        ) from None
    return bound


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve_until_ended(settings: Settings, bound: socket.socket, announce: Announce) -> None:
    """Serve on a bound socket until somebody ends it. Raises what opening the store raises."""
    host, port = bound.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with asyncio.Runner(loop_factory=_loop_factory(settings)) as runner:
        runner.run(_serve(settings, bound, lambda: announce(address)))


def _loop_factory(settings: Settings) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fastest event loop there is; beside Neo4j that of asyncio.

    Under uvloop, to write to a connection that the server has reset is a RuntimeError and no OSError: the driver takes it for a defect,
    fails, and keeps the dead connection for the next one.
    """
    if settings.store.partition(":")[0].lower() in NEO4J:
        return None
    return uvicorn.Config("").get_loop_factory()


async def _serve(settings: Settings, bound: socket.socket, announce: Callable[[], None]) -> None:
    served = create_app(settings)
    async with served.router.lifespan_context(served):
        config = uvicorn.Config(
            served, lifespan="off", log_config=None, log_level="warning", access_log=False, server_header=False
        )
        await _Server(config, announce).serve([bound])
