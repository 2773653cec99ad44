"""Tables for any chart tool, as CSV: the windows of a KPI with their verdicts, and deployments with their live intervals.

RFC 4180, in UTF-8. A cell that a spreadsheet would take for a formula begins with an apostrophe. What was cut says so in a header.
"""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from evidence_graph.api.context import RequestContext
from evidence_graph.api.failures import COME_BACK, UNAVAILABLE
from evidence_graph.api.questions.kpi_series import read_range
from evidence_graph.api.questions.verdict import VERDICT_COST, stream_named
from evidence_graph.errors import EvidenceError, InvalidInput, NotRecorded, TooComplex
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.deployments import LiveDeployment, read_deployments
from evidence_graph.lineage.kpi_series import SeriesPoint, read_kpi_series
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import LARGEST_INTEGER
from evidence_graph.record.urn import encode_part

MOST_ROWS = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
POSITION, COMPLETE, TRUNCATED = "evidence-position", "evidence-complete", "evidence-truncated"
MOMENT = ("validAt", "knownAt", "atPosition")
KPI_COLUMNS = (
    "start",
    "end",
    "n",
    "mean",
    "state",
    "benchmark",
    "change",
    "lower",
    "upper",
    "suspected_since",
    "provisional",
    "left_out",
    "deployment",
    "model",
    "revision",
    "window",
)
DEPLOYMENT_COLUMNS = ("slot", "deployment", "model", "mode", "traffic", "since", "until", "until_derived", "gate")
Cell = str | int | float | bool | None
Table = tuple[Sequence[str], list[list[Cell]], Completeness, bool]
Arguments = dict[str, str | None]
_log = structlog.get_logger("evidence_graph.api")


def table_routes(context: Callable[[Request], RequestContext]) -> list[Route]:
    """The routes of the tables."""
    return [
        Route("/kpi.csv", _served(context, kpi_table, ("of", "kpi", "segment", "from", "to", *MOMENT))),
        Route("/deployments.csv", _served(context, deployments_table, ("namespace", "from", "to", *MOMENT))),
    ]


def _served(
    context: Callable[[Request], RequestContext],
    read: Callable[[RequestContext, Arguments], Awaitable[Table]],
    names: Sequence[str],
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        asker = context(request)
        try:
            async with asker.in_time():
                return _response(await read(asker, _arguments(request, names)), request.url.path)
        except EvidenceError as error:
            return _refusal(error, asker.request_id)

    return serve


def _arguments(request: Request, names: Sequence[str]) -> Arguments:
    """What was asked for by name, each once. Raises InvalidInput."""
    for name in request.query_params:
        if name not in names:
            raise InvalidInput(f"There is no parameter {name[:40]!r}.", f"There are {', '.join(names)}.")
        if len(request.query_params.getlist(name)) > 1:
            raise InvalidInput(f"{name} is given more than once.", "Give it once.")
    return {name: request.query_params.get(name) or None for name in names}


async def kpi_table(context: RequestContext, asked: Arguments) -> Table:
    """The windows of a stream."""
    missing = [name for name in ("of", "kpi") if asked[name] is None]
    if missing:
        raise InvalidInput(f"{missing[0]} is missing.", "Say of which deployment, slot or model, and which KPI.")
    stream = stream_named(asked["of"], asked["kpi"], asked["segment"])
    start, end = read_range(asked["from"], asked["to"])
    context.spend(VERDICT_COST)
    moment = await context.moment_now(asked["validAt"], asked["knownAt"], _whole(asked["atPosition"]))
    found = await read_kpi_series(context.store, stream, moment, start=start, end=end, limit=MOST_ROWS)
    return KPI_COLUMNS, [_kpi_row(one) for one in found.points], found.completeness, found.more


async def deployments_table(context: RequestContext, asked: Arguments) -> Table:
    """Deployments that were live at some time in a range."""
    start, end = read_range(asked["from"], asked["to"])
    moment = await context.moment(asked["validAt"], asked["knownAt"], _whole(asked["atPosition"]))
    found, more = await read_deployments(
        context.store,
        moment,
        namespace=encode_part(asked["namespace"] or ""),
        start=start,
        end=end,
        limit=MOST_ROWS,
    )
    views = [view for one in found for view in (one.deployment, one.model) if view is not None]
    return DEPLOYMENT_COLUMNS, [_deployment_row(one) for one in found], completeness_of(moment, views), more


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_INTEGER:
        raise InvalidInput("atPosition is no log position.", "Write a whole number.")
    return int(text)


def _kpi_row(one: SeriesPoint) -> list[Cell]:
    return [
        format_instant(one.start),
        format_instant(one.end),
        one.n,
        one.mean,
        one.state.value if one.state is not None else None,
        one.benchmark,
        one.change,
        one.lower,
        one.upper,
        _instant(one.suspected_since),
        one.provisional,
        one.left_out,
        one.deployment,
        one.model,
        one.revision,
        one.window,
    ]


def _deployment_row(one: LiveDeployment) -> list[Cell]:
    model = one.model.urn if one.model is not None else None
    since, until = format_instant(one.since), _instant(one.until)
    return [one.slot, one.deployment.urn, model, one.mode, one.traffic, since, until, one.until_derived, one.gate]


def _instant(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _response(table: Table, path: str) -> Response:
    columns, rows, completeness, more = table
    headers = {
        POSITION: str(completeness.position),
        COMPLETE: str(completeness.complete and not more).lower(),
        "content-disposition": f'attachment; filename="{path.rpartition("/")[2]}"',
        "x-content-type-options": "nosniff",
    }
    if more or completeness.truncated:
        headers[TRUNCATED] = "true"
    return Response(csv_text(columns, rows), 200, headers, media_type="text/csv; charset=utf-8; header=present")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table with a head of its column names; nothing is the empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(cell: Cell) -> str | int | float:
    """Numbers are numbers; text that a spreadsheet would compute is kept text (OWASP, CSV injection)."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _refusal(error: EvidenceError, request_id: str) -> Response:
    """Why there is no table, as a line of text."""
    if isinstance(error, InvalidInput | TooComplex):
        return PlainTextResponse(f"{error}\n", 400)
    if isinstance(error, NotRecorded):
        return PlainTextResponse(f"{error}\n", 404)
    if error.code == UNAVAILABLE:
        return PlainTextResponse(f"{error}\n", 503, COME_BACK)
    _log.error("table.failed", request=request_id, exc_info=error)
    return PlainTextResponse(f"{error}\n", 500)
