"""Evidence bundles: how large they are, what verifying one costs, and that exporting one costs what its chain does, not its log."""

import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from statistics import median

from evidence_graph.evidence.log import Tree
from evidence_graph.interop.bundle_export import export_bundle
from evidence_graph.interop.bundle_verification import verify_bundle
from evidence_graph.record.entry import Entry
from evidence_graph.record.events import ArtifactDeclared
from evidence_graph.record.rows import Row, in_batches
from evidence_graph.store.graph_store import Transaction
from evidence_graph.store.sqlite import SqliteStore
from tests import bundles, stories
from tests.benchmarks.measuring import Figure, show
from tests.bundles import SignedLog

SIZES = (1_000, 1_000_000)
QUICK_SIZES = (1_000, 50_000)
AT_ONCE = 20_000
MOST_BYTES_PER_TEN, MOST_CPU, MOST_GROWTH = 16 * 1024, 0.5, 1.5
LAYERS, WIDTH = 10, 100
ROUNDS, WARM = 60, 5


async def measure_bundles(sizes: tuple[int, int] = SIZES) -> None:
    """The churn story told item by item, spread over logs of both sizes; and a bundle of a thousand entries."""
    with tempfile.TemporaryDirectory() as folder:
        async with _log(Path(folder), "small") as small, _log(Path(folder), "large") as large:
            await _spread(small, sizes[0])
            await _spread(large, sizes[1])
            await _show_size(small, sizes[0])
            await _show_growth(small, large, sizes)
        async with _log(Path(folder), "thousand") as thousand:
            await _show_cpu(thousand)


@asynccontextmanager
async def _log(folder: Path, name: str) -> AsyncIterator[SignedLog]:
    store = SqliteStore(folder / f"{name}.db", deadline=120)
    await store.open()
    (folder / name).mkdir()
    try:
        yield await bundles.begin_signed_log(store, folder / name)
    finally:
        await store.close()


async def _spread(log: SignedLog, size: int) -> None:
    """The story's items evenly among other entries, of which the log alone tells: a chain reads nothing of what is not its own."""
    began = time.perf_counter()
    items = stories.told_one_by_one(stories.churn())
    between = (size - 1 - len(items)) // len(items)
    for item in items:
        await _fill(log, between)
        await stories.record(log.store, item)
    await log.sign()
    print(f"{size:,} entries loaded in {time.perf_counter() - began:.0f} s")


async def _fill(log: SignedLog, count: int) -> None:
    entries = _others(count)
    while some := list(islice(entries, AT_ONCE)):
        await log.store.write(lambda transaction, some=some: _append(transaction, some))


def _others(count: int) -> Iterator[ArtifactDeclared]:
    for number in range(count):
        yield ArtifactDeclared(f"dataset:bench/table@{number}", {"digest": f"sha256:{number:064x}"})


async def _append(transaction: Transaction, events: list[ArtifactDeclared]) -> None:
    head = await transaction.lock_head()
    assert head is not None
    tree, at = Tree(head), head.recorded_at + 1
    circumstances = (at, "SIMULATED", "bench", "API", "bench", "ab" * 32, "datasets[0]", "CREATED")
    rows: list[Row] = [tree.add(Entry(event, *circumstances)) for event in events]
    for batch in in_batches([*rows, *tree.grown(at)]):
        await transaction.put(batch)


async def _show_size(log: SignedLog, size: int) -> None:
    for of in (stories.WEEK_40, stories.MODEL_7):
        found = await export_bundle(log.store, log.key, of)
        per_ten = 10 * len(found.data) / found.entry_count
        print(
            f"{found.entry_count} entries of a log of {size:,}, none beside another: {len(found.data):,} bytes, "
            f"{per_ten:,.0f} per 10 entries (limit {MOST_BYTES_PER_TEN:,})"
        )


async def _show_growth(small: SignedLog, large: SignedLog, sizes: tuple[int, int]) -> None:
    """In CPU time of the whole process, readers' threads included, measured in turns: the machine may be busy."""
    seconds: dict[str, list[float]] = {"large": [], "small": []}
    for turn in range(WARM + ROUNDS):
        for name, log in (("large", large), ("small", small)):
            begin = time.process_time()
            await export_bundle(log.store, log.key, stories.WEEK_40)
            if turn >= WARM:
                seconds[name].append(time.process_time() - begin)
    times = [median(seen) for seen in seconds.values()]
    note = f"CPU, in {sizes[1]:,} entries, against {sizes[0]:,}"
    show("Bundles, sqlite", [Figure("exporting the churn window", *times, f"≤ {MOST_GROWTH}", note)])


async def _show_cpu(log: SignedLog) -> None:
    """Layers of datasets, each derived from two of the layer below: the first of the top one rests on nearly all."""
    chance = random.Random(6962)
    for layer in range(LAYERS):
        told = [
            stories.derived(_urn(layer, n), *(_urn(layer - 1, other) for other in _below(layer, n, chance)), **_FIELDS)
            for n in range(WIDTH)
        ]
        await stories.record(log.store, stories.together(*told))
    top = stories.derived("dataset:bench/top@1", *(_urn(LAYERS - 1, n) for n in range(WIDTH)))
    await stories.record(log.store, top)
    data = (await log.export("dataset:bench/top@1")).data
    seconds = []
    for _ in range(7):
        begin = time.process_time()
        found = verify_bundle(data, log.public)
        seconds.append(time.process_time() - begin)
    print(
        f"verifying {len(found.bundle.entries):,} entries ({len(data):,} bytes): {median(seconds):.3f} s CPU, median of "
        f"{len(seconds)} (limit {MOST_CPU})"
    )


_FIELDS = {"digest": stories.DIGEST, "description": "One table of many, of some layer or other."}


def _urn(layer: int, number: int) -> str:
    return f"dataset:bench/layer{layer}@{number}"


def _below(layer: int, number: int, chance: random.Random) -> set[int]:
    return {number, chance.randrange(WIDTH)} if layer else set()
