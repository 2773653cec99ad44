"""How failures look from outside: a code and what to do next; never a trace, a query text, an address or a secret."""

from collections.abc import Collection, Mapping, Sequence

import structlog
from graphql import GraphQLError

from evidence_graph.errors import EvidenceError, StoreUnavailable

BAD_USER_INPUT, INTERNAL, UNAVAILABLE = "BAD_USER_INPUT", "INTERNAL", StoreUnavailable.code
COME_BACK = {"retry-after": "1"}  # seconds; with status 503
_log = structlog.get_logger("evidence_graph.api")


def presented(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, object]]:
    """The errors of an answer as its reader may see them; what is a defect goes to the log with its trace."""
    return [_presented(error, request_id) for error in errors]


def store_failed(shown: Sequence[Mapping[str, object]], roots: Collection[str] = ()) -> bool:
    """Whether nothing was answered for want of the store alone: not one of the root fields, whose null could be an answer too."""
    failed = [error.get("path") for error in shown if error["extensions"] == {"code": UNAVAILABLE}]
    ended = {path[0] for path in failed if isinstance(path, list)}
    return bool(failed) and len(failed) == len(shown) and ended.issuperset(roots)


def _presented(error: GraphQLError, request_id: str) -> dict[str, object]:
    cause = _cause(error)
    if isinstance(cause, EvidenceError):
        if cause.code == INTERNAL:
            _log.error("graphql.failed", request=request_id, exc_info=cause)
        return _shown(error, str(cause), cause.code)
    if isinstance(cause, RecursionError):
        return _shown(error, "Something in the request is nested too deeply. Flatten it.", BAD_USER_INPUT)
    if _is_the_callers(error, cause):
        return _shown(error, error.message, BAD_USER_INPUT)
    _log.error("graphql.failed", request=request_id, exc_info=cause or error)
    return _shown(error, f"Internal error. Report it with request id {request_id}.", INTERNAL)


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_the_callers(error: GraphQLError, cause: Exception | None) -> bool:
    """Whether the document or its variables are at fault: found before anything ran, or in a literal of the document."""
    if cause is not None and not isinstance(cause, GraphQLError):
        return False
    return error.path is None or (cause is not None and bool(cause.nodes))


def _shown(error: GraphQLError, message: str, code: str) -> dict[str, object]:
    shown: dict[str, object] = {"message": message}
    if error.locations:
        shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        shown["path"] = error.path
    return {**shown, "extensions": {"code": code}}
