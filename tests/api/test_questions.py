"""Every question and every field of its answer, over HTTP."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import BEGINNING, Asking

RECORDED = "2026-10-10T00:00:00.000001Z"


def urns(artifacts: list[dict[str, Any]]) -> list[str]:
    return [artifact["urn"] for artifact in artifacts]


def test_an_artifact_shows_all_that_was_stated(service: Asking) -> None:
    assert service.ask("artifact", urn=churn.CUSTOMERS) == {
        "__typename": "Dataset",
        "urn": churn.CUSTOMERS,
        "kind": "DATASET",
        "namespace": "crm",
        "name": "customers",
        "version": "2026-10-01",
        "declared": True,
        "digest": churn.DIGEST,
        "schemaDigest": churn.DIGEST,
        "occurredAt": "2026-10-01T00:00:00.000000Z",
        "covers": {"from": "2026-09-01T00:00:00.000000Z", "to": "2026-10-01T00:00:00.000000Z"},
        "source": churn.SOURCE,
        "sensitivity": "PERSONAL",
        "uri": "s3://crm/customers",
        "description": "Every customer.",
        "properties": {"rows": 12, "owner": {"team": "crm"}},
        "recordedAt": RECORDED,
        "position": 2,
        "actor": "local",
        "toldBy": churn.SOURCE,
        "erased": [],
    }


def test_a_stub_shows_that_nobody_declared_it(service: Asking) -> None:
    stub = service.ask("artifact", urn=churn.CUSTOMERS_BEFORE)

    assert stub["declared"] is False
    assert stub["recordedAt"] == RECORDED
    assert [stub[name] for name in ("digest", "actor", "toldBy", "source", "description")] == [None] * 5


def test_each_kind_shows_its_own_fields(service: Asking) -> None:
    feature = service.ask("artifact", urn=churn.TENURE)
    model = service.ask("artifact", urn=churn.MODEL)
    roll_out = service.ask("artifact", urn=churn.ROLL_OUT)
    week = service.ask("artifact", urn=churn.WEEK)

    assert (feature["__typename"], feature["sources"]) == ("Feature", ["dataset:crm/customers"])
    assert model["__typename"] == "Model"
    shown = {name: roll_out[name] for name in ("slot", "from", "to", "mode", "traffic", "gate", "until", "live")}
    assert shown == {
        "slot": churn.SLOT,
        "from": "2026-10-02T08:00:00.000000Z",
        "to": None,
        "mode": "PRODUCTION",
        "traffic": 1.0,
        "gate": "NOT_ASKED",
        "until": None,
        "live": None,
    }
    shown = {name: week[name] for name in ("kpi", "segment", "start", "end", "revision", "n", "successes", "mean")}
    assert shown == {
        "kpi": "churn/conversion",
        "segment": {"country": "DE"},
        "start": "2026-10-02T08:00:00.000000Z",
        "end": "2026-10-09T08:00:00.000000Z",
        "revision": 0,
        "n": 18234,
        "successes": 901,
        "mean": None,
    }


@pytest.mark.parametrize(
    ("aggregate", "statistics"),
    [
        ("MEAN", {"n": 4, "mean": 1.5, "variance": 0.25}),
        ("RATIO", {"n": 4, "sums": {"x": 1.5, "y": 2.5, "xx": 3.5, "yy": 4.5, "xy": 3.75}}),
        ("COUNT", {"events": 7, "exposure": 12.5}),
        ("ESTIMATE", {"n": 4, "value": 0.7, "standardError": 0.01}),
    ],
)
def test_a_window_shows_the_statistics_of_its_aggregate(
    service: Asking, aggregate: str, statistics: dict[str, Any]
) -> None:
    kpi = {**churn.kpi(), "name": "churn/other", "aggregate": aggregate}
    window = {**churn.week(kpi="churn/other"), **statistics}
    del window["successes"]
    if "n" not in statistics:
        del window["n"]

    payload = service.record("register_evidence", kpis=[kpi], windows=[window])
    shown = service.ask("artifact", urn=payload["outcomes"][1]["urn"])

    assert {name: shown[name] for name in statistics} == statistics


def test_whether_a_roll_out_was_live_depends_on_the_instant_asked_about(service: Asking) -> None:
    service.record("end_deployment", urn=churn.ROLL_OUT, to="2026-10-20T00:00:00Z")

    during = service.ask("artifact", urn=churn.ROLL_OUT, validAt="2026-10-19T00:00:00Z")
    after = service.ask("artifact", urn=churn.ROLL_OUT, validAt="2026-10-20T00:00:00Z")

    assert (during["live"], during["to"], during["until"]) == (True, *["2026-10-20T00:00:00.000000Z"] * 2)
    assert after["live"] is False


def test_an_artifact_nobody_spoke_of_is_null_without_an_error(service: Asking) -> None:
    assert service.ask("artifact", urn="dataset:crm/nothing@1") is None
    assert service.ask("node", id="dataset:crm/nothing@1") is None


def test_any_spelling_of_a_urn_names_the_same_artifact(service: Asking) -> None:
    assert service.ask("artifact", urn="dataset:crm/%63ustomers@2026-10-01")["urn"] == churn.CUSTOMERS


def test_a_node_is_found_by_its_id(service: Asking) -> None:
    node = service.ask("node", id=churn.MODEL)

    assert (node["id"], node["__typename"], node["urn"]) == (churn.MODEL, "Model", churn.MODEL)


def test_the_chain_behind_a_window_holds_its_evidence_nearest_first(service: Asking) -> None:
    chain = service.ask("chain", of=[churn.WEEK])

    assert urns(chain["roots"]) == [churn.WEEK]
    assert urns(chain["artifacts"]) == [
        churn.WEEK,
        churn.ROLL_OUT,
        churn.MODEL,
        churn.TRAINING,
        churn.CUSTOMERS_BEFORE,
        churn.CUSTOMERS,
        churn.TENURE,
    ]
    assert {
        "relation": "SERVES",
        "from": churn.ROLL_OUT,
        "to": churn.MODEL,
        "recordedAt": RECORDED,
        "position": 6,
        "actor": "local",
    } in chain["steps"]
    assert chain["completeness"] == {
        "position": 7,
        "knownAt": RECORDED,
        "validAt": None,
        "complete": False,
        "truncated": False,
        "truncatedAt": [],
        "unresolved": [churn.CUSTOMERS_BEFORE],
        "undated": 1,
        "hidden": 0,
        "simulated": True,
    }


def test_a_chain_shows_annotations_whether_or_not_a_fragment_selects_them(service: Asking) -> None:
    plain = "query($of: [Urn!]!) { chain(of: $of) { artifacts { urn description sensitivity } } }"
    spread = (
        "query($of: [Urn!]!) { chain(of: $of) { ...C } } fragment C on Chain { artifacts { ... on Artifact { ...A } } } "
        "fragment A on Artifact { urn description sensitivity }"
    )

    first, second = (service.data(document, {"of": [churn.CUSTOMERS]})["chain"] for document in (plain, spread))

    assert first == second
    assert first["artifacts"][0]["description"] == "Every customer."
    assert first["artifacts"][0]["sensitivity"] == "PERSONAL"


def test_a_chain_is_walked_downstream_as_well(service: Asking) -> None:
    chain = service.ask("chain", of=[churn.CUSTOMERS], direction="DOWNSTREAM")

    assert urns(chain["artifacts"]) == [churn.CUSTOMERS, churn.TRAINING, churn.MODEL, churn.ROLL_OUT, churn.WEEK]


def test_a_chain_is_bounded_by_depth_and_by_limit_and_says_so(service: Asking) -> None:
    shallow = service.ask("chain", of=[churn.WEEK], depth=1)
    roots = service.ask("chain", of=[churn.WEEK], depth=0)
    cut = service.ask("chain", of=[churn.WEEK], limit=3)

    assert urns(shallow["artifacts"]) == [churn.WEEK, churn.ROLL_OUT]
    assert urns(roots["artifacts"]) == [churn.WEEK]
    assert urns(cut["artifacts"]) == [churn.WEEK, churn.ROLL_OUT, churn.MODEL]
    assert cut["completeness"]["truncated"] is True
    assert cut["completeness"]["truncatedAt"] == [churn.MODEL]


def test_null_for_an_argument_is_the_same_as_leaving_it_out(service: Asking) -> None:
    nothing = dict.fromkeys(("direction", "depth", "limit", "validAt", "knownAt", "atPosition"))

    assert service.ask("chain", of=[churn.WEEK], **nothing) == service.ask("chain", of=[churn.WEEK])
    assert len(service.ask("artifacts", first=None, after=None, kind=None, namespace=None, text=None)["nodes"]) == 7


def test_what_is_live_is_asked_by_slot_by_namespace_or_everywhere(service: Asking) -> None:
    at = "2026-10-05T00:00:00Z"
    by_slot = service.ask("live", slot=churn.SLOT, validAt=at)

    assert by_slot == service.ask("live", namespace="churn", validAt=at) == service.ask("live", validAt=at)
    assert service.ask("live", namespace="crm", validAt=at)["deployments"] == []
    assert by_slot["deployments"] == [
        {
            "slot": churn.SLOT,
            "deployment": {"urn": churn.ROLL_OUT, "declared": True, "description": None},
            "model": {"urn": churn.MODEL, "declared": True, "digest": None, "description": None},
            "mode": "PRODUCTION",
            "traffic": 1.0,
            "since": "2026-10-02T08:00:00.000000Z",
            "until": None,
            "untilDerived": False,
            "gate": "NOT_ASKED",
        }
    ]
    assert by_slot["completeness"]["validAt"] == "2026-10-05T00:00:00.000000Z"


def test_live_without_an_instant_is_now(service: Asking) -> None:
    service.set_clock("2026-10-11T00:00:00Z")

    assert service.ask("live")["completeness"]["validAt"] == "2026-10-11T00:00:00.000000Z"


def test_before_its_first_roll_out_nothing_is_live_in_a_slot(service: Asking) -> None:
    assert service.ask("live", slot=churn.SLOT, validAt="2026-10-01T00:00:00Z")["deployments"] == []


def test_the_end_of_a_roll_out_is_where_the_next_takes_over(service: Asking) -> None:
    service.record(
        "deploy", urn="deployment:churn/eu-prod@43", serves="model:churn/churn@8", **{"from": "2026-10-12T00:00:00Z"}
    )

    first, second = service.ask("deployments", slot=churn.SLOT)["nodes"]

    assert (first["until"], first["untilDerived"]) == ("2026-10-12T00:00:00.000000Z", True)
    assert (second["until"], second["untilDerived"]) == (None, False)


def test_deployments_are_those_whose_live_interval_overlaps_the_range(service: Asking) -> None:
    overlapping = service.ask("deployments", **{"from": "2026-10-05T00:00:00Z", "to": "2026-10-06T00:00:00Z"})
    before = service.ask("deployments", to="2026-10-02T08:00:00Z")

    assert [node["deployment"]["urn"] for node in overlapping["nodes"]] == [churn.ROLL_OUT]
    assert before["nodes"] == []
    assert before["pageInfo"] == {"hasNextPage": False, "endCursor": None}


def test_a_series_shows_its_versions_newest_first(service: Asking) -> None:
    service.record(
        "register_evidence",
        datasets=[{"urn": "dataset:crm/customers@2026-11-01", "occurredAt": "2026-11-01T00:00:00Z"}],
    )

    series = service.ask("series", urn="dataset:crm/customers")

    assert series["urn"] == "dataset:crm/customers"
    assert urns(series["versions"])[0] == "dataset:crm/customers@2026-11-01"
    assert set(urns(series["versions"])) >= {churn.CUSTOMERS, churn.CUSTOMERS_BEFORE}
    assert series["completeness"]["unresolved"] == [churn.CUSTOMERS_BEFORE]
    assert service.ask("series", urn=churn.CUSTOMERS)["urn"] == "dataset:crm/customers"


def test_artifacts_are_found_by_kind_namespace_and_text(service: Asking) -> None:
    assert urns(service.ask("artifacts", kind="MODEL")["nodes"]) == [churn.MODEL]
    assert urns(service.ask("artifacts", kind="DATASET", namespace="churn")["nodes"]) == [churn.TRAINING]
    assert urns(service.ask("artifacts", text="TENURE")["nodes"]) == [churn.TENURE]
    assert service.ask("artifacts", text="no such thing")["nodes"] == []


def test_the_log_says_its_size_and_root(service: Asking) -> None:
    log = service.ask("log")

    assert log["size"] == 8
    assert len(bytes.fromhex(log["rootHash"])) == 32


def test_an_empty_record_answers_too(empty: Asking) -> None:
    assert empty.ask("log")["size"] == 1
    assert empty.ask("artifacts")["completeness"]["knownAt"] == f"{BEGINNING[:-1]}.000000Z"
    assert empty.ask("live")["deployments"] == []


def test_one_failed_question_does_not_blank_the_others(service: Asking) -> None:
    body = service.body('{ chain(of: ["model:churn/none@1"]) { roots { urn } } log { size } }')

    assert body["data"] == {"chain": None, "log": {"size": 8}}
    assert [error["path"] for error in body["errors"]] == [["chain"]]


@pytest.mark.parametrize(
    "document",
    [
        '{ chain(of: ["model:churn/none@1"]) { roots { urn } } }',
        '{ series(urn: "model:churn/none") { urn } }',
        '{ live(slot: "slot:churn/none") { deployments { slot } } }',
        '{ deployments(slot: "slot:churn/none") { nodes { slot } } }',
    ],
)
def test_what_is_not_on_record_is_not_found(service: Asking, document: str) -> None:
    error = service.error(document)

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "is not on record at position 7. Check the URN" in error["message"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{ artifact(urn: "customers") { urn } }', "urn is not a URN"),
        ('{ artifact(urn: "dataset:crm/customers") { urn } }', "urn names a series"),
        ('{ artifact(urn: "slot:churn/eu-prod") { urn } }', "urn names a slot"),
        ("{ artifact(urn: 7) { urn } }", "urn is a number"),
        ('{ node(id: "kpi:churn/conversion@1") { id } }', "urn names a kpi"),
        ('{ chain(of: ["dataset:a/b@1", "x"]) { roots { urn } } }', "of[1] is not a URN"),
        ("{ chain(of: []) { roots { urn } } }", "`of` is empty"),
        ('{ series(urn: "slot:churn/eu-prod") { urn } }', "urn names a slot"),
        ('{ live(slot: "model:churn/churn") { deployments { slot } } }', "slot names a model"),
        ('{ live(slot: "slot:churn/eu-prod@1") { deployments { slot } } }', "slot names a slot"),
        ('{ deployments(from: "2026-10-02T00:00:00Z", to: "2026-10-01T00:00:00Z") { nodes { slot } } }', "ends before"),
        ('{ log { size } artifacts(after: "%%%") { nodes { urn } } }', "`after` is no cursor"),
        ('{ log { size } artifacts(after: "WyJkIiwxLDEsImEiXQ") { nodes { urn } } }', "`after` is no cursor"),
    ],
)
def test_an_argument_that_cannot_be_understood_is_named(service: Asking, document: str, message: str) -> None:
    error = service.error(document)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]
