"""The Neo4j server is killed under load while the service stays: it goes on by itself, and nothing is lost or doubled.

The test starts a server of its own, where the long-term line can be started. `scripts/soak` kills twenty.
"""

from pathlib import Path

import pytest

from tests.end_to_end.killing import Killing
from tests.end_to_end.own_neo4j import CAN_BE_STARTED, on_server, own_server
from tests.end_to_end.patient_store import PatientStore
from tests.neo4j_server import USER

KILLS = 2  # in a run
SECONDS = 60.0

if CAN_BE_STARTED:

    @pytest.mark.runs(10)
    async def test_a_killed_server_costs_nothing_that_was_acknowledged(run: int, tmp_path: Path) -> None:
        """Clients are asked to try again while it is away; the same service process then goes on, without a word to it."""
        from evidence_graph.store.neo4j import Neo4jStore

        with own_server() as server:
            store = Neo4jStore(server.uri, USER, server.password, deadline=SECONDS)
            async with Killing(on_server(tmp_path, server), PatientStore(store), f"server {run}") as killing:
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
