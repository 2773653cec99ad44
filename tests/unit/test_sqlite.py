"""What only the embedded engine has: one file, a lock beside it, and a place that may be missing."""

import asyncio
import os
from pathlib import Path

import pytest

from evidence_graph.errors import StoreUnavailable
from evidence_graph.lineage.chain import read_chain
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import Transaction
from evidence_graph.store.sqlite import SqliteStore
from tests import stories
from tests.another_writer import another_writer


async def test_a_store_opens_once_its_place_can_be_reached(tmp_path: Path) -> None:
    """Without a new process: what was in the way is taken away, and it is opened again."""
    folder = tmp_path / "folder"
    folder.write_text("in the way")
    store = SqliteStore(folder / "evidence.db")
    with pytest.raises(StoreUnavailable):
        await store.open()

    folder.unlink()
    await store.open()

    await stories.begin(store)
    await stories.record(store, stories.churn())
    await store.close()


async def test_a_writer_waits_for_another_process_and_then_gives_up(tmp_path: Path) -> None:
    """Whoever holds the lock keeps everybody else from writing, and nobody from reading."""
    store = SqliteStore(tmp_path / "evidence.db", patience=0.05)
    await store.open()
    head = await stories.begin(store)

    with another_writer(store.path):
        with pytest.raises(StoreUnavailable, match="keeps writing"):
            await stories.record(store, stories.datasets("dataset:a/b@1"))
        assert await read_head(store) == head

    await stories.record(store, stories.datasets("dataset:a/b@1"))
    await store.close()


async def test_closing_does_not_depend_on_another_process_that_writes(tmp_path: Path) -> None:
    """What was recorded waits in the WAL, which only the holder of the lock may copy into the file."""
    store = SqliteStore(tmp_path / "evidence.db", patience=0.05)
    await store.open()
    head = await stories.begin(store)

    with another_writer(store.path):
        await store.close()
        assert "evidence.db-wal" in os.listdir(tmp_path)

    again = SqliteStore(store.path)
    await again.open()
    assert await read_head(again) == head
    await again.close()
    assert "evidence.db-wal" not in os.listdir(tmp_path)


async def test_a_read_has_a_deadline(tmp_path: Path) -> None:
    """An answer that takes too long is given up, the next one is read as before; a long write is not cut short by it."""
    store = SqliteStore(tmp_path / "evidence.db", deadline=-1)
    await store.open()
    await stories.begin(store)
    chain = [stories.derived(f"dataset:a/b@{n}", f"dataset:a/b@{n + 1}") for n in range(2_000)]
    await stories.record(store, *chain)

    moment = await stories.now(store)

    with pytest.raises(StoreUnavailable, match="in time"):
        await read_chain(store, ["dataset:a/b@0"], moment, limit=10_000)
    assert (await read_head(store)).size == 2_001
    await store.close()


async def test_work_in_a_transaction_may_await_nothing_else(tmp_path: Path) -> None:
    """It would hold the writer's lock for as long as that takes."""
    store = SqliteStore(tmp_path / "evidence.db")
    await store.open()

    async def wait(transaction: Transaction) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing but its transaction"):
        await store.write(wait)
    await store.close()


async def test_closing_again_is_no_mistake(tmp_path: Path) -> None:
    """Nor closing what was never opened."""
    store = SqliteStore(tmp_path / "evidence.db")
    await store.close()
    await store.close()
    assert os.listdir(tmp_path) == []
