"""Gauges for whoever watches the service: the state of each KPI of what is live, and how the service itself is doing.

The text format of Prometheus. Verdicts are computed at most every SECONDS_KEPT, however often somebody asks.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence_graph.api.context import RequestContext
from evidence_graph.errors import EvidenceError
from evidence_graph.kpi.verdict import State
from evidence_graph.lineage.degraded import Portfolio, read_degraded
from evidence_graph.lineage.verdict_parts import Verdict
from evidence_graph.record.instants import SECOND

MOST_STREAMS = 1_000
SECONDS_KEPT = 15.0
_LABELS = ("deployment", "kpi")
_log = structlog.get_logger("evidence_graph.api")


class Metrics:
    """What is counted of one application, and the portfolio as it was last looked at."""

    def __init__(self, paths: Iterable[str], now: Callable[[], float] = time.monotonic) -> None:
        self._paths, self._now = frozenset(paths), now
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "evidence_http_requests", "Requests answered.", ("method", "path", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "evidence_http_request_seconds", "How long answers took.", ("path",), registry=self._registry
        )
        self._kept: tuple[float, bytes] | None = None
        self._looking = asyncio.Lock()

    def route(self, path: str, context: Callable[[Request], RequestContext]) -> Route:
        """The route the gauges are served under."""

        async def serve(request: Request) -> Response:
            portfolio = await self._portfolio(context(request))
            return Response(portfolio + generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

        return Route(path, serve)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request; paths that are not served count as one."""
        path = scope["path"] if scope["path"] in self._paths else "other"
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    async def _portfolio(self, context: RequestContext) -> bytes:
        """The gauges of KPIs; one look serves all who ask meanwhile."""
        async with self._looking:
            if self._kept is None or self._now() - self._kept[0] >= SECONDS_KEPT:
                metrics = await _looked_at(context)
                registry = CollectorRegistry()
                registry.register(_Collected(metrics))
                self._kept = self._now(), await asyncio.to_thread(generate_latest, registry)
        return self._kept[1]


class CountsRequests:
    """Middleware: every answer is counted."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def with_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, with_status)
        finally:
            self._metrics.answered(scope, status, time.perf_counter() - began)


class _Collected:
    """Gauges that are known already."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def _looked_at(context: RequestContext) -> list[Metric]:
    try:
        async with context.in_time():
            moment = await context.moment_now(None, None, None)
            found = await read_degraded(context.store, moment, limit=MOST_STREAMS)
    except EvidenceError as error:
        _log.warning("metrics.unavailable", reason=str(error), request=context.request_id)
        return [_gauge("record_available", "Whether the record could be read.", 0)]
    return [
        _gauge("record_available", "Whether the record could be read.", 1),
        _gauge("log_position", "Log position the gauges of KPIs were computed at.", moment.position),
        *_of_all(found),
        *_of_each(found.verdicts),
    ]


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"evidence_{name}", what, value=value)


def _of_all(found: Portfolio) -> Iterable[Metric]:
    states = GaugeMetricFamily("evidence_kpis", "KPIs of live deployments by state.", labels=["state"])
    counts = {one.state: one.count for one in found.states}
    for state in State:
        states.add_metric([state.value], counts.get(state, 0))
    yield states
    yield _gauge("live_deployments", "Deployments that are live.", found.deployments)
    yield _gauge("unwatched_deployments", "Live deployments without a KPI window.", found.unwatched)
    left_out = found.streams - len(found.verdicts)
    yield _gauge("kpis_not_shown", f"KPIs beyond the {MOST_STREAMS:,} worst, which have no gauges.", left_out)


_Value = Callable[[Verdict], float | None]
_GAUGES: tuple[tuple[str, str, _Value], ...] = (
    ("kpi_window_mean", "Value of the newest mature window.", lambda one: one.last.mean if one.last else None),
    (
        "kpi_window_end_seconds",
        "When the newest mature window ended, since 1970.",
        lambda one: one.last.end / SECOND if one.last else None,
    ),
    ("kpi_mean", "Value over all windows that count.", lambda one: one.mean),
    ("kpi_benchmark", "What the KPI is held against.", lambda one: one.benchmark),
    ("kpi_change", "Value over all windows less the benchmark.", lambda one: one.change),
    ("kpi_change_lower", "Lower end of the interval of the change.", lambda one: one.lower),
    ("kpi_change_upper", "Upper end of the interval of the change.", lambda one: one.upper),
)


def _of_each(verdicts: Sequence[Verdict]) -> Iterable[Metric]:
    for name, what, value_of in _GAUGES:
        gauge = GaugeMetricFamily(f"evidence_{name}", what, labels=_LABELS)
        for one in verdicts:
            value = value_of(one)
            if value is not None:
                gauge.add_metric([one.of, one.kpi], value)
        yield gauge
    states = GaugeMetricFamily("evidence_kpi_state", "1 for the state a KPI is in.", labels=[*_LABELS, "state"])
    for one in verdicts:
        for state in State:
            states.add_metric([one.of, one.kpi, state.value], float(one.state is state))
    yield states
