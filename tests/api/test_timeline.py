"""What happened, over HTTP: every field, pages that fit together, and words for what cannot be answered."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import Asking

RECORDED = "2026-10-10T00:00:00.000001Z"


def pages(service: Asking, **arguments: Any) -> list[dict[str, Any]]:
    """All events, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = service.ask("timeline", after=after, **arguments)
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


def test_an_event_shows_all_there_is(service: Asking) -> None:
    timeline = service.ask("timeline", of=churn.SLOT)

    assert timeline["nodes"][0] == {
        "what": "ROLL_OUT_BEGAN",
        "urn": churn.ROLL_OUT,
        "validTime": "2026-10-02T08:00:00.000000Z",
        "recordedAt": RECORDED,
        "position": 6,
        "actor": "local",
        "via": "API",
        "source": {name: churn.SOURCE[name] for name in ("repo", "commit", "run", "tool")},
        "sentence": f"The roll-out of {churn.MODEL} began: PRODUCTION with all of the traffic.",
        "related": churn.MODEL,
        "relation": "SERVES",
    }
    assert [event["what"] for event in timeline["nodes"]] == ["ROLL_OUT_BEGAN", "WINDOW_RECORDED"]
    assert timeline["pageInfo"]["hasNextPage"] is False
    assert (timeline["completeness"]["position"], timeline["completeness"]["complete"]) == (7, True)


def test_an_end_nobody_stated_has_no_entry(service: Asking) -> None:
    """It follows from another roll-out."""
    begun = {"urn": "deployment:churn/eu-prod@43", "serves": churn.MODEL, "from": "2026-11-01T00:00:00Z"}
    assert service.record("register_evidence", deployments=[begun])["userErrors"] == []

    event = service.ask("timeline", of=churn.ROLL_OUT, order="VALID")["nodes"][-1]

    assert (event["what"], event["related"], event["validTime"]) == (
        "TAKEN_OVER", begun["urn"], "2026-11-01T00:00:00.000000Z",
    )  # fmt: skip
    assert [event[name] for name in ("recordedAt", "position", "actor", "via", "source", "relation")] == [None] * 6


@pytest.mark.parametrize("order", ["KNOWN", "VALID"])
@pytest.mark.parametrize("first", [1, 2, 3, 100])
def test_pages_fit_together_while_things_are_recorded(service: Asking, order: str, first: int) -> None:
    """They stand on the position of the first page."""
    whole = pages(service, of="churn/*", order=order)
    page = service.ask("timeline", of="churn/*", order=order, first=first)
    service.record("register_evidence", datasets=[{"urn": "dataset:churn/new@1", "occurredAt": "2026-10-01T05:30:00Z"}])

    found = page["nodes"]
    while page["pageInfo"]["hasNextPage"]:
        page = service.ask("timeline", of="churn/*", order=order, first=first, after=page["pageInfo"]["endCursor"])
        found += page["nodes"]

    assert found == whole
    assert len(pages(service, of="churn/*", order=order)) == len(whole) + 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"of": "dataset:a/b@1"}, "NOT_FOUND", "Nothing about dataset:a/b@1"),
        ({"of": "churn"}, "BAD_USER_INPUT", "churn/*"),
        ({"of": "churn/*", "first": 0}, "BAD_USER_INPUT", "first is 0"),
        ({"of": "churn/*", "first": 1_001}, "BAD_USER_INPUT", "first is 1001"),
        ({"of": "churn/*", "after": "what"}, "BAD_USER_INPUT", "no cursor"),
        ({"of": "churn/*", "after": "WyJ0Iiw3LCJLTk9XTiIsZmFsc2UsMCwxODQ0Njc0NDA3MzcwOTU1MTYxNiwiIiwwXQ"}, "BAD_USER_INPUT", "no cursor"),
        ({"of": "churn/*", "atPosition": 99}, "BAD_USER_INPUT", "atPosition is 99"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why(service: Asking, arguments: dict[str, Any], code: str, words: str) -> None:
    declared = {"of": "String!", "first": "Int", "after": "String", "atPosition": "Long"}
    head = ", ".join(f"${name}: {declared[name]}" for name in arguments)
    passed = ", ".join(f"{name}: ${name}" for name in arguments)
    error = service.error(f"query({head}) {{ timeline({passed}) {{ nodes {{ urn }} }} }}", arguments)

    assert error["extensions"]["code"] == code
    assert words in error["message"]


def test_a_cursor_belongs_to_its_order(service: Asking) -> None:
    cursor = service.ask("timeline", of="churn/*", first=1)["pageInfo"]["endCursor"]

    error = service.error(
        'query($after: String) { timeline(of: "churn/*", order: VALID, after: $after) { nodes { urn } } }',
        {"after": cursor},
    )

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "order" in error["message"]
