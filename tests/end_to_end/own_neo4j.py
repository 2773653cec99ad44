"""A Neo4j server of the test's own, which may be killed and whose files may be read."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ENGINES
from tests.end_to_end.processes import CommandLine
from tests.neo4j_server import LONG_TERM, USER, Home, end_at_once, launched, server, what_is_lacking

CAN_BE_STARTED = len(ENGINES) > 1 and what_is_lacking(LONG_TERM) is None  # where tests run beside Neo4j at all


class OwnServer:
    """A server and its data; once killed, it can be started again."""

    def __init__(self, home: Home, password: str) -> None:
        self._home, self._process, self.password = home, home.process, password

    @property
    def uri(self) -> str:
        return self._home.uri

    @property
    def data(self) -> Path:
        """The folder of all that it keeps: databases and transaction logs."""
        return self._home.folder / "data"

    def kill(self) -> None:
        end_at_once(self._process)

    def start(self) -> None:
        self._process = launched(LONG_TERM, self._home.folder)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """One of the long-term line that has started, with nothing in it."""
    password = secrets.token_hex(16)
    with server(LONG_TERM, password) as home:
        home.wait_until_started()
        found = OwnServer(home, password)
        try:
            yield found
        finally:
            found.kill()


def on_server(folder: Path, server: OwnServer) -> CommandLine:
    """The command line in a folder, with its store on a server."""
    return CommandLine(
        folder,
        EVIDENCE_STORE=server.uri,
        EVIDENCE_NEO4J_USER=USER,
        EVIDENCE_NEO4J_PASSWORD=server.password,
        EVIDENCE_SIGNING_KEY=str(folder / "log.key"),
        EVIDENCE_LOG_LEVEL="WARNING",
    )
