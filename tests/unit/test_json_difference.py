"""Where two JSON values differ first: for people who look for what was changed in a claim."""

from typing import Any

import pytest

from evidence_graph.interop.json_difference import first_difference


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ({"a": 1}, {"a": 1.0}, ""),
        ({"b": 1, "a": {"c": [1, 2]}}, {"b": 2, "a": {"c": [1, 3]}}, "claim.a.c[1]"),
        ({"a": 1}, {}, "claim.a"),
        ({}, {"a": None}, "claim.a"),
        ([1, 2], [1], "claim[1]"),
        ([], [1], "claim[0]"),
        ({"a": []}, {"a": {}}, "claim.a"),
        ({"a": "1"}, {"a": 1}, "claim.a"),
        ({"a": True}, {"a": 1}, "claim.a"),
        (0.1 + 0.2, 0.3, "claim"),
    ],
)
def test_the_first_difference_is_named_by_its_place(one: Any, other: Any, place: str) -> None:
    """By names in order and by indexes; numbers are equal when they are written alike."""
    assert first_difference(one, other, "claim") == place
