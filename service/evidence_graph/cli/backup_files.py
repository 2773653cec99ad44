"""Backups to and from files: opens the store that the settings name, never a service."""

import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from evidence_graph.app import configure_logging, key_path, store_of
from evidence_graph.cli.byte_progress import EntryProgress
from evidence_graph.cli.failures import Failed
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.log_file import Header, write_log, write_log_file
from evidence_graph.evidence.restore import Restored, open_for_restore, restore_log
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.settings import Settings
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore


@asynccontextmanager
async def existing_store(settings: Settings) -> AsyncIterator[GraphStore]:
    """The store that the settings name, opened. Raises Failed when there is none, or what opening it raises."""
    configure_logging("WARNING")
    store = store_of(settings)
    if isinstance(store, SqliteStore) and not store.path.exists():
        raise Failed("USAGE", f"There is no store {store.path}. Set EVIDENCE_STORE to where it is.")
    try:
        await store.open()
        yield store
    finally:
        await store.close()


async def written_backup(settings: Settings, path: Path) -> Header:
    """The log in a file that appears whole or not at all. Raises Failed, EvidenceError, OSError."""
    async with existing_store(settings) as store:
        with EntryProgress("Backing up") as progress:
            return await write_log_file(store, path, report=progress.reached)


async def written_backup_to(settings: Settings, raw: BinaryIO) -> Header:
    """The log in a stream. Raises Failed, EvidenceError, OSError."""
    async with existing_store(settings) as store:
        with EntryProgress("Backing up") as progress:
            header = await write_log(store, raw, report=progress.reached)
        raw.flush()
    return header


async def restored(settings: Settings, file: str, *, new_origin: bool) -> Restored:
    """The log of a backup (`-` for standard input) in the store, signed as far as its key is here. Raises EvidenceError, OSError."""
    configure_logging("WARNING")
    origin = f"evidence-graph/{secrets.token_hex(8)}" if new_origin else None
    store, key_file = store_of(settings), key_path(settings)
    with _file(file) as source, EntryProgress("Restoring") as progress:
        try:
            await open_for_restore(store)
            found = await restore_log(store, source, key_file, origin, SystemClock(), progress.reached)
            await HeadSigner(store, key_file).finish()
        finally:
            await store.close()
    return found


@contextmanager
def _file(name: str) -> Iterator[Path]:
    """The backup as a file that can be read twice: it is checked first."""
    if name != "-":
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(prefix="evidence-restore-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name)
