"""The windows of a KPI as points of a chart."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, PageInfo, to_completeness
from evidence_graph.api.artifacts import described, made
from evidence_graph.api.context import Info, question
from evidence_graph.api.cursors import SeriesKey, read_cursor, write_cursor
from evidence_graph.api.enums import LeftOutReason, VerdictState
from evidence_graph.api.questions.arguments import (
    After,
    AtPosition,
    First,
    KnownAt,
    ValidAt,
    moment_of_page_now,
    page_info,
    page_size,
)
from evidence_graph.api.questions.verdict import VERDICT_COST, Judged, KpiName, Segment, stream_named
from evidence_graph.api.scalars import DateTime, Long, Urn, read_instant
from evidence_graph.api.verdict_answers import KpiVersion, to_version
from evidence_graph.errors import InvalidInput
from evidence_graph.lineage import kpi_series as lineage
from evidence_graph.lineage.kpi_series import read_kpi_series

SERIES_PAGE = 100


@strawberry.type(description="One KPI window, and the verdict after it.")
class SeriesPoint:
    """Attributes are those of `lineage.kpi_series.SeriesPoint`."""

    window: Urn = strawberry.field(description="URN of the window, in its highest known revision.")
    position: Long = strawberry.field(description="Log position of the entry that declares it.")
    revision: int = strawberry.field(description="Number of the revision.")
    start: DateTime = strawberry.field(description="Where it begins.")
    end: DateTime = strawberry.field(description="Where it ends, exclusive.")
    n: float | None = described("Its number of observations; for a COUNT, what events are counted per.")
    mean: float | None = described("Its own value, in the unit of the KPI.")
    state: VerdictState | None = described("What was known after it; null when it does not count.")
    benchmark: float | None = described("What the KPI is held against, in its unit; for a band its middle.")
    change: float | None = described("The mean of all windows up to this one less the benchmark.")
    lower: float | None = described("Lower end of the interval of that change.")
    upper: float | None = described("Upper end of the interval of that change.")
    e_value: float | None = described("Evidence that the KPI got worse at some window up to this one; 1 is none.")
    alarm: bool = strawberry.field(description="Whether that evidence was enough.")
    suspected_since: DateTime | None = described("Since when it was most likely worse, where the state is DEGRADED.")
    provisional: bool = strawberry.field(
        description="Whether it does not count because its labels may still arrive at validAt."
    )
    left_out: LeftOutReason | None = described("Why it does not count; null when it does.")
    deployment: Urn | None = described("The deployment it measures; null for the window of a model.")
    model: Urn | None = described(
        "The model it measures, or that its deployment serves; null when that is not on record."
    )


@strawberry.type(description="A point in a page.")
class SeriesEdge:
    """One element."""

    cursor: str = strawberry.field(description="Where it stands, for `after`.")
    node: SeriesPoint = strawberry.field(description="The point.")


@strawberry.type(description="The windows of one KPI by their start, a page of them, each with the verdict after it.")
class KpiSeries:
    """Made of a `lineage.kpi_series.KpiSeries`."""

    of: Urn = strawberry.field(description="The deployment, slot or model.")
    kpi: str = strawberry.field(description="Name of the KPI.")
    segment: str | None = described("The segment, key=value with a comma between two; null for all of the traffic.")
    definition: KpiVersion | None = described(
        "The version of the definition that applies at validAt; null when none does."
    )
    state: VerdictState = strawberry.field(description="What is known at validAt, after all windows that count.")
    overdue_since: DateTime | None = described("Since when a window is missing by the cadence of the KPI.")
    points: list[SeriesPoint] = strawberry.field(description="The windows, by start and URN.")
    edges: list[SeriesEdge] = strawberry.field(description="The windows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    completeness: Completeness = strawberry.field(description="How complete the windows and the benchmark are.")


@strawberry.type
class KpiSeriesQuestion:
    """How it went."""

    @question(
        "The windows of a KPI of a deployment, a slot or a model, each with what was known after it. All windows are judged, also those "
        "that are not shown."
    )
    async def kpi_series(
        self,
        info: Info,
        of: Judged,
        kpi: KpiName,
        segment: Segment = UNSET,
        begin: Annotated[
            DateTime | None, argument(name="from", description="Only windows that end after this instant.")
        ] = UNSET,
        end: Annotated[
            DateTime | None, argument(name="to", description="Only windows that begin before this instant.")
        ] = UNSET,
        first: First = SERIES_PAGE,
        after: After = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> KpiSeries | None:
        context = info.context
        start, stop = read_range(begin, end)
        stream, key = stream_named(of, kpi, segment), read_cursor(after, SeriesKey)
        size = page_size(context, SERIES_PAGE if first is None else first)
        context.spend(VERDICT_COST)
        moment = await moment_of_page_now(context, key, valid_at, known_at, at_position)
        found = await read_kpi_series(
            context.store,
            stream,
            moment,
            start=start,
            end=stop,
            after=(key.start, key.urn) if key else None,
            limit=size,
        )
        return _to_series(found)


def read_range(begin: object, end: object) -> tuple[int | None, int | None]:
    """Two optional instants (µs) with the first before the second. Raises InvalidInput."""
    start, stop = read_instant(begin, "from"), read_instant(end, "to")
    if start is not None and stop is not None and stop <= start:
        raise InvalidInput("The range ends before it begins.", "`to` must be after `from`.")
    return start, stop


def _to_series(found: lineage.KpiSeries) -> KpiSeries:
    edges = [_edge(one, found) for one in found.points]
    return made(
        KpiSeries,
        {
            "of": found.of,
            "kpi": found.kpi,
            "segment": found.segment or None,
            "definition": to_version(found.definition) if found.definition is not None else None,
            "state": found.state.value,
            "overdue_since": found.overdue_since,
            "points": [edge.node for edge in edges],
            "edges": edges,
            "page_info": page_info([edge.cursor for edge in edges], found.more),
            "completeness": to_completeness(found.completeness),
        },
    )


def _edge(one: lineage.SeriesPoint, found: lineage.KpiSeries) -> SeriesEdge:
    values: dict[str, object] = {name: getattr(one, name) for name in one.__struct_fields__}
    values["state"] = one.state.value if one.state is not None else None
    valid_at = found.completeness.valid_at
    assert valid_at is not None
    key = SeriesKey(found.completeness.position, valid_at, one.start, one.window)
    return SeriesEdge(cursor=write_cursor(key), node=made(SeriesPoint, values))
