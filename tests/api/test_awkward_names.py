"""Awkward names over HTTP: registered and asked about, each comes back as it was told."""

import pytest

from tests.api.conftest import Asking
from tests.awkward import NAMES, World


@pytest.fixture
def worlds(empty: Asking) -> list[World]:
    """All of them in one record."""
    found = [World(name) for name in NAMES]
    for world in found:
        payload = empty.record("register_evidence", **world.manifest())
        assert payload["userErrors"] == []
        assert {outcome["urn"] for outcome in payload["outcomes"]} >= set(world.everything)
    return found


def test_awkward_names_come_through_every_question(empty: Asking, worlds: list[World]) -> None:
    """Also in variables and in JSON."""
    for world in worlds:
        for question in world.questions():
            found = empty.ask(question.stem, **question.variables)
            assert question.look(found) == question.expected, (world.name, question.stem, question.variables)
