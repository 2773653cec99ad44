"""Opening a store on Neo4j runs what its schema lacks, and nothing else."""

import re

from evidence_graph.store.named_queries import named_query
from evidence_graph.store.neo4j_schema import lacking

STATEMENTS = named_query("cypher", "schema").statements
NAMES = set(re.findall(r"(\w+) IF NOT EXISTS", " ".join(STATEMENTS)))


def test_a_new_server_is_given_all_of_it() -> None:
    """Every statement that creates something has a name of its own."""
    assert lacking(STATEMENTS, set(), has_head=False) == STATEMENTS
    assert len(NAMES) == sum("IF NOT EXISTS" in statement for statement in STATEMENTS) == len(STATEMENTS) - 2


def test_a_store_that_has_everything_is_told_nothing() -> None:
    """As is usual."""
    assert lacking(STATEMENTS, NAMES | {"an_index_of_somebody_else"}, has_head=True) == []


def test_what_is_missing_is_made_and_waited_for() -> None:
    """An index that a version added, or that somebody dropped; and a database that was emptied, but has its schema."""
    in_the_end = STATEMENTS[-2:]

    for name in sorted(NAMES):
        ran = lacking(STATEMENTS, NAMES - {name}, has_head=True)
        assert [f"{name} IF NOT EXISTS" in statement for statement in ran] == [True, False, False]
        assert ran[1:] == in_the_end
    assert lacking(STATEMENTS, NAMES, has_head=False) == in_the_end
    assert "awaitIndexes" in in_the_end[0]
