"""The signed head of the log as plain text, for witnesses and monitors: C2SP tlog-checkpoint."""

from collections.abc import Callable
from hashlib import sha256

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from evidence_graph.api.context import RequestContext
from evidence_graph.api.failures import COME_BACK, UNAVAILABLE
from evidence_graph.api.pinned import PinnedAnswer
from evidence_graph.errors import EvidenceError, InvalidInput, NotRecorded, StoreUnavailable
from evidence_graph.lineage.cosigned_heads import read_newest_cosigned
from evidence_graph.lineage.log_proofs import read_signed_head
from evidence_graph.proof.cosignature import MOST_WITNESSES
from evidence_graph.store.graph_store import GraphStore

NOT_SIGNED_YET = StoreUnavailable("No head of this log has been signed yet.")
_log = structlog.get_logger("evidence_graph.api")


def checkpoint_route(path: str, context: Callable[[Request], RequestContext]) -> Route:
    """The route the checkpoint is served under. It has an ETag; 503 before the first one.

    With `?witnesses=N` it is the newest that at least N witnesses have cosigned; 404 before the first one.
    """

    async def serve(request: Request) -> Response:
        asker = context(request)
        try:
            async with asker.in_time():
                await asker.ready()
                note = await _checkpoint(asker.store, request.query_params.get("witnesses"))
        except EvidenceError as error:
            if error.code == UNAVAILABLE:
                return PlainTextResponse(f"{error}\n", 503, COME_BACK)
            if isinstance(error, InvalidInput | NotRecorded):
                return PlainTextResponse(f"{error}\n", 400 if isinstance(error, InvalidInput) else 404)
            _log.error("checkpoint.failed", request=asker.request_id, exc_info=error)
            return PlainTextResponse(f"{error}\n", 500)
        return _response(note.encode(), request)

    return Route(path, serve)


async def _checkpoint(store: GraphStore, witnesses: str | None) -> str:
    """The last signed head, or the newest that so many witnesses have cosigned."""
    if witnesses is not None:
        return await _cosigned(store, witnesses)
    signed = await read_signed_head(store)
    if signed is None:
        raise NOT_SIGNED_YET
    return signed.note


async def _cosigned(store: GraphStore, stated: str) -> str:
    wanted = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 4 else 0
    if not 1 <= wanted <= MOST_WITNESSES:
        raise InvalidInput("witnesses is no number of witnesses.", f"Give a number from 1 to {MOST_WITNESSES}.")
    found = await read_newest_cosigned(store, wanted)
    if found is None:
        raise NotRecorded(
            f"No checkpoint of this log has been cosigned by {wanted} witnesses yet.", "Ask for fewer, or later."
        )
    return found.note.document


def _response(note: bytes, request: Request) -> Response:
    answer = PinnedAnswer(note, f'"{sha256(note).hexdigest()}"')
    headers = {"etag": answer.etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if answer.matches(request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return PlainTextResponse(note, 200, headers)
