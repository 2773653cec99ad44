"""Running one operation, whichever door it came by: the same limits, the same answer, one line in the log."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from evidence_graph.api.context import RequestContext
from evidence_graph.api.failures import presented, store_failed
from evidence_graph.api.limits import check_variables
from evidence_graph.api.schema import Schema
from evidence_graph.errors import EvidenceError, InvalidInput

QUERIES_ONLY = (OperationType.QUERY,)
ALL_OPERATIONS = (OperationType.QUERY, OperationType.MUTATION)
_log = structlog.get_logger("evidence_graph.api")


@dataclass(frozen=True)
class Operation:
    """What was asked: a document, its variables and which of its operations."""

    document: str
    variables: Mapping[str, object] | None = None
    name: str | None = None


@dataclass(frozen=True)
class Answer:
    """`body` as it is sent; `executed` is false when the request was refused before anything ran; `not_by_get` says why.

    `pinned` says that the same request has this answer for ever; `unavailable` that nothing was answered, because the store was not there.
    """

    body: dict[str, object]
    executed: bool = True
    not_by_get: bool = False
    pinned: bool = False
    unavailable: bool = False


async def answer(
    schema: Schema,
    operation: Operation,
    context: RequestContext,
    allowed: Sequence[OperationType] = ALL_OPERATIONS,
) -> Answer:
    """Run the operation; whatever goes wrong is in the answer."""
    began = time.perf_counter()
    found = await _answer(schema, operation, context, allowed)
    errors, data = found.body.get("errors", []), found.body.get("data")
    assert isinstance(errors, list)
    roots = "+".join(data) if isinstance(data, dict) else ""
    _log.info(
        "graphql.answered",
        operation=(operation.name or roots)[:80],
        position=context.position,
        ms=round((time.perf_counter() - began) * 1000, 1),
        errors=",".join(error["extensions"]["code"] for error in errors) or None,
        request=context.request_id,
    )
    return found


async def _answer(
    schema: Schema, operation: Operation, context: RequestContext, allowed: Sequence[OperationType]
) -> Answer:
    try:
        check_variables(operation.variables or {})
        async with context.in_time():
            result = await schema.execute(
                operation.document,
                variable_values=dict(operation.variables or {}),
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=allowed,
            )
    except InvalidOperationTypeError as error:
        if error.operation_type is OperationType.MUTATION:
            return _refused(
                InvalidInput("Mutations are not taken by GET.", "Send it by POST."), context, not_by_get=True
            )
        return _refused(InvalidInput("There are no subscriptions.", "Ask again when you want to know."), context)
    except (CannotGetOperationTypeError, MissingQueryError):
        refused = InvalidInput("The document holds no such operation.", "Check the document and operationName.")
        return _refused(refused, context)
    except EvidenceError as refused:
        return _refused(refused, context)
    errors = presented(result.errors or (), context.request_id)
    body: dict[str, object] = {"errors": errors} if errors else {}
    if result.data is None and errors and all("path" not in error for error in errors):
        return Answer(body, executed=False)
    if store_failed(errors, result.data or ()):
        return Answer(body, unavailable=True)
    return Answer({**body, "data": result.data}, pinned=context.pinned is True and not errors)


def _refused(refused: EvidenceError, context: RequestContext, *, not_by_get: bool = False) -> Answer:
    errors = presented([GraphQLError(str(refused), original_error=refused)], context.request_id)
    return Answer({"errors": errors}, executed=False, not_by_get=not_by_get, unavailable=store_failed(errors))
