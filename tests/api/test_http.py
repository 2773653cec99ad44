"""GraphQL over HTTP: which requests are taken, and in what form they are answered."""

import socket
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.api.conftest import Asking

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
QUERY, MUTATION = "{ log { size } }", "mutation { registerEvidence(input: {}) { position } }"


def post(service: Asking, content: Any, **headers: str) -> Any:
    return service.client.post(
        "/graphql",
        content=content,
        headers={"content-type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}},
    )


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("*/*", JSON),
        ("", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        ("text/html, application/*", JSON),
    ],
)
def test_answers_come_in_the_form_that_is_accepted(service: Asking, accept: str, answered: str) -> None:
    response = post(service, '{"query": "{ log { size } }"}', accept=accept)

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == {"data": {"log": {"size": 8}}}


def test_no_other_form_is_served(service: Asking) -> None:
    assert post(service, '{"query": "{ log { size } }"}', accept="text/html").status_code == 406


@pytest.mark.parametrize(
    ("document", "graphql_status"),
    [("{ log {", 400), ("{ none }", 400), ("", 400), ('{ chain(of: ["x"]) { roots { id } } }', 200)],
)
def test_a_refused_request_has_its_status_in_the_newer_form_alone(
    service: Asking, document: str, graphql_status: int
) -> None:
    body = {"query": document}
    newer = service.client.post("/graphql", json=body, headers={"accept": GRAPHQL})
    older = service.client.post("/graphql", json=body, headers={"accept": JSON})

    assert newer.status_code == graphql_status
    assert older.status_code == (200 if document else 400)
    assert newer.json() == older.json()
    assert ("data" in newer.json()) == (graphql_status == 200)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '"{ log { size } }"',
        "{}",
        '{"query": null}',
        '{"query": 1}',
        '{"query": {"log": 1}}',
        '{"query": "{ log { size } }", "variables": "x"}',
        '{"query": "{ log { size } }", "variables": [1]}',
        '{"query": "{ log { size } }", "operationName": 1}',
        '{"query": "{ log { size } }", "extensions": "x"}',
        '{"query": "{ log { size } }", "variables": {"a": NaN}}',
        '[{"query": "{ log { size } }"}]',
        b'{"query": "{ log { size } } # \xff"}',
    ],
)
def test_what_is_no_graphql_request_is_400(service: Asking, content: str | bytes) -> None:
    response = post(service, content)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_batches_are_not_taken(service: Asking) -> None:
    response = post(service, '[{"query": "{ log { size } }"}]')

    assert response.json()["errors"][0]["message"] == "Batches are not taken. Send one operation a request."


def test_optional_parts_may_be_null(service: Asking) -> None:
    content = '{"query": "{ log { size } }", "variables": null, "operationName": null, "extensions": null}'

    assert post(service, content).json() == {"data": {"log": {"size": 8}}}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
    ],
)
def test_only_json_is_taken_so_that_no_foreign_page_can_send_a_form(service: Asking, content_type: str) -> None:
    response = post(service, '{"query": "{ log { size } }"}', content_type=content_type)

    assert response.status_code == 415


def test_utf_8_may_be_named(service: Asking) -> None:
    assert (
        post(service, '{"query": "{ log { size } }"}', content_type="application/json; charset=UTF-8").status_code
        == 200
    )


def test_queries_may_be_asked_by_get(service: Asking) -> None:
    parameters = {"query": "query($u: Urn!) { artifact(urn: $u) { urn } }", "variables": '{"u": "model:churn/churn@7"}'}

    assert service.client.get("/graphql", params=parameters).json() == {
        "data": {"artifact": {"urn": "model:churn/churn@7"}}
    }
    assert service.client.get("/graphql", params={**parameters, "variables": "{"}).status_code == 400
    assert service.client.get("/graphql").status_code == 400


@pytest.mark.parametrize("document", [MUTATION, f"query A {QUERY} mutation B {MUTATION.removeprefix('mutation ')}"])
def test_mutations_are_never_taken_by_get(service: Asking, document: str) -> None:
    name = {"operationName": "B"} if " B " in document else {}
    response = service.client.get("/graphql", params={"query": document, **name})

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert service.ask("log")["size"] == 8


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_other_method_is_taken(service: Asking, method: str) -> None:
    assert service.client.request(method, "/graphql").status_code == 405


def test_there_is_no_page_to_try_queries_out(service: Asking) -> None:
    """Such pages load from other hosts."""
    response = service.client.get("/graphql", headers={"accept": "text/html,*/*"})

    assert response.status_code == 400
    assert "html" not in response.headers["content-type"]


@pytest.mark.parametrize("protocol", ["graphql-ws", "graphql-transport-ws"])
def test_there_are_no_sockets(service: Asking, protocol: str) -> None:
    with pytest.raises(WebSocketDisconnect), service.client.websocket_connect("/graphql", subprotocols=[protocol]):
        pass


def test_every_answer_carries_the_id_of_its_request(service: Asking) -> None:
    paths = ["/graphql", "/livez", "/readyz", "/version", "/nothing"]

    ids = [service.client.get(path).headers["x-request-id"] for path in paths]

    assert len(set(ids)) == len(paths)


def test_version_and_liveness(service: Asking) -> None:
    assert service.client.get("/version").json() == {"name": "evidence-graph", "version": "0.1.0"}
    assert service.client.get("/livez").json() == {"alive": True}
    assert service.client.get("/readyz").json() == {"ready": True, "position": 7}


def test_the_service_opens_no_connection_of_its_own(service: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert service.ask("log")["size"] == 8
