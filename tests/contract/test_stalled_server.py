"""A Neo4j server that stalls: reads and writes end in time, requests do not gather, and no head is signed twice."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from evidence_graph.errors import OutcomeUnknown, StoreUnavailable
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.evidence.signing_lease import LEASE, SigningLease
from evidence_graph.record.instants import SECOND
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.stored import SIGNED_HEAD, SIGNING
from tests import stories
from tests.conftest import ENGINES, NEO4J_SERVERS, SOAK
from tests.faults import Silent
from tests.faulty_proxy import Fault, FaultyProxy, Passage
from tests.stories import command, outcomes

PATIENT, ENOUGH, HASTY = 60.0, 4.0, 1.0  # deadlines of a store, in seconds
LINES = ENGINES[1:] if SOAK else ENGINES[1:2]


class CommitsUnanswered(Fault):
    """No COMMIT is answered; everything else is."""

    async def request(self, passage: Passage, name: str, message: bytes) -> None:
        passage.doomed = passage.doomed or name == "COMMIT"
        await passage.to_server(message)

    async def reply(self, passage: Passage, some: bytes) -> None:
        if not passage.doomed:
            await passage.to_client(some)


async def lock(transaction: Transaction) -> Head | None:
    return await transaction.lock_head()


async def size(store: GraphStore) -> int:
    return (await store.ask(HEAD, NoParameters()))[0].size


async def answers_again(store: GraphStore) -> None:
    """What had begun before may still fail."""
    async with asyncio.timeout(PATIENT):
        while True:
            with suppress(StoreUnavailable):
                await size(store)
                return


if LINES:
    from evidence_graph.store.neo4j import SECONDS_FOR_A_PLACE, Neo4jStore

    def new_store(address: str, connections: int = 50) -> Neo4jStore:
        user, password = os.environ["EVIDENCE_TEST_NEO4J_USER"], os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"]
        return Neo4jStore(address, user, password, deadline=PATIENT, connections=connections)

    class Behind:
        """A server, the store of a process beside it, and that of one behind a proxy."""

        def __init__(self, address: str, proxy: FaultyProxy) -> None:
            self.proxy, self.near = proxy, new_store(address)
            self.far = new_store(f"neo4j://127.0.0.1:{proxy.port}", connections=2)

    @pytest.fixture(params=LINES)
    async def engine(request: pytest.FixtureRequest, wipe: Callable[[str], None]) -> AsyncIterator[Behind]:
        """A log that has begun."""
        wipe(request.param)
        address = urlsplit(os.environ[NEO4J_SERVERS[request.param]])
        proxy = FaultyProxy((str(address.hostname), address.port or 7687))
        await proxy.listen()
        behind = Behind(address.geturl(), proxy)
        for store in (behind.near, behind.far):
            await store.open()
        await stories.begin(behind.near)
        yield behind
        for store in (behind.near, behind.far):
            await store.close()
        await proxy.close()

    async def test_who_finds_every_connection_in_use_is_sent_away_at_once(engine: Behind) -> None:
        """While two questions wait for a server that stalls, a third does not; when the server is back, so is the store."""
        assert SECONDS_FOR_A_PLACE < 1
        engine.proxy.fault = silent = Silent()
        waiting = [asyncio.create_task(engine.far.ask(HEAD, NoParameters())) for _ in range(2)]
        await silent.silenced.wait()

        with pytest.raises(StoreUnavailable, match="Too many requests"):
            await engine.far.ask(HEAD, NoParameters())

        assert not any(one.done() for one in waiting)
        engine.proxy.fault = Fault()
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await answers_again(engine.far)
        assert await engine.far.write(lock)

    async def test_a_read_and_a_write_end_in_time(engine: Behind) -> None:
        """Nothing is recorded by a write that is not committed; one whose commit is not answered may be on record or not."""
        engine.far._deadline = HASTY
        engine.proxy.fault = Silent()
        with pytest.raises(StoreUnavailable, match="in time"):
            await engine.far.ask(HEAD, NoParameters())
        with pytest.raises(StoreUnavailable, match="in time") as failed:
            await engine.far.write(lock)
        assert not isinstance(failed.value, OutcomeUnknown)

        engine.proxy.fault, engine.far._deadline = CommitsUnanswered(), ENOUGH
        with pytest.raises(OutcomeUnknown):
            await engine.far.write(lock)

        engine.proxy.fault, engine.far._deadline = Fault(), PATIENT
        assert await engine.far.write(lock)
        await answers_again(engine.far)

    async def test_a_commit_that_nobody_answers_is_found_by_the_recorder(engine: Behind) -> None:
        """It takes the time of the transaction; then the recorder asks again, on a new connection, and gives the first answer."""
        recorder = Recorder(engine.far, SystemClock())
        await recorder.record(command(stories.datasets("dataset:a/b@1", description="Text.")))  # a cold server is slow
        engine.proxy.fault, engine.far._deadline = Once("COMMIT"), ENOUGH

        receipt = await recorder.record(command(stories.datasets("dataset:a/c@1", description="Text.")))

        assert engine.proxy.fault.struck
        assert outcomes(receipt) == ["CREATED"]
        assert receipt.position == 2 == await size(engine.near) - 1

    async def test_a_signer_that_loses_its_store_neither_keeps_the_lease_nor_signs_twice(
        engine: Behind, wipe: Callable[[str], None], tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        """Another process signs when the lease has run out; the first one sees that when it comes back, and leaves it alone."""
        wipe(request.node.callspec.params["engine"])
        await engine.near.open()
        await begin_log(engine.near, stories.ORIGIN, key_at(tmp_path / "log.key"), SystemClock())
        (tmp_path / "elsewhere").mkdir()
        copied = Path(shutil.copy(tmp_path / "log.key", tmp_path / "elsewhere"))
        now = [1_790_000_000 * SECOND]
        far, near = (
            HeadSigner(store, key, SigningLease(lambda: now[0], lambda: now[0] / SECOND))
            for store, key in ((engine.far, tmp_path / "log.key"), (engine.near, copied))
        )
        recorder = Recorder(engine.near, SystemClock())
        await far.sign()

        engine.proxy.fault, engine.far._deadline = Silent(), HASTY
        await recorder.record(command(stories.datasets("dataset:a/b@1")))
        with pytest.raises(StoreUnavailable):
            await far.sign()
        await near.sign()
        held = (await engine.near.ask(SIGNING, NoParameters()))[0]
        now[0] += LEASE + SECOND
        await near.sign()
        taken = (await engine.near.ask(SIGNING, NoParameters()))[0]
        engine.proxy.fault, engine.far._deadline = Fault(), PATIENT
        await answers_again(engine.far)
        await recorder.record(command(stories.datasets("dataset:a/c@1")))
        await far.sign()

        assert (held.signed_size, taken.signed_size) == (1, 2)
        assert taken.holder != held.holder
        after = (await engine.near.ask(SIGNING, NoParameters()))[0]
        assert (after.holder, after.signed_size) == (taken.holder, 2)
        own = LastSigned(tmp_path / "log.key").read()
        assert own is not None
        assert own.head.size == 1
        await near.sign()
        assert [row.size for row in await engine.near.ask(SIGNED_HEAD, NoParameters())] == [3]


class Once(Fault):
    """The first request of one name is taken, and never answered."""

    def __init__(self, name: str) -> None:
        self._name, self.struck = name, False

    async def request(self, passage: Passage, name: str, message: bytes) -> None:
        if name == self._name and not self.struck:
            self.struck = passage.doomed = True
        await passage.to_server(message)

    async def reply(self, passage: Passage, some: bytes) -> None:
        if not passage.doomed:
            await passage.to_client(some)
