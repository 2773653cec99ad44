"""The network between service and Neo4j fails in every way we know: nothing is lost, nothing is doubled, and the service needs no restart.

One service process on each line of Neo4j, and a proxy between the two. Concurrent clients register while a kind of fault strikes; every
answer is a success or asks to try again, and when the fault is over the clients send again what failed. Kinds are shared out between the
lines; `scripts/soak` runs all of them on both, with ten times as many registrations. The figures are printed.
"""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio

from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.store_audit import audit_store
from evidence_graph.proof.checkpoint import verify_checkpoint
from evidence_graph.proof.merkle import append, leaf_hash, root_hash
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.record.entry import glance_at_entry
from evidence_graph.resources import query_text
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ENTRIES, EntriesBetween
from tests import faults
from tests.conftest import ENGINES, NEO4J_SERVERS, SOAK
from tests.end_to_end.processes import CommandLine, Running, serving
from tests.faulty_proxy import Fault, FaultyProxy
from tests.neo4j_server import LONG_TERM, USER, end, end_at_once, launched, server

REQUEST_TIMEOUT = 4.5  # of the service; a transaction gets a third of it
SECONDS_AWAY = 2.0  # longer than a transaction may take
CLIENTS, REGISTRATIONS = 8, 400 if SOAK else 40  # of each kind
MANY = 1_000 if SOAK else 40
SECONDS_TO_RECOVER, PAUSE = 60.0, 0.02
KINDS: dict[str, Callable[["Served"], Any]] = {
    "slow": lambda served: faults.Slow(),
    "dripping": lambda served: faults.Dripping(),
    "refused": lambda served: faults.Refused(served.proxy, SECONDS_AWAY),
    "closed-at-once": lambda served: faults.ClosedAtOnce(),
    "not-bolt": lambda served: faults.NotBolt(),
    "reply-lost": lambda served: faults.ReplyLost(),
    "commit-unanswered": lambda served: faults.CommitUnanswered(),
    "commit-not-sent": lambda served: faults.CommitNotSent(),
    "cut-after-commit": lambda served: faults.CutAfterCommit(),
    "cut-in-reply": lambda served: faults.CutInReply(),
    "cut-in-request": lambda served: faults.CutInRequest(),
    "reset": lambda served: faults.Reset(),
    "half-closed": lambda served: faults.HalfClosed(),
    "terminated": lambda served: faults.Terminated(served.terminate),
    "reply-stalled": lambda served: faults.ReplyStalled(),
    "commit-stalled": lambda served: faults.CommitStalled(),
    "handshake-stalled": lambda served: faults.HandshakeStalled(),
    "black-hole": lambda served: faults.BlackHole(SECONDS_AWAY),
}
LINES = ENGINES[1:]
SHARES = [  # line by line, each of which has a service of its own; the first one last, because more is done with it
    (line, kind)
    for place, line in reversed(list(enumerate(LINES)))
    for number, kind in enumerate(KINDS)
    if SOAK or number % len(LINES) == place
]


class Registration(NamedTuple):
    """One thing to tell; every fourth without a key, so that the recorder alone keeps it from being told twice."""

    kind: str
    number: int

    @property
    def urn(self) -> str:
        return f"dataset:{self.kind}/told@{self.number}"

    @property
    def key(self) -> str | None:
        return f"{self.kind} {self.number}" if self.number % 4 else None

    def input(self) -> dict[str, Any]:
        told = {"urn": self.urn, "derivedFrom": [f"dataset:{self.kind}/told@{self.number - 7}"], "description": "Told."}
        return {"datasets": [told]} | ({} if self.key is None else {"idempotencyKey": self.key})


class Answer(NamedTuple):
    """What became of a request: the payload of a success, else None and why."""

    payload: Any
    message: str
    seconds: float


class Served:
    """The service behind the proxy, and the same store without it."""

    def __init__(self, line: str, proxy: FaultyProxy, store: GraphStore, key_file: Path) -> None:
        self.line, self.proxy, self.store, self.key_file = line, proxy, store, key_file
        self.address = ""
        self.process: Running | None = None
        self.figures: list[str] = []
        self._terminating = asyncio.Lock()

    async def ask(self, stem: str, **variables: Any) -> Answer:
        """Fails unless it is answered in time, with data or with nothing but a retryable error and the status that goes with it."""
        began = time.perf_counter()
        operation = {"query": query_text("graphql", stem), "variables": variables}
        answer = await self.client.post(f"{self.address}/graphql", json=operation)
        body, seconds = answer.json(), time.perf_counter() - began
        if "errors" not in body:
            assert answer.status_code == 200
            return Answer(body["data"], "", seconds)
        assert {error["extensions"]["code"] for error in body["errors"]} == {"BACKEND_UNAVAILABLE"}, body
        assert (answer.status_code, answer.headers["retry-after"], "data" in body) == (503, "1", False)
        return Answer(None, body["errors"][0]["message"], seconds)

    async def register(self, told: Registration) -> Answer:
        answer = await self.ask("register_evidence", input=told.input())
        if answer.payload is None:
            return answer
        payload = answer.payload["registerEvidence"]
        assert payload["userErrors"] == []
        return answer._replace(payload=payload)

    async def until_recovered(self, told: Registration) -> float:
        """How long after now it records again."""
        began = time.perf_counter()
        async with asyncio.timeout(SECONDS_TO_RECOVER):
            while (await self.register(told)).payload is None:  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(PAUSE)
        return time.perf_counter() - began

    async def checkpoint(self) -> str | None:
        answer = await self.client.get(f"{self.address}/log/checkpoint")
        assert answer.status_code in (200, 503), answer.text
        return answer.text if answer.status_code == 200 else None

    async def terminate(self) -> None:
        """End every transaction but the one that does so; one at a time, or they would end each other."""
        async with self._terminating:
            shown = await self.admin.execute_query(
                "SHOW TRANSACTIONS YIELD transactionId, currentQuery", database_="neo4j"
            )
            found = [row["transactionId"] for row in shown.records if "TRANSACTIONS" not in row["currentQuery"]]
            if found:  # to end none is refused
                await self.admin.execute_query("TERMINATE TRANSACTIONS $found", found=found, database_="neo4j")

    client: httpx2.AsyncClient
    admin: Any


@asynccontextmanager
async def serving_behind_proxy(line: str, uri: str, user: str, password: str, folder: Path) -> AsyncIterator[Served]:
    """A service process on an empty store."""
    from neo4j import AsyncGraphDatabase

    from evidence_graph.store.neo4j import Neo4jStore

    store, address = Neo4jStore(uri, user, password, deadline=SECONDS_TO_RECOVER), urlsplit(uri)
    await store.open()
    proxy = FaultyProxy((str(address.hostname), address.port or 7687))
    await proxy.listen()
    command_line = CommandLine(
        folder,
        EVIDENCE_STORE=f"neo4j://127.0.0.1:{proxy.port}",
        EVIDENCE_NEO4J_USER=user,
        EVIDENCE_NEO4J_PASSWORD=password,
        EVIDENCE_SIGNING_KEY=str(folder / "log.key"),
        EVIDENCE_REQUEST_TIMEOUT=str(REQUEST_TIMEOUT),
        EVIDENCE_LOG_LEVEL="ERROR",
    )
    served = Served(line, proxy, store, folder / "log.key")
    async with AsyncGraphDatabase.driver(uri, auth=(user, password)) as served.admin:
        with ExitStack() as running:
            served.process = await asyncio.to_thread(
                running.enter_context, serving(command_line, "serve", "--port", "0")
            )
            served.address = served.process.address.removesuffix("/graphql")
            limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)  # the service lets go after 5 s
            async with httpx2.AsyncClient(timeout=10 * REQUEST_TIMEOUT, limits=limits) as served.client:
                await served.until_recovered(Registration("begin", 0))
                yield served
            await asyncio.to_thread(running.close)
    await proxy.close()
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(
    request: pytest.FixtureRequest, wipe: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """One process that serves throughout, as it was started, on each line."""
    line, uri = request.param, os.environ[NEO4J_SERVERS[request.param]]
    user, password = os.environ["EVIDENCE_TEST_NEO4J_USER"], os.environ["EVIDENCE_TEST_NEO4J_PASSWORD"]
    wipe(line)
    folder = tmp_path_factory.mktemp("served")
    async with serving_behind_proxy(line, uri, user, password, folder) as served:
        yield served
        assert await findings(served, folder) == []
    _print(request, served.figures)


def _print(request: pytest.FixtureRequest, lines: list[str]) -> None:
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("", *lines, sep="\n", flush=True)


class Load:
    """Clients that register while something is wrong, and what they were told."""

    def __init__(self, served: Served, kind: str, clients: int = CLIENTS, registrations: int = REGISTRATIONS) -> None:
        self._served, self.kind = served, kind
        self._clients, self.registrations = clients, registrations
        self.told: dict[Registration, Answer] = {}
        self.failed: dict[Registration, Answer] = {}
        self.repeated = 0
        self.worst = 0.0
        self.checkpoints: set[str] = set()
        self.some_told, self.some_failed = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Each client sends what is its own, once."""
        numbers = [range(first, self.registrations, self._clients) for first in range(self._clients)]
        watching = asyncio.create_task(self._watch())
        try:
            async with asyncio.TaskGroup() as clients:
                for some in numbers:
                    clients.create_task(self._client([Registration(self.kind, number) for number in some]))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _client(self, registrations: list[Registration]) -> None:
        for one in registrations:
            self._note(one, await self._served.register(one))
            if one.number % 2:
                asked = await self._served.ask("artifact", urn=one.urn)
                self.worst = max(self.worst, asked.seconds)

    async def repeat(self) -> None:
        """Send again what failed until it is recorded; this time nothing is wrong."""
        failed = list(self.failed)
        async with asyncio.TaskGroup() as clients:
            for first in range(CLIENTS):
                clients.create_task(self._repeat(failed[first::CLIENTS]))

    async def _repeat(self, failed: list[Registration]) -> None:
        for one in failed:
            while (answer := await self._served.register(one)).payload is None:  # noqa: ASYNC110 - as above
                await asyncio.sleep(PAUSE)
            self.repeated += 1
            self.told[one] = answer

    async def _watch(self) -> None:
        while True:
            if (signed := await self._served.checkpoint()) is not None:
                self.checkpoints.add(signed)
            await asyncio.sleep(0.1)

    def _note(self, one: Registration, answer: Answer) -> None:
        self.worst = max(self.worst, answer.seconds)
        if answer.payload is None:
            self.failed[one] = answer
            self.some_failed.set()
            if "did not confirm" in answer.message and one.key is not None:
                assert repr(one.key) in answer.message
        else:
            assert [outcome["outcome"] for outcome in answer.payload["outcomes"]] in (["CREATED"], ["COMPLETED"])
            self.told[one] = answer
            self.some_told.set()


async def check_log(served: Served, load: Load) -> tuple[int, int]:
    """How many registrations are lost, and how many doubled; the tree, every checkpoint and the graph are what the entries say."""
    head = (await served.store.ask(HEAD, NoParameters()))[0]
    rows = await served.store.ask(ENTRIES, EntriesBetween(0, head.size))
    assert [row.position for row in rows] == list(range(head.size))
    roots, frontier = [root_hash(())], ()
    for row in rows:
        frontier = append(frontier, row.position, leaf_hash(row.body.encode()))
        roots.append(root_hash(frontier))
    assert roots[-1].hex() == head.root
    for note in load.checkpoints:
        signed = verify_checkpoint(note, [parse_verifier_key(head.key_text)])
        assert signed.root == roots[signed.size]
    recorded: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        entry = glance_at_entry(row.body)
        recorded.setdefault(entry.event.subject, []).append((row.position, entry.command))
    lost = doubled = 0
    for one, answer in load.told.items():
        found, stated = recorded.get(one.urn, []), answer.payload["outcomes"][0]["position"]
        lost += [position for position, _ in found] != [stated]
        doubled += len(found) > 1
        assert one.key is None or {command for _, command in found} == {one.key}
    return lost, doubled


async def is_signed(served: Served) -> None:
    """Until the head is signed as it stands."""
    async with asyncio.timeout(SECONDS_TO_RECOVER):
        while True:
            head, note = (await served.store.ask(HEAD, NoParameters()))[0], await served.checkpoint()
            if note and verify_checkpoint(note, [parse_verifier_key(head.key_text)]).size == head.size:
                return
            await asyncio.sleep(0.1)


async def all_is_well(served: Served, load: Load, strikes: int, folder: Path) -> None:
    """The fault is over: what failed is sent again, and then everything is on record once, signed, and as the log says."""
    failed = len(load.failed)
    recovered = await served.until_recovered(Registration(f"{load.kind}-over", 0))
    await load.repeat()
    await is_signed(served)

    lost, doubled = await check_log(served, load)
    unknown = sum("did not confirm" in answer.message for answer in load.failed.values())
    served.figures.append(
        f"{load.kind:17} {served.line:10} strikes {strikes:3}  success {load.registrations - failed:4}  retryable {failed:4} "
        f"(unknown {unknown:3})  repeated {load.repeated:4}  lost {lost}  doubled {doubled}  "
        f"worst answer {load.worst:4.1f} s  recovered in {recovered:4.2f} s"
    )
    assert [str(defect) for defect in served.proxy.defects] == []
    assert strikes
    assert len(load.told) == load.registrations
    assert (lost, doubled) == (0, 0)
    if SOAK:  # elsewhere once, in the end
        assert await findings(served, folder) == []
    assert served.process is not None
    assert served.process.process.poll() is None


async def findings(served: Served, folder: Path) -> list[Any]:
    last = LastSigned(served.key_file).read()
    empty = SqliteStore(folder / f"empty-{secrets.token_hex(4)}.db")
    await empty.open()
    try:
        return (await audit_store(served.store, empty, last.head if last else None)).findings
    finally:
        await empty.close()


if LINES:

    @pytest.mark.asyncio(loop_scope="module")
    @pytest.mark.parametrize(("engine", "kind"), SHARES, indirect=["engine"], scope="module")
    async def test_nothing_is_lost_or_doubled(engine: Served, kind: str, tmp_path: Path) -> None:
        """Whatever the fault: a success is on record once, a failure says to try again, and trying again records it once."""
        fault, load = KINDS[kind](engine), Load(engine, kind)

        engine.proxy.fault = fault
        await load.run()
        engine.proxy.fault = Fault()
        if isinstance(fault, faults.Refused):
            await fault.over()

        await all_is_well(engine, load, fault.strikes, tmp_path)

    @pytest.mark.asyncio(loop_scope="module")
    @pytest.mark.parametrize("engine", LINES[:1], indirect=True, scope="module")
    async def test_writes_that_wait_in_vain_are_told_so_and_do_not_pile_up(engine: Served, tmp_path: Path) -> None:
        """A thousand at once while nothing answers: each has its answer in the time of a request."""
        load = Load(engine, "many-waiting", clients=MANY, registrations=MANY)
        before = _memory(engine)

        engine.proxy.fault = faults.Silent()
        await load.run()
        engine.proxy.fault = Fault()

        assert len(load.failed) == MANY
        engine.figures.append(f"memory of the service {before} kB, with {MANY} writes waiting {_memory(engine)} kB")
        await all_is_well(engine, load, MANY, tmp_path)

    @pytest.mark.asyncio(loop_scope="module")
    @pytest.mark.parametrize("engine", LINES[:1], indirect=True, scope="module")
    async def test_a_server_that_is_paused_is_not_waited_for(engine: Served, tmp_path: Path) -> None:
        """SIGSTOP in the middle of everything, and SIGCONT when the first client has been told to try again."""
        process = int(os.environ[NEO4J_SERVERS[engine.line].replace("_URI", "_PID")])
        load = Load(engine, "server-paused")
        running = asyncio.create_task(load.run())
        await load.some_told.wait()

        os.kill(process, signal.SIGSTOP)
        try:
            await load.some_failed.wait()
        finally:
            os.kill(process, signal.SIGCONT)
        await running

        await all_is_well(engine, load, 1, tmp_path)


if LINES and SOAK:

    @pytest.mark.asyncio(loop_scope="module")
    async def test_a_server_that_is_stopped_and_started_again_is_found_again(
        request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        """In order, on the same data and port; the service stays as it is."""
        password = secrets.token_hex(16)
        with server(LONG_TERM, password) as home:
            home.wait_until_started()
            async with serving_behind_proxy("neo4j", home.uri, USER, password, tmp_path) as served:
                load = Load(served, "server-stopped")
                running = asyncio.create_task(load.run())
                await load.some_told.wait()
                await asyncio.to_thread(end, home.process, signal.SIGTERM, SECONDS_TO_RECOVER)
                again = launched(LONG_TERM, home.folder)
                try:
                    await running
                    await all_is_well(served, load, 1, tmp_path)
                finally:
                    end_at_once(again)
        _print(request, served.figures)


def _memory(served: Served) -> int:
    assert served.process is not None
    shown = Path(f"/proc/{served.process.process.pid}/status").read_text()
    return int(shown.partition("VmRSS:")[2].split()[0])
