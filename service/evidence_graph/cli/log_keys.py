"""The log in the local store: whose it is, which key signs it, and changing that key. The store itself is opened, never a service."""

import asyncio
from pathlib import Path

import msgspec

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_rotation import Rotated, key_to_change, rotate_key
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.moment import read_head
from evidence_graph.place import key_path, store_of
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.settings import Settings
from evidence_graph.store.sqlite import SqliteStore

SECONDS_TO_ASK = 3.0


class LogIdentity(msgspec.Struct, frozen=True):
    """What others need to know of a log to check it, and where its private key is."""

    origin: str
    public_key: str
    key_id: str
    key_file: Path


async def local_log(settings: Settings) -> LogIdentity | None:
    """The log in the store that the settings name; None when there is no such file. Raises EvidenceError, TimeoutError."""
    store = store_of(settings)
    if isinstance(store, SqliteStore) and not store.path.exists():
        return None
    try:
        async with asyncio.timeout(SECONDS_TO_ASK):
            await store.open()
            head = await read_head(store)
    finally:
        await store.close()
    key_id = parse_verifier_key(head.key_text).key_id.hex()
    return LogIdentity(head.origin, head.key_text, key_id, key_path(settings))


async def rotated(settings: Settings) -> Rotated:
    """Change the key of the log in the store that the settings name, and sign its head with the new one. Raises EvidenceError."""
    store, key_file = store_of(settings), key_path(settings)
    key_to_change(key_file)  # before a store is made where there is none
    try:
        await store.open()
        found = await rotate_key(store, key_file, SystemClock())
        await HeadSigner(store, key_file).finish()
    finally:
        await store.close()
    return found
