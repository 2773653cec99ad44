"""`evidence rebuild` as an operator runs it: on a store that is asked and told meanwhile, killed in the middle, on a damaged log."""

import asyncio
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import apsw
import httpx2
import pytest

from evidence_graph.errors import StoreRebuilding, StoreUnavailable
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.store_audit import audit_store
from evidence_graph.lineage.moment import read_head
from evidence_graph.resources import query_text
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.graph_watch import SECONDS_UNNOTICED
from evidence_graph.store.sqlite import SqliteStore
from tests import stories
from tests.conftest import Engine
from tests.end_to_end.processes import EVIDENCE, CommandLine, serving
from tests.end_to_end.test_backup_restore import settings_of

MORE = 1_200  # datasets, so that a rebuild takes several transactions
SECONDS_BETWEEN = 0.01  # questions of one client
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them would take each client 0.1 s


async def told(store: GraphStore, key_file: Path, *documents: stories.ManifestDocument) -> None:
    """A log that begins with these."""
    await store.open()
    await begin_log(store, stories.ORIGIN, key_at(key_file), SystemClock())
    for document in documents:
        assert not (await Recorder(store, SystemClock()).record(stories.command(document))).faults
    await store.close()


@pytest.fixture
async def embedded(tmp_path: Path) -> CommandLine:
    """The command line on an embedded store that holds a story."""
    await told(SqliteStore(tmp_path / "evidence.db"), tmp_path / "evidence.db.key", stories.churn())
    return CommandLine(tmp_path)


class Client:
    """Asks and tells a service without pause, and remembers what it was answered."""

    def __init__(self, address: str) -> None:
        self._http = httpx2.AsyncClient(base_url=address.removesuffix("/graphql"), timeout=60, verify=_NO_CERTIFICATES)
        self.right, self.recorded = 0, list[str]()
        self.over = False
        self._number = 0

    async def send(self, stem: str, **variables: Any) -> Any:
        """The data of an answer, or None when there is none now, said so as it should be."""
        answer = await self._http.post("/graphql", json={"query": query_text("graphql", stem), "variables": variables})
        body = answer.json()
        if answer.status_code == 200 and "errors" not in body:
            return body["data"]
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "1"), answer.text
        assert {error["extensions"]["code"] for error in body["errors"]} == {"BACKEND_UNAVAILABLE"}
        return None

    async def chain(self) -> Any:
        """A chain at a position; each time with another limit, so that none is an answer that was kept."""
        self._number += 1
        return await self.send("chain", of=[stories.WEEK_40], atPosition=10, limit=100 + self._number)

    async def ask_until_over(self, wanted: Any) -> None:
        """Each answer is the one before the rebuild, or there is none now."""
        while not self.over:
            answer = await self.chain()
            assert answer in (wanted, None)
            self.right += answer is not None
            await asyncio.sleep(SECONDS_BETWEEN)

    async def tell_until_over(self) -> None:
        """What is acknowledged is remembered."""
        while not self.over:
            urn = f"dataset:meanwhile/things@{len(self.recorded)}"
            sources = [stories.CUSTOMERS]
            if await self.send("register_evidence", input={"datasets": [{"urn": urn, "derivedFrom": sources}]}):
                self.recorded.append(urn)
            await asyncio.sleep(SECONDS_BETWEEN)

    async def is_ready(self) -> bool:
        """What a load balancer sees."""
        return (await self._http.get("/readyz")).status_code == 200

    async def close(self) -> None:
        await self._http.aclose()


async def rebuilding(evidence: CommandLine, until: Callable[[], Awaitable[bool]] | None = None) -> int:
    """The command as a process; killed as soon as `until` is true, if it is given."""
    process = await asyncio.create_subprocess_exec(
        EVIDENCE, "rebuild", cwd=evidence.folder, env=evidence.environment, stdout=subprocess.DEVNULL
    )
    while until is not None and process.returncode is None:
        if await until() and process.returncode is None:
            process.kill()
            break
    return await process.wait()


async def test_a_served_store_is_rebuilt_killed_and_rebuilt(engine: Engine, tmp_path: Path) -> None:
    """Every answer is right or says that there is none now; what was acknowledged stays; the service goes on by itself."""
    evidence = CommandLine(tmp_path).with_environment(**settings_of(engine, tmp_path))
    more = stories.datasets(*(f"dataset:many/things@{number}" for number in range(MORE)), description="One.")
    await told(engine.another(), Path(evidence.environment["EVIDENCE_SIGNING_KEY"]), stories.churn(), more)
    with serving(evidence, "serve", "--port", "0") as service:
        client = Client(service.address)
        before = await client.chain()
        busy = asyncio.gather(client.ask_until_over(before), client.tell_until_over())

        await rebuilding(evidence, lambda: is_taken(impatient(engine, tmp_path)))
        if engine.name != "sqlite":
            await asyncio.sleep(SECONDS_UNNOTICED)
            assert (await client.chain(), await client.is_ready()) == (None, False)
        assert await rebuilding(evidence) == 0
        while await client.chain() is None:
            pass
        recorded = len(client.recorded)
        while len(client.recorded) == recorded:
            await client.chain()

        client.over = True
        await busy
        assert (await client.chain(), await client.is_ready()) == (before, True)
        known = await client.send("chain", of=[stories.CUSTOMERS], direction="DOWNSTREAM", limit=10_000)
        await client.close()
    assert before is not None
    assert client.right > 0
    assert {one["urn"] for one in known["chain"]["artifacts"]} >= set(client.recorded)
    await sound(engine.another(), tmp_path)


def impatient(engine: Engine, folder: Path) -> GraphStore:
    """Another store on the same place, which does not wait for writers."""
    return SqliteStore(folder / "evidence.db", patience=0.05) if engine.name == "sqlite" else engine.another()


async def is_taken(store: GraphStore) -> bool:
    """Whether a rebuild is on its way: the store is marked, or, where nobody sees a mark, somebody has been writing for long."""
    try:
        await store.open()
    except StoreRebuilding:
        return True
    except StoreUnavailable:
        return isinstance(store, SqliteStore)
    finally:
        await store.close()
    return False


async def sound(store: GraphStore, folder: Path) -> None:
    """An audit finds nothing."""
    replay = SqliteStore(folder / "replay.db")
    for one in (store, replay):
        await one.open()
    assert (await audit_store(store, replay, None)).findings == []
    await replay.close()


async def test_an_edited_graph_is_repaired_and_a_damaged_log_ends_with_7(embedded: CommandLine) -> None:
    """In words for people and one document for programs."""
    edit(embedded.folder, "UPDATE roll_out_change SET traffic = 0.5")

    told, shown = embedded("rebuild", "-o", "json"), embedded("rebuild")

    store = SqliteStore(embedded.folder / "evidence.db")
    await sound(store, embedded.folder)
    root = (await read_head(store)).root
    await store.close()
    assert (told.code, told.json) == (0, {"rebuilt": 11, "position": 10, "rootHash": root, "valuesLost": 0})
    assert (shown.code, shown.err) == (0, "")
    assert "The graph follows from 11 entries" in shown.out
    edit(embedded.folder, "UPDATE entry SET body = replace(body, 'customers', 'customerz') WHERE position = 2")
    damaged = embedded("rebuild", "-o", "json")
    assert (damaged.code, damaged.json["errors"][0]["extensions"]["code"]) == (7, "PROOF_FAILED")
    assert "Position 2" in damaged.err


async def test_a_store_of_an_older_version_says_how_to_bring_it_forward(embedded: CommandLine) -> None:
    """And that is all there is to do."""
    edit(embedded.folder, "PRAGMA user_version = 2")

    refused, rebuilt = embedded("ask", "log"), embedded("rebuild")

    assert (refused.code, "run `evidence rebuild`" in refused.err) == (1, True)
    assert rebuilt.code == 0
    await sound(SqliteStore(embedded.folder / "evidence.db"), embedded.folder)


def test_there_is_nothing_to_rebuild_or_ask_where_there_is_no_store(tmp_path: Path) -> None:
    """And none is made by trying."""
    evidence = CommandLine(tmp_path)

    assert [evidence("rebuild").code, evidence("ask", "artifacts").code] == [2, 2]
    assert not list(tmp_path.iterdir())


def edit(folder: Path, sql: str) -> None:
    """What somebody with access to the database does."""
    connection = apsw.Connection(str(folder / "evidence.db"))
    connection.execute(sql)
    connection.close()
