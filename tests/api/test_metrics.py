"""Gauges for whoever watches: what they say of KPIs and of the service, and that asking often costs little."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from evidence_graph.api import metrics
from evidence_graph.app import create_app
from evidence_graph.settings import Settings
from tests import weeks
from tests.api.conftest import Asking
from tests.weeks import BAD, FIRST, GOOD, KPI, LIVE, MODEL

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def watched(empty: Asking) -> Asking:
    """One that has fallen and one that nobody watches; the last of eleven weeks is not mature yet."""
    document = weeks.one_deployment([]) | {"windows": weeks.weeks(LIVE, [GOOD] * 6 + [BAD] * 4 + [GOOD], first=7)}
    document["deployments"].append({"urn": "deployment:c/us@1", "serves": MODEL, "from": FIRST})
    assert empty.record("register_evidence", **document)["userErrors"] == []
    return empty


def samples(client: TestClient) -> Samples:
    """Value by name and the values of its labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(response.text)
        for one in family.samples
    }


def test_the_newest_mature_window_and_the_state_are_gauges(watched: Asking) -> None:
    """What a verdict says, and one state of all."""
    verdict = watched.ask("verdict", of=LIVE, kpi=KPI)

    found = samples(watched.client)

    assert found["evidence_kpi_window_mean", (LIVE, KPI)] == verdict["last"]["mean"] == BAD
    for name in ("mean", "benchmark", "change"):
        assert found[f"evidence_kpi_{name}", (LIVE, KPI)] == verdict[name]
    for name in ("lower", "upper"):
        assert found[f"evidence_kpi_change_{name}", (LIVE, KPI)] == verdict[name]
    states = {labels[2]: value for (name, labels), value in found.items() if name == "evidence_kpi_state"}
    assert len(states) == 7
    assert [state for state, value in states.items() if value] == ["DEGRADED"]
    assert found["evidence_kpis", ("DEGRADED",)] == 1
    assert (found["evidence_live_deployments", ()], found["evidence_unwatched_deployments", ()]) == (2, 1)
    assert found["evidence_log_position", ()] == verdict["completeness"]["position"]
    assert found["evidence_record_available", ()] == 1


def test_the_number_of_gauges_is_bounded(watched: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst are shown, and how many are not."""
    monkeypatch.setattr(metrics, "MOST_STREAMS", 1)
    other = weeks.weeks("deployment:c/us@1", [GOOD] * 10)
    watched.record("record_kpi_windows", windows=other)

    found = samples(watched.client)

    assert {labels[0] for name, labels in found if name == "evidence_kpi_state"} == {LIVE}
    assert found["evidence_kpis_not_shown", ()] == 1


def test_asking_often_looks_at_the_record_once(watched: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was recorded meanwhile is seen after a while."""
    first = samples(watched.client)
    watched.record("record_kpi_windows", windows=[weeks.week(LIVE, 16, 0.06, revision=1)])
    again = samples(watched.client)
    monkeypatch.setattr(metrics, "SECONDS_KEPT", 0.0)
    later = samples(watched.client)

    window = "evidence_kpi_window_mean", (LIVE, KPI)
    assert (first[window], again[window], later[window]) == (BAD, BAD, 0.06)


def test_requests_are_counted_and_unknown_paths_count_as_one(watched: Asking) -> None:
    """Nobody can make gauges by asking for nonsense."""
    for path in ("/a", "/b", "/livez"):
        watched.client.get(path)
    watched.client.request("BREW", "/livez")

    found = samples(watched.client)

    counted = {labels: value for (name, labels), value in found.items() if name == "evidence_http_requests_total"}
    assert counted["GET", "other", "404"] == 2
    assert (counted["GET", "/livez", "200"], counted["other", "/livez", "405"]) == (1, 1)
    assert counted["POST", "/graphql", "200"] >= 1
    assert ("evidence_http_request_seconds_count", ("/graphql",)) in found
    assert any(name.startswith("process_") for name, _ in found)


def test_a_record_out_of_reach_is_a_gauge_and_no_failure(tmp_path: Path) -> None:
    """The service itself still says how it is."""
    (tmp_path / "evidence.db").mkdir()

    with TestClient(create_app(Settings(store=f"sqlite:///{tmp_path}/evidence.db"))) as client:
        found = samples(client)

    assert found["evidence_record_available", ()] == 0
    assert ("evidence_log_position", ()) not in found
