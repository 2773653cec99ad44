"""Where witnesses hand in what they have cosigned: a checkpoint of the log with their lines under it (C2SP signed-note, tlog-cosignature).

The answers have the status codes that C2SP tlog-witness gives for the other direction: 400 for what is no note, 403 when no known
witness has signed, 404 for another log, 409 when the log contradicts its own checkpoint, 422 when a signature does not hold.
"""

import time
from collections.abc import Callable, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from evidence_graph.api.context import RequestContext
from evidence_graph.api.failures import COME_BACK, UNAVAILABLE
from evidence_graph.errors import (
    EvidenceError,
    HeadContradicted,
    InvalidInput,
    NotRecorded,
    ProofFailed,
    WitnessUnknown,
)
from evidence_graph.evidence.cosigning import keep_cosignatures
from evidence_graph.proof.cosigned_note import CosignedNote
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.verifier_key import VerifierKey

LARGEST_NOTE = 64 * 1024  # bytes: a hundred signatures under names of some length
_STATUS: dict[type[EvidenceError], int] = {
    InvalidInput: 422,
    ProofFailed: 422,
    WitnessUnknown: 403,
    NotRecorded: 404,
    HeadContradicted: 409,
}
_log = structlog.get_logger("evidence_graph.api")


def cosignatures_route(
    path: str, context: Callable[[Request], RequestContext], witnesses: Sequence[VerifierKey]
) -> Route:
    """The route that cosignatures of these witnesses are posted to; it answers with the checkpoint and all the lines it has by now."""

    async def take(request: Request) -> Response:
        asker = context(request)
        try:
            note = parse_note(await request.body())
        except ProofFailed as malformed:
            return PlainTextResponse(f"{malformed.message} Send a checkpoint with your cosignature under it.\n", 400)
        try:
            kept = await _kept(asker, note, witnesses)
        except EvidenceError as error:
            return _refused(error, asker.request_id)
        _log.info("cosignature.kept", size=kept.head.size, witnesses=len(kept.witnesses), request=asker.request_id)
        return PlainTextResponse(kept.note.document, headers={"cache-control": "no-store"})

    return Route(path, take, methods=["POST"], max_body_size=LARGEST_NOTE)


async def _kept(asker: RequestContext, note: SignedNote, witnesses: Sequence[VerifierKey]) -> CosignedNote:
    async with asker.in_time():
        await asker.ready()
        return await keep_cosignatures(asker.store, note, witnesses, int(time.time()))


def _refused(error: EvidenceError, request_id: str) -> Response:
    if error.code == UNAVAILABLE:
        return PlainTextResponse(f"{error}\n", 503, COME_BACK)
    status = _STATUS.get(type(error), 500)
    if status == 500:
        _log.error("cosignature.failed", request=request_id, exc_info=error)
    else:
        _log.warning("cosignature.refused", request=request_id, status=status, reason=error.message)
    return PlainTextResponse(f"{error}\n", status)
