"""The demo's record: recorded evidence that ships with the package, loaded into a store of its own and continued under a new key."""

import secrets
from pathlib import Path

import msgspec

from evidence_graph.errors import RecordDamaged
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import continue_log
from evidence_graph.evidence.log_file import Demo, Header
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.resources import packaged_bytes
from evidence_graph.store.sqlite import SqliteStore

DATA_FOLDER, DATA_FILE = "demo_data", "flights.jsonl.gz"


class DemoRecord(msgspec.Struct, frozen=True):
    """Where the store and its key are, what was loaded, and what to show of it."""

    database: Path
    key: Path
    header: Header
    plan: Demo


async def load_demo(folder: Path) -> DemoRecord:
    """Check and load the packaged evidence into an empty folder, and go on with its log under a key made there.

    Raises RecordDamaged when the packaged file is not what it says.
    """
    database, key = folder / "evidence.db", folder / "evidence.db.key"
    store = SqliteStore(database)
    await store.open()
    try:
        header = await load_log_file(store, packaged_bytes(DATA_FOLDER, DATA_FILE))
        if header.demo is None:
            raise RecordDamaged(
                "The packaged evidence does not say what to show of it.", "Install evidence-graph again."
            )
        await continue_log(store, f"demo.evidence-graph/{secrets.token_hex(8)}", key_at(key), SystemClock())
    finally:
        await store.close()
    return DemoRecord(database, key, header, header.demo)
