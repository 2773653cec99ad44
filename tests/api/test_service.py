"""Composition: settings, stores, keys, starting without a store, and the same answers in this process."""

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from starlette.testclient import TestClient

from evidence_graph.app import SECONDS_BETWEEN_TRIES, create_app, open_service
from evidence_graph.errors import InvalidInput, KeyMissing, StoreRefused
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.place import key_path, store_of
from evidence_graph.record.instants import parse_instant
from evidence_graph.resources import query_text
from evidence_graph.settings import HIDDEN, Settings, shown_settings
from evidence_graph.store.graph_store import HEAD, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from tests.api import churn
from tests.api.conftest import BEGINNING, Asking

LOG = query_text("graphql", "log")


def clock() -> SimulatedClock:
    return SimulatedClock(parse_instant(BEGINNING, "instant"))


async def test_in_this_process_the_answers_are_those_of_http(settings: Settings, service: Asking) -> None:
    """One path, one JSON."""
    asked: list[tuple[str, dict[str, Any]]] = [
        (query_text("graphql", "chain"), {"of": [churn.WEEK]}),
        (query_text("graphql", "artifact"), {"urn": churn.CUSTOMERS}),
        ('{ chain(of: ["model:a/none@1"]) { roots { urn } } log { size } }', {}),
        ("{ none }", {}),
        ("{ log {", {}),
    ]

    async with open_service(settings, clock=clock()) as here:
        for document, variables in asked:
            assert await here.execute(document, variables) == service.body(document, variables)


async def test_what_is_recorded_in_this_process_says_so(settings: Settings) -> None:
    async with open_service(settings) as here:
        answer = await here.execute(query_text("graphql", "register_evidence"), {"input": churn.manifest()})

    data: Any = answer["data"]
    assert data["registerEvidence"]["position"] == 7


async def test_numbers_that_json_does_not_know_are_refused_like_in_a_file(settings: Settings) -> None:
    async with open_service(settings) as here:
        for number in (float("nan"), float("inf"), 10**30):
            answer: Any = await here.execute(
                query_text("graphql", "record_kpi_windows"), {"input": {"windows": [churn.week(n=number)]}}
            )
            assert [e["field"] for e in answer["data"]["recordKpiWindows"]["userErrors"]] == ["windows[0].n"]


async def test_the_first_start_makes_a_key_only_its_owner_can_read(settings: Settings, tmp_path: Path) -> None:
    async with open_service(settings) as here:
        (head,) = await here.record.store.ask(HEAD, NoParameters())
    path = tmp_path / "evidence.db.key"

    assert key_path(settings) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert isinstance(load_pem_private_key(path.read_bytes(), None), Ed25519PrivateKey)
    assert head.key_text.startswith(f"{head.origin}+")
    beside = {name for name in os.listdir(tmp_path) if ".key" in name}
    assert beside == {path.name, f"{path.name}.head", f"{path.name}.head-lock"}, "the key, and what it signed last"


async def test_a_log_whose_key_is_elsewhere_is_gone_on_with_and_gets_no_other(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_service(settings):
        pass
    (tmp_path / "evidence.db.key").unlink()

    async with open_service(settings) as here:
        assert (await here.execute(LOG))["data"]

    assert not (tmp_path / "evidence.db.key").exists()


async def test_a_key_that_is_none_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "evidence.db.key").write_text("no key")

    with pytest.raises(KeyMissing, match="EVIDENCE_SIGNING_KEY"):
        async with open_service(settings):
            pass


def test_the_key_is_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")

    assert key_path(Settings(signing_key=Path("/keys/log.pem"))) == Path("/keys/log.pem")
    assert key_path(Settings(store="sqlite:////var/e.db")) == Path("/var/e.db.key")
    assert key_path(Settings(store="neo4j://graph:7688", neo4j_database="acme")) == Path(
        "/data/evidence-graph/graph-7688-acme.key"
    )


def test_the_service_starts_without_its_store_and_recovers_without_a_restart(tmp_path: Path) -> None:
    blocked = tmp_path / "folder"
    blocked.write_text("a file where the folder should be")

    with TestClient(create_app(Settings(store=f"sqlite:///{blocked}/evidence.db"))) as client:
        away = client.get("/readyz")
        (error,) = client.post("/graphql", json={"query": LOG}).json()["errors"]
        blocked.unlink()
        time.sleep(SECONDS_BETWEEN_TRIES)
        back = client.post("/graphql", json={"query": LOG}).json()
        ready = client.get("/readyz")

    assert (away.status_code, away.json()) == (503, {"ready": False, "code": "BACKEND_UNAVAILABLE"})
    assert error["extensions"]["code"] == "BACKEND_UNAVAILABLE"
    assert str(tmp_path) not in error["message"]
    assert back["data"]["log"]["size"] == 1
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "position": 0})


async def test_in_this_process_a_store_out_of_reach_is_in_the_answer(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where the folder should be")

    async with open_service(Settings(store=f"sqlite:///{tmp_path}/folder/evidence.db")) as here:
        answer: Any = await here.execute(LOG)

    assert answer["errors"][0]["extensions"]["code"] == "BACKEND_UNAVAILABLE"


def test_a_file_of_somebody_else_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "evidence.db").write_bytes(b"no database at all, and long enough to be looked at" * 40)

    with pytest.raises(StoreRefused), TestClient(create_app(Settings(store=f"sqlite:///{tmp_path}/evidence.db"))):
        pass


def test_stores_are_named_by_their_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert isinstance(store_of(Settings(store="sqlite:///evidence.db")), SqliteStore)
    for scheme in ("neo4j", "bolt", "neo4j+s", "bolt+ssc"):
        assert type(store_of(Settings(store=f"{scheme}://graph:7687"))).__name__ == "Neo4jStore"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgres://localhost", "EVIDENCE_STORE begins with 'postgres'. It begins with one of sqlite, neo4j"),
        ("evidence.db", "EVIDENCE_STORE begins with"),
        ("sqlite:evidence.db", "EVIDENCE_STORE names no file."),
        ("sqlite://evidence.db", "EVIDENCE_STORE names no file."),
        ("sqlite:///", "EVIDENCE_STORE names no file."),
    ],
)
def test_an_address_of_no_store_is_explained(address: str, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        store_of(Settings(store=address))

    assert message in str(refused.value)


def test_settings_are_read_from_the_environment_and_secrets_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_STORE", "neo4j://graph:7687")
    monkeypatch.setenv("EVIDENCE_NEO4J_PASSWORD", "hunter2")
    monkeypatch.setenv("EVIDENCE_PORT", "")

    settings = Settings()
    shown = {setting.variable: setting for setting in shown_settings(settings)}

    assert (settings.store, settings.port) == ("neo4j://graph:7687", 8000)
    assert shown["EVIDENCE_NEO4J_PASSWORD"].value == HIDDEN
    assert shown["EVIDENCE_STORE"].value == "neo4j://graph:7687"
    assert "hunter2" not in repr(shown) + repr(settings)
    assert all(setting.description for setting in shown.values())
