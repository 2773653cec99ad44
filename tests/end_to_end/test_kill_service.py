"""The serving process is killed under load, again and again: nothing that was acknowledged is lost, nothing is recorded by halves.

A run is one store that outlives its processes. `scripts/soak` makes ten runs of each test.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore
from tests.conftest import NEO4J_SERVERS, Engine
from tests.end_to_end.killing import Killing
from tests.end_to_end.patient_store import PatientStore
from tests.end_to_end.processes import CommandLine

KILLS, KILLS_OF_THE_NEXT = 20, 5  # in a run; both lines of Neo4j are given the same statements
KILLS_OF_TWO = 6
SECONDS = 60.0
ACCOUNT = {f"EVIDENCE_NEO4J_{name}": f"EVIDENCE_TEST_NEO4J_{name}" for name in ("USER", "PASSWORD")}


def command_line(folder: Path, store: str, **account: str) -> CommandLine:
    """An environment that names a store, and a key in the folder."""
    settings = {"EVIDENCE_LOG_LEVEL": "WARNING", "EVIDENCE_SIGNING_KEY": str(folder / "log.key")}
    return CommandLine(folder, EVIDENCE_STORE=store, **account, **settings)


@asynccontextmanager
async def killing_on(engine: Engine, folder: Path, seed: str) -> AsyncIterator[Killing]:
    """A run on the engine's empty place, which this process looks at beside the services."""
    if engine.name == "sqlite":
        store: GraphStore = SqliteStore(folder / "evidence.db", deadline=SECONDS)
        served = command_line(folder, "sqlite:///evidence.db")
    else:
        from evidence_graph.store.neo4j import Neo4jStore

        uri, user, password = (os.environ[name] for name in (NEO4J_SERVERS[engine.name], *ACCOUNT.values()))
        store = Neo4jStore(uri, user, password, deadline=SECONDS)
        served = command_line(folder, uri, **{name: os.environ[variable] for name, variable in ACCOUNT.items()})
    try:
        async with Killing(served, PatientStore(store), seed) as killing:
            yield killing
    finally:
        await store.close()


@pytest.mark.runs(10)
async def test_a_killed_service_loses_nothing_it_has_acknowledged(engine: Engine, run: int, tmp_path: Path) -> None:
    """What was acknowledged is in the log, once and where it was said to be; the rest is there whole or not at all.

    The log continues every checkpoint that was handed out, the graph is what follows from the log, and whoever asks again is answered.
    """
    async with killing_on(engine, tmp_path, f"{engine.name} {run}") as killing:
        await killing.begin()
        for _ in range(KILLS_OF_THE_NEXT if engine.name == "neo4j-next" else KILLS):
            await killing.kill_service()
        await killing.finish()

    killing.report(engine.name)
    assert killing.counts["without an answer"]


@pytest.mark.runs(10)
async def test_a_service_beside_a_killed_one_goes_on(run: int, tmp_path: Path) -> None:
    """Two processes on one file, killed in turn: whoever talks to the other one notices nothing, and nothing is lost."""
    store = SqliteStore(tmp_path / "evidence.db", deadline=SECONDS)
    try:
        async with Killing(command_line(tmp_path, "sqlite:///evidence.db"), store, f"two {run}") as killing:
            await killing.begin(services=2)
            for number in range(KILLS_OF_TWO):
                await killing.kill_service(number % 2)
            await killing.finish()
    finally:
        await store.close()

    killing.report("two services")
    assert killing.counts["without an answer"]
    assert killing.tellers.not_now == 0
