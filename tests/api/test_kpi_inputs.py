"""defineKpi and recordKpiWindows: every shape of a definition and of a window's statistics, and where a fault lies."""

from typing import Any

import pytest

from tests.api import churn
from tests.api.conftest import Asking

REFERENCE = {"of": "deployment:churn/eu-prod@41", "from": "2026-09-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"}
EVALUATION = "kpi_window:churn/churn,model,churn/conversion@7,20261001T000000Z,r0"
BENCHMARKS: list[dict[str, Any]] = [
    {"mean": 0.05},
    {"windows": REFERENCE},
    {"evaluation": EVALUATION},
    {"against": "deployment:churn/eu-prod@41"},
    {"against": "slot:churn/eu-prod", "mode": "SHADOW"},
]
STATISTICS: dict[str, dict[str, Any]] = {
    "PROPORTION": {"n": 10, "successes": 4},
    "MEAN": {"n": 10, "mean": -0.5, "variance": 0.25},
    "RATIO": {"n": 4, "sums": {"x": 8, "y": 4, "xx": 20, "yy": 6, "xy": 9.5}},
    "COUNT": {"events": 3, "exposure": 12.5},
    "ESTIMATE": {"n": 10, "value": 0.71, "standardError": 0.02},
}


def faults(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


def window(start: str = "2026-10-02T08:00:00Z", end: str = "2026-10-09T08:00:00Z", **statistics: Any) -> dict[str, Any]:
    return {"deployment": churn.ROLL_OUT, "kpi": "a/kpi", "start": start, "end": end, **statistics}


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: "-".join(benchmark))
def test_a_kpi_may_be_held_against_each_kind_of_benchmark(empty: Asking, benchmark: dict[str, Any]) -> None:
    told = {**churn.kpi(), "benchmark": benchmark, "cadence": "P7D", "errorLevel": 0.05}
    payload = empty.record("define_kpi", **told)
    in_a_manifest = empty.record("register_evidence", kpis=[told])

    assert (faults(payload), payload["outcome"]["outcome"]) == ([], "CREATED")
    assert [outcome["outcome"] for outcome in in_a_manifest["outcomes"]] == ["UNCHANGED"]


def test_a_definition_may_be_written_into_the_document(empty: Asking) -> None:
    """Enumerations inside it come through as words."""
    document = """mutation { defineKpi(input: {
        name: "a/kpi", direction: LOWER_IS_BETTER, aggregate: MEAN, benchmark: {against: "slot:a/slot", mode: CANARY}
    }) { userErrors { message } outcome { outcome } } }"""
    band = """mutation { defineKpi(input: {
        name: "a/other", direction: IN_BAND, aggregate: MEAN, band: {from: -1, to: 1.5}
    }) { userErrors { message } outcome { outcome } } }"""

    for one in (document, band):
        assert empty.data(one)["defineKpi"] == {"userErrors": [], "outcome": {"outcome": "CREATED"}}


@pytest.mark.parametrize("aggregate", STATISTICS)
def test_windows_of_each_aggregate_are_recorded_and_shown(service: Asking, aggregate: str) -> None:
    told = window(**STATISTICS[aggregate])
    service.record("define_kpi", name="a/kpi", direction="LOWER_IS_BETTER", aggregate=aggregate)

    payload = service.record("record_kpi_windows", windows=[told])

    assert faults(payload) == []
    (outcome,) = payload["outcomes"]
    shown = service.ask("artifact", urn=outcome["urn"])
    assert {name: shown[name] for name in STATISTICS[aggregate]} == STATISTICS[aggregate]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"benchmark": {"mean": 0.05, "evaluation": EVALUATION}}, "benchmark"),
        ({"benchmark": {"windows": {"of": churn.MODEL}}}, "benchmark"),
        ({"benchmark": {"mean": 5}}, "benchmark.mean"),
        ({"benchmark": {"evaluation": churn.WEEK}}, "benchmark"),
        ({"direction": "IN_BAND"}, "band"),
        ({"band": {"from": 0, "to": 1}}, "band"),
        ({"labelHorizon": "-P1D"}, "labelHorizon"),
        ({"cadence": "P0D"}, "cadence"),
        ({"errorLevel": 0.6}, "errorLevel"),
        ({"smallestRelevantChange": {"absolute": 2}}, "smallestRelevantChange.absolute"),
    ],
)
def test_a_fault_of_a_definition_names_its_field(empty: Asking, changes: dict[str, Any], field: str) -> None:
    told = {"name": "churn/conversion", "direction": "HIGHER_IS_BETTER", **changes}

    payload = empty.record("define_kpi", **told)

    assert (faults(payload), payload["position"]) == ([("INVALID", field)], None)
    assert empty.ask("log")["size"] == 1


@pytest.mark.parametrize(
    ("aggregate", "statistics", "field"),
    [
        ("PROPORTION", {"n": 0, "successes": 0}, "windows[0].n"),
        ("PROPORTION", {"n": 10, "successes": 11}, "windows[0].successes"),
        ("MEAN", {"n": 10, "mean": 0.5}, "windows[0].variance"),
        ("MEAN", {"n": 10, "mean": 0.5, "variance": -1}, "windows[0].variance"),
        ("RATIO", {"n": 4, "sums": {"x": 8, "y": 4, "xx": 20, "yy": 6, "xy": 12}}, "windows[0].sums.xy"),
        ("RATIO", {"n": 4, "sums": {"x": 0, "y": 4, "xx": 20, "yy": 6, "xy": 9}}, "windows[0].sums.x"),
        ("RATIO", {"n": 4, "sums": {"x": 8}}, "windows[0].sums"),
        ("COUNT", {"events": 3, "exposure": 0}, "windows[0].exposure"),
        ("ESTIMATE", {"n": 9, "value": 0.7, "standardError": -0.1}, "windows[0].standardError"),
        ("ESTIMATE", {"n": 9, "value": 0.7, "successes": 1}, "windows[0]"),
        ("MEAN", {"n": 10, "successes": 1}, "windows[0].kpi"),
    ],
)
def test_a_fault_of_a_window_names_its_field(
    service: Asking, aggregate: str, statistics: dict[str, Any], field: str
) -> None:
    service.record("define_kpi", name="a/kpi", direction="LOWER_IS_BETTER", aggregate=aggregate)
    before = service.ask("log")["size"]

    payload = service.record("record_kpi_windows", windows=[window(**statistics)])

    assert (faults(payload), payload["position"]) == ([("INVALID", field)], None)
    assert service.ask("log")["size"] == before


def test_two_versions_from_one_instant_are_a_conflict(service: Asking) -> None:
    payload = service.record("define_kpi", **{**churn.kpi(), "version": "2", "benchmark": {"mean": 0.06}})

    assert faults(payload) == [("CONFLICT", "from")]
    later = {**churn.kpi(), "version": "2", "benchmark": {"mean": 0.06}, "from": "2026-10-05T00:00:00Z"}
    assert faults(service.record("define_kpi", **later)) == []


def test_a_window_in_the_time_of_another_is_a_conflict(service: Asking) -> None:
    payload = service.record(
        "record_kpi_windows", windows=[churn.week(start="2026-10-08T08:00:00Z", end="2026-10-15T08:00:00Z")]
    )

    assert faults(payload) == [("CONFLICT", "windows[0].start")]
    assert churn.WEEK in payload["userErrors"][0]["message"]
    assert "Begin it at 2026-10-09T08:00:00.000000Z" in payload["userErrors"][0]["message"]
