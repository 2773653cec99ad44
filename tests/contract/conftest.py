"""What tests of audits, rebuilds and log files need beside the store on the engine under test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[GraphStore]:
    """An opened embedded store without a log: for the replay of an audit, or to load one into."""
    store = SqliteStore(tmp_path / "replay.db")
    await store.open()
    yield store
    await store.close()
