"""Auditing the store that the settings name, with a temporary one beside it."""

import tempfile
from pathlib import Path

from evidence_graph.cli.backup_files import existing_store
from evidence_graph.cli.byte_progress import EntryProgress
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.store_audit import Audit, audit_store
from evidence_graph.place import key_path
from evidence_graph.settings import Settings
from evidence_graph.store.sqlite import SqliteStore


async def audited(settings: Settings) -> Audit:
    """The audit. Raises Failed, EvidenceError."""
    last = LastSigned(key_path(settings)).read()
    async with existing_store(settings) as store:
        with tempfile.TemporaryDirectory(prefix="evidence-audit-") as folder, EntryProgress("Replaying") as progress:
            empty = SqliteStore(Path(folder) / "replay.db")
            try:
                await empty.open()
                return await audit_store(store, empty, last.head if last else None, progress.reached)
            finally:
                await empty.close()
