"""How two artifacts are connected, over HTTP: every field of the answer, and what is refused."""

from typing import Any

import msgspec
import pytest

from evidence_graph.api.questions.diff import FieldChange
from evidence_graph.api.questions.path import PathAbsence, PathCount
from evidence_graph.lineage import diff_fields, path_absence, path_links
from tests.api import churn
from tests.api.conftest import Asking


def test_a_path_shows_direction_artifacts_steps_and_number(service: Asking) -> None:
    found = service.ask("path", **{"from": churn.CUSTOMERS, "to": churn.WEEK})

    assert (found["direction"], found["bothWays"], found["absence"]) == ("TO_RESTS_ON_FROM", False, None)
    assert [one["urn"] for one in found["artifacts"]] == [
        churn.WEEK,
        churn.ROLL_OUT,
        churn.MODEL,
        churn.TRAINING,
        churn.CUSTOMERS,
    ]
    assert found["artifacts"][0]["successes"] == 901
    first = found["steps"][0]
    assert (first["relation"], first["from"], first["to"], first["actor"]) == (
        "MEASURES",
        churn.WEEK,
        churn.ROLL_OUT,
        "local",
    )
    assert found["paths"] == {"exactly": 1, "moreThan": None}
    assert (found["completeness"]["position"], found["completeness"]["complete"]) == (7, True)


def test_no_path_says_why(service: Asking) -> None:
    """Time, knowledge, structure."""
    ends = {"from": churn.MODEL, "to": churn.CUSTOMERS}
    service.record("retract", urn=churn.TRAINING, reason="It was wrong.")

    time = service.ask("path", **ends, validAt="2026-10-01T05:30:00Z", atPosition=7)
    knowledge = service.ask("path", **ends)
    structure = service.ask("path", **{"from": churn.CUSTOMERS, "to": churn.CUSTOMERS_BEFORE})

    assert [each["absence"]["reason"] for each in (time, knowledge, structure)] == ["TIME", "KNOWLEDGE", "STRUCTURE"]
    assert [each["direction"] for each in (time, knowledge, structure)] == [None] * 3
    assert (time["absence"]["notYet"], knowledge["absence"]["atPosition"]) == ([churn.MODEL], 7)
    assert knowledge["absence"]["sentence"].endswith("ask with atPosition 7 to see it.")
    assert (knowledge["artifacts"], knowledge["steps"], knowledge["paths"]) == ([], [], None)
    assert knowledge["completeness"]["unresolved"] == [churn.TRAINING, churn.CUSTOMERS_BEFORE]


@pytest.mark.parametrize(("at", "pinned"), [(7, True), (8, True), (None, False)])
def test_a_path_at_a_position_has_an_etag(service: Asking, at: int | None, pinned: bool) -> None:
    service.record("register_evidence", datasets=[{"urn": "dataset:a/b@1"}])

    assert etag(service, churn.MODEL, churn.CUSTOMERS, at) is pinned


def test_the_reason_why_there_is_no_path_is_not_for_ever(service: Asking) -> None:
    """What is recorded later may give another one, save when what was on record by then gives it."""
    assert etag(service, churn.TENURE, churn.CUSTOMERS, 7) is False
    assert etag(service, churn.CUSTOMERS, churn.CUSTOMERS, 7, "2026-01-01T00:00:00Z") is True
    service.record("retract", urn=churn.TRAINING, reason="It was wrong.")
    assert etag(service, churn.MODEL, churn.CUSTOMERS, 8) is True


def etag(service: Asking, start: str, goal: str, at: int | None, valid_at: str | None = None) -> bool:
    document = (
        "query($a: Urn!, $b: Urn!, $at: Long, $v: DateTime) "
        "{ path(from: $a, to: $b, atPosition: $at, validAt: $v) { direction absence { reason } } }"
    )
    variables = {"a": start, "b": goal, "at": at, "v": valid_at}
    response = service.client.post("/graphql", json={"query": document, "variables": variables})
    assert "errors" not in response.json()
    return "etag" in response.headers


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"from": churn.MODEL, "to": "dataset:crm/none@1"}, "NOT_FOUND", "dataset:crm/none@1 is not on record at position 7"),
        ({"from": "dataset:crm/customers", "to": churn.MODEL}, "BAD_USER_INPUT", "from names a series"),
        ({"from": churn.MODEL, "to": churn.SLOT}, "BAD_USER_INPUT", "to names a slot"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why(service: Asking, arguments: dict[str, Any], code: str, words: str) -> None:
    error = service.error("query($from: Urn!, $to: Urn!) { path(from: $from, to: $to) { bothWays } }", arguments)

    assert error["extensions"]["code"] == code
    assert words in error["message"]


def test_a_request_may_ask_for_two_paths_and_not_three(service: Asking) -> None:
    """Each may walk through as much as the longest chain."""
    one = f'path(from: "{churn.MODEL}", to: "{churn.TRAINING}") {{ bothWays }}'

    assert len(service.data(f"{{ a: {one} b: {one} }}")) == 2
    assert service.error(f"{{ a: {one} b: {one} c: {one} }}")["extensions"]["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("shown", "found", "inside"),
    [
        (PathCount, path_links.PathCount, set()),
        (PathAbsence, path_absence.Absence, {"final"}),
        (FieldChange, diff_fields.FieldChange, set()),
    ],
    ids=["count", "absence", "field"],
)
def test_answers_shown_as_they_are_have_the_attributes_that_are_shown(
    shown: type, found: type[msgspec.Struct], inside: set[str]
) -> None:
    """The API shows these structures of the read side without copying them."""
    assert set(shown.__annotations__) == set(found.__struct_fields__) - inside
