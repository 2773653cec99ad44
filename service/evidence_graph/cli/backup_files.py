"""Backups to and from files: opens the store that the settings name, never a service."""

import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from evidence_graph.cli.byte_progress import EntryProgress
from evidence_graph.cli.local_store import store_to_ask, store_to_fill
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.log_file import Header
from evidence_graph.evidence.log_writing import Missing, write_log, write_log_file
from evidence_graph.evidence.restore import Restored, restore_log
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.place import key_path
from evidence_graph.process_log import configure_logging
from evidence_graph.settings import Settings
from evidence_graph.store.graph_store import GraphStore


@asynccontextmanager
async def existing_store(
    settings: Settings, opened: Callable[[GraphStore], Awaitable[None]] = GraphStore.open
) -> AsyncIterator[GraphStore]:
    """The store that the settings name, opened. Raises Failed when there is none, or what opening it raises."""
    configure_logging("WARNING")
    store = store_to_ask(settings)
    try:
        await opened(store)
        yield store
    finally:
        await store.close()


async def written_backup(settings: Settings, path: Path, missing: Missing) -> Header:
    """The log in a file that appears whole or not at all. Raises Failed, EvidenceError, OSError."""
    async with existing_store(settings) as store:
        with EntryProgress("Backing up") as progress:
            return await write_log_file(store, path, report=progress.reached, missing=missing)


async def written_backup_to(settings: Settings, raw: BinaryIO, missing: Missing) -> Header:
    """The log in a stream. Raises Failed, EvidenceError, OSError."""
    async with existing_store(settings) as store:
        with EntryProgress("Backing up") as progress:
            header = await write_log(store, raw, report=progress.reached, missing=missing)
        raw.flush()
    return header


async def restored(settings: Settings, file: str, *, new_origin: bool) -> Restored:
    """The log of a backup (`-` for standard input) in the store, signed as far as its key is here. Raises EvidenceError, OSError."""
    configure_logging("WARNING")
    origin = f"evidence-graph/{secrets.token_hex(8)}" if new_origin else None
    with _file(file) as source, EntryProgress("Restoring") as progress:
        async with store_to_fill(settings) as store:
            key_file = key_path(settings)
            found = await restore_log(store, source, key_file, origin, SystemClock(), progress.reached)
            await HeadSigner(store, key_file).finish()
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
