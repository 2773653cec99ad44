"""Entries of the log as they are stored: by position, and by what they speak of."""

import msgspec

from evidence_graph.store.named_queries import Question


class EntriesBetween(msgspec.Struct, frozen=True):
    """Log positions, both inclusive."""

    first: int
    last: int


class EntriesAbout(msgspec.Struct, frozen=True):
    """Subjects (URNs), and the last position that counts."""

    subjects: list[str]
    position: int


class EntryRow(msgspec.Struct, frozen=True):
    """One entry: its position, time (µs, UTC), RFC 6962 leaf hash (hexadecimal) and canonical bytes as text."""

    position: int
    recorded_at: int
    leaf: str
    body: str


ENTRIES = Question("entries", EntriesBetween, EntryRow)
ENTRIES_ABOUT = Question("entries_about", EntriesAbout, EntryRow)
