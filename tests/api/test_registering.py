"""registerEvidence: all or nothing, every fault with its place, the same said twice recorded once."""

from typing import Any

import pytest

from evidence_graph.evidence.manifest import read_manifest
from tests.api import churn
from tests.api.conftest import Asking


def size(service: Asking) -> int:
    found = service.ask("log")["size"]
    assert isinstance(found, int)
    return found


def kinds(payload: dict[str, Any]) -> list[str]:
    return [outcome["outcome"] for outcome in payload["outcomes"]]


def test_each_item_gets_its_outcome_and_position(empty: Asking) -> None:
    payload = empty.record("register_evidence", **churn.manifest())

    assert [(outcome["item"], outcome["outcome"], outcome["position"]) for outcome in payload["outcomes"]] == [
        ("kpis[0]", "CREATED", 1),
        ("datasets[0]", "CREATED", 2),
        ("datasets[1]", "CREATED", 3),
        ("features[0]", "CREATED", 4),
        ("models[0]", "CREATED", 5),
        ("deployments[0]", "CREATED", 6),
        ("windows[0]", "CREATED", 7),
    ]
    assert (payload["position"], payload["userErrors"]) == (7, [])


def test_the_same_said_again_is_unchanged(service: Asking) -> None:
    payload = service.record("register_evidence", **churn.manifest())

    assert set(kinds(payload)) == {"UNCHANGED"}
    assert (payload["position"], size(service)) == (7, 8)


def test_a_dry_run_says_what_would_happen_and_records_nothing(empty: Asking) -> None:
    payload = empty.record("register_evidence", **churn.manifest(), dryRun=True)

    assert set(kinds(payload)) == {"CREATED"}
    assert {outcome["position"] for outcome in payload["outcomes"]} == {None}
    assert (payload["position"], size(empty)) == (None, 1)


def test_the_answer_can_be_asked_on_in_the_same_request(empty: Asking) -> None:
    document = (
        "mutation($input: RegisterEvidenceInput!) { registerEvidence(input: $input) "
        '{ position query { log { size } artifact(urn: "model:churn/churn@7") { urn } } } }'
    )

    payload = empty.data(document, {"input": churn.manifest()})["registerEvidence"]

    assert payload == {"position": 7, "query": {"log": {"size": 8}, "artifact": {"urn": churn.MODEL}}}


def test_inputs_may_be_written_into_the_document(empty: Asking) -> None:
    document = """mutation { registerEvidence(input: {
        models: { urn: "model:a/b@1", sensitivity: PERSONAL, properties: { deep: [{ er: null }, 1.5, true] } }
        deployments: [{ urn: "deployment:a/s@1", serves: "model:a/b@1", from: "2026-10-02T08:00:00Z", mode: SHADOW }]
    }) { userErrors { message } outcomes { outcome } } }"""

    payload = empty.data(document)["registerEvidence"]

    assert payload == {"userErrors": [], "outcomes": [{"outcome": "CREATED"}, {"outcome": "CREATED"}]}
    assert empty.ask("artifact", urn="model:a/b@1")["properties"] == {"deep": [{"er": None}, 1.5, True]}
    assert empty.ask("artifact", urn="deployment:a/s@1")["mode"] == "SHADOW"


def test_the_same_key_gives_the_first_answer_again(empty: Asking) -> None:
    first = empty.record("register_evidence", **churn.manifest(), idempotencyKey="k1")
    again = empty.record("register_evidence", **churn.manifest(), idempotencyKey="k1")

    assert again == first
    assert size(empty) == 8


def test_the_same_key_for_something_else_is_a_conflict(empty: Asking) -> None:
    empty.record("register_evidence", **churn.manifest(), idempotencyKey="k1")

    payload = empty.record("register_evidence", features=[{"urn": "feature:a/b@1"}], idempotencyKey="k1")

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("CONFLICT", "idempotencyKey")]
    assert (payload["position"], size(empty)) == (None, 8)


@pytest.mark.parametrize(("key", "accepted"), [("k" * 255, True), ("k" * 256, False), ("", False), ("~k", False)])
def test_a_key_is_bounded(empty: Asking, key: str, accepted: bool) -> None:
    body = empty.body(
        'mutation($key: String) { registerEvidence(input: {features: [{urn: "feature:a/b@1"}], idempotencyKey: $key}) '
        "{ position } }",
        {"key": key},
    )

    assert ("errors" not in body) == accepted
    assert accepted or body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_one_conflict_and_nothing_of_the_manifest_is_recorded(service: Asking) -> None:
    payload = service.record(
        "register_evidence",
        datasets=[{"urn": "dataset:new/thing@1"}, {"urn": churn.CUSTOMERS}, {"urn": churn.TRAINING}],
        models=[{"urn": churn.MODEL}],
    )

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("CONFLICT", "datasets[1].urn"),
        ("CONFLICT", "datasets[2].urn"),
        ("CONFLICT", "models[0].urn"),
    ]
    assert "revises" in payload["userErrors"][0]["message"]
    assert (payload["position"], size(service)) == (None, 8)
    assert service.ask("artifact", urn="dataset:new/thing@1") is None


def faulty(**section: Any) -> dict[str, Any]:
    return {name: [item] for name, item in section.items()}


FAULTS: list[tuple[dict[str, Any], str]] = [
    (faulty(datasets={"urn": "dataset"}), "datasets[0]"),
    (faulty(datasets={"urn": "table:a/b@1"}), "datasets[0]"),
    (faulty(datasets={"urn": "model:a/b@1"}), "datasets[0]"),
    (faulty(datasets={}), "datasets[0]"),
    (faulty(datasets={"urn": "dataset:a/b@1", "derivedFrom": ["kpi_window:a/b@1"]}), "datasets[0].derivedFrom[0]"),
    (faulty(datasets={"urn": "dataset:a/b@1", "derivedFrom": ["dataset:a/b@1"]}), "datasets[0].derivedFrom[0]"),
    (faulty(datasets={"urn": "dataset:a/b@1", "digest": "md5:12"}), "datasets[0].digest"),
    (faulty(datasets={"urn": "dataset:a/b@1", "digest": 12}), "datasets[0].digest"),
    (faulty(datasets={"urn": "dataset:a/b@1", "occurredAt": "2026-10-01T00:00:00"}), "datasets[0].occurredAt"),
    (faulty(datasets={"urn": "dataset:a/b@1", "occurredAt": 1790928000}), "datasets[0].occurredAt"),
    (
        faulty(
            datasets={"urn": "dataset:a/b@1", "covers": {"from": "2026-10-02T00:00:00Z", "to": "2026-10-01T00:00:00Z"}}
        ),
        "datasets[0].covers",
    ),
    (faulty(datasets={"urn": "dataset:a/b@1", "properties": [1]}), "datasets[0].properties"),
    (faulty(datasets={"urn": "dataset:a/b@1", "properties": {"n": 2**53}}), "datasets[0].properties"),
    (faulty(datasets={"urn": "dataset:a/b@1", "description": "x" * 1_000_000}), "datasets[0].description"),
    (faulty(deployments={**churn.roll_out(), "traffic": 1.5}), "deployments[0].traffic"),
    (faulty(deployments={**churn.roll_out(), "traffic": True}), "deployments[0].traffic"),
    (faulty(deployments={**churn.roll_out(), "to": "2026-10-01T00:00:00Z"}), "deployments[0].to"),
    (faulty(windows=churn.week(n=2**53)), "windows[0].n"),
    (faulty(windows=churn.week(n=1.5)), "windows[0].n"),
    (faulty(windows=churn.week(n="12")), "windows[0].n"),
    (faulty(windows=churn.week(n=True)), "windows[0].n"),
    (faulty(windows=churn.week(successes=-1)), "windows[0].successes"),
    (faulty(windows=churn.week(end="2026-10-01T00:00:00Z")), "windows[0].end"),
    (faulty(kpis={**churn.kpi(), "labelHorizon": "two weeks"}), "kpis[0].labelHorizon"),
    (faulty(kpis={**churn.kpi(), "smallestRelevantChange": {"relative": 0}}), "kpis[0].smallestRelevantChange"),
]


@pytest.mark.parametrize(("input", "field"), FAULTS, ids=[str(index) for index in range(len(FAULTS))])
def test_a_fault_is_told_in_the_words_a_file_would_get(empty: Asking, input: dict[str, Any], field: str) -> None:
    """Coercion does not judge what the manifest's reader judges."""
    payload = empty.record("register_evidence", **input)

    (fault,) = read_manifest(input).faults
    assert payload["userErrors"] == [
        {"code": "INVALID", "message": f"{fault.message} {fault.next_step}".strip(), "field": field}
    ]
    assert kinds(payload) == ["INVALID"]
    assert (payload["position"], size(empty)) == (None, 1)


def test_every_fault_of_a_request_is_listed(empty: Asking) -> None:
    payload = empty.record(
        "register_evidence",
        datasets=[{"urn": "dataset:a/b@1", "digest": "x", "occurredAt": "x"}, {"urn": "x"}],
        windows=[churn.week(n=-1)],
    )

    assert [error["field"] for error in payload["userErrors"]] == [
        "datasets[0].digest",
        "datasets[0].occurredAt",
        "datasets[1]",
        "windows[0].n",
    ]


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ({"datasets": [{"urn": "dataset:a/b@1", "derivedFromm": []}]}, "Did you mean 'derivedFrom'?"),
        ({"dataset": []}, "Did you mean 'datasets'?"),
        ({"deployments": [{**churn.roll_out(), "mode": "PRODUCTON"}]}, "Did you mean the enum value 'PRODUCTION'?"),
        ({"source": {"commit": 12}}, "String cannot represent a non string value: 12"),
    ],
)
def test_what_the_schema_has_no_place_for_is_refused_with_the_nearest_name(
    empty: Asking, input: dict[str, Any], message: str
) -> None:
    error = empty.error(
        "mutation($input: RegisterEvidenceInput!) { registerEvidence(input: $input) { position } }", {"input": input}
    )

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]
    assert size(empty) == 1


def test_a_manifest_of_a_thousand_items_is_one_command(empty: Asking) -> None:
    items = [{"urn": f"dataset:big/part@{number}"} for number in range(1_000)]

    payload = empty.record("register_evidence", datasets=items)

    assert (len(payload["outcomes"]), payload["position"]) == (1_000, 1_000)
