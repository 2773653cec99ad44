"""Everything that happened to an artifact, series, slot or namespace."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, PageInfo, to_completeness
from evidence_graph.api.artifacts import Source, described, made, to_source
from evidence_graph.api.context import Info, question
from evidence_graph.api.cursors import TimelineKey, read_cursor, write_cursor
from evidence_graph.api.enums import Clock, Happening, Relation
from evidence_graph.api.questions.arguments import (
    After,
    AtPosition,
    First,
    KnownAt,
    ValidAt,
    moment_of_page,
    page_info,
    page_size,
)
from evidence_graph.api.scalars import LONGEST_URN_TEXT, DateTime, Long, Urn
from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.plain_values import read_text
from evidence_graph.lineage import timeline as lineage
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.timeline import Place, Placed, read_timeline
from evidence_graph.lineage.timeline_scope import scope_of

TIMELINE_PAGE = 100
BY_KNOWN_TIME = Clock("KNOWN")


@strawberry.type(description="One thing that happened.")
class TimelineEvent:
    """Attributes are those of `lineage.timeline_events.TimelineEvent`."""

    what: Happening = strawberry.field(description="What happened.")
    urn: Urn = strawberry.field(description="What it happened to: an artifact, or a version of a KPI's definition.")
    valid_time: DateTime | None = described("When it was true in the world; null when nobody said.")
    recorded_at: DateTime | None = described(
        "When it was recorded; null for what nobody stated and follows from other events (TAKEN_OVER)."
    )
    position: Long | None = described("Log position of the entry that says so; null like recordedAt.")
    actor: str | None = described("Pseudonymous id of who recorded it; null like recordedAt.")
    via: str | None = described("The way it came on record; null like recordedAt.")
    source: Source | None = described("What the manifest that told it says of itself; null when it says nothing.")
    sentence: str = strawberry.field(description="What happened, in one short sentence.")
    related: Urn | None = described(
        "The other artifact it is about, such as the model served; null when there is none."
    )
    relation: Relation | None = described("The relation between the two; null when there is none.")


@strawberry.type(description="An event in a page.")
class TimelineEdge:
    """One element."""

    cursor: str = strawberry.field(description="Where it stands, for `after`.")
    node: TimelineEvent = strawberry.field(description="The event.")


@strawberry.type(description="A page of what happened, in the order of known or of valid time.")
class TimelineConnection:
    """A keyset page."""

    edges: list[TimelineEdge] = strawberry.field(description="The events with their cursors.")
    nodes: list[TimelineEvent] = strawberry.field(description="The events.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    completeness: Completeness = strawberry.field(description="How complete the page is.")


@strawberry.type
class TimelineQuestion:
    """What happened, in order."""

    @question(
        "Everything that happened to something: declarations, roll-outs, ends, windows, corrections. Other artifacts that "
        "came to rest on it are not part of it."
    )
    async def timeline(
        self,
        info: Info,
        of: Annotated[
            str,
            argument(
                description="A URN, a series, a slot, or a namespace as namespace/*. The windows of a deployment or model "
                "belong to it."
            ),
        ],
        order: Annotated[
            Clock | None,
            argument(
                description="KNOWN: as it was recorded. VALID: as it was in the world, what has no date last; of at most "
                f"{lineage.MOST_BY_VALID_TIME:,} entries."
            ),
        ] = BY_KNOWN_TIME,
        first: First = TIMELINE_PAGE,
        after: After = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> TimelineConnection | None:
        context = info.context
        scope, clock = scope_of(read_text(of, "of", LONGEST_URN_TEXT)), str(order or BY_KNOWN_TIME)
        key = _key(after, clock)
        size = page_size(context, TIMELINE_PAGE if first is None else first)
        moment = await moment_of_page(context, key, valid_at, known_at, at_position)
        place = Place(key.undated, key.valid_time, key.entry, key.about, key.ordinal) if key else None
        found = await read_timeline(context.store, scope, moment, order=clock, after=place, limit=size)
        edges = [_edge(one, moment, clock) for one in found.events]
        return TimelineConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info([edge.cursor for edge in edges], found.more),
            completeness=to_completeness(found.completeness),
        )


def _key(after: str | None, clock: str) -> TimelineKey | None:
    key = read_cursor(after, TimelineKey)
    if key is not None and key.order != clock:
        raise InvalidInput("`after` is a cursor of the other order.", "Keep `order` while you turn pages.")
    return key


def _edge(one: Placed, moment: Moment, clock: str) -> TimelineEdge:
    place, event = one.place, one.event
    values: dict[str, object] = {name: getattr(event, name) for name in event.__struct_fields__}
    values["source"] = to_source(event.source) if event.source else None
    key = TimelineKey(
        moment.position, clock, place.undated, place.valid_time, place.position, place.about, place.ordinal
    )
    return TimelineEdge(cursor=write_cursor(key), node=made(TimelineEvent, values))
