"""Each question and each write is one file in every dialect, and says truly what it takes and what it gives."""

import pkgutil
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

import apsw
import apsw.ext
import msgspec
import pytest

from evidence_graph.record.rows import STATEMENTS
from evidence_graph.store.named_queries import NamedQuery, Question, named_query
from graph_schema.relations import RELATIONS_BY_NAME, RelationClass, names_of

QUERIES = Path(__file__).parents[2] / "queries"
ROOMS = ("store", "lineage", "evidence", "interop")
DIALECTS = ("sql", "cypher")
WRITES = {row.statement: row for row in STATEMENTS}
SCRIPTS = {"schema": (), "clear_graph": ("layout",), "purge": ()}  # several statements, and what they take
WALKED = {
    "chain": [names_of(RelationClass.MADE_FROM, RelationClass.JUDGED_ON)],
    "exposure_windows": [frozenset({"MEASURES"})],
    "kpi_": [frozenset({"MEASURES"})],
    "portfolio_": [frozenset({"MEASURES"})],
    "exposure_judged": [
        names_of(RelationClass.JUDGED_ON),
        frozenset({"MEASURES"}),
        names_of(RelationClass.JUDGED_ON) | {"MEASURES"},
    ],
    "exposure": [names_of(RelationClass.MADE_FROM) - {"MEASURES"}],
    "successions": [names_of(RelationClass.SUCCESSION)],
    "schema": [names_of(RelationClass.MADE_FROM, RelationClass.JUDGED_ON)],
    "": [names_of(RelationClass.MADE_FROM)],
}


@cache
def questions() -> dict[str, Question[msgspec.Struct, msgspec.Struct]]:
    """Every question that some module below the API asks, by its stem."""
    names = [
        f"evidence_graph.{room}.{module.name}"
        for room in ROOMS
        for module in pkgutil.iter_modules(import_module(f"evidence_graph.{room}").__path__)
    ]
    found = [value for name in names for value in questions_in(vars(import_module(name)).values())]
    return {question.stem: question for question in found}


def questions_in(values: Iterable[object]) -> list[Question[msgspec.Struct, msgspec.Struct]]:
    """Questions among some values, also those that are fields of a struct."""
    found: list[Question[msgspec.Struct, msgspec.Struct]] = []
    for value in values:
        if isinstance(value, Question):
            found.append(value)
        elif isinstance(value, msgspec.Struct):
            found += questions_in(getattr(value, field) for field in value.__struct_fields__)
    return found


def stems(dialect: str) -> set[str]:
    return {file.stem for file in (QUERIES / dialect).iterdir() if file.suffix == f".{dialect}"}


def files() -> list[object]:
    return [
        pytest.param(dialect, stem, id=f"{dialect}/{stem}") for dialect in DIALECTS for stem in sorted(stems(dialect))
    ]


def names(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    return struct.__struct_fields__


def columns(query: NamedQuery) -> tuple[str, ...]:
    """What a Cypher question returns: all its rows as one list in one record, because the driver is slow by the record."""
    found = re.search(r"\nRETURN collect\(\[([\w,\s]+)\]\) AS rows$", query.text)
    return tuple(found[1].replace(",", " ").split()) if found else ()


def test_every_stem_stands_in_both_dialects() -> None:
    assert stems("sql") == stems("cypher")


def test_every_file_is_asked_by_somebody_and_everything_asked_has_a_file() -> None:
    assert stems("sql") == {*questions(), *WRITES, *SCRIPTS}


@pytest.mark.parametrize(("dialect", "stem"), files())
def test_a_file_opens_with_one_sentence_the_same_in_both_dialects(dialect: str, stem: str) -> None:
    if stem != "schema":
        assert named_query(dialect, stem).sentence == named_query("sql", stem).sentence


@pytest.mark.parametrize(("dialect", "stem"), files())
def test_what_a_file_takes_and_gives_is_what_its_types_say(dialect: str, stem: str) -> None:
    """Columns in the order of the row type's fields: engines build rows by it."""
    query = named_query(dialect, stem)

    if stem in SCRIPTS:
        assert (query.takes, query.gives) == (SCRIPTS[stem], ())
    elif stem in WRITES:
        assert (query.takes, query.gives) == (names(WRITES[stem]), ())
    else:
        question = questions()[stem]
        assert query.takes == names(question.parameters)
        assert query.gives == names(question.row)


@pytest.mark.parametrize(("dialect", "stem"), files())
def test_every_placeholder_is_taken_and_everything_taken_is_used(dialect: str, stem: str) -> None:
    """A Cypher write takes its rows as one list: there the fields of `row` are the placeholders."""
    query = named_query(dialect, stem)

    if dialect == "cypher" and stem in WRITES:
        assert query.placeholders == {"rows"}
        assert set(re.findall(r"\brow\.(\w+)", query.text)) == set(query.takes)
    elif dialect == "cypher" or stem not in SCRIPTS:  # SQLite's layout is set by no statement that takes anything
        assert query.placeholders == set(query.takes)


@pytest.mark.parametrize("stem", sorted(stems("sql") - {*WRITES, *SCRIPTS}))
def test_a_question_returns_the_columns_it_gives(stem: str) -> None:
    """SQLite says itself what a statement would return."""
    connection = apsw.Connection(":memory:")
    connection.execute(named_query("sql", "schema").text)
    in_sql = apsw.ext.query_info(connection, named_query("sql", stem).text).description

    assert tuple(name for name, _ in in_sql) == named_query("sql", stem).gives
    assert columns(named_query("cypher", stem)) == named_query("cypher", stem).gives


@pytest.mark.parametrize("stem", sorted(stems("cypher")))
def test_every_cypher_statement_names_its_language(stem: str) -> None:
    """Both server lines are supported, and their default languages differ."""
    statements = named_query("cypher", stem).statements

    assert all(statement.startswith("CYPHER 5") for statement in statements)
    assert len(statements) == 1 or stem in SCRIPTS


@pytest.mark.parametrize(("dialect", "stem"), files())
def test_the_relations_a_file_walks_are_those_of_the_schema(dialect: str, stem: str) -> None:
    """A chain walks what things are made from and judged on; an exposure walks them apart; every other question that names relations
    walks what things are made from.
    """
    wanted = next(lists for prefix, lists in WALKED.items() if stem.startswith(prefix))

    for walked in relation_lists(dialect, named_query(dialect, stem).text):
        assert walked in wanted
    assert not stem.startswith("chain") or relation_lists(dialect, named_query(dialect, stem).text)


def relation_lists(dialect: str, text: str) -> list[frozenset[str]]:
    """Each place of a text that names relations, as a set; names that stand alone, one for each branch, are one place together."""
    some = "|".join(RELATIONS_BY_NAME)
    pattern = rf"\[\w*:((?:{some})(?:\|(?:{some}))*)\]" if dialect == "cypher" else rf"\(((?:'(?:{some})'(?:,\s*)?)+)\)"
    places = [frozenset(re.findall(r"\w+", found)) for found in re.findall(pattern, text)]
    alone = frozenset[str]().union(*(place for place in places if len(place) == 1))
    return [place for place in places if len(place) > 1] + ([alone] if alone else [])
