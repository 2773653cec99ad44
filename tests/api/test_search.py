"""Searching over HTTP: every field of the answer, its bounds, and texts that are no words."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import Asking


def test_a_hit_shows_the_artifact_and_where_it_was_found(service: Asking) -> None:
    found = service.ask("search", text="every customer")

    (hit,) = found["hits"]
    assert (hit["artifact"]["urn"], hit["artifact"]["__typename"]) == (churn.CUSTOMERS, "Dataset")
    assert hit["artifact"]["description"] == "Every customer."
    assert (hit["matched"], hit["score"]) == ("DESCRIPTION", 0.8)
    assert found["more"] is False
    assert (found["completeness"]["position"], found["completeness"]["complete"]) == (7, True)


def test_stubs_are_found_and_counted_as_unresolved(service: Asking) -> None:
    found = service.ask("search", text="customers", kinds=["DATASET"])

    assert {hit["artifact"]["urn"] for hit in found["hits"]} == {churn.CUSTOMERS, churn.CUSTOMERS_BEFORE}
    assert found["completeness"]["unresolved"] == [churn.CUSTOMERS_BEFORE]


def test_it_is_asked_as_of_a_moment(service: Asking) -> None:
    before = service.ask("search", text="churn", kinds=["MODEL"], atPosition=4)
    existing = service.ask("search", text="churn", kinds=["MODEL"], validAt="2026-10-01T00:00:00Z")

    assert (before["hits"], before["completeness"]["position"]) == ([], 4)
    assert existing["hits"] == []
    assert service.ask("search", text="churn", kinds=["MODEL"])["hits"][0]["artifact"]["urn"] == churn.MODEL


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": "?!"}, "no letter"),
        ({"text": "a" * 1_025}, "1025 characters"),
        ({"text": "a", "first": 0}, "first is 0"),
        ({"text": "a", "first": 101}, "first is 101"),
    ],
)
def test_what_cannot_be_searched_for_says_why(service: Asking, arguments: dict[str, Any], words: str) -> None:
    document = "query($text: String!, $first: Int) { search(text: $text, first: $first) { more } }"
    error = service.error(document, arguments)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert words in error["message"]


def test_no_syntax_of_an_index_reaches_it(service: Asking) -> None:
    """The answer is empty, and not everything."""
    for text in ("zzz*", "(zzz OR w*)", 'zzz" OR "churn', "words:zzz", "/zz.*/", "zzz~2", "NOT zzz", "[a TO zzz]"):
        assert service.ask("search", text=text)["hits"] == [], text


def test_half_a_character_is_no_text(service: Asking) -> None:
    """JSON can spell what UTF-8 cannot."""
    body = b'{"query": "query($text: String!) { search(text: $text) { more } }", "variables": {"text": "dataset:a/\\ud800@1"}}'
    response = service.client.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
