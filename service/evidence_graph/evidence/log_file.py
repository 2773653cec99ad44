"""A whole log in one file: for backups, restores and recorded data that ships with the package.

A gzip file of JSON lines, UTF-8. The first line is the header: format, size and root of the log's Merkle tree, origin, key and time of its
last entry. Then one line an entry, in order: its canonical bytes as text, its RFC 6962 leaf hash, and by field the values sealed in it
with their salts, as far as they are not erased. Reading takes nothing on trust: every entry must be canonical and have its leaf hash,
every value must open its seal, and the entries together must have the header's root. `log_writing.py` writes such
a file, `log_loading.py` stores what is in one.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import msgspec

from evidence_graph.errors import RecordDamaged, StoreRefused
from evidence_graph.evidence.log_sequence import LogSequence
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.record.entry import FORMAT, Entry, decode_entry
from evidence_graph.record.events import SealedFields
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import Json
from evidence_graph.record.project import Opened
from evidence_graph.record.sealing import Sealed, is_salt, opens

LOG_FILE = "evidence-log/1"
ENTRIES_AT_ONCE = 1_000
LONGEST_LINE = 64 * 2**20

Report = Callable[[int, int], None]  # entries done, entries in all


class Cries(msgspec.Struct, frozen=True):
    """In how many windows a rule found the KPI worse than what it is held against, and in how many better."""

    worse: int
    better: int


class Chapter(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A stretch of a KPI as people saw it at an instant, on both clocks, and what rules that are not made for it say of its windows.

    `cries` is by rule, None where it cannot say anything; `spread` is the standard deviation of the windows' values,
    `spread_of_change` that of their differences to a control, None without one.
    """

    held_against: str
    of: str
    kpi: str
    at: str
    cries: dict[str, Cries | None]
    spread: float
    spread_of_change: float | None = None


class Demo(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """What `evidence demo` shows of recorded evidence.

    `story` has a line on what was recorded, then one before each answer: what was live at `live_at`, the chain behind `window` as known
    two weeks after `known_earlier`, the same chain as known at `known_earlier`, and the `chapters` of a KPI, if any.
    """

    story: str
    live_at: str
    window: str
    known_earlier: str
    chapters: tuple[Chapter, ...] = ()


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


class KeptValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed value with its salt (hexadecimal)."""

    salt: str
    value: Json


class LogLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry: canonical bytes as text, leaf hash (hexadecimal), what is sealed in it by field."""

    entry: str
    leaf: str
    sealed: dict[str, KeptValue] = {}


_HEADER, _LINE = msgspec.json.Decoder(Header), msgspec.json.Decoder(LogLine)


_ANOTHER_COPY = "Get another copy of the file."


class Contents(msgspec.Struct, frozen=True):
    """The header of a file that is what it says, and the root (hexadecimal) of its first so many entries; None for more than it has."""

    header: Header
    root: str | None


def check_log_file(source: Path | bytes, entries: int = 0, report: Report = lambda done, total: None) -> Contents:
    """Check the file from beginning to end. Raises RecordDamaged naming the position, StoreRefused for a newer format."""
    with _opened(source) as file:
        return _check(_read_header(file), file, entries, report)


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


class CheckedEntry(msgspec.Struct, frozen=True):
    """One entry that is what its line says, and what its seals open to."""

    entry: Entry
    leaf: bytes
    opened: Opened


def _check(header: Header, file: gzip.GzipFile, entries: int, report: Report) -> Contents:
    """All entries are there, may follow each other, and have the header's root, origin and key."""
    sequence, root, recorded_at = LogSequence(), None, 0
    for checked in _entries(file):
        sequence.take(checked.entry, checked.leaf)
        recorded_at = checked.entry.recorded_at
        if sequence.size == entries:
            root = sequence.root
        if sequence.size % ENTRIES_AT_ONCE == 0:
            report(sequence.size, header.size)
    last, key = sequence.size - 1, sequence.keys.current
    if sequence.size != header.size:
        raise RecordDamaged(
            f"The log file ends after position {last}; its header says {header.size} entries.", _ANOTHER_COPY
        )
    if sequence.root != header.root:
        raise RecordDamaged(f"Entries 0 to {last} do not have the root that the header names.", _ANOTHER_COPY)
    if key is None or (key.name, key.text) != (header.origin, header.key):
        raise RecordDamaged("The header names another origin or key than the entries.", _ANOTHER_COPY)
    if (header.log_format, header.recorded_at) != (FORMAT, format_instant(recorded_at)):
        raise RecordDamaged("The header names another format or time than the entries.", _ANOTHER_COPY)
    return Contents(header, root)


@contextmanager
def entries_of(source: Path | bytes) -> Iterator[Iterator[CheckedEntry]]:
    """The entries of a file in order, each checked by itself. Raises as check_log_file, while they are read."""
    with _opened(source) as file:
        _read_header(file)
        yield _entries(file)


def _entries(file: gzip.GzipFile) -> Iterator[CheckedEntry]:
    for position, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b"")):
        try:
            yield _checked(line)
        except RecordDamaged as damage:
            raise RecordDamaged(f"Position {position}: {damage.message}", _ANOTHER_COPY) from damage
        except (msgspec.DecodeError, ValueError) as error:
            raise RecordDamaged(f"Position {position}: the line cannot be read.", _ANOTHER_COPY) from error


def _checked(line: bytes) -> CheckedEntry:
    read = _LINE.decode(line)
    body = read.entry.encode()
    leaf = leaf_hash(body)
    if leaf.hex() != read.leaf:
        raise RecordDamaged("The entry does not have its leaf hash.")
    entry = decode_entry(body)
    return CheckedEntry(entry, leaf, _opened_seals(entry, read.sealed))


def _opened_seals(entry: Entry, kept: dict[str, KeptValue]) -> Opened:
    """What the entry's seals open to, by commitment; a seal without a value has been erased."""
    forms: SealedFields = getattr(entry.event, "annotations", {})
    opened: Opened = {}
    for field, value in kept.items():
        sealed = Sealed(forms[field]["sealed"] if field in forms else "", value.salt, value.value)
        if not is_salt(value.salt) or not opens(sealed, value.value):
            raise RecordDamaged(f"The value of {field[:60]!r} is not the one that was sealed.")
        opened[sealed.commitment] = sealed
    return opened
