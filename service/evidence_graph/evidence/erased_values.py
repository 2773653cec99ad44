"""Telling what an entry erased from what somebody emptied: the values beside the log, held against the entries that erase. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from evidence_graph.evidence.audit_questions import AnnotationStored
from evidence_graph.store.stored import AnnotationRow, ErasureRow

Erasures = Mapping[tuple[str, str], int]  # by URN and field, the position of the last entry that erased it


def last_erasures(rows: Iterable[ErasureRow]) -> Erasures:
    """The last entry that erased each field."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        found[row.urn, row.field] = max(row.position, found.get((row.urn, row.field), -1))
    return found


def is_emptied(row: AnnotationStored | AnnotationRow, erasures: Erasures) -> bool:
    """Whether a sealed value is missing though no entry erased it."""
    return bool(row.commitment) and not row.salt and not _erased(row, erasures)


def wrong_values(rows: Iterable[AnnotationStored], erasures: Erasures) -> Iterator[tuple[str, str]]:
    """Values that are missing without an entry, and values that are there in spite of one: where, and what is wrong."""
    for row in rows:
        where = f"{row.urn} {row.field} {row.position}"
        if is_emptied(row, erasures):
            yield where, "emptied: no entry erased it"
        elif row.salt and _erased(row, erasures):
            yield where, "still there: an entry erased it"


def _erased(row: AnnotationStored | AnnotationRow, erasures: Erasures) -> bool:
    return erasures.get((row.urn, row.field), -1) > row.position
