"""Exposure over HTTP: every field, both clocks, and words for what cannot be answered."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import Asking

LABELS = "dataset:churn/labels@2026-10"


def test_an_exposure_shows_all_there_is(service: Asking) -> None:
    found = service.ask("exposure", to=[churn.CUSTOMERS], validAt="2026-11-01T00:00:00Z")

    assert found["summary"] == (
        f"1 deployment touched, 1 still live: {churn.ROLL_OUT} since 2026-10-02T08:00:00Z; 1 KPI window in that time."
    )
    assert found["totals"] == {
        "deployments": 1, "stillLive": 1, "windows": 1, "judgedOn": 0, "artifacts": 3, "bad": 1, "withoutCovers": 0, "atLeast": False,
    }  # fmt: skip
    assert (found["bad"], found["judgedOn"]) == ([churn.CUSTOMERS], [])
    (one,) = found["deployments"]
    witness, windows = one.pop("witness"), one.pop("windows")
    assert one == {
        "slot": churn.SLOT,
        "deployment": {"urn": churn.ROLL_OUT, "declared": True, "description": None},
        "model": {"urn": churn.MODEL, "declared": True, "description": None},
        "from": "2026-10-02T08:00:00.000000Z",
        "until": None,
        "stillLive": True,
        "learned": True,
        "windowCount": 1,
    }
    assert [(step["relation"], step["from"], step["to"]) for step in witness] == [
        ("DERIVED_FROM", churn.TRAINING, churn.CUSTOMERS),
        ("TRAINED_ON", churn.MODEL, churn.TRAINING),
        ("SERVES", churn.ROLL_OUT, churn.MODEL),
    ]
    assert {step["actor"] for step in witness} == {"local"}
    assert [(window["urn"], window["start"], window["revision"]) for window in windows] == [
        (churn.WEEK, "2026-10-02T08:00:00.000000Z", 0)
    ]
    assert found["completeness"]["validAt"] == "2026-11-01T00:00:00.000000Z"
    assert found["completeness"]["complete"] is True


def test_what_is_still_live_is_said_of_now_unless_an_instant_is_given(service: Asking) -> None:
    service.record("end_deployment", urn=churn.ROLL_OUT, to="2026-10-20T00:00:00Z")

    service.set_clock("2026-10-19T23:59:59Z")
    before = service.ask("exposure", to=[churn.TENURE])
    service.set_clock("2026-10-20T00:00:00Z")
    after = service.ask("exposure", to=[churn.TENURE])
    then = service.ask("exposure", to=[churn.TENURE], validAt="2026-10-05T00:00:00Z")

    assert [one["deployments"][0]["stillLive"] for one in (before, after, then)] == [True, False, True]
    assert after["completeness"]["validAt"] == "2026-10-20T00:00:00.000000Z"
    assert "none still live" in after["summary"]


def test_a_series_and_what_was_only_judged(service: Asking) -> None:
    """The bad time selects versions; a window whose labels are bad judges its deployment."""
    week = churn.week(start="2026-10-09T08:00:00Z", end="2026-10-16T08:00:00Z", computedFrom=[LABELS])
    service.record("register_evidence", windows=[week], datasets=[{"urn": LABELS}])

    judged = service.ask("exposure", to=[LABELS], validAt="2026-11-01T00:00:00Z")
    early = service.ask("exposure", to=["dataset:crm/customers"], badTo="2026-09-01T00:00:00Z")
    late = service.ask("exposure", to=["dataset:crm/customers"], badFrom="2026-09-30T00:00:00Z")

    assert (judged["deployments"], judged["totals"]["judgedOn"]) == ([], 1)
    (one,) = judged["judgedOn"]
    assert (one["deployment"]["urn"], one["learned"], one["windowCount"]) == (churn.ROLL_OUT, False, 1)
    assert [step["relation"] for step in one["witness"]] == ["COMPUTED_FROM", "MEASURES"]
    assert early["bad"] == [churn.CUSTOMERS_BEFORE]
    assert early["totals"]["withoutCovers"] == 1
    assert late["bad"] == [churn.CUSTOMERS_BEFORE, churn.CUSTOMERS]


def test_only_deployments_of_interest(service: Asking) -> None:
    assert service.ask("exposure", to=[churn.MODEL], liveTo="2026-10-02T08:00:00Z")["deployments"] == []
    assert service.ask("exposure", to=[churn.MODEL], liveFrom="2026-10-02T08:00:00Z")["totals"]["deployments"] == 1


def test_descriptions_of_windows_can_be_asked_for(service: Asking) -> None:
    """They stand beside the log and are read only then."""
    week = churn.week(revision=1, description="Corrected.")
    service.record("register_evidence", windows=[week])

    found = service.data(
        'query($to: [Urn!]!) { exposure(to: $to, validAt: "2026-11-01T00:00:00Z") { deployments { windows { description } } } }',
        {"to": [churn.MODEL]},
    )

    assert found["exposure"]["deployments"] == [{"windows": [{"description": "Corrected."}]}]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"to": []}, "BAD_USER_INPUT", "`to` is empty"),
        ({"to": ["nothing"]}, "BAD_USER_INPUT", "to[0] is not a URN"),
        ({"to": [churn.CUSTOMERS, churn.ROLL_OUT]}, "BAD_USER_INPUT", "to[1] names a deployment"),
        ({"to": ["dataset:a/b@1"]}, "NOT_FOUND", "dataset:a/b@1 is not on record"),
        ({"to": ["dataset:a/b"]}, "NOT_FOUND", "dataset:a/b is not on record"),
        ({"to": [churn.MODEL], "badFrom": "yesterday"}, "BAD_USER_INPUT", "badFrom is not a time"),
        ({"to": [churn.MODEL], "badFrom": "2026-10-02T00:00:00Z", "badTo": "2026-10-02T00:00:00Z"}, "BAD_USER_INPUT", "badTo"),
        ({"to": [churn.MODEL], "liveFrom": "2026-10-02T00:00:00Z", "liveTo": "2026-10-01T00:00:00Z"}, "BAD_USER_INPUT", "liveTo"),
        ({"to": [churn.MODEL], "limit": 0}, "BAD_USER_INPUT", "limit is 0"),
        ({"to": [churn.MODEL], "limit": 10_001}, "BAD_USER_INPUT", "limit is 10001"),
        ({"to": [churn.MODEL], "atPosition": 99}, "BAD_USER_INPUT", "atPosition is 99"),
        ({"to": ["dataset:crm/customers"], "limit": 1}, "QUERY_TOO_COMPLEX", "Narrow badFrom and badTo"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why(service: Asking, arguments: dict[str, Any], code: str, words: str) -> None:
    service.record("register_evidence", datasets=[{"urn": churn.CUSTOMERS_BEFORE}])
    declared = {"to": "[Urn!]!", "limit": "Int", "atPosition": "Long"}
    head = ", ".join(f"${name}: {declared.get(name, 'DateTime')}" for name in arguments)
    passed = ", ".join(f"{name}: ${name}" for name in arguments)

    error = service.error(f"query({head}) {{ exposure({passed}) {{ summary }} }}", arguments)

    assert error["extensions"]["code"] == code
    assert words in error["message"]
