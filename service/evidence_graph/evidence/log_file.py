"""A whole log in one file: for backups, restores and recorded data that ships with the package.

A gzip file of JSON lines, UTF-8. The first line is the header: format, size and root of the log's Merkle tree, origin, key and time of its
last entry. Then one line an entry, in order: its canonical bytes as text, its RFC 6962 leaf hash, and by field the values sealed in it
with their salts, as far as they are not erased. Loading takes nothing on trust: every entry must be canonical and have its leaf hash,
every value must open its seal, and the entries together must have the header's root, before anything is stored.
"""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import msgspec
import orjson

from evidence_graph.errors import RecordDamaged, StoreRefused, StoreUnavailable
from evidence_graph.evidence.clock import SIMULATED
from evidence_graph.evidence.log import Tree
from evidence_graph.proof.merkle import append, leaf_hash, root_hash
from evidence_graph.record.entry import FORMAT, Entry, decode_entry
from evidence_graph.record.events import LogContinued, LogCreated, SealedFields
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import Json
from evidence_graph.record.project import Opened, project, with_names
from evidence_graph.record.rows import Row, in_batches
from evidence_graph.record.sealing import Sealed, opens
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.stored import ANNOTATIONS, ENTRIES, AnnotationsOf, EntriesBetween, EntryRow

LOG_FILE = "evidence-log/1"
ENTRIES_AT_ONCE = 1_000
LONGEST_LINE = 64 * 2**20

Report = Callable[[int, int], None]  # entries done, entries in all


class Demo(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What `evidence demo` shows of recorded evidence.

    `story` has four lines: what was recorded, then a sentence before each of three answers: what was live at `live_at`, the chain behind
    `window` as known two weeks after `known_earlier`, and the same chain as known at `known_earlier`.
    """

    story: str
    live_at: str
    window: str
    known_earlier: str


class Header(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """First line of a log file; `recorded_at` is the time of the last entry."""

    format: str
    log_format: int
    size: int
    root: str
    origin: str
    key: str
    recorded_at: str
    demo: Demo | None = None


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed value with its salt (hexadecimal)."""

    salt: str
    value: Json


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry: canonical bytes as text, leaf hash (hexadecimal), what is sealed in it by field."""

    entry: str
    leaf: str
    sealed: dict[str, _Kept] = {}


_HEADER, _LINE = msgspec.json.Decoder(Header), msgspec.json.Decoder(_Line)


async def write_log_file(store: GraphStore, path: Path, demo: Demo | None = None) -> Header:
    """Write the log as it stands at its head; the file appears whole or not at all. Raises RecordDamaged when entries and head disagree."""
    heads = await store.ask(HEAD, NoParameters())
    if not heads:
        raise StoreUnavailable("The log has not begun yet.")
    header = _header(heads[0], demo)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
            file.write(msgspec.json.encode(header) + b"\n")
            await _write_entries(store, header, file)
            file.close()
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return header


def _header(head: Head, demo: Demo | None) -> Header:
    at = format_instant(head.recorded_at)
    return Header(LOG_FILE, head.format, head.size, head.root, head.origin, head.key_text, at, demo)


async def _write_entries(store: GraphStore, header: Header, file: gzip.GzipFile) -> None:
    frontier: tuple[bytes, ...] = ()
    size = 0
    while size < header.size:
        last = min(size + ENTRIES_AT_ONCE, header.size) - 1
        rows = await store.ask(ENTRIES, EntriesBetween(size, last))
        sealed = await _sealed_in(store, rows)
        for row in rows:
            if leaf_hash(row.body.encode()).hex() != row.leaf or row.position != size:
                raise RecordDamaged(f"The entry at position {size} is not the one that was recorded.", _RESTORE)
            frontier = append(frontier, size, bytes.fromhex(row.leaf))
            size += 1
            line = _Line(row.body, row.leaf, sealed.get(row.position, {}))
            file.write(msgspec.json.encode(line) + b"\n")
        if size != last + 1:
            raise RecordDamaged(f"The entry at position {size} is missing.", _RESTORE)
    if root_hash(frontier).hex() != header.root:
        raise RecordDamaged(f"Entries 0 to {size - 1} do not have the root that the head names.", _RESTORE)


async def _sealed_in(store: GraphStore, rows: Sequence[EntryRow]) -> dict[int, dict[str, _Kept]]:
    """Values and salts by the position of the entry that seals them."""
    if not rows:
        return {}
    subjects = {decode_entry(row.body.encode()).event.subject for row in rows if '"sealed":' in row.body}
    found: dict[int, dict[str, _Kept]] = {}
    for row in await store.ask(ANNOTATIONS, AnnotationsOf(sorted(subjects), rows[-1].position)):
        if row.salt and row.position >= rows[0].position:
            found.setdefault(row.position, {})[row.field] = _Kept(row.salt, orjson.loads(row.value))
    return found


_RESTORE = "Restore the store from a backup."
_ANOTHER_COPY = "Get another copy of the file."


async def load_log_file(store: GraphStore, source: Path | bytes, report: Report = lambda done, total: None) -> Header:
    """Check the file from beginning to end, then store its entries, bytes and times as they are, in a store without a log.

    Raises RecordDamaged naming the position where the file is not what it says, StoreRefused when the store has a log already or the
    file has a format this version does not know.
    """
    with _opened(source) as file:
        header = _read_header(file)
        _check(header, file)
    with _opened(source) as file:
        _read_header(file)
        await _store(store, header, file, report)
    return header


def read_header(source: Path | bytes) -> Header:
    """The header alone. Raises RecordDamaged, or StoreRefused for a newer format."""
    with _opened(source) as file:
        return _read_header(file)


@contextmanager
def _opened(source: Path | bytes) -> Iterator[gzip.GzipFile]:
    try:
        with (
            source.open("rb") if isinstance(source, Path) else BytesIO(source) as raw,
            gzip.GzipFile("", "rb", 0, raw) as file,
        ):
            yield file
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RecordDamaged("The log file is cut off or is no gzip file.", _ANOTHER_COPY) from error


def _read_header(file: gzip.GzipFile) -> Header:
    try:
        stated = msgspec.json.decode(file.readline(LONGEST_LINE))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise RecordDamaged("The file does not begin like a log file.", _ANOTHER_COPY) from error
    form = stated.get("format") if isinstance(stated, dict) else None
    if form != LOG_FILE or not isinstance(stated.get("logFormat"), int) or stated["logFormat"] > FORMAT:
        raise StoreRefused(f"The file has the format {str(form)[:40]!r}.", "Install a newer evidence-graph to read it.")
    try:
        return msgspec.convert(stated, Header)
    except msgspec.ValidationError as error:
        raise RecordDamaged("The log file's header cannot be read.", _ANOTHER_COPY) from error


class _Checked(msgspec.Struct, frozen=True):
    """One entry that is what its line says, and what its seals open to."""

    entry: Entry
    leaf: bytes
    opened: Opened


def _check(header: Header, file: gzip.GzipFile) -> None:
    """All entries are there, follow each other, and have the header's root."""
    frontier: tuple[bytes, ...] = ()
    size, before = 0, None
    for checked in _entries(file):
        _check_sequence(size, checked.entry, before, frontier)
        frontier = append(frontier, size, checked.leaf)
        size, before = size + 1, checked.entry
    if size != header.size:
        raise RecordDamaged(
            f"The log file ends after position {size - 1}; its header says {header.size} entries.", _ANOTHER_COPY
        )
    if root_hash(frontier).hex() != header.root:
        raise RecordDamaged(f"Entries 0 to {size - 1} do not have the root that the header names.", _ANOTHER_COPY)


def _entries(file: gzip.GzipFile) -> Iterator[_Checked]:
    for position, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b"")):
        try:
            yield _checked(line)
        except RecordDamaged as damage:
            raise RecordDamaged(f"Position {position}: {damage.message}", _ANOTHER_COPY) from damage
        except (msgspec.DecodeError, ValueError) as error:
            raise RecordDamaged(f"Position {position}: the line cannot be read.", _ANOTHER_COPY) from error


def _checked(line: bytes) -> _Checked:
    read = _LINE.decode(line)
    body = read.entry.encode()
    leaf = leaf_hash(body)
    if leaf.hex() != read.leaf:
        raise RecordDamaged("The entry does not have its leaf hash.")
    entry = decode_entry(body)
    return _Checked(entry, leaf, _opened_seals(entry, read.sealed))


def _opened_seals(entry: Entry, kept: dict[str, _Kept]) -> Opened:
    """What the entry's seals open to, by commitment; a seal without a value has been erased."""
    forms: SealedFields = getattr(entry.event, "annotations", {})
    opened: Opened = {}
    for field, value in kept.items():
        sealed = Sealed(forms.get(field, {}).get("sealed", ""), value.salt, value.value)
        if not opens(sealed, value.value):
            raise RecordDamaged(f"The value of {field[:60]!r} is not the one that was sealed.")
        opened[sealed.commitment] = sealed
    return opened


def _check_sequence(position: int, entry: Entry, before: Entry | None, frontier: tuple[bytes, ...]) -> None:
    """An entry may stand where it stands: a log begins once, its time never runs back, a real clock is not followed by a simulated one."""
    event = entry.event
    if isinstance(event, LogContinued) and (event.size, event.root) != (position, root_hash(frontier).hex()):
        raise RecordDamaged(f"Position {position}: the entries before it are not those it goes on from.", _ANOTHER_COPY)
    wrong = isinstance(event, LogCreated) != (before is None)
    if before is not None:
        wrong = wrong or entry.recorded_at < before.recorded_at or (entry.clock == SIMULATED != before.clock)
    if wrong:
        raise RecordDamaged(f"Position {position}: this entry cannot follow the ones before it.", _ANOTHER_COPY)


async def _store(store: GraphStore, header: Header, file: gzip.GzipFile, report: Report) -> None:
    group: list[_Checked] = []
    done = 0
    for checked in _entries(file):
        group.append(checked)
        if len(group) == ENTRIES_AT_ONCE or done + len(group) == header.size:
            await store.write(_Appending(header, done, group).run)
            done, group = done + len(group), []
            report(done, header.size)


class _Appending:
    """One transaction's entries, appended to a log of `size` entries."""

    def __init__(self, header: Header, size: int, group: Sequence[_Checked]) -> None:
        self.header, self.size, self.group = header, size, group

    async def run(self, transaction: Transaction) -> None:
        head = await transaction.lock_head()
        if (head.size if head else 0) != self.size:
            raise StoreRefused("The store has a log already.", "Load the file into a store without one.")
        tree = Tree(head)
        rows = [row for checked in self.group for row in _appended(checked, tree)]
        moved = tree.moved(self.group[-1].entry.recorded_at)
        if tree.size == self.header.size and moved.root != self.header.root:
            raise RecordDamaged("The file was changed while it was read.", "Load it again into an empty store.")
        for batch in in_batches([*with_names(rows), moved]):
            await transaction.put(batch)


def _appended(checked: _Checked, tree: Tree) -> list[Row]:
    """Entry and graph; the tree grows by it."""
    event = checked.entry.event
    if isinstance(event, LogCreated | LogContinued):
        tree.origin, tree.key_text = event.origin, event.key
    put = tree.add(checked.entry)
    return [put, *project(checked.entry, put.position, checked.opened)]
