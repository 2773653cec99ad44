"""What the serving process holds in memory, and a backup beside it, with a short log and a long one under the same work."""

import asyncio
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.commands import Command
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.resources import query_text
from evidence_graph.store.sqlite import SqliteStore
from tests.end_to_end.processes import EVIDENCE, CommandLine, Running, serving

SIZES = (1_000, 100_000)  # entries; a third one, 10^6, takes minutes to record: EVIDENCE_BENCHMARK_MILLION=1
MILLION = 1_000_000
ITEMS = 1_000  # in one manifest that fills the log
CHAIN = 10  # artifacts behind the last of each chain
ROUNDS = 400
REGISTERED = 20  # items, in every tenth round
LARGEST = 2_000  # items of the last manifest


@dataclass(frozen=True)
class Held:
    """Megabytes: of the service when it serves, at most, and after the work; and of a backup at most."""

    size: int
    began: float
    peak: float
    after: float
    backup: float
    file: float


async def measure_service_memory() -> None:
    """The same work in each log: questions, proofs, checkpoints, registrations, a large manifest, and a backup meanwhile."""
    sizes = (*SIZES, MILLION) if os.environ.get("EVIDENCE_BENCHMARK_MILLION") == "1" else SIZES
    held = [await _measured(size) for size in sizes]
    table = Table(title="Memory of the service (MB) by length of the log, sqlite", title_justify="left")
    for column in (
        "entries",
        "file",
        "when it serves",
        "peak",
        "against",
        "after",
        "against",
        "backup, peak",
        "against",
    ):
        table.add_column(column, justify="right")
    first = held[0]
    for one in held:
        pairs = ((one.peak, first.peak), (one.after, first.after), (one.backup, first.backup))
        ratios = [text for mine, its in pairs for text in (f"{mine:.0f}", f"{mine / its:.2f}")]
        table.add_row(f"{one.size:,}", f"{one.file:.0f}", f"{one.began:.0f}", *ratios)
    Console(width=140).print(table)


async def _measured(size: int) -> Held:
    with tempfile.TemporaryDirectory() as folder:
        await _fill(Path(folder), size)
        command_line = CommandLine(Path(folder), EVIDENCE_LOG_LEVEL="WARNING", EVIDENCE_REQUEST_TIMEOUT="300")
        with serving(command_line, "serve", "--port", "0") as service:
            began = _status(service, "VmRSS")
            await _work(service, size)
            backup = await asyncio.to_thread(_backup, command_line)
            peak, after = _status(service, "VmHWM"), _status(service, "VmRSS")
        file = (Path(folder) / "evidence.db").stat().st_size / 1e6
    return Held(size, began, peak, after, backup, file)


async def _fill(folder: Path, size: int) -> None:
    """A log of so many entries, all but the first of them datasets in chains."""
    store = SqliteStore(folder / "evidence.db", deadline=120)
    await store.open()
    await begin_log(store, "benchmark", key_at(folder / "evidence.db.key"), SystemClock())
    recorder, began = Recorder(store, SystemClock()), time.perf_counter()
    for first in range(1, size, ITEMS):
        items = [_dataset("table", number) for number in range(first, min(first + ITEMS, size))]
        manifest = read_manifest({"datasets": items})
        assert not (await recorder.record(Command(tuple(manifest.items), "bench", "API"))).faults
    await store.close()
    print(f"{size:,} entries recorded in {time.perf_counter() - began:.0f} s")


def _dataset(name: str, number: int) -> dict[str, object]:
    before = [f"dataset:bench/{name}{(number - 1) % 97}@{number - 1}"] if number % CHAIN else []
    return {
        "urn": f"dataset:bench/{name}{number % 97}@{number}",
        "digest": f"sha256:{number:064x}",
        "description": f"{name} of day {number}",
        "derivedFrom": before,
    }


async def _work(service: Running, size: int) -> None:
    async with httpx2.AsyncClient(timeout=120) as client:
        for turn in range(ROUNDS):
            await _ask(client, service, 1 + turn * (size - 2) // ROUNDS)
            if turn % 10 == 0:
                await _register(client, service, turn * REGISTERED, REGISTERED)
        await _register(client, service, ROUNDS * REGISTERED, LARGEST)


async def _ask(client: httpx2.AsyncClient, service: Running, number: int) -> None:
    """Questions about one place of the log."""
    urn = f"dataset:bench/table{number % 97}@{number}"
    await _post(client, service, "chain", of=[urn])
    await _post(client, service, "chain", of=[urn], direction="DOWNSTREAM", atPosition=number)
    await _post(client, service, "artifact", urn=urn)
    await _post(client, service, "artifacts", namespace="bench", first=50)
    await _post(client, service, "search", text=f"day {number}", first=20)
    await _post(client, service, "timeline", of=urn)
    await _post(client, service, "timeline", of="bench/*", first=100)
    await _post(client, service, "degraded")
    await _post(client, service, "live")
    await _post(client, service, "entry", position=number)
    await _post(client, service, "inclusion_proof", position=number)
    await _post(client, service, "consistency_proof", **{"from": number})
    (await client.get(service.address.replace("/graphql", "/log/checkpoint"))).raise_for_status()


async def _register(client: httpx2.AsyncClient, service: Running, first: int, count: int) -> None:
    items = [_dataset("more", number) for number in range(first, first + count)]
    await _post(client, service, "register_evidence", input={"datasets": items})


async def _post(client: httpx2.AsyncClient, service: Running, stem: str, **variables: object) -> None:
    operation = {"query": query_text("graphql", stem), "variables": variables}
    body = (await client.post(service.address, json=operation)).json()
    assert "errors" not in body, body


def _backup(command_line: CommandLine) -> float:
    """Peak of a backup's memory in megabytes."""
    arguments = [EVIDENCE, "backup", "-o", "backup.jsonl.gz"]
    process = subprocess.Popen(
        arguments, cwd=command_line.folder, env=command_line.environment, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1e3


def _status(service: Running, name: str) -> float:
    """A line of /proc/<pid>/status, in megabytes."""
    for line in Path(f"/proc/{service.process.pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1e3
    raise AssertionError(f"there is no {name}")
