"""Unicode, quotes, slashes, percent signs, separators and very long names come through every question unchanged."""

import pytest

from evidence_graph.app import served_schema
from evidence_graph.store.graph_store import GraphStore
from tests import over_graphql, stories
from tests.awkward import NAMES, World
from tests.differential import ELSEWHERE

NOW = stories.at("2026-12-31T00:00:00Z")


def test_no_question_is_left_out() -> None:
    """`log` alone names nothing."""
    query = served_schema()._schema.query_type
    assert query is not None
    assert {question.stem for question in World("a").questions()} | {"log"} == query.fields.keys() - ELSEWHERE.keys()


@pytest.fixture
async def worlds(store: GraphStore) -> list[World]:
    """All of them in one record."""
    found = [World(name) for name in NAMES]
    for world in found:
        await stories.record(store, world.manifest())
    return found


async def test_awkward_names_come_through_every_question(store: GraphStore, worlds: list[World]) -> None:
    """Each world says the same as any other, and nothing of another."""
    for world in worlds:
        for question in world.questions():
            found = await over_graphql.ask(store, question.stem, NOW, **question.variables)
            assert question.look(found) == question.expected, (world.name, question.stem, question.variables)
