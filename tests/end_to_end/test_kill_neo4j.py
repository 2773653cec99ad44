"""The Neo4j server is killed under load while the service stays: it goes on by itself, and nothing is lost or doubled.

The test starts a server of its own, where the long-term line can be started. `scripts/soak` kills twenty.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ENGINES
from tests.end_to_end.killing import Killing
from tests.end_to_end.patient_store import PatientStore
from tests.end_to_end.processes import CommandLine
from tests.neo4j_server import LONG_TERM, USER, Home, end_at_once, launched, server, what_is_lacking

KILLS = 2  # in a run
SECONDS = 60.0


class KillableServer:
    """A Neo4j server and its data; once killed, it can be started again."""

    def __init__(self, home: Home, password: str) -> None:
        self._home, self._process, self.password = home, home.process, password

    @property
    def uri(self) -> str:
        return self._home.uri

    def kill(self) -> None:
        end_at_once(self._process)

    def start(self) -> None:
        self._process = launched(LONG_TERM, self._home.folder)


@contextmanager
def killable_server() -> Iterator[KillableServer]:
    password = secrets.token_hex(16)
    with server(LONG_TERM, password) as home:
        home.wait_until_started()
        found = KillableServer(home, password)
        try:
            yield found
        finally:
            found.kill()


def command_line(folder: Path, server: KillableServer) -> CommandLine:
    return CommandLine(
        folder,
        EVIDENCE_STORE=server.uri,
        EVIDENCE_NEO4J_USER=USER,
        EVIDENCE_NEO4J_PASSWORD=server.password,
        EVIDENCE_SIGNING_KEY=str(folder / "log.key"),
        EVIDENCE_LOG_LEVEL="WARNING",
    )


if len(ENGINES) > 1 and what_is_lacking(LONG_TERM) is None:

    @pytest.mark.runs(10)
    async def test_a_killed_server_costs_nothing_that_was_acknowledged(run: int, tmp_path: Path) -> None:
        """Clients are asked to try again while it is away; the same service process then goes on, without a word to it."""
        from evidence_graph.store.neo4j import Neo4jStore

        with killable_server() as server:
            store = Neo4jStore(server.uri, USER, server.password, deadline=SECONDS)
            async with Killing(command_line(tmp_path, server), PatientStore(store), f"server {run}") as killing:
                await killing.begin()
                for _ in range(KILLS):
                    await killing.some_answers()
                    server.kill()
                    server.start()
                    await killing.some_answers()
                    await killing.check()
                await killing.finish()
            await store.close()

        killing.report(f"{KILLS} server kills")
        assert killing.tellers.not_now
