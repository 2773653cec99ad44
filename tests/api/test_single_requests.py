"""The mutations that speak of one thing, and recordKpiWindows."""

from typing import Any

import pytest

from evidence_graph.evidence.requests import read_adjustment, read_ending, read_retraction
from tests.api import churn
from tests.api.conftest import Asking

NEXT = "deployment:churn/eu-prod@43"


def faults(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


def deploy(service: Asking, **changes: Any) -> dict[str, Any]:
    input = {"urn": NEXT, "serves": churn.MODEL, "from": "2026-10-12T00:00:00Z", **changes}
    found = service.record("deploy", **input)
    assert isinstance(found, dict)
    return found


def test_a_roll_out_begins_and_says_that_no_gate_was_asked(service: Asking) -> None:
    assert deploy(service) == {
        "outcome": {"item": "deployments[0]", "urn": NEXT, "outcome": "CREATED", "position": 8},
        "position": 8,
        "userErrors": [],
        "gate": "NOT_ASKED",
    }


def test_two_roll_outs_cannot_take_a_slot_at_the_same_instant(service: Asking) -> None:
    payload = deploy(service, **{"from": "2026-10-02T08:00:00Z"})

    assert faults(payload) == [("CONFLICT", "from")]
    assert (payload["gate"], payload["position"]) == (None, None)
    assert payload["outcome"] == {"item": "deployments[0]", "urn": NEXT, "outcome": "CONFLICT", "position": None}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"urn": "deployment:churn/eu-prod"}, ("INVALID", "deployments[0]")),
        ({"serves": "dataset:a/b@1"}, ("INVALID", "serves")),
        ({"from": "soon"}, ("INVALID", "from")),
        ({"traffic": 0}, ("INVALID", "traffic")),
    ],
)
def test_a_roll_out_that_cannot_be_is_refused(service: Asking, changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults(deploy(service, **changes)) == [fault]


def test_a_roll_out_changes_its_mode_and_share_from_an_instant_on(service: Asking) -> None:
    deploy(service, mode="SHADOW")

    payload = service.record(
        "adjust_deployment", urn=NEXT, mode="CANARY", traffic=0.25, **{"from": "2026-10-13T00:00:00Z"}
    )

    assert (payload["outcome"]["outcome"], payload["position"]) == ("EXTENDED", 9)
    before, after = (
        next(one for one in service.ask("live", validAt=at)["deployments"] if one["deployment"]["urn"] == NEXT)
        for at in ("2026-10-12T12:00:00Z", "2026-10-13T00:00:00Z")
    )
    assert (before["mode"], before["traffic"]) == ("SHADOW", 1.0)
    assert (after["mode"], after["traffic"]) == ("CANARY", 0.25)


def test_a_roll_out_ends_and_its_end_is_corrected(service: Asking) -> None:
    ended = service.record("end_deployment", urn=churn.ROLL_OUT, to="2026-10-20T00:00:00Z", reason="Drift.")
    corrected = service.record("end_deployment", urn=churn.ROLL_OUT, to="2026-10-21T00:00:00Z")

    assert (ended["outcome"]["outcome"], ended["position"]) == ("EXTENDED", 8)
    assert corrected["position"] == 9
    assert service.ask("artifact", urn=churn.ROLL_OUT)["to"] == "2026-10-21T00:00:00.000000Z"
    assert service.ask("artifact", urn=churn.ROLL_OUT, atPosition=8)["to"] == "2026-10-20T00:00:00.000000Z"


def test_a_declaration_is_taken_back_and_a_stub_remains(service: Asking) -> None:
    payload = service.record("retract", urn=churn.TRAINING, reason="It was never used.")

    assert payload["outcome"] == {"item": "retraction", "urn": churn.TRAINING, "outcome": "EXTENDED", "position": 8}
    assert service.ask("artifact", urn=churn.TRAINING)["declared"] is False
    assert service.ask("artifact", urn=churn.TRAINING, atPosition=7)["declared"] is True


def test_a_kpi_is_defined_and_other_content_under_its_version_is_a_conflict(service: Asking) -> None:
    created = service.record("define_kpi", **{**churn.kpi(), "version": "2"})
    refused = service.record("define_kpi", **{**churn.kpi(), "version": "2", "direction": "LOWER_IS_BETTER"})

    assert created["outcome"] == {
        "item": "kpis[0]",
        "urn": "kpi:churn/conversion@2",
        "outcome": "CREATED",
        "position": 8,
    }
    assert faults(refused) == [("CONFLICT", "version")]
    assert faults(service.record("define_kpi", name="churn/other")) == [("INVALID", "direction")]


def test_windows_are_recorded_revised_and_kept_inside_the_live_interval(service: Asking) -> None:
    revised = service.record("record_kpi_windows", windows=[churn.week(revision=1, successes=900)], source=churn.SOURCE)
    outside = service.record("record_kpi_windows", windows=[churn.week(start="2026-10-01T00:00:00Z")])

    assert [outcome["outcome"] for outcome in revised["outcomes"]] == ["REVISED"]
    assert service.ask("artifact", urn=revised["outcomes"][0]["urn"])["toldBy"] == churn.SOURCE
    assert faults(outside) == [("INVALID", "windows[0].start")]


@pytest.mark.parametrize(
    ("stem", "input"),
    [
        ("deploy", {"urn": NEXT, "serves": churn.MODEL, "from": "2026-10-12T00:00:00Z"}),
        ("adjust_deployment", {"urn": churn.ROLL_OUT, "mode": "CANARY", "from": "2026-10-12T00:00:00Z"}),
        ("end_deployment", {"urn": churn.ROLL_OUT, "to": "2026-10-12T00:00:00Z", "reason": "Drift."}),
        ("retract", {"urn": churn.TRAINING, "reason": "It was never used."}),
        ("define_kpi", {**churn.kpi(), "version": "2"}),
        ("record_kpi_windows", {"windows": [churn.week(revision=1, successes=1)]}),
    ],
)
def test_every_request_is_tried_dry_and_recorded_once_for_one_key(
    service: Asking, stem: str, input: dict[str, Any]
) -> None:
    dry = service.record(stem, **input, dryRun=True)
    first = service.record(stem, **input, idempotencyKey="k")
    again = service.record(stem, **input, idempotencyKey="k")

    assert (dry["position"], dry["userErrors"]) == (None, [])
    assert first["position"] == 8
    assert again == first


@pytest.mark.parametrize(
    ("stem", "input", "found"),
    [
        ("adjust_deployment", {"urn": churn.ROLL_OUT, "from": "2026-10-12T00:00:00Z"}, [("INVALID", "mode")]),
        (
            "adjust_deployment",
            {"urn": "x", "from": "y", "traffic": 7},
            [("INVALID", "urn"), ("INVALID", "from"), ("INVALID", "traffic")],
        ),
        ("adjust_deployment", {"urn": churn.MODEL, "from": "2026-10-12T00:00:00Z", "traffic": 1}, [("INVALID", "urn")]),
        ("adjust_deployment", {"urn": NEXT, "from": "2026-10-12T00:00:00Z", "traffic": 1}, [("INVALID", "urn")]),
        (
            "adjust_deployment",
            {"urn": churn.ROLL_OUT, "from": "2026-10-01T00:00:00Z", "traffic": 1},
            [("INVALID", "from")],
        ),
        ("end_deployment", {"urn": churn.ROLL_OUT, "to": "2026-10-01T00:00:00Z"}, [("INVALID", "to")]),
        ("end_deployment", {"urn": churn.ROLL_OUT, "to": "2026-10-01"}, [("INVALID", "to")]),
        ("retract", {"urn": churn.TRAINING, "reason": " "}, [("INVALID", "reason")]),
        ("retract", {"urn": churn.TRAINING, "to": churn.CUSTOMERS, "reason": "x"}, [("INVALID", "to")]),
        ("retract", {"urn": "model:a/none@1", "reason": "x"}, [("INVALID", "urn")]),
        ("retract", {"urn": churn.TRAINING, "relation": "SERVES", "reason": "x"}, [("INVALID", "relation")]),
    ],
)
def test_a_request_that_cannot_be_is_refused_field_by_field(
    service: Asking, stem: str, input: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    payload = service.record(stem, **input)

    assert faults(payload) == found
    assert payload["position"] is None
    assert service.ask("log")["size"] == 8


@pytest.mark.parametrize(
    ("read", "request_", "fields"),
    [
        (read_adjustment, {}, ["adjustment.mode", "adjustment.urn", "adjustment.from"]),
        (read_ending, {}, ["ending.urn", "ending.to"]),
        (read_retraction, {}, ["retraction.reason", "retraction.urn"]),
        (read_retraction, {"urn": churn.MODEL, "reason": "x", "relation": "SERVED"}, ["retraction.relation"]),
        (read_ending, {"urn": churn.ROLL_OUT, "til": "x"}, ["ending"]),
        (read_ending, [], ["ending"]),
    ],
)
def test_readers_list_what_is_missing(read: Any, request_: Any, fields: list[str]) -> None:
    manifest = read(request_)

    assert [fault.field for fault in manifest.faults] == fields
    assert manifest.items == []
