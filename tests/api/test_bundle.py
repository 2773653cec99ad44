"""Evidence bundles over GraphQL: the document verifies, and the questions' own rules of moments and errors hold."""

import time

from evidence_graph.interop.bundle_verification import verify_bundle
from evidence_graph.resources import query_text
from tests.api import churn
from tests.api.conftest import Asking
from tests.api.test_log import key_of

BUNDLE = query_text("graphql", "bundle")
LOOKS = 1_000


def all_signed(service: Asking) -> None:
    """Wait until the head is signed: the service does so by itself, however busy the machine is."""
    for _ in range(LOOKS):
        log = service.ask("log")
        if log["checkpointSize"] == log["size"]:
            return
        time.sleep(0.05)
    raise AssertionError("it was never signed")


def test_the_document_verifies_under_the_key_that_the_log_names(service: Asking) -> None:
    """What is told about it beside is what stands in it."""
    all_signed(service)

    found = service.ask("bundle", of=churn.MODEL)
    verified = verify_bundle(found["document"].encode(), key_of(service))

    assert found["of"] == churn.MODEL == verified.bundle.of
    assert (found["position"], found["checkpointSize"]) == (verified.bundle.position, verified.head.size)
    assert found["knownAt"] == verified.bundle.known_at
    assert found["entryCount"] == len(verified.bundle.entries)
    assert found["validAt"] is None
    assert found["completeness"]["unresolved"] == [*verified.claim.chain.completeness.unresolved]


def test_a_moment_is_given_as_to_every_question(service: Asking) -> None:
    """Either clock of knowledge, and an instant of the world."""
    all_signed(service)

    pinned = service.ask("bundle", of=churn.MODEL, atPosition=7, validAt="2026-10-05T00:00:00Z")
    both = service.error(BUNDLE, {"of": churn.MODEL, "atPosition": 7, "knownAt": "2026-10-05T00:00:00Z"})
    beyond = service.error(BUNDLE, {"of": churn.MODEL, "atPosition": 10_000})

    assert (pinned["position"], pinned["validAt"]) == (7, "2026-10-05T00:00:00.000000Z")
    assert both["extensions"]["code"] == beyond["extensions"]["code"] == "BAD_USER_INPUT"


def test_what_is_not_on_record_has_no_bundle(service: Asking) -> None:
    """Neither has what is no artifact."""
    all_signed(service)

    unknown = service.error(BUNDLE, {"of": "model:a/none@1"})
    series = service.error(BUNDLE, {"of": "model:churn/churn"})

    assert unknown["extensions"]["code"] == "NOT_FOUND"
    assert series["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_bundle_is_never_kept_as_an_answer_that_cannot_change(service: Asking) -> None:
    """Its position may be pinned; its checkpoint is today's."""
    all_signed(service)

    body = {"query": BUNDLE, "variables": {"of": churn.MODEL, "atPosition": 7}}

    assert "etag" not in service.client.post("/graphql", json=body).headers
