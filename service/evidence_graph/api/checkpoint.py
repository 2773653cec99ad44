"""The signed head of the log as plain text, for witnesses and monitors: C2SP tlog-checkpoint."""

from collections.abc import Callable
from hashlib import sha256

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from evidence_graph.api.context import RequestContext
from evidence_graph.api.pinned import PinnedAnswer
from evidence_graph.errors import EvidenceError, StoreUnavailable
from evidence_graph.lineage.log_proofs import read_signed_head

NOT_SIGNED_YET = StoreUnavailable("No head of this log has been signed yet.")
_log = structlog.get_logger("evidence_graph.api")


def checkpoint_route(path: str, context: Callable[[Request], RequestContext]) -> Route:
    """The route the checkpoint is served under. It has an ETag; 503 before the first one."""

    async def serve(request: Request) -> Response:
        asker = context(request)
        try:
            await asker.ready()
            signed = await read_signed_head(asker.store)
            if signed is None:
                raise NOT_SIGNED_YET
        except StoreUnavailable as unavailable:
            return PlainTextResponse(f"{unavailable}\n", 503, {"retry-after": "1"})
        except EvidenceError as error:
            _log.error("checkpoint.failed", request=asker.request_id, exc_info=error)
            return PlainTextResponse(f"{error}\n", 500)
        return _response(signed.note.encode(), request)

    return Route(path, serve)


def _response(note: bytes, request: Request) -> Response:
    answer = PinnedAnswer(note, f'"{sha256(note).hexdigest()}"')
    headers = {"etag": answer.etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if answer.matches(request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return PlainTextResponse(note, 200, headers)
