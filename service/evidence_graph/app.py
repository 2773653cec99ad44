"""Composition: from settings to a store, a recorder and the service, over HTTP or in this process."""

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence_graph import __version__
from evidence_graph.api.checkpoint import checkpoint_route
from evidence_graph.api.context import RequestContext
from evidence_graph.api.cosignatures import cosignatures_route
from evidence_graph.api.execution import Operation, answer
from evidence_graph.api.http import graphql_route
from evidence_graph.api.schema import Schema, build_schema
from evidence_graph.api.tables import table_routes
from evidence_graph.errors import EvidenceError, ProofFailed, StoreUnavailable
from evidence_graph.evidence.clock import Clock, SystemClock
from evidence_graph.evidence.key_file import key_at, key_in
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.purging import Purger
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.moment import read_head
from evidence_graph.place import key_path, store_of
from evidence_graph.process_log import configure_logging
from evidence_graph.proof.cosignature import parse_witness_keys
from evidence_graph.settings import Settings
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters

SECONDS_BETWEEN_TRIES = 1.0
SECONDS_TO_SEE_IT_OPENED = 0.8  # by another request
SECONDS_TO_BE_READY = 3.0
REQUEST_ID = "evidence_graph.request_id"
_log = structlog.get_logger("evidence_graph.app")


class ServedRecord:
    """A store with its recorder and the signer of its head, opened when first needed and again after a failure.

    The head is signed while `always_signing`, else only when the record is closed.
    """

    def __init__(self, store: GraphStore, key_file: Path, clock: Clock, *, always_signing: bool = False) -> None:
        self.store, self.clock, self.recorder = store, clock, Recorder(store, clock)
        self.signer, self.purger = HeadSigner(store, key_file), Purger(store)
        self._key_file, self._always_signing = key_file, always_signing
        self._open = False
        self._opening = asyncio.Lock()
        self._failure: tuple[float, StoreUnavailable] | None = None

    async def ready(self) -> None:
        """Open the store and begin its log unless that is done. Raises StoreUnavailable, StoreRefused, KeyMissing."""
        if self._open:
            return
        await self._take_turn()
        try:
            await self._open_once()
        finally:
            self._opening.release()

    async def _take_turn(self) -> None:
        """One request opens the store; the others do not gather behind it while it does not answer."""
        try:
            async with asyncio.timeout(SECONDS_TO_SEE_IT_OPENED):
                await self._opening.acquire()
        except TimeoutError:
            raise StoreUnavailable("The store is being opened.") from None

    async def _open_once(self) -> None:
        if self._open:
            return
        if self._failure and time.monotonic() - self._failure[0] < SECONDS_BETWEEN_TRIES:
            raise self._failure[1]
        try:
            await self._begin()
        except StoreUnavailable as failure:
            self._failure = time.monotonic(), failure
            raise
        self._open = True
        if self._always_signing:
            self.signer.start()
            self.purger.start()

    async def _begin(self) -> None:
        await self.store.open()
        if await self.store.ask(HEAD, NoParameters()):
            if not self._key_file.exists():
                _log.info("signing_key.missing", file=str(self._key_file))
            return
        await begin_log(self.store, f"evidence-graph/{secrets.token_hex(8)}", key_at(self._key_file), self.clock)

    async def sign_what_is_left(self) -> None:
        """Sign the head unless it is signed; where nobody does so all the time, such as on the command line."""
        if self._open:
            await self.signer.finish()

    async def close(self) -> None:
        """Sign what is not signed yet, and let go of the store."""
        try:
            await self.purger.close()
            await self.sign_what_is_left()
        finally:
            await self.store.close()

    def context(self, actor: str, via: str, request_id: str, seconds: float | None = None) -> RequestContext:
        """What one request carries; it ends within `seconds`, if they are given."""
        return RequestContext(
            self.store,
            self.recorder,
            self.purger,
            self.clock,
            self.ready,
            actor,
            via,
            request_id,
            why_unsigned=lambda: self.signer.problem.reason if self.signer.problem else None,
            signing_key=lambda: key_in(self._key_file),
            ends_at=None if seconds is None else asyncio.get_running_loop().time() + seconds,
        )


@cache
def served_schema() -> Schema:
    """The schema, built once a process."""
    return build_schema()


class Service:
    """The service in this process: the documents and answers of HTTP without HTTP."""

    def __init__(self, record: ServedRecord, actor: str, via: str) -> None:
        self.record, self._actor, self._via = record, actor, via

    async def execute(
        self, document: str, variables: Mapping[str, object] | None = None, operation_name: str | None = None
    ) -> dict[str, object]:
        """The JSON the service would answer: `data`, `errors` or both."""
        context = self.record.context(self._actor, self._via, str(uuid.uuid4()))
        return (await answer(served_schema(), Operation(document, variables, operation_name), context)).body


@asynccontextmanager
async def open_service(
    settings: Settings, *, clock: Clock | None = None, store: GraphStore | None = None, via: str = "CLI"
) -> AsyncGenerator[Service]:
    """The service in this process. A store out of reach shows in its answers. Raises StoreRefused, KeyMissing, InvalidInput."""
    configure_logging("WARNING")
    record = ServedRecord(store or store_of(settings), key_path(settings), clock or SystemClock())
    try:
        await _open_if_reachable(record)
        await record.sign_what_is_left()
        yield Service(record, settings.actor, via)
    finally:
        await record.close()


def create_app(settings: Settings, *, clock: Clock | None = None, store: GraphStore | None = None) -> Starlette:
    """The service over HTTP. Raises InvalidInput, StoreRefused for settings that name no store, or a witness that is none."""
    from evidence_graph.api.metrics import (  # loading its library takes long: only for who serves
        CountsRequests,
        Metrics,
    )

    configure_logging(settings.log_level)
    witnesses = parse_witness_keys(settings.witness_keys)
    record = ServedRecord(store or store_of(settings), key_path(settings), clock or SystemClock(), always_signing=True)

    def context(request: Request) -> RequestContext:
        return record.context(settings.actor, "API", request.scope[REQUEST_ID], settings.request_timeout)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        try:
            await _open_if_reachable(record)
            yield
        except EvidenceError as refused:
            _log.error("start.refused", reason=str(refused))
            raise
        finally:
            await record.close()

    routes = [
        graphql_route("/graphql", served_schema(), context),
        *table_routes(context),
        checkpoint_route("/log/checkpoint", context),
        cosignatures_route("/log/cosignatures", context, witnesses),
        Route("/livez", _livez),
        Route("/readyz", _readyz),
        Route("/version", _version),
    ]
    metrics = Metrics([*(route.path for route in routes), "/metrics"])
    app = Starlette(routes=[*routes, metrics.route("/metrics", context)], lifespan=lifespan)
    app.state.record = record
    app.add_middleware(CountsRequests, metrics=metrics)
    app.add_middleware(_RequestIds)
    return app


async def _open_if_reachable(record: ServedRecord) -> None:
    """A store that cannot be reached now may be later: every request tries again."""
    try:
        await record.ready()
    except StoreUnavailable as unavailable:
        _log.warning("store.unavailable", reason=str(unavailable))


async def _livez(_: Request) -> Response:
    return JSONResponse({"alive": True})


async def _readyz(request: Request) -> Response:
    record: ServedRecord = request.app.state.record
    try:
        async with asyncio.timeout(SECONDS_TO_BE_READY):
            await record.ready()
            head = await read_head(record.store)
    except TimeoutError:
        return JSONResponse({"ready": False, "code": StoreUnavailable.code}, 503)
    except EvidenceError as error:
        return JSONResponse({"ready": False, "code": error.code}, 503)
    problem = record.signer.problem
    if problem is not None and problem.refused:
        return JSONResponse({"ready": False, "code": ProofFailed.code, "reason": problem.reason}, 503)
    return JSONResponse({"ready": True, "position": head.position})


async def _version(_: Request) -> Response:
    return JSONResponse({"name": "evidence-graph", "version": __version__})


class _RequestIds:
    """Gives every request an id: in the log, and in the header X-Request-ID of its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid.uuid4())

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        scope[REQUEST_ID] = request_id
        await self._app(scope, receive, with_id)
