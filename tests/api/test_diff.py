"""What differs between two chains, over HTTP: every field of the answer, and what is refused."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import Asking

NEXT = "model:churn/churn@8"


def next_model(service: Asking) -> None:
    source = {"commit": "4a20", "parameters": {"depth": 7}}
    payload = service.record(
        "register_evidence",
        models=[{"urn": NEXT, "trainedOn": [churn.TRAINING], "revises": [churn.MODEL], "source": source}],
    )
    assert payload["userErrors"] == []


def test_a_difference_shows_artifacts_fields_steps_and_both_completenesses(service: Asking) -> None:
    next_model(service)

    found = service.ask("diff", before={"of": churn.MODEL}, after={"of": NEXT})

    changed, gone = found["changes"]
    assert (changed["change"], changed["distance"], changed["succession"], changed["certain"]) == (
        "REPLACED", 0, "REVISES", True,
    )  # fmt: skip
    assert (changed["before"]["urn"], changed["after"]["urn"]) == (churn.MODEL, NEXT)
    assert changed["fields"] == [
        {"field": "occurredAt", "before": "2026-10-01T06:00:00.000000Z", "after": None},
        {"field": "source.commit", "before": None, "after": "4a20"},
        {"field": "source.parameters.depth", "before": None, "after": 7},
    ]
    assert (gone["change"], gone["before"]["urn"], gone["before"]["declared"], gone["after"]) == (
        "REMOVED", churn.CUSTOMERS_BEFORE, False, None,
    )  # fmt: skip
    assert found["separating"] == changed
    assert [(step["relation"], step["to"]) for step in found["stepsAdded"]] == [("TRAINED_ON", churn.TRAINING)]
    assert [step["relation"] for step in found["stepsRemoved"]] == ["EVALUATED_ON", "TRAINED_ON"]
    completeness = found["completeness"]
    assert (completeness["before"]["complete"], completeness["after"]["complete"]) == (False, True)
    assert completeness["complete"] is False


def test_one_artifact_at_two_moments(service: Asking) -> None:
    """By position, by the instant it was known at, by valid time."""
    service.set_clock("2026-10-11T00:00:00Z")
    service.record("register_evidence", datasets=[{"urn": churn.CUSTOMERS_BEFORE, "digest": churn.DIGEST}])
    points = [{"atPosition": 7}, {"knownAt": "2026-10-10T12:00:00Z"}]

    for point in points:
        (change,) = service.ask("diff", before={"of": churn.MODEL, **point}, after={"of": churn.MODEL})["changes"]
        assert (change["change"], change["before"]["declared"], change["after"]["digest"]) == (
            "CHANGED", False, churn.DIGEST,
        )  # fmt: skip
    then = {"of": churn.TRAINING, "validAt": "2026-09-30T00:00:00Z"}
    found = service.ask("diff", before=then, after={"of": churn.TRAINING})
    assert [(change["change"], change["after"]["urn"]) for change in found["changes"]] == [("ADDED", churn.CUSTOMERS)]
    assert found["completeness"]["before"]["validAt"] == "2026-09-30T00:00:00.000000Z"
    assert service.ask("diff", before=then, after=then)["changes"] == []


def test_annotations_are_those_of_each_side(service: Asking) -> None:
    document = (
        "query($a: PointInput!, $b: PointInput!) { diff(before: $a, after: $b) { separating { before { description } "
        "after { description } } } }"
    )
    service.record("retract", urn=churn.CUSTOMERS, reason="It was wrong.")
    service.record("register_evidence", datasets=[{"urn": churn.CUSTOMERS, "description": "Fewer."}])

    found = service.data(document, {"a": {"of": churn.CUSTOMERS, "atPosition": 7}, "b": {"of": churn.CUSTOMERS}})

    assert found["diff"]["separating"] == {
        "before": {"description": "Every customer."},
        "after": {"description": "Fewer."},
    }


def test_a_limit_cuts_each_side_and_says_so(service: Asking) -> None:
    next_model(service)

    found = service.ask("diff", before={"of": churn.MODEL}, after={"of": NEXT}, limit=2)

    assert [found["completeness"][side]["truncated"] for side in ("before", "after")] == [True, True]
    assert {change["certain"] for change in found["changes"]} == {False}


@pytest.mark.parametrize(
    ("before", "code", "words"),
    [
        ({"of": "model:churn/none@1"}, "NOT_FOUND", "model:churn/none@1 is not on record at position 7"),
        ({"of": "model:churn/churn"}, "BAD_USER_INPUT", "before.of names a series"),
        ({"of": churn.MODEL, "validAt": "soon"}, "BAD_USER_INPUT", "before.validAt"),
        ({"of": churn.MODEL, "atPosition": 99}, "BAD_USER_INPUT", "atPosition is 99"),
        ({"of": churn.MODEL, "atPosition": 7, "knownAt": "2026-10-10T12:00:00Z"}, "BAD_USER_INPUT", "both given"),
    ],
)
def test_what_cannot_be_answered_says_why(service: Asking, before: dict[str, Any], code: str, words: str) -> None:
    document = "query($a: PointInput!, $b: PointInput!) { diff(before: $a, after: $b) { completeness { complete } } }"
    error = service.error(document, {"a": before, "b": {"of": churn.MODEL}})

    assert error["extensions"]["code"] == code
    assert words in error["message"]


def test_two_chains_at_the_highest_limit_are_within_the_cost_limit(service: Asking) -> None:
    point = {"of": churn.MODEL}

    assert service.ask("diff", before=point, after=point, limit=10_000)["changes"] == []
    document = "query($a: PointInput!) { diff(before: $a, after: $a, limit: 10001) { completeness { complete } } }"
    assert service.error(document, {"a": point})["extensions"]["code"] == "BAD_USER_INPUT"
