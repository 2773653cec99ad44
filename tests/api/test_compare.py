"""Two models or two deployments side by side over HTTP."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import Asking

OTHER_MODEL = "model:churn/churn@8"
OTHER = "deployment:churn/eu-prod@43"


@pytest.fixture
def two(service: Asking) -> Asking:
    """A second model that replaced the first one, with a week of its own."""
    service.set_clock("2026-12-01T00:00:00Z")
    payload = service.record(
        "register_evidence",
        models=[
            {"urn": OTHER_MODEL, "trainedOn": [churn.CUSTOMERS_BEFORE], "source": {"commit": "9ab"}},
        ],
        deployments=[{"urn": OTHER, "serves": OTHER_MODEL, "from": "2026-11-01T08:00:00Z"}],
        windows=[churn.week(deployment=OTHER, start="2026-11-01T08:00:00Z", end="2026-11-08T08:00:00Z")],
    )
    assert payload["userErrors"] == []
    return service


def urns(artifacts: list[dict[str, Any]]) -> list[str]:
    return [artifact["urn"] for artifact in artifacts]


def test_two_deployments_stand_side_by_side(two: Asking) -> None:
    found = two.ask("compare", left=churn.ROLL_OUT, right=OTHER)

    assert found["left"]["artifact"]["urn"] == churn.ROLL_OUT
    assert (found["left"]["beginning"], found["left"]["until"]) == (
        "2026-10-02T08:00:00.000000Z",
        "2026-11-01T08:00:00.000000Z",
    )
    assert found["right"]["model"] == {"urn": OTHER_MODEL}
    assert urns(found["shared"]) == [churn.CUSTOMERS_BEFORE]
    assert urns(found["onlyLeft"]) == [churn.MODEL, churn.TRAINING, churn.CUSTOMERS, churn.TENURE]
    assert urns(found["onlyRight"]) == [OTHER_MODEL]
    assert [one["role"] for one in found["counterparts"]] == ["SUBJECT", "MODEL", "TRAINING_DATA"]
    assert {"field": "source.commit", "left": None, "right": "9ab"} in found["counterparts"][1]["fields"]
    assert found["leaks"] == [
        {
            "evaluated": churn.MODEL,
            "data": churn.CUSTOMERS_BEFORE,
            "trained": OTHER_MODEL,
            "way": [OTHER_MODEL, churn.CUSTOMERS_BEFORE],
        }
    ]
    assert found["kpi"] is None
    assert found["completeness"]["unresolved"] == [churn.CUSTOMERS_BEFORE]


def test_windows_of_a_kpi_stand_side_by_side_on_their_own_timelines(two: Asking) -> None:
    asked = {"left": churn.ROLL_OUT, "right": OTHER, "kpi": "churn/conversion", "segment": "country=DE"}

    found = two.ask("compare", **asked, validAt="2026-11-30T00:00:00Z")["kpi"]
    early = two.ask("compare", **asked, validAt="2026-11-10T00:00:00Z")["kpi"]
    elsewhere = two.ask("compare", **asked | {"segment": None})["kpi"]

    assert (found["comparable"], found["reasons"], found["segment"]) == (True, [], "country=DE")
    assert found["judgedAt"] == "2026-11-30T00:00:00.000000Z"
    (row,) = found["windows"]
    assert (row["left"]["window"]["urn"], row["left"]["sinceBeginning"]) == (churn.WEEK, 0.0)
    assert (row["right"]["sinceBeginning"], row["right"]["mature"], row["right"]["version"]) == (0.0, True, "1")
    assert (early["comparable"], [reason["code"] for reason in early["reasons"]]) == (False, ["IMMATURE"])
    assert [reason["code"] for reason in elsewhere["reasons"]] == ["SEGMENT", "SEGMENT"]


def test_an_answer_that_depends_on_the_clock_carries_no_etag(two: Asking) -> None:
    """What is mature without a valid time is a matter of now."""
    document = 'query($kpi: String) {{ compare(left: "{}", right: "{}", kpi: $kpi, atPosition: 10{}) {{ kpi {{ comparable }} }} }}'

    def etag(kpi: str | None, more: str = "") -> bool:
        text = document.format(churn.ROLL_OUT, OTHER, more)
        response = two.client.post("/graphql", json={"query": text, "variables": {"kpi": kpi}})
        assert "errors" not in response.json()
        return "etag" in response.headers

    assert etag(None)
    assert not etag("churn/conversion")
    assert etag("churn/conversion", ', validAt: "2026-11-30T00:00:00Z"')


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"right": OTHER_MODEL}, "BAD_USER_INPUT"),
        ({"right": churn.ROLL_OUT}, "BAD_USER_INPUT"),
        ({"right": "deployment:churn/eu-prod@44"}, "NOT_FOUND"),
        ({"kpi": "churn/other"}, "NOT_FOUND"),
        ({"kpi": "conversion"}, "BAD_USER_INPUT"),
        ({"kpi": "churn/conversion", "segment": "DE"}, "BAD_USER_INPUT"),
        ({"limit": 0}, "BAD_USER_INPUT"),
        ({"limit": 10_001}, "BAD_USER_INPUT"),
    ],
)
def test_what_cannot_be_compared_is_refused(two: Asking, asked: dict[str, Any], code: str) -> None:
    document = (
        "query($left: Urn!, $right: Urn!, $kpi: String, $segment: String, $limit: Int) "
        "{ compare(left: $left, right: $right, kpi: $kpi, segment: $segment, limit: $limit) { shared { urn } } }"
    )

    error = two.error(document, {"left": churn.ROLL_OUT, "right": OTHER, **asked})

    assert error["extensions"]["code"] == code


def test_the_highest_limit_can_be_asked_for(two: Asking) -> None:
    """Both chains of it are within what one request may answer with."""
    found = two.ask("compare", left=churn.ROLL_OUT, right=OTHER, kpi="churn/conversion", limit=10_000)

    assert found["completeness"]["truncated"] is False
