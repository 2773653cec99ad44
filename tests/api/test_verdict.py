"""Verdicts, series and portfolios over GraphQL."""

from typing import Any

import msgspec
import pytest

from evidence_graph.api import verdict_answers
from evidence_graph.api.questions import kpi_series
from evidence_graph.kpi import plan
from evidence_graph.lineage import kpi_series as lineage_series
from evidence_graph.lineage import verdict_parts
from tests import weeks
from tests.api.conftest import Asking
from tests.weeks import BAD, FIRST, GOOD, KPI, LIVE, MODEL, SLOT, after

WELL = "deployment:c/well@1"
AT = after(12)


@pytest.fixture
def watched(empty: Asking) -> Asking:
    """One that has fallen, one that is well, one that nobody watches."""
    document = weeks.one_deployment([GOOD] * 6 + [BAD] * 4, cadence="P7D", unit="share")
    document["deployments"] += [
        {"urn": urn, "serves": MODEL, "from": FIRST} for urn in (WELL, "deployment:c/unwatched@1")
    ]
    document["windows"] += weeks.weeks(WELL, [GOOD] * 11)
    assert empty.record("register_evidence", **document)["userErrors"] == []
    return empty


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (verdict_answers.ErrorSplit, plan.ErrorSplit),
        (verdict_answers.UsedWindow, verdict_parts.UsedWindow),
        (verdict_answers.LeftOutWindow, verdict_parts.LeftOutWindow),
        (verdict_answers.LeftOutCount, verdict_parts.ReasonCount),
        (kpi_series.SeriesPoint, lineage_series.SeriesPoint),
    ],
    ids=["error split", "used", "left out", "left out count", "point"],
)
def test_answers_have_the_attributes_that_are_shown(shown: type, found: type[msgspec.Struct]) -> None:
    """The API shows these structures without copying them."""
    assert set(shown.__annotations__) == set(found.__struct_fields__)


def test_a_verdict_says_what_it_rests_on(watched: Asking) -> None:
    found = watched.ask("verdict", of=LIVE, kpi=KPI, validAt=AT)

    assert (found["of"], found["kpi"], found["segment"], found["state"]) == (LIVE, KPI, None, "DEGRADED")
    assert found["definition"] == {
        "version": "1",
        "from": None,
        "position": 1,
        "direction": "HIGHER_IS_BETTER",
        "aggregate": "PROPORTION",
        "unit": "share",
        "benchmark": {"mean": 0.05},
        "band": None,
        "smallestRelevantChange": {"relative": 0.05},
        "labelHorizon": "P7D",
        "cadence": "P7D",
    }
    assert (found["n"], found["benchmark"], found["usedCount"], found["leftOutCount"]) == (200_000, 0.05, 10, 0)
    assert found["lower"] < found["change"] < found["upper"] < 0
    assert (found["suspectedSince"], found["overdueSince"]) == (after(6), None)
    assert found["errorLevel"] == found["errorSplit"]["level"] == 0.05
    assert found["assumptions"] == ["NO_VARIATION_BETWEEN_WINDOWS"]
    assert found["last"]["start"] == found["used"][-1]["start"] == after(9)
    assert found["positions"] == sorted([1, *(one["position"] for one in found["used"])])
    assert found["completeness"]["validAt"] == AT


def test_what_is_left_out_says_why(watched: Asking) -> None:
    found = watched.ask("verdict", of=LIVE, kpi=KPI, validAt=after(10.5))
    elsewhere = watched.ask("verdict", of=LIVE, kpi=KPI, segment="country=DE", validAt=AT)

    assert [(one["start"], one["reason"]) for one in found["leftOut"]] == [(after(9), "PROVISIONAL")]
    assert found["leftOutReasons"] == [{"reason": "PROVISIONAL", "count": 1}]
    assert (elsewhere["segment"], elsewhere["state"], elsewhere["segments"]) == ("country=DE", "OVERDUE", ["all"])


def test_a_verdict_without_an_instant_is_that_of_now(watched: Asking) -> None:
    """And carries no ETag, because tomorrow it is another."""
    selected = "{ usedCount completeness { validAt } }"
    call = f'verdict(of: "{LIVE}", kpi: "{KPI}", atPosition: 20, validAt: $at)'
    document = f"query($at: DateTime) {{ {call} {selected} }}"

    def asked(at: str | None) -> tuple[Any, bool]:
        body = {"query": document, "variables": {"at": at}}
        response = watched.client.post("/graphql", json=body)
        return response.json()["data"]["verdict"], "etag" in response.headers

    now, kept = asked(None)
    watched.set_clock(after(3))
    assert (now["completeness"]["validAt"], kept) == ("2026-10-10T00:00:00.000000Z", False)
    assert asked(None)[0]["usedCount"] < now["usedCount"]
    assert asked(AT)[1]


def test_a_series_is_flat_and_paged(watched: Asking) -> None:
    """Later pages are judged at the instant and position of the first."""
    whole = watched.ask("kpi_series", of=SLOT, kpi=KPI, validAt=AT)
    first = watched.ask("kpi_series", of=SLOT, kpi=KPI, first=7)
    watched.set_clock(after(30))
    watched.record("record_kpi_windows", windows=[weeks.week(LIVE, 9, GOOD, revision=1)])
    second = watched.ask("kpi_series", of=SLOT, kpi=KPI, first=7, after=first["pageInfo"]["endCursor"])

    assert [one["state"] for one in whole["points"]][-1] == whole["state"] == "DEGRADED"
    assert {one["model"] for one in whole["points"]} == {MODEL}
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert [one["start"] for one in [*first["points"], *second["points"]]] == [one["start"] for one in whole["points"]]
    assert [one["revision"] for one in second["points"]] == [0, 0, 0]
    assert first["completeness"] == second["completeness"]


def test_a_part_of_a_series_is_shown(watched: Asking) -> None:
    part = watched.ask("kpi_series", of=LIVE, kpi=KPI, validAt=AT, **{"from": after(2), "to": after(4)})

    assert [one["start"] for one in part["points"]] == [after(2), after(3)]


def test_a_portfolio_begins_with_the_worst(watched: Asking) -> None:
    found = watched.ask("degraded", validAt=AT)

    assert [(one["of"], one["state"], one["discovered"]) for one in found["nodes"]] == [
        (LIVE, "DEGRADED", True),
        (WELL, "WITHIN_BENCHMARK", False),
    ]
    assert found["states"] == [{"state": "DEGRADED", "count": 1}, {"state": "WITHIN_BENCHMARK", "count": 1}]
    assert (found["total"], found["deployments"], found["unwatched"]) == (2, 3, 1)
    assert watched.ask("degraded", namespace="other", validAt=AT)["nodes"] == []
    assert [one["of"] for one in watched.ask("degraded", of=SLOT, validAt=AT)["nodes"]] == [SLOT]


def test_pages_of_a_portfolio_fit_together(watched: Asking) -> None:
    """Also when the clock goes on between them."""
    first = watched.ask("degraded", first=1, namespace="c")
    watched.set_clock(after(40))
    second = watched.ask("degraded", first=1, namespace="c", after=first["pageInfo"]["endCursor"])

    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert {one["of"] for one in [*first["nodes"], *second["nodes"]]} == {LIVE, WELL}
    assert first["completeness"] == second["completeness"]
    assert first["states"] == second["states"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ('verdict(of: "deployment:c/eu@2", kpi: "c/conversion") { state }', "NOT_FOUND"),
        ('verdict(of: "deployment:c/eu@1", kpi: "c/other") { state }', "NOT_FOUND"),
        ('verdict(of: "deployment:c/eu@1", kpi: "conversion") { state }', "BAD_USER_INPUT"),
        ('verdict(of: "deployment:c/eu@1", kpi: "c/conversion@2") { state }', "BAD_USER_INPUT"),
        ('verdict(of: "dataset:c/eu@1", kpi: "c/conversion") { state }', "BAD_USER_INPUT"),
        ('verdict(of: "deployment:c/eu@1", kpi: "c/conversion", segment: "DE") { state }', "BAD_USER_INPUT"),
        ('kpiSeries(of: "deployment:c/eu@1", kpi: "c/conversion", first: 0) { state }', "BAD_USER_INPUT"),
        ('kpiSeries(of: "deployment:c/eu@1", kpi: "c/conversion", after: "x") { state }', "BAD_USER_INPUT"),
        (f'kpiSeries(of: "{LIVE}", kpi: "{KPI}", from: "{after(2)}", to: "{after(1)}") {{ state }}', "BAD_USER_INPUT"),
        ('degraded(of: "slot:c/eu", namespace: "c") { total }', "BAD_USER_INPUT"),
        ('degraded(of: "slot:c/us") { total }', "NOT_FOUND"),
        ('degraded(first: 1001) { total }', "BAD_USER_INPUT"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(watched: Asking, call: str, code: str) -> None:
    error = watched.error(f"{{ {call} }}")

    assert error["extensions"]["code"] == code


def test_a_cursor_of_another_portfolio_is_refused(watched: Asking) -> None:
    cursor = watched.ask("degraded", first=1)["pageInfo"]["endCursor"]

    document = 'query($after: String) { degraded(namespace: "none", after: $after) { total } }'
    error = watched.error(document, {"after": cursor})

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(("times", "accepted"), [(3, True), (4, False)])
def test_one_request_looks_at_the_whole_portfolio_a_few_times(watched: Asking, times: int, accepted: bool) -> None:
    """Each of them may read very many windows."""
    document = " ".join(f"p{number}: degraded(first: 100) {{ total }}" for number in range(times))

    assert ("errors" not in watched.body(f"{{ {document} }}")) == accepted
