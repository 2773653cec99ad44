"""Failures from outside: a code, what to do next, and nothing about the inside."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from starlette.testclient import TestClient

from evidence_graph.app import create_app
from evidence_graph.errors import OutcomeUnknown, StoreUnavailable
from evidence_graph.settings import Settings
from evidence_graph.store.graph_store import Transaction
from evidence_graph.store.named_queries import Question
from evidence_graph.store.sqlite import SqliteStore

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")

SECRET = "bolt://10.0.0.7:7687 MATCH (n) RETURN n password=hunter2"
RECORD = (
    'mutation { registerEvidence(input: { features: [{ urn: "feature:a/b@1" }], idempotencyKey: "k" }) { position } }'
)


class FailingStore(SqliteStore):
    """A real store that fails on demand, as an engine would."""

    failure: Exception | None = None

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        if self.failure is not None:
            raise self.failure
        return await super().ask(question, parameters)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self.failure is not None:
            raise self.failure
        return await super().write(work)


class Failing:
    """The service on such a store."""

    def __init__(self, client: TestClient, store: FailingStore) -> None:
        self.client, self.store = client, store

    def post(self, document: str) -> Any:
        return self.client.post("/graphql", json={"query": document})


@pytest.fixture
def failing(tmp_path: Path) -> Any:
    store = FailingStore(tmp_path / "evidence.db")
    with TestClient(create_app(Settings(store=f"sqlite:///{tmp_path}/evidence.db"), store=store)) as client:
        yield Failing(client, store)


@pytest.mark.parametrize("document", ["{ log { size } }", '{ chain(of: ["model:a/b@1"]) { roots { urn } } }', RECORD])
def test_a_defect_is_masked_and_logged_under_the_id_of_the_request(
    failing: Failing, document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.store.failure = RuntimeError(SECRET)

    response = failing.post(document)

    request_id = response.headers["x-request-id"]
    (error,) = response.json()["errors"]
    assert error["message"] == f"Internal error. Report it with request id {request_id}."
    assert error["extensions"] == {"code": "INTERNAL"}
    assert "hunter2" not in response.text
    log = capsys.readouterr().err
    assert "hunter2" in log
    assert "Traceback" in log
    assert f"request={request_id}" in log


def test_a_store_out_of_reach_is_said_so_with_what_to_do(failing: Failing) -> None:
    failing.store.failure = StoreUnavailable()

    for document in ("{ log { size } }", RECORD):
        (error,) = failing.post(document).json()["errors"]
        assert error["message"] == "The store did not answer. Try again in a moment."
        assert error["extensions"] == {"code": "BACKEND_UNAVAILABLE"}


def test_an_unknown_outcome_says_to_repeat_with_the_same_key(failing: Failing) -> None:
    failing.store.failure = OutcomeUnknown()

    (error,) = failing.post(RECORD).json()["errors"]

    assert error["extensions"] == {"code": "BACKEND_UNAVAILABLE"}
    assert "again with idempotencyKey 'k'; it will not be recorded twice" in error["message"]


def test_readiness_follows_the_store_and_comes_back(failing: Failing) -> None:
    failing.store.failure = StoreUnavailable()
    away = failing.client.get("/readyz")
    failing.store.failure = None
    back = failing.client.get("/readyz")

    assert (away.status_code, away.json()) == (503, {"ready": False, "code": "BACKEND_UNAVAILABLE"})
    assert (back.status_code, back.json()) == (200, {"ready": True, "position": 0})
    assert failing.client.get("/livez").status_code == 200


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{ log { size ", "Syntax Error"),
        ("{ log { sise } }", "Cannot query field 'sise' on type 'Log'. Did you mean 'size'?"),
        ("{ chain { roots { urn } } }", "is required"),
        ("query($first: Int!) { artifacts(first: $first) { nodes { urn } } }", "Variable '$first'"),
        ("{ artifacts(kind: TABLE) { nodes { urn } } }", "does not exist in 'Kind' enum"),
        ("subscription { log { size } }", "There are no subscriptions."),
        ("fragment A on Log { size }", "no such operation"),
    ],
)
def test_a_broken_request_is_explained(failing: Failing, document: str, message: str) -> None:
    """What the caller did wrong is shown; masking is for what we did."""
    errors = failing.post(document).json()["errors"]

    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
    assert message in errors[0]["message"]


def test_a_variable_of_a_wrong_type_is_explained(failing: Failing) -> None:
    document = "query($first: Int) { artifacts(first: $first) { nodes { urn } } }"

    response = failing.client.post("/graphql", json={"query": document, "variables": {"first": "many"}})

    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "Int cannot represent non-integer value" in error["message"]


def test_a_null_inside_a_list_by_a_variable_is_explained(failing: Failing) -> None:
    """Coercion of arguments happens while running, and is the caller's fault all the same."""
    document = "query($a: Urn) { chain(of: [$a]) { roots { urn } } }"

    errors = failing.client.post("/graphql", json={"query": document, "variables": {"a": None}}).json()["errors"]

    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}


def test_each_request_leaves_one_line_with_its_id(failing: Failing, capsys: pytest.CaptureFixture[str]) -> None:
    response = failing.client.post("/graphql", json={"query": "query Head { log { size } }", "operationName": "Head"})

    (line,) = [line for line in capsys.readouterr().err.splitlines() if "graphql.answered" in line]
    assert f"request={response.headers['x-request-id']}" in line
    assert "operation=Head position=0 ms=" in line
