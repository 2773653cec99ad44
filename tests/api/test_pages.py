"""Pages by key: every element once, whatever is recorded meanwhile."""

from typing import Any

import pytest

from tests.api.conftest import Asking

MANY = [f"dataset:many/part@{number:02}" for number in range(7)]


@pytest.fixture
def many(empty: Asking) -> Asking:
    empty.record("register_evidence", datasets=[{"urn": urn} for urn in MANY])
    return empty


def pages(service: Asking, stem: str, **arguments: Any) -> list[list[dict[str, Any]]]:
    """All pages to the end."""
    found, after = [], None
    while True:
        page = service.ask(stem, after=after, **arguments)
        found.append(page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize("first", [1, 2, 3, 6, 7, 8])
def test_pages_hold_every_artifact_once_in_order(many: Asking, first: int) -> None:
    found = pages(many, "artifacts", first=first)

    assert [node["urn"] for page in found for node in page] == MANY
    assert all(len(page) == first for page in found[:-1])


def test_an_edge_has_the_cursor_to_go_on_from(many: Asking) -> None:
    document = "query($after: String) { artifacts(first: 3, after: $after) { edges { cursor node { urn } } } }"
    edges = many.data(document)["artifacts"]["edges"]

    after_the_second = many.data(document, {"after": edges[1]["cursor"]})["artifacts"]["edges"]

    assert [edge["node"]["urn"] for edge in after_the_second] == MANY[2:5]


def test_later_pages_stand_on_the_position_of_the_first(many: Asking) -> None:
    """What is recorded while somebody turns pages does not get between them."""
    page = many.ask("artifacts", first=3)
    many.record("register_evidence", datasets=[{"urn": "dataset:many/part@03a"}])

    following = many.ask("artifacts", first=3, after=page["pageInfo"]["endCursor"])
    afresh = many.ask("artifacts", first=3, after=page["pageInfo"]["endCursor"], atPosition=8)

    assert following["completeness"]["position"] == page["completeness"]["position"] == 7
    assert "dataset:many/part@03a" not in [node["urn"] for node in following["nodes"]]
    assert "dataset:many/part@03a" in [node["urn"] for node in afresh["nodes"]]


def test_pages_of_deployments_follow_their_beginning(empty: Asking) -> None:
    begins = [
        {
            "urn": f"deployment:many/slot-{number % 2}@{number}",
            "serves": "model:many/m@1",
            "from": f"2026-10-0{day}T00:00:00Z",
        }
        for number, day in enumerate([4, 1, 3, 1, 2], start=1)
        if (number, day) != (4, 1)
    ]
    assert empty.record("register_evidence", deployments=begins)["userErrors"] == []

    found = pages(empty, "deployments", first=2)

    since = [node["since"] for page in found for node in page]
    assert since == sorted(since)
    assert len(since) == len(begins)


@pytest.mark.parametrize(("first", "accepted"), [(0, False), (1, True), (1_000, True), (1_001, False), (-1, False)])
def test_the_size_of_a_page_is_bounded(many: Asking, first: int, accepted: bool) -> None:
    for root in ("artifacts", "deployments"):
        body = many.body(
            f"query($first: Int) {{ {root}(first: $first) {{ pageInfo {{ hasNextPage }} }} }}", {"first": first}
        )

        assert ("errors" not in body) == accepted
        if not accepted:
            assert body["errors"][0]["message"] == f"first is {first}. Ask for 1 to 1000."
