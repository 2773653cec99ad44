"""The service over HTTP on a store of its own, and somebody who asks it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from evidence_graph.app import create_app
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.record.instants import parse_instant
from evidence_graph.resources import query_text
from evidence_graph.settings import Settings
from tests.api import churn

BEGINNING = "2026-10-10T00:00:00Z"


class Asking:
    """Sends documents to the service and moves the clock it records under."""

    def __init__(self, client: TestClient, clock: SimulatedClock) -> None:
        self.client, self._clock = client, clock

    def body(self, document: str, variables: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The whole answer."""
        response = self.client.post("/graphql", json={"query": document, "variables": variables or {}, **more})
        found: dict[str, Any] = response.json()
        return found

    def data(self, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = self.body(document, variables)
        assert "errors" not in body, body["errors"]
        found: dict[str, Any] = body["data"]
        return found

    def ask(self, stem: str, **variables: Any) -> Any:
        """The root field of a document of `queries/graphql`."""
        (found,) = self.data(query_text("graphql", stem), variables).values()
        return found

    def record(self, stem: str, **input: Any) -> Any:
        """The payload of a mutation of `queries/graphql`."""
        return self.ask(stem, input=input)

    def error(self, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The one error of an answer."""
        body = self.body(document, variables)
        (found,) = body["errors"]
        assert isinstance(found, dict)
        return found

    def set_clock(self, instant: str) -> None:
        """The time entries are recorded at from now on."""
        self._clock.instant = parse_instant(instant, "instant")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that name a file of this test's own."""
    return Settings(store=f"sqlite:///{tmp_path}/evidence.db")


@pytest.fixture
def empty(settings: Settings) -> Iterator[Asking]:
    """The service with nothing on record."""
    clock = SimulatedClock(parse_instant(BEGINNING, "instant"))
    with TestClient(create_app(settings, clock=clock)) as client:
        yield Asking(client, clock)


@pytest.fixture
def service(empty: Asking) -> Asking:
    """The service with the whole story on record."""
    payload = empty.record("register_evidence", **churn.manifest())
    assert payload["userErrors"] == []
    return empty
