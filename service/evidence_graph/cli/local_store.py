"""The store that the settings name: where there has to be one, and where one is made that may come to nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evidence_graph.cli.failures import Failed
from evidence_graph.evidence.restore import open_for_restore
from evidence_graph.place import store_of
from evidence_graph.settings import Settings
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore


def store_to_ask(settings: Settings) -> GraphStore:
    """The store, not yet open. Raises Failed when it would be a file that is not there: opening would make an empty one."""
    store = store_of(settings)
    if isinstance(store, SqliteStore) and not store.path.exists():
        raise Failed("USAGE", f"There is no store {store.path}. Set EVIDENCE_STORE to where it is.")
    return store


@asynccontextmanager
async def store_to_fill(settings: Settings) -> AsyncIterator[GraphStore]:
    """The store, opened for a restore; a file that was made for it is gone again when no log came into it. Raises as GraphStore.open."""
    store, empty = store_of(settings), False
    made = isinstance(store, SqliteStore) and not store.path.exists()
    try:
        await open_for_restore(store)
        try:
            yield store
        finally:
            empty = made and not await store.ask(HEAD, NoParameters())
    finally:
        await store.close()
        if empty and isinstance(store, SqliteStore):
            store.remove_files()
