"""Registrations a second: one client, 8 and 32 clients, manifests of 1,000 items against raw inserts of the same rows, and windows."""

import asyncio
import statistics
import time

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.commands import Command
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.moment import read_moment
from evidence_graph.record.instants import SECOND, format_instant
from evidence_graph.record.rows import Row
from evidence_graph.store.graph_store import GraphStore, Transaction
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.measuring import Figure, show

EACH = 640  # single registrations in one round
MANIFESTS, ITEMS = 5, 1_000
TURNS = 7
WINDOWS = 10_000


async def measure_registration() -> None:
    """Eight clients must not be slower than one, manifests reach 5,000 a second on the embedded engine, nothing is lost."""
    for engine in engine_names():
        figures: list[Figure] = []
        one = 0.0
        for clients in (1, 8, 32):
            async with fresh_store(engine) as store:
                seconds = await _clients(store, clients)
                await _nothing_lost(store, EACH)
            one = one or seconds
            figures.append(_figure(f"{clients} client(s), one item each", seconds, EACH, one, "≤ 1", "one client"))
        turns = [await _manifests_and_raw(engine) for _ in range(TURNS)]
        seconds, cpu, raw = (statistics.median(column) for column in zip(*turns, strict=True))
        note = f"raw rows; by CPU {MANIFESTS * ITEMS / cpu:,.0f}/s; medians of {TURNS}"
        figures.append(_figure(f"manifests of {ITEMS:,}", seconds, MANIFESTS * ITEMS, raw, "≥ 5,000/s", note))
        async with fresh_store(engine) as store:
            alone, between = await _windows(store)
        figures.append(_figure(f"{WINDOWS:,} windows between others", between, WINDOWS, alone, "≤ 2", "a new stream"))
        show(f"Registration with the log on, {engine}", figures)


async def _manifests_and_raw(engine: str) -> tuple[float, float, float]:
    """Seconds for the manifests, those of CPU in this process, and seconds for the raw rows."""
    async with fresh_store(engine) as store:
        rows, cpu = _Rows(store), time.process_time()
        seconds = await _manifests(Recorder(rows, SystemClock()))
        cpu = time.process_time() - cpu
        await _nothing_lost(store, MANIFESTS * ITEMS)
    async with fresh_store(engine) as store:
        return seconds, cpu, await _raw(store, rows.seen)


def _figure(what: str, seconds: float, things: int, against: float, limit: str, note: str) -> Figure:
    return Figure(what, seconds, against, limit, f"{things / seconds:,.0f} things/s; against {note}")


def _command(items: list[dict[str, object]]) -> Command:
    manifest = read_manifest({"datasets": items})
    assert not manifest.faults
    return Command(tuple(manifest.items), "bench", "API")


def _item(number: int) -> dict[str, object]:
    before = [f"dataset:bench/table@{number - 1}"] if number else []
    return {
        "urn": f"dataset:bench/table@{number}",
        "digest": f"sha256:{number:064x}",
        "occurredAt": "2026-01-01T00:00:00Z",
        "description": f"day {number}",
        "derivedFrom": before,
    }


async def _clients(store: GraphStore, clients: int) -> float:
    recorder = Recorder(store, SystemClock())

    async def client(first: int) -> None:
        for number in range(first, EACH, clients):
            receipt = await recorder.record(_command([_item(number)]))
            assert not receipt.faults

    begin = time.perf_counter()
    await asyncio.gather(*(client(first) for first in range(clients)))
    return time.perf_counter() - begin


async def _manifests(recorder: Recorder) -> float:
    begin = time.perf_counter()
    for part in range(MANIFESTS):
        receipt = await recorder.record(_command([_item(part * ITEMS + place) for place in range(ITEMS)]))
        assert not receipt.faults
    return time.perf_counter() - begin


async def _windows(store: GraphStore) -> tuple[float, float]:
    """Every other hour of one stream in one manifest, then the hours between, each beside two that are on record."""
    recorder, taken = Recorder(store, SystemClock()), []
    definition = read_manifest({"kpis": [{"name": "bench/kpi", "direction": "HIGHER_IS_BETTER"}]})
    await recorder.record(Command(tuple(definition.items), "bench", "API"))
    for first in (0, 1):
        manifest = read_manifest({"windows": [_window(hour) for hour in range(first, 2 * WINDOWS, 2)]})
        begin = time.perf_counter()
        receipt = await recorder.record(Command(tuple(manifest.items), "bench", "API"))
        taken.append(time.perf_counter() - begin)
        assert not receipt.faults
    return taken[0], taken[1]


def _window(hour: int) -> dict[str, object]:
    start, end = (format_instant((1_700_000_000 + at * 3_600) * SECOND) for at in (hour, hour + 1))
    return {"model": "model:bench/model@1", "kpi": "bench/kpi", "start": start, "end": end, "n": 10, "successes": 5}


async def _nothing_lost(store: GraphStore, things: int) -> None:
    page, _ = await read_artifacts(store, await read_moment(store), limit=things + 10)
    assert sum(view.declared for view in page) == things


class _Rows:
    """A store that remembers the batches written through it."""

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        self.seen: list[list[Row]] = []

    async def write(self, work):  # type: ignore[no-untyped-def]
        return await self.store.write(lambda transaction: work(_Seen(transaction, self.seen)))


class _Seen:
    def __init__(self, transaction: Transaction, seen: list[list[Row]]) -> None:
        self.lock_head, self.ask = transaction.lock_head, transaction.ask
        self.transaction, self.seen = transaction, seen

    async def put(self, rows: list[Row]) -> None:
        self.seen.append(rows)
        await self.transaction.put(rows)


async def _raw(store: GraphStore, batches: list[list[Row]]) -> float:
    """All of the same rows in one transaction, without deciding, hashing or sealing anything."""

    async def put(transaction: Transaction) -> None:
        for batch in batches:
            await transaction.put(batch)

    begin = time.perf_counter()
    await store.write(put)
    return time.perf_counter() - begin
