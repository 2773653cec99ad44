"""What tests of audits and rebuilds need beside the store on the engine under test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[GraphStore]:
    """An opened embedded store for the replay of an audit."""
    store = SqliteStore(tmp_path / "replay.db")
    await store.open()
    yield store
    await store.close()
