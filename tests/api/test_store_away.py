"""When the store does not answer, so does the service: in time, with a status that says when to come back, and without a restart."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from evidence_graph.app import create_app
from evidence_graph.cli.failures import Exit
from evidence_graph.errors import StoreUnavailable
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.resources import query_text
from evidence_graph.settings import Settings
from evidence_graph.store.named_queries import Question
from evidence_graph.store.sqlite import SqliteStore
from tests.another_writer import another_writer
from tests.api import churn
from tests.end_to_end.processes import CommandLine, serving

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
REGISTER = query_text("graphql", "register_evidence")
HEAD = "{ log { size } }"


class Leaving(SqliteStore):
    """A store that fails or stalls for the questions, or writes, that it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gone: set[str] = set()
        self.stalled: set[str] = set()

    async def ask(self, question: Question[Any, Any], parameters: Any) -> list[Any]:
        await self._meet(question.stem)
        return await super().ask(question, parameters)

    async def write(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        await self._meet("write")
        return await super().write(work)

    async def _meet(self, what: str) -> None:
        if what in self.gone:
            raise StoreUnavailable
        if what in self.stalled:
            await asyncio.Event().wait()


class Away:
    """The service and its store."""

    def __init__(self, client: TestClient, store: Leaving) -> None:
        self.client, self.store = client, store

    def post(self, document: str, accept: str = GRAPHQL, **variables: Any) -> Any:
        operation = {"query": document, "variables": variables}
        return self.client.post("/graphql", json=operation, headers={"accept": accept})

    def register(self, key: str = "k-1") -> Any:
        return self.post(REGISTER, input={**churn.manifest(), "idempotencyKey": key})


@contextmanager
def away(path: Path, **settings: Any) -> Iterator[Away]:
    store = Leaving(path / "evidence.db")
    app = create_app(Settings(store=f"sqlite:///{path}/evidence.db", **settings), clock=SystemClock(), store=store)
    with TestClient(app) as client:
        yield Away(client, store)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Away]:
    with away(tmp_path, request_timeout=1.0) as found:
        yield found


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize("document", [HEAD, "{ a: log { size } b: log { size } }"])
def test_a_request_that_nothing_of_can_be_answered_is_503(served: Away, document: str, accept: str) -> None:
    """In either form: a proxy or a client that tries again reads the status, and there is no data to look at."""
    served.store.gone = {"head"}

    answer = served.post(document, accept)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"].startswith(accept)
    assert set(answer.json()) == {"errors"}
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"BACKEND_UNAVAILABLE"}


def test_a_write_that_cannot_be_recorded_is_503(served: Away) -> None:
    """And is recorded when it is sent again."""
    served.store.gone = {"write"}
    refused = served.register()
    served.store.gone = set()

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert served.register().json()["data"]["registerEvidence"]["position"] == 7


def test_what_can_be_answered_in_part_is_200(served: Away) -> None:
    """Half an answer is one."""
    served.store.gone = {"artifacts"}

    answer = served.post("{ log { size } artifacts(first: 1) { nodes { urn } } }")

    assert answer.status_code == 200
    assert answer.json()["data"] == {"log": {"size": 1}, "artifacts": None}
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BACKEND_UNAVAILABLE"]


def test_a_question_that_is_wrong_keeps_the_status(served: Away) -> None:
    """Sending it again would not help, store or no store."""
    served.store.gone = {"head"}

    answer = served.post('{ log { size } chain(of: ["nothing"]) { roots { urn } } }')

    assert answer.status_code == 200
    assert answer.json()["data"] == {"log": None, "chain": None}
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {
        "BACKEND_UNAVAILABLE",
        "BAD_USER_INPUT",
    }


def test_a_null_that_is_an_answer_keeps_the_status(served: Away) -> None:
    """An artifact that is not on record is null without an error."""
    answer = served.post('{ artifact(urn: "model:none/none@1") { urn } }')

    assert (answer.status_code, answer.json()) == (200, {"data": {"artifact": None}})


def test_a_store_that_stalls_is_told_of_in_time(served: Away) -> None:
    """A question ends with the time of its request, whatever it waits for."""
    served.store.stalled = {"head"}
    answer = served.post(HEAD)
    table, checkpoint = served.client.get("/deployments.csv"), served.client.get("/log/checkpoint")
    served.store.stalled = set()

    assert answer.status_code == 503
    assert "in time" in answer.json()["errors"][0]["message"]
    assert (table.status_code, table.headers["retry-after"]) == (503, "1")
    assert checkpoint.status_code in (200, 503)
    assert served.post(HEAD).status_code == 200


def test_a_write_that_stalls_says_with_which_key_to_send_it_again(served: Away) -> None:
    """It may be on record or not; the same key gives the first answer."""
    served.store.stalled = {"write"}
    stalled = served.register("k-7")
    (error,) = stalled.json()["errors"]

    assert (stalled.status_code, stalled.headers["retry-after"]) == (503, "1")
    assert "Send it again with idempotencyKey 'k-7'" in error["message"]


def test_requests_do_not_gather_behind_one_that_opens_the_store(tmp_path: Path) -> None:
    """While the first is kept waiting, the others are sent away."""
    with away(tmp_path, request_timeout=30.0) as found:
        app: Any = found.client.app
        app.state.record._open = False
        opening = found.store.open
        may_end = threading.Event()

        async def slowly() -> None:
            await asyncio.to_thread(may_end.wait)
            await opening()

        found.store.open = slowly  # type: ignore[method-assign]
        first = threading.Thread(target=lambda: answers.append(found.post(HEAD)))
        answers: list[Any] = []
        first.start()
        while not app.state.record._opening.locked():
            pass
        second = found.post(HEAD)
        still_waiting = first.is_alive()
        may_end.set()
        first.join()

    assert (second.status_code, second.headers["retry-after"]) == (503, "1")
    assert still_waiting
    assert answers[0].status_code == 200


def test_a_locked_file_is_503_too(tmp_path: Path) -> None:
    """Another process keeps the writer's lock of the embedded store; when it lets go, the service records again."""
    with away(tmp_path, request_timeout=30.0) as found:
        found.store._patience = 0.1
        with another_writer(tmp_path / "evidence.db"):
            locked, read = found.register(), found.post(HEAD)
        after = found.register()

    assert (locked.status_code, locked.headers["retry-after"]) == (503, "1")
    assert locked.json()["errors"][0]["extensions"]["code"] == "BACKEND_UNAVAILABLE"
    assert read.status_code == 200
    assert after.json()["data"]["registerEvidence"]["position"] == 7


def test_the_command_line_ends_with_75(tmp_path: Path) -> None:
    """Over HTTP as without it: temporary, try again."""
    evidence = CommandLine(tmp_path, EVIDENCE_REQUEST_TIMEOUT="1.2")
    with serving(evidence, "serve", "--port", "0") as running:
        remote = evidence.with_environment(EVIDENCE_URL=running.address)
        with another_writer(tmp_path / "evidence.db"):
            told = remote("register", "-f", evidence.write(churn.manifest()))

        assert told.code == Exit.TEMPORARY
        assert "keeps writing" in told.err
        assert remote("register", "-f", evidence.write(churn.manifest())).code == Exit.DONE
