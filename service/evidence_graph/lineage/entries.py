"""Entries of the log as they are stored: by position, and by what they speak of."""

import msgspec

from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ENTRIES, EntriesBetween, EntryRow

__all__ = ["ENTRIES", "ENTRIES_ABOUT", "EntriesAbout", "EntriesBetween", "EntryRow"]


class EntriesAbout(msgspec.Struct, frozen=True):
    """Subjects (URNs), and the last position that counts."""

    subjects: list[str]
    position: int


ENTRIES_ABOUT = Question("entries_about", EntriesAbout, EntryRow)
