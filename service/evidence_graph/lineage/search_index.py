"""What an expression finds in the full-text indexes: all of it where it is not much, else the newest, and never a look at everything.

Both engines are asked for any that fit, a bounded number; when that many come back there may be very many more, and only then the newest
are asked for, in spans of log positions that grow until there are enough (`record.search_ages`).
"""

from typing import TypeVar

import msgspec

from evidence_graph.lineage.artifact import UrnRow
from evidence_graph.record.search_ages import spans_back_from
from evidence_graph.record.search_words import kind_expression
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from graph_schema import KINDS

T = TypeVar("T", bound=msgspec.Struct)

MOST_SERIES = 500
MOST_DESCRIPTIONS = 200


class FewParameters(msgspec.Struct, frozen=True):
    """An expression of keys (`record.search_words`), and how many rows at most."""

    expression: str
    limit: int


class SearchParameters(msgspec.Struct, frozen=True):
    """An expression of keys, kinds, a position, and how many rows at most."""

    expression: str
    kinds: list[str]
    position: int
    limit: int


class SeriesRow(msgspec.Struct, frozen=True):
    """URN of a series, and the log position it was first named at."""

    series: str
    position: int


class FewDescriptions(msgspec.Struct, frozen=True):
    """An expression of keys, a position, and how many rows at most."""

    expression: str
    position: int
    limit: int


class DescribedRow(msgspec.Struct, frozen=True):
    """An artifact, the log position it was described at, and whether that was its newest description at the position asked about."""

    urn: str
    position: int
    newest: bool


SEARCH_FEW = Question("search_few", FewParameters, SeriesRow)
SEARCH = Question("search", SearchParameters, SeriesRow)
SEARCH_DESCRIPTIONS_FEW = Question("search_descriptions_few", FewDescriptions, DescribedRow)
SEARCH_DESCRIPTIONS = Question("search_descriptions", SearchParameters, UrnRow)


class Sought(msgspec.Struct, frozen=True):
    """Kinds of artifacts, and the log position as of which they are sought."""

    kinds: list[str]
    position: int


async def fitting_series(store: GraphStore, expression: str, sought: Sought) -> tuple[list[str], bool]:
    """The MOST_SERIES that fit and were named last; and whether there are more."""
    expression = _of_kinds(expression, sought.kinds)
    few = await store.ask(SEARCH_FEW, FewParameters(expression, MOST_SERIES + 1))
    if len(few) > MOST_SERIES:
        rows, more = await _newest(store, SEARCH, expression, sought, MOST_SERIES)
        return [row.series for row in rows], more
    known = (row.series for row in few if row.position <= sought.position)
    return [series for series in known if series.partition(":")[0] in sought.kinds], False


async def fitting_descriptions(store: GraphStore, expression: str, sought: Sought) -> tuple[list[str], bool]:
    """The MOST_DESCRIPTIONS artifacts that fit by their newest descriptions and were described last; and whether there are more."""
    expression = _of_kinds(expression, sought.kinds)
    few = await store.ask(SEARCH_DESCRIPTIONS_FEW, FewDescriptions(expression, sought.position, MOST_DESCRIPTIONS + 1))
    if len(few) > MOST_DESCRIPTIONS:
        rows, more = await _newest(store, SEARCH_DESCRIPTIONS, expression, sought, MOST_DESCRIPTIONS)
        return [row.urn for row in rows], more
    known = sorted((row.position, row.urn) for row in few if row.newest and row.position <= sought.position)
    return [urn for _, urn in reversed(known) if urn.partition(":")[0] in sought.kinds], False


async def _newest(
    store: GraphStore, question: Question[SearchParameters, T], expression: str, sought: Sought, most: int
) -> tuple[list[T], bool]:
    """The `most` that are newest; and whether there are more."""
    rows: list[T] = []
    for span in spans_back_from(sought.position):
        narrowed = f"({expression}) AND {span}" if span else expression
        rows = await store.ask(question, SearchParameters(narrowed, sought.kinds, sought.position, most + 1))
        if len(rows) > most:
            break
    return rows[:most], len(rows) > most


def _of_kinds(expression: str, kinds: list[str]) -> str:
    return f"({expression}) AND {kind_expression(kinds)}" if len(kinds) < len(KINDS) else expression
