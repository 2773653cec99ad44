"""Answers pinned to a log position: the same bytes for ever, with an ETag, and given again without being worked out anew."""

import json
from typing import Any

from evidence_graph.api.execution import Operation
from evidence_graph.api.pinned import PinnedAnswers
from tests.api import churn
from tests.api.conftest import Asking

CHAIN = """query ($of: [Urn!]!, $at: Long) {
  chain(of: $of, atPosition: $at) { artifacts { urn recordedAt } completeness { position } }
}"""
LIVE = "query ($validAt: DateTime) { live(atPosition: 7, validAt: $validAt) { deployments { since } } }"


def get(service: Asking, document: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
    parameters = {"query": document, "variables": json.dumps(variables)}
    return service.client.get("/graphql", params=parameters, headers=headers or {})


def test_a_pinned_answer_carries_a_strong_etag_and_is_not_sent_twice(service: Asking) -> None:
    """Whoever has it asks again with If-None-Match and is told that nothing changed."""
    first = get(service, CHAIN, of=[churn.WEEK], at=7)
    again = get(service, CHAIN, {"if-none-match": first.headers["etag"]}, of=[churn.WEEK], at=7)
    other = get(service, CHAIN, {"if-none-match": '"another"'}, of=[churn.WEEK], at=7)

    assert first.headers["etag"].startswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.content) == (200, first.content)


def test_later_writes_do_not_change_a_pinned_answer(service: Asking) -> None:
    """Not even a retraction of what it rests on; the answer at the head does change."""
    pinned = get(service, CHAIN, of=[churn.WEEK], at=7).content
    head = get(service, CHAIN, of=[churn.WEEK]).content

    service.record("retract", urn=churn.TRAINING, reason="Wrong rows.")

    assert get(service, CHAIN, of=[churn.WEEK], at=7).content == pinned
    assert get(service, CHAIN, of=[churn.WEEK]).content != head


def test_what_depends_on_a_clock_or_the_head_is_not_pinned(service: Asking) -> None:
    """No ETag where the same request may be answered otherwise tomorrow."""
    assert "etag" not in get(service, CHAIN, of=[churn.WEEK]).headers
    assert "etag" not in get(service, LIVE).headers
    assert "etag" in get(service, LIVE, validAt="2026-10-05T00:00:00Z").headers
    both = '{ log { size } artifact(urn: "' + churn.MODEL + '", atPosition: 7) { urn } }'
    assert "etag" not in get(service, both).headers
    assert "etag" not in get(service, CHAIN, of=["model:no/body@1"], at=7).headers


def test_post_gives_the_same_bytes(service: Asking) -> None:
    """Whatever way a pinned question comes, its answer is one."""
    body = {"query": CHAIN, "variables": {"of": [churn.WEEK], "at": 7}}

    asked = service.client.post("/graphql", json=body)

    assert asked.content == get(service, CHAIN, of=[churn.WEEK], at=7).content
    assert asked.headers["etag"]


def test_the_answers_kept_stay_within_their_room() -> None:
    """The least recently used go first, and one that would fill the room is not kept at all."""
    answers = PinnedAnswers(room=100)
    operations = [Operation(f"{{ q{number} }}") for number in range(12)]
    for operation in operations[:10]:
        answers.keep(operation, "me", b"x" * 10)
    assert answers.find(operations[0], "me") is not None

    answers.keep(operations[10], "me", b"y" * 10)
    answers.keep(operations[11], "me", b"z" * 50)

    assert answers.find(operations[0], "me") is not None
    assert answers.find(operations[1], "me") is None
    assert answers.find(operations[11], "me") is None
    assert answers.find(operations[0], "somebody else") is None
