"""What a proof costs in a log of 10^6 entries in the embedded store."""

import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import Tree, begin_log
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.log_proofs import read_consistency, read_inclusion, read_inclusions, read_tlog_proof
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.record.entry import Entry
from evidence_graph.record.events import ArtifactDeclared
from evidence_graph.record.instants import SECOND
from evidence_graph.record.rows import Row, in_batches
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.sqlite import SqliteStore
from tests.benchmarks.measuring import Figure, medians, show

SIZES = (1_000, 1_000_000)
QUICK_SIZES = (1_000, 50_000)
AT_ONCE = 20_000
ROUNDS = 200
LIMIT_MS = 5


async def measure_proofs_in_store(sizes: tuple[int, int] = SIZES) -> None:
    """Each kind of proof in the large log against the small one; what was timed is verified."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            _grown(Path(folder) / "small.db", sizes[0]) as small,
            _grown(Path(folder) / "large.db", sizes[1]) as large,
        ):
            await _show(small, large, sizes)


@asynccontextmanager
async def _grown(file: Path, size: int) -> AsyncIterator[GraphStore]:
    store, key_file = SqliteStore(file, deadline=120), file.with_suffix(".key")
    await store.open()
    try:
        await begin_log(store, "benchmark", key_at(key_file), SystemClock())
        began = time.perf_counter()
        entries = _entries(size - 1)
        while some := list(islice(entries, AT_ONCE)):
            await store.write(lambda transaction, some=some: _append(transaction, some))
        print(f"{size:,} entries loaded in {time.perf_counter() - began:.0f} s")
        await HeadSigner(store, key_file).sign()
        yield store
    finally:
        await store.close()


def _entries(count: int) -> Iterator[Entry]:
    for number in range(count):
        fields = {"digest": f"sha256:{number:064x}", "occurredAt": "2026-01-01T00:00:00.000000Z"}
        relations = {"DERIVED_FROM": [f"dataset:bench/table@{number - 1}"]}
        event = ArtifactDeclared(f"dataset:bench/table@{number}", dict(fields), relations)
        recorded_at = 1_900_000_000 * SECOND + number
        yield Entry(event, recorded_at, "SYSTEM", "bench", "API", f"~{number}", "ab" * 32, "datasets[0]", "CREATED")


async def _append(transaction: Transaction, entries: list[Entry]) -> None:
    """The log alone, without the graph: proofs read nothing else."""
    tree = Tree(await transaction.lock_head())
    rows: list[Row] = [tree.add(entry) for entry in entries]
    for batch in in_batches([*rows, *tree.grown(entries[-1].recorded_at)]):
        await transaction.put(batch)


async def _show(small: GraphStore, large: GraphStore, sizes: tuple[int, int]) -> None:
    figures = []
    for what, asked, limit in (
        ("inclusion at the head", _inclusion, f"≤ {LIMIT_MS} ms"),
        ("inclusion at an earlier size", _earlier_inclusion, f"≤ {LIMIT_MS} ms"),
        ("consistency with the head", _consistency, f"≤ {LIMIT_MS} ms"),
        ("consistency of two earlier sizes", _earlier_consistency, f"≤ {LIMIT_MS} ms"),
        ("tlog-proof under the checkpoint", _tlog_proof, f"≤ {LIMIT_MS} ms"),
        ("100 scattered inclusions at once", _scattered, ""),
    ):
        times = await medians(
            *(_asking(asked, store, size) for store, size in zip((large, small), reversed(sizes), strict=True)),
            rounds=ROUNDS,
            warm=20,
        )
        figures.append(Figure(what, *times, limit, f"in {sizes[1]:,} entries, against {sizes[0]:,}"))
    show("Proofs from the store, sqlite", figures)


Asked = Callable[[GraphStore, int, random.Random], Awaitable[None]]


def _asking(asked: Asked, store: GraphStore, size: int) -> Callable[[], Awaitable[None]]:
    chance = random.Random(6962)
    return lambda: asked(store, size, chance)


async def _inclusion(store: GraphStore, size: int, chance: random.Random) -> None:
    await _proven(store, chance.randrange(size), size)


async def _earlier_inclusion(store: GraphStore, size: int, chance: random.Random) -> None:
    at = chance.randint(1, size)
    await _proven(store, chance.randrange(at), at)


async def _proven(store: GraphStore, position: int, size: int) -> None:
    proof = await read_inclusion(store, position, size)
    verify_inclusion(proof.leaf, position, size, proof.hashes, proof.root)


async def _consistency(store: GraphStore, size: int, chance: random.Random) -> None:
    await _consistent(store, chance.randint(1, size), size)


async def _earlier_consistency(store: GraphStore, size: int, chance: random.Random) -> None:
    second = chance.randint(1, size)
    await _consistent(store, chance.randint(1, second), second)


async def _consistent(store: GraphStore, first: int, second: int) -> None:
    proof = await read_consistency(store, first, second)
    verify_consistency(first, second, proof.hashes, proof.first_root, proof.second_root)


async def _tlog_proof(store: GraphStore, size: int, chance: random.Random) -> None:
    await read_tlog_proof(store, chance.randrange(size))


async def _scattered(store: GraphStore, size: int, chance: random.Random) -> None:
    assert len(await read_inclusions(store, chance.sample(range(size), 100))) == 100
