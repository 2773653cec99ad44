"""Services of one store, the clients that talk to them and the ledger of what they were told, while something is killed."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.store_audit import audit_store
from evidence_graph.record.rows import SigningLeasePut
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.sqlite import SqliteStore
from tests.end_to_end.ledger import Ledger
from tests.end_to_end.patient_store import PatientStore
from tests.end_to_end.processes import CommandLine
from tests.end_to_end.quick_starts import QuickStart, service_log
from tests.end_to_end.tellers import Tellers, ask_until_told, definition, new_client

TELLERS = 6
MOST_ANSWERS = 30  # between two kills
SHARE_KILLED_WHILE_STARTING, SHARE_WITHOUT_LEASE = 0.2, 0.5


class Served:
    """One service process and the clients that talk to it until it is gone."""

    def __init__(self, process: QuickStart, address: str, tellers: Tellers, numbers: range) -> None:
        self.process, self.address = process, address
        self._clients = [asyncio.create_task(tellers.tell(number, address)) for number in numbers]
        self._clients.append(asyncio.create_task(tellers.watch(address)))

    async def kill(self) -> None:
        self.process.kill()
        await asyncio.gather(*self._clients)

    def give_up(self) -> None:
        """Whatever is still there."""
        self.process.kill()
        for client in self._clients:
            client.cancel()


class Killing:
    """One run; `async with` it. `counts` says what has been done."""

    def __init__(self, command_line: CommandLine, store: GraphStore | PatientStore, seed: str) -> None:
        self._command_line, self._store, self._random = command_line, store, Random(seed)
        self._served: list[Served] = []
        self.tellers = Tellers(seed)
        self.ledger = Ledger(store, self.tellers)
        self.counts: Counter[str] = Counter()

    async def __aenter__(self) -> "Killing":
        return self

    async def __aexit__(self, *_: object) -> None:
        for served in self._served:
            served.give_up()

    async def begin(self, services: int = 1) -> None:
        """Begin the log, and serve and load it by so many processes."""
        process, address = await self._started()
        await self._store.open()
        self.tellers.sent[0] = definition()
        async with new_client() as client:
            await ask_until_told(client, address, "register_evidence", input=definition().document)
        process.end()
        for place in range(services):
            self._served.append(await self._serve(place, services))

    async def kill_service(self, place: int = 0) -> None:
        """One is killed under load; another is started in its place, finds what it has left to be right, and goes on."""
        await self.some_answers()
        await self._served[place].kill()
        self.counts["services killed"] += 1
        self.counts["without an answer"] += len(self.tellers.unanswered)
        if self._random.random() < SHARE_KILLED_WHILE_STARTING:
            await self._kill_while_starting()
        if self._random.random() < SHARE_WITHOUT_LEASE:  # as though its three seconds were over
            await self._store.write(_end_lease)
        self._served[place] = await self._serve(place, len(self._served))

    async def some_answers(self) -> None:
        """Until a random instant under load."""
        await self.tellers.answered(self._random.randint(1, MOST_ANSWERS))
        await asyncio.sleep(self._random.random() / 100)

    async def check(self) -> None:
        """The log as one of the services has it."""
        await self.ledger.check(self._served[0].address)

    async def finish(self) -> None:
        """Send again what was never answered, check everything once more, and audit the store."""
        for served in self._served:
            await served.kill()
        self._served.clear()
        await self._store.write(_end_lease)
        process, address = await self._started()
        for teller in sorted(self.tellers.unanswered):
            await self.tellers.tell(teller, address, until_gone=False)
        await self.ledger.check(address)
        await self.tellers.signed(address, self.ledger.size)
        await self.ledger.check(address, every_checkpoint=True)
        assert process.end() == 0
        assert self.ledger.recorded.keys() == self.tellers.sent.keys()
        await self.ledger.check_all_again()
        await self._audit()
        self._read_service_log()

    def report(self, what: str) -> None:
        """Figures, shown by pytest -rP."""
        answers, entries = self.tellers.answers, sum(map(len, self.ledger.recorded.values()))
        again = sum(answer.again for answer in answers)
        print(f"{what}: {dict(self.counts)}")
        print(f"manifests acknowledged: {len(answers)}, {again} of them sent again; put off: {self.tellers.not_now}")
        print(f"entries: {entries}; checkpoints handed out: {len(self.tellers.checkpoints)}")

    async def _serve(self, place: int, services: int) -> Served:
        process, address = await self._started()
        await self.ledger.check(address)
        return Served(process, address, self.tellers, range(place, TELLERS, services))

    async def _started(self) -> tuple[QuickStart, str]:
        process = QuickStart(self._command_line)
        return process, await asyncio.to_thread(process.wait_until_ready)

    async def _kill_while_starting(self) -> None:
        process = QuickStart(self._command_line)
        await asyncio.sleep(self._random.random() / 10)
        process.kill()
        self.counts["killed while starting"] += 1

    async def _audit(self) -> None:
        """The graph is what follows from the log, and the head beside the key is the log's newest."""
        last = LastSigned(Path(self._command_line.environment["EVIDENCE_SIGNING_KEY"])).read()
        assert last is not None
        empty = SqliteStore(self._command_line.folder / "replayed.db")
        await empty.open()
        try:
            audit = await audit_store(self._store, empty, last.head)
        finally:
            await empty.close()
        assert audit.findings == []
        assert audit.entries == last.head.size

    def _read_service_log(self) -> None:
        logged = service_log(self._command_line.folder)
        assert "Traceback" not in logged, logged
        assert "checkpoint.refused" not in logged, logged


async def _end_lease(transaction: Transaction) -> None:
    await transaction.lock_head()
    await transaction.put([SigningLeasePut("", 0)])
