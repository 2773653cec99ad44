"""What the API says of an erasure, and that no answer kept before it is given after it, by whatever process."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from evidence_graph.app import create_app
from evidence_graph.settings import Settings
from tests.api import churn
from tests.api.conftest import Asking

NAME = "Quartermaine"
THING = "dataset:a/b@1"
DESCRIBED = {"datasets": [{"urn": THING, "description": f"Kept by {NAME}.", "uri": "s3://b"}]}
PINNED = '{ artifact(urn: "dataset:a/b@1", atPosition: 8) { description erased } }'


@pytest.fixture
def told(service: Asking) -> Asking:
    """The service with one thing more on record, at position 8."""
    assert service.record("register_evidence", **DESCRIBED)["position"] == 8
    return service


@pytest.fixture
def neighbour(settings: Settings, told: Asking) -> Iterator[TestClient]:
    """Another service on the same store."""
    with TestClient(create_app(settings)) as client:
        yield client


def test_an_erasure_says_what_is_gone_and_how_far(told: Asking) -> None:
    """The artifact says that there was something; the timeline says who erased it."""
    payload = told.record("erase", urn=THING, reason="Asked for.")

    assert payload == {
        "outcome": {"item": "erasure", "urn": THING, "outcome": "ERASED", "position": 9},
        "erased": [{"field": "DESCRIPTION", "values": 1}, {"field": "URI", "values": 1}],
        "purge": "DONE",
        "position": 9,
        "userErrors": [],
    }
    artifact = told.ask("artifact", urn=THING)
    assert (artifact["description"], artifact["uri"], artifact["erased"]) == (None, None, ["DESCRIPTION", "URI"])
    assert told.ask("artifact", urn=churn.MODEL)["erased"] == []
    happened = [(one["what"], one["position"]) for one in told.ask("timeline", of=THING)["nodes"]]
    assert happened == [("DECLARED", 8), ("ERASED", 9)]


def test_a_dry_run_and_a_refusal_purge_nothing(told: Asking) -> None:
    """And erase nothing."""
    dry = told.record("erase", urn=THING, fields=["URI"], reason="Asked for.", dryRun=True)
    refused = told.record("erase", urn="dataset:a/none@1", reason=" ")

    assert (dry["position"], dry["purge"], dry["erased"]) == (None, None, [{"field": "URI", "values": 1}])
    assert (refused["purge"], refused["erased"]) == (None, [])
    assert [(fault["code"], fault["field"]) for fault in refused["userErrors"]] == [("INVALID", "reason")]
    assert told.ask("artifact", urn=THING)["uri"] == "s3://b"


def test_what_was_erased_is_recorded_again_only_when_somebody_insists(told: Asking) -> None:
    """The outcome names what was left out."""
    told.record("erase", urn=THING, fields=["DESCRIPTION"], reason="Asked for.")

    again = told.record("register_evidence", **DESCRIBED)
    insisting = told.record("register_evidence", **DESCRIBED, restateErased=True)

    assert [(one["outcome"], one["leftOut"]) for one in again["outcomes"]] == [("UNCHANGED", ["DESCRIPTION"])]
    assert [(one["outcome"], one["leftOut"]) for one in insisting["outcomes"]] == [("EXTENDED", [])]
    assert told.ask("artifact", urn=THING)["description"] == f"Kept by {NAME}."


def test_an_answer_kept_before_an_erasure_is_given_by_nobody_after_it(told: Asking, neighbour: TestClient) -> None:
    """Neither by the service that erased, nor by another one on the same store; who has the old one is sent the new one."""
    clients = [told.client, neighbour]
    before = [client.get("/graphql", params={"query": PINNED}) for client in clients for _ in range(2)]
    assert {NAME in answer.text for answer in before} == {True}

    told.record("erase", urn=THING, reason="Asked for.")

    for client in clients:
        known = {"if-none-match": before[0].headers["etag"]}
        after = client.get("/graphql", params={"query": PINNED}, headers=known)
        assert (after.status_code, NAME in after.text) == (200, False)
        assert json.loads(after.text)["data"]["artifact"]["erased"] == ["DESCRIPTION", "URI"]
        again = client.get("/graphql", params={"query": PINNED}, headers={"if-none-match": after.headers["etag"]})
        assert again.status_code == 304
