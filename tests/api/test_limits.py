"""What a request may be, from both sides of every limit; all of it holds before anything runs."""

from typing import Any

import pytest

from evidence_graph.api.http import LARGEST_BODY
from evidence_graph.api.limits import (
    DEEPEST_SELECTION,
    DEEPEST_VARIABLES,
    LONGEST_KEPT_DOCUMENT,
    MOST_ALIASES,
    MOST_DIRECTIVES,
    MOST_FIELDS,
    MOST_OPERATIONS,
    MOST_TOKENS,
    known_document,
)
from tests.api import churn
from tests.api.conftest import Asking


def codes(body: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in body.get("errors", [])}


def tokens(count: int) -> str:
    """A document of that many tokens: three around its fields and comments for none."""
    return "{" + " log{size}" * ((count - 2) // 4) + "}"


def aliases(count: int) -> str:
    return "{" + " ".join(f"a{number}: log {{ size }}" for number in range(count)) + "}"


def doubled_aliases(times: int) -> str:
    """Each fragment spreads the one before it twice."""
    spreads = [f"fragment F{n} on Query {{ ...F{n - 1} ...F{n - 1} }}" for n in range(1, times)]
    return f"{{ ...F{times - 1} }} fragment F0 on Query {{ a: log {{ size }} }} {' '.join(spreads)}"


def fields(count: int) -> str:
    """That many fields, by way of a fragment with twenty that is spread under many roots."""
    inner = (
        "id urn kind namespace name version declared recordedAt position actor digest schemaDigest occurredAt "
        "sensitivity uri description properties toldBy { repo run }"
    )
    roots = [f'a{number}: artifact(urn: "model:a/b@1") {{ ...A }}' for number in range(count // 21)]
    rest = " log { " + "size " * (count % 21 - 1) + "}"
    return "{" + " ".join(roots) + rest + "} fragment A on Artifact {" + inner + "}"


def deep(count: int) -> str:
    """A field that many levels deep; introspection has no end to its depth."""
    inside = "name"
    for _ in range(count - 2):
        inside = f"ofType {{ {inside} }}"
    return f'{{ __type(name: "Query") {{ {inside} }} }}'


def test_documents_of_many_tokens_are_refused(service: Asking) -> None:
    fits, too_long = tokens(MOST_TOKENS - 1_000), tokens(MOST_TOKENS + 8)

    assert "errors" not in service.body(fits)
    body = service.body(too_long)
    assert codes(body) == {"BAD_USER_INPUT"}
    assert f"more than {MOST_TOKENS} tokens" in body["errors"][0]["message"]


@pytest.mark.parametrize(
    ("within", "beyond", "what"),
    [
        (aliases(MOST_ALIASES), aliases(MOST_ALIASES + 1), "aliases"),
        (doubled_aliases(4), doubled_aliases(40), "aliases"),
        (
            " ".join(f"query Q{n} {{ log {{ size }} }}" for n in range(MOST_OPERATIONS)),
            " ".join(f"query Q{n} {{ log {{ size }} }}" for n in range(MOST_OPERATIONS + 1)),
            "operations",
        ),
        (
            "{ log { " + "size @include(if: true) " * MOST_DIRECTIVES + "} }",
            "{ log { " + "size @include(if: true) " * (MOST_DIRECTIVES + 1) + "} }",
            "directives",
        ),
        (fields(MOST_FIELDS), fields(MOST_FIELDS + 1), "fields"),
        (deep(DEEPEST_SELECTION), deep(DEEPEST_SELECTION + 1), "levels"),
    ],
    ids=["aliases", "doubled aliases", "operations", "directives", "fields", "levels"],
)
def test_documents_are_bounded(service: Asking, within: str, beyond: str, what: str) -> None:
    inside = service.body(within, operationName="Q0" if "Q0" in within else None)
    outside = service.body(beyond)

    assert "errors" not in inside, inside["errors"]
    assert codes(outside) == {"QUERY_TOO_COMPLEX"}
    assert what in outside["errors"][0]["message"]
    assert "data" not in outside


def test_a_refused_mutation_has_recorded_nothing(empty: Asking) -> None:
    record = 'registerEvidence(input: { features: [{ urn: "feature:a/b@1" }] }) { position }'
    document = "mutation { " + " ".join(f"a{number}: {record}" for number in range(MOST_ALIASES + 1)) + " }"

    assert codes(empty.body(document)) == {"QUERY_TOO_COMPLEX"}
    assert empty.ask("log")["size"] == 1


def test_fragments_that_spread_themselves_are_refused(service: Asking) -> None:
    body = service.body("{ ...A } fragment A on Query { ...B log { size } } fragment B on Query { ...A }")

    assert codes(body) == {"BAD_USER_INPUT"}
    assert "Cannot spread fragment" in body["errors"][0]["message"]


@pytest.mark.parametrize(
    "document",
    [
        "{" + "a{" * 900 + "b" + "}" * 901,
        "{ artifact(urn: " + "[" * 900 + "]" * 900 + ") { urn } }",
        "query($a: " + "[" * 900 + "Int" + "]" * 900 + ") { log { size } }",
    ],
    ids=["selections", "lists", "types"],
)
def test_documents_nested_beyond_reading_are_refused(service: Asking, document: str) -> None:
    assert codes(service.body(document)) <= {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}
    assert service.ask("log")["size"] == 8


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_variables_are_bounded_in_depth(service: Asking) -> None:
    document = "query($a: JSON) { log { size } }"
    unused = "mutation($input: RegisterEvidenceInput!) { registerEvidence(input: $input) { userErrors { message } } }"

    def properties(levels: int) -> dict[str, Any]:
        return {"input": {"datasets": [{"urn": "dataset:a/b@1", "properties": nested(levels)}], "dryRun": True}}

    assert "errors" not in service.body(unused, properties(DEEPEST_VARIABLES - 4))
    assert codes(service.body(unused, properties(DEEPEST_VARIABLES - 3))) == {"BAD_USER_INPUT"}
    assert codes(service.body(document, nested(900))) == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_bomb_of_brackets_is_no_json(service: Asking, opening: bytes) -> None:
    content = b'{"query": "{ log { size } }", "variables": {"a": ' + opening * 100_000 + b"}}"

    response = service.client.post("/graphql", content=content, headers={"content-type": "application/json"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_bodies_are_bounded_in_size(service: Asking) -> None:
    def post(size: int) -> int:
        start, end = b'{"query": "{ log { size } }", "operationName": null, "extensions": {"a": "', b'"}}'
        content = start + b"x" * (size - len(start) - len(end)) + end
        return service.client.post(
            "/graphql", content=content, headers={"content-type": "application/json"}
        ).status_code

    assert post(LARGEST_BODY) == 200
    assert post(LARGEST_BODY + 1) == 413


def test_one_chain_at_its_highest_limit_is_always_answered(service: Asking) -> None:
    chain = service.ask("chain", of=[churn.WEEK], limit=10_000)

    assert len(chain["artifacts"]) == 7


@pytest.mark.parametrize(("limit", "accepted"), [(0, False), (1, True), (10_000, True), (10_001, False), (-1, False)])
def test_the_limit_of_a_chain_is_bounded(service: Asking, limit: int, accepted: bool) -> None:
    body = service.body(
        'query($l: Int) { chain(of: ["model:churn/churn@7"], limit: $l) { roots { urn } } }', {"l": limit}
    )

    assert codes(body) == (set() if accepted else {"BAD_USER_INPUT"})


def test_all_questions_of_a_request_share_one_bound(service: Asking) -> None:
    """Many questions in one request cannot ask for more than two of the longest chains."""
    chain = 'chain(of: ["model:churn/churn@7"], limit: 10000) { roots { urn } }'

    two = service.body(f"{{ a: {chain} b: {chain} }}")
    three = service.body(f"{{ a: {chain} b: {chain} c: {chain} log {{ size }} }}")
    pages = service.body("{" + " ".join(f"a{n}: artifacts(first: 1000) {{ nodes {{ urn }} }}" for n in range(21)) + "}")

    assert "errors" not in two
    assert codes(three) == codes(pages) == {"QUERY_TOO_COMPLEX"}
    assert three["data"]["log"] == {"size": 8}
    assert "Lower limit or first" in three["errors"][0]["message"]


def test_a_whole_introspection_is_answered_and_a_circular_one_is_not(service: Asking) -> None:
    from graphql import get_introspection_query

    circular = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"

    assert "errors" not in service.body(get_introspection_query(descriptions=True))
    assert codes(service.body(circular)) == {"BAD_USER_INPUT"}


def test_documents_are_parsed_and_validated_once() -> None:
    short, long = "{ log { size } }", "{ log { size } }" + " " * LONGEST_KEPT_DOCUMENT

    assert known_document(short) is known_document(short)
    assert known_document(long) is not known_document(long)


def test_a_document_that_failed_fails_again_in_the_same_words(service: Asking) -> None:
    document = "{ log { sise } }"

    assert service.body(document) == service.body(document)
    assert codes(service.body(document)) == {"BAD_USER_INPUT"}
