"""GraphQL over HTTP: POST with JSON, GET for queries. No batches, no uploads, no sockets, no page to try it out."""

from collections.abc import Callable
from typing import TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evidence_graph.api.context import RequestContext
from evidence_graph.api.execution import ALL_OPERATIONS, QUERIES_ONLY, Answer, Operation, answer
from evidence_graph.api.failures import BAD_USER_INPUT, COME_BACK
from evidence_graph.api.pinned import HEADERS, PinnedAnswer, PinnedAnswers
from evidence_graph.api.schema import Schema
from evidence_graph.errors import EvidenceError

LARGEST_BODY = 16 * 1024 * 1024
T = TypeVar("T")
JSON_TYPE, GRAPHQL_TYPE = "application/json", "application/graphql-response+json"


class _Refused(Exception):
    """The request is no GraphQL request; `status` and `message` say why."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


def graphql_route(path: str, schema: Schema, context: Callable[[Request], RequestContext]) -> Route:
    """The route GraphQL is served under."""

    pinned = PinnedAnswers()

    async def serve(request: Request) -> Response:
        media_type = _answer_type(request)
        try:
            if media_type is None:
                raise _Refused(406, f"Answers are {GRAPHQL_TYPE} or {JSON_TYPE}. Accept one of them.")
            operation = await _operation(request)
        except _Refused as refused:
            return _refusal(refused, media_type or JSON_TYPE)
        asker = context(request)
        kept = pinned.find(operation, asker.actor)
        if kept is None or not await _still_holds(kept, pinned, asker):
            allowed = QUERIES_ONLY if request.method == "GET" else ALL_OPERATIONS
            found = await answer(schema, operation, asker, allowed)
            if not found.pinned:
                return _response(found, media_type)
            assert asker.erased_at is not None, "a pinned question was answered"
            kept = pinned.keep(operation, asker.actor, orjson.dumps(found.body), asker.erased_at)
        return _pinned_response(kept, request, media_type)

    return Route(path, serve, methods=["GET", "POST"], max_body_size=LARGEST_BODY)


async def _still_holds(kept: PinnedAnswer, pinned: PinnedAnswers, asker: RequestContext) -> bool:
    """Whether nothing was erased since the answer was read, by whatever process; where that cannot be told, it is not given."""
    try:
        async with asker.in_time():
            erased_at = await asker.last_erasure()
    except EvidenceError:
        return False
    pinned.forget_before(erased_at)
    return kept.erased_at == erased_at


def _answer_type(request: Request) -> str | None:
    """The first acceptable type of answer; plain JSON for who accepts anything."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    for media_type in accepted:
        if media_type in (GRAPHQL_TYPE, JSON_TYPE):
            return media_type
        if media_type in ("*/*", "application/*", ""):
            return JSON_TYPE
    return None


async def _operation(request: Request) -> Operation:
    if request.method == "GET":
        return _from_query(request)
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    if media_type.strip() != JSON_TYPE:
        raise _Refused(415, f"Send {JSON_TYPE}.")
    if "charset" in parameters and "utf-8" not in parameters and "utf8" not in parameters:
        raise _Refused(415, "Send UTF-8.")
    return _from_body(_parsed(await request.body(), "The body"))


def _from_query(request: Request) -> Operation:
    parts: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parts.get(name):
            parts[name] = _parsed(str(parts[name]).encode(), name)
    return _from_body(parts)


def _parsed(text: bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _Refused(400, f"{what} is not JSON, or nested too deeply. NaN and Infinity are no JSON.") from None


def _from_body(parts: object) -> Operation:
    if isinstance(parts, list):
        raise _Refused(400, "Batches are not taken. Send one operation a request.")
    if not isinstance(parts, dict):
        raise _Refused(400, "The body is no JSON object. Send {query, variables, operationName}.")
    document = _part(parts, "query", str)
    if not document:
        raise _Refused(400, "There is no query. Send {query, variables, operationName}.")
    _part(parts, "extensions", dict)
    return Operation(document, _part(parts, "variables", dict), _part(parts, "operationName", str) or None)


def _part(parts: dict[str, object], name: str, form: type[T]) -> T | None:
    value = parts.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, form):
        return value
    raise _Refused(400, f"{name} is no {'text' if form is str else 'object'}.")


def _response(found: Answer, media_type: str) -> Response:
    """Refused requests are 400 in the newer media type, 200 in plain JSON, as GraphQL over HTTP wants it.

    Without a store there is no `data`, and the status is 503 in either: what stands between reads nothing but the status.
    """
    status = 200
    headers = {}
    if found.not_by_get:
        status, headers = 405, {"allow": "POST"}
    elif found.unavailable:
        status, headers = 503, COME_BACK
    elif not found.executed and media_type == GRAPHQL_TYPE:
        status = 400
    return Response(orjson.dumps(found.body), status, headers, media_type=f"{media_type}; charset=utf-8")


def _pinned_response(kept: PinnedAnswer, request: Request, media_type: str) -> Response:
    """An answer that cannot change: 304 by GET when the asker has it already."""
    headers = {**HEADERS, "etag": kept.etag, "vary": "accept"}
    if request.method == "GET" and kept.matches(request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(kept.body, 200, headers, media_type=f"{media_type}; charset=utf-8")


def _refusal(refused: _Refused, media_type: str) -> Response:
    body = {"errors": [{"message": refused.message, "extensions": {"code": BAD_USER_INPUT}}]}
    return Response(orjson.dumps(body), refused.status, media_type=f"{media_type}; charset=utf-8")
