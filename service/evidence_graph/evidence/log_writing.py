"""Writing the whole log of a store into one file (`log_file.py` says what is in it).

A value that is missing in the store though no entry erased it is named while the file is written; the rest is saved all the same. When
something is erased while a file is being written, that file is given up: it may hold the value.
"""

import gzip
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import orjson

from evidence_graph.errors import RecordDamaged, StoreUnavailable
from evidence_graph.evidence.erased_values import is_emptied, last_erasures
from evidence_graph.evidence.key_file import sync_folder
from evidence_graph.evidence.log_file import ENTRIES_AT_ONCE, LOG_FILE, Demo, Header, KeptValue, LogLine, Report
from evidence_graph.proof.merkle import append, leaf_hash, root_hash
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.instants import format_instant
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters
from evidence_graph.store.stored import (
    ANNOTATIONS,
    ENTRIES,
    ERASURES,
    PURGE_STATE,
    AnnotationRow,
    AnnotationsOf,
    EntriesBetween,
    EntryRow,
    ErasuresOf,
)

Missing = Callable[[AnnotationRow], None]  # hears of a value that somebody emptied

_RESTORE = "Restore the store from a backup."


async def write_log_file(
    store: GraphStore,
    path: Path,
    demo: Demo | None = None,
    report: Report = lambda done, total: None,
    missing: Missing = lambda row: None,
) -> Header:
    """As write_log; the file appears whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as raw:
            header = await write_log(store, raw, demo, report, missing)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(partial, path)
        sync_folder(path)
    finally:
        partial.unlink(missing_ok=True)
    return header


async def write_log(
    store: GraphStore,
    raw: BinaryIO,
    demo: Demo | None = None,
    report: Report = lambda done, total: None,
    missing: Missing = lambda row: None,
) -> Header:
    """Write the log as it stands at its head now, whatever is recorded meanwhile.

    Raises RecordDamaged when entries and head disagree, StoreUnavailable when the log has not begun, or something was erased meanwhile.
    """
    heads = await store.ask(HEAD, NoParameters())
    if not heads:
        raise StoreUnavailable("The log has not begun yet.", "Record something first.")
    header = _header(heads[0], demo)
    with gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(msgspec.json.encode(header) + b"\n")
        await _write_entries(store, header, file, report, missing)
    if (await store.ask(PURGE_STATE, NoParameters()))[0].erased >= header.size:
        raise StoreUnavailable(
            "Something was erased while the file was being written, which may hold it.", "Delete it and begin again."
        )
    return header


def _header(head: Head, demo: Demo | None) -> Header:
    at = format_instant(head.recorded_at)
    return Header(LOG_FILE, head.format, head.size, head.root, head.origin, head.key_text, at, demo)


async def _write_entries(
    store: GraphStore, header: Header, file: gzip.GzipFile, report: Report, missing: Missing
) -> None:
    frontier: tuple[bytes, ...] = ()
    size = 0
    while size < header.size:
        last = min(size + ENTRIES_AT_ONCE, header.size) - 1
        rows = await store.ask(ENTRIES, EntriesBetween(size, last))
        sealed = await _sealed_in(store, rows, missing)
        for row in rows:
            if leaf_hash(row.body.encode()).hex() != row.leaf or row.position != size:
                raise RecordDamaged(f"The entry at position {size} is not the one that was recorded.", _RESTORE)
            frontier = append(frontier, size, bytes.fromhex(row.leaf))
            size += 1
            line = LogLine(row.body, row.leaf, sealed.get(row.position, {}))
            file.write(msgspec.json.encode(line) + b"\n")
        if size != last + 1:
            raise RecordDamaged(f"The entry at position {size} is missing.", _RESTORE)
        report(size, header.size)
    if root_hash(frontier).hex() != header.root:
        raise RecordDamaged(f"Entries 0 to {size - 1} do not have the root that the head names.", _RESTORE)


async def _sealed_in(store: GraphStore, rows: Sequence[EntryRow], missing: Missing) -> dict[int, dict[str, KeptValue]]:
    """Values and salts by the position of the entry that seals them."""
    if not rows:
        return {}
    subjects = {decode_entry(row.body.encode()).event.subject for row in rows if '"sealed":' in row.body}
    found: dict[int, dict[str, KeptValue]] = {}
    gone: list[AnnotationRow] = []
    for row in await store.ask(ANNOTATIONS, AnnotationsOf(sorted(subjects), rows[-1].position)):
        if row.position < rows[0].position or not row.commitment:
            continue
        if row.salt:
            found.setdefault(row.position, {})[row.field] = KeptValue(row.salt, orjson.loads(row.value))
        else:
            gone.append(row)
    if gone:
        erasures = last_erasures(await store.ask(ERASURES, ErasuresOf(sorted({row.urn for row in gone}))))
        for row in gone:
            if is_emptied(row, erasures):
                missing(row)
    return found
