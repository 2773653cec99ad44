"""Registrations a second while the head is signed all the time, against the same without, in turns in one store."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import continue_log
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.log_proofs import read_signed_head
from evidence_graph.store.graph_store import GraphStore
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.measuring import Figure, show
from tests.benchmarks.registration import _command, _item

EACH, EACH_ELSEWHERE = (
    {"sqlite": 2_000},
    300,
)  # registrations in one turn: enough time for it to be signed more than once
TURNS = 16
CLIENTS = 8


async def measure_signing() -> None:
    """Signing must cost no more than a tenth of the throughput."""
    for engine in engine_names():
        with tempfile.TemporaryDirectory() as folder:
            async with fresh_store(engine) as store:
                await _measure(engine, store, Path(folder) / "log.key")


async def _measure(engine: str, store: GraphStore, key_file: Path) -> None:
    await continue_log(store, "benchmark/signing", key_at(key_file), SystemClock())
    each = EACH.get(engine, EACH_ELSEWHERE)
    pairs: list[tuple[float, float]] = []
    for turn in range(TURNS + 1):
        first, second = (turn % 2 == 0, turn % 2 == 1)  # whoever comes first in one pair comes second in the next
        taken = {}
        for place, signing in enumerate((first, second)):
            taken[signing] = await _turn(store, key_file, (2 * turn + place) * each, each, signing=signing)
        pairs.append((taken[True], taken[False]))
    on = statistics.median(on for on, _ in pairs[1:])
    ratio = statistics.median(on / off for on, off in pairs[1:])
    note = f"{each / on:,.0f}/s, {1 / ratio:.2f} of what it is without: the median of {TURNS} pairs, side by side"
    show(
        f"Registration with the head signed, {engine}",
        [Figure(f"{CLIENTS} clients, {each:,} items, signed", on, on / ratio, "≤ 1.11", note)],
    )


async def _turn(store: GraphStore, key_file: Path, first: int, count: int, *, signing: bool) -> float:
    """Seconds of registering, and whether what was to be signed meanwhile is."""
    signer, before = HeadSigner(store, key_file), await read_signed_head(store)
    if signing:
        signer.start()
    seconds = await _register(store, first, count)
    assert (await read_signed_head(store) != before) == signing, "a turn is too short"
    await signer.finish()
    return seconds


async def _register(store: GraphStore, first: int, count: int) -> float:
    recorder = Recorder(store, SystemClock())

    async def client(begin: int) -> None:
        for number in range(first + begin, first + count, CLIENTS):
            assert not (await recorder.record(_command([_item(number)]))).faults

    began = time.perf_counter()
    await asyncio.gather(*(client(begin) for begin in range(CLIENTS)))
    return time.perf_counter() - began
