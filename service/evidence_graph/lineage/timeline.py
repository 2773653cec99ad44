"""Everything that happened to an artifact, series, slot or namespace, in the order of known or of valid time.

It is read from the entries about those URNs, and from the entries that named one of them before it was declared. Entries about other
artifacts that rest on them are left out: `chain` downstream shows what they became evidence for.
"""

from collections.abc import Iterator, Sequence

import msgspec

from evidence_graph.errors import NotRecorded, TooComplex
from evidence_graph.lineage.artifact import read_artifacts_by_urn
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.deployments import ROLL_OUTS, RollOutsIn
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.timeline_events import DECLARATIONS, TimelineEvent, declared_anew, events_of, taken_over
from evidence_graph.lineage.timeline_scope import Scope
from evidence_graph.record.entry import glance_at_entry
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import (
    ROLL_OUTS_OF_SLOTS,
    STORED_ARTIFACTS,
    RollOutsOfSlots,
    StoredArtifacts,
    slots_in,
)

KNOWN, VALID = "KNOWN", "VALID"
MOST_BY_VALID_TIME = 10_000  # entries that are read at once, because only what stands inside them says when it was true


class TimelineParameters(msgspec.Struct, frozen=True):
    """Ranges of URNs `[first, past)` holding a text, up to a position, from (since, about) on, and how many rows at most."""

    first: list[str]
    past: list[str]
    holding: list[str]
    position: int
    since: int
    about: str
    limit: int


class NamespaceTimeline(msgspec.Struct, frozen=True):
    """A namespace up to a position, from (since, about) on, and how many rows at most."""

    namespace: str
    position: int
    since: int
    about: str
    limit: int


class TimelineRow(msgspec.Struct, frozen=True):
    """An entry about a URN in scope, or (`about`) one that named it before it was declared."""

    position: int
    about: str
    recorded_at: int
    body: str


TIMELINE = Question("timeline", TimelineParameters, TimelineRow)
TIMELINE_NAMESPACE = Question("timeline_namespace", NamespaceTimeline, TimelineRow)


class Place(msgspec.Struct, frozen=True, order=True):
    """Where an event stands in the order; without a valid time it follows those that have one."""

    undated: bool
    valid_time: int
    position: int
    about: str
    ordinal: int


BEFORE_ALL = Place(False, 0, 0, "", -1)
PAST_ALL = 2**53  # after the last event of any row


class Placed(msgspec.Struct, frozen=True):
    """An event and its place."""

    place: Place
    event: TimelineEvent


class Timeline(msgspec.Struct, frozen=True):
    """A page of events in the order asked for, whether more follow, and how complete the page is."""

    events: list[Placed]
    more: bool
    completeness: Completeness


async def read_timeline(
    store: GraphStore,
    scope: Scope,
    moment: Moment,
    *,
    order: str = KNOWN,
    after: Place | None = None,
    limit: int = 100,
    most: int = MOST_BY_VALID_TIME,
) -> Timeline:
    """At most `limit` events after a place. With a valid time, what is dated later is left out; what has no date is kept.

    `most` bounds the entries that are put in the order of valid time. Raises NotRecorded when nothing about the scope is on record at the
    moment, TooComplex when there are more entries than that.
    """
    if order == VALID:
        found = await _by_valid_time(store, scope, moment, after, limit + 1, most)
    else:
        found = await _by_known_time(store, scope, moment, after, limit + 1)
    if not found and after is None:
        await _require_something(store, scope, moment)
    page = await _told_apart(store, found[:limit])
    views = await read_artifacts_by_urn(store, {one.event.urn for one in page}, moment)
    positions = [one.event.position for one in page if one.event.position is not None]
    return Timeline(page, len(found) > limit, completeness_of(moment, views.values(), positions=positions))


async def _require_something(store: GraphStore, scope: Scope, moment: Moment) -> None:
    if not await _rows(store, scope, moment, 0, "", 1):
        raise NotRecorded(
            f"Nothing about {scope.name} is on record at position {moment.position}.",
            "Check the name, or ask as of a later moment.",
        )


async def _by_known_time(
    store: GraphStore, scope: Scope, moment: Moment, after: Place | None, wanted: int
) -> list[Placed]:
    """Page over entries until enough events are found; one entry may tell several, or none that existed then."""
    place = after or BEFORE_ALL
    found: list[Placed] = []
    while True:
        rows = await _rows(store, scope, moment, place.position, place.about, wanted + 1)
        events = [one for row in rows for one in _placed(row, moment, by_valid_time=False)]
        found += [one for one in events if one.place > place]
        if len(found) >= wanted or len(rows) <= wanted:
            return found[:wanted]
        place = Place(False, 0, rows[-1].position, rows[-1].about, PAST_ALL)


async def _by_valid_time(
    store: GraphStore, scope: Scope, moment: Moment, after: Place | None, wanted: int, most: int
) -> list[Placed]:
    rows = await _rows(store, scope, moment, 0, "", most + 1)
    if len(rows) > most:
        raise TooComplex(
            f"More than {most:,} entries are about {scope.name}: too many to put in the order of valid time.",
            "Ask about less (`of`), or in the order of known time (order: KNOWN).",
        )
    found = [one for row in rows for one in _placed(row, moment, by_valid_time=True)]
    found += [
        Placed(Place(False, event.valid_time or 0, moment.position + 1, event.urn, 0), event)
        for event in await _taken_over(store, scope, moment)
    ]
    found.sort(key=lambda one: one.place)
    return [one for one in found if after is None or one.place > after][:wanted]


async def _rows(
    store: GraphStore, scope: Scope, moment: Moment, since: int, about: str, limit: int
) -> list[TimelineRow]:
    if scope.namespace:
        parameters = NamespaceTimeline(scope.namespace, moment.position, since, about, limit)
        return await store.ask(TIMELINE_NAMESPACE, parameters)
    ranges = scope.ranges
    return await store.ask(
        TIMELINE,
        TimelineParameters(
            [one.first for one in ranges],
            [one.past for one in ranges],
            [one.holding for one in ranges],
            moment.position,
            since,
            about,
            limit,
        ),
    )


def _placed(row: TimelineRow, moment: Moment, *, by_valid_time: bool) -> Iterator[Placed]:
    """The events of a row that the moment's valid time leaves in, with their places."""
    for ordinal, event in enumerate(events_of(glance_at_entry(row.body), row.position, row.about)):
        valid_time = event.valid_time
        if valid_time is not None and valid_time > moment.existing_at:
            continue
        undated, dated = (valid_time is None, valid_time or 0) if by_valid_time else (False, 0)
        yield Placed(Place(undated, dated, row.position, row.about, ordinal), event)


async def _taken_over(store: GraphStore, scope: Scope, moment: Moment) -> list[TimelineEvent]:
    """The ends that follow from other roll-outs, of the deployments in scope."""
    if scope.slot:
        rows = await store.ask(ROLL_OUTS_OF_SLOTS, RollOutsOfSlots([scope.slot], moment.position))
    elif scope.namespace:
        rows = await store.ask(ROLL_OUTS, RollOutsIn(scope.namespace, moment.position))
    else:
        return []
    slots = slots_in(rows)
    return [
        taken_over(deployment, interval.end, by)
        for slot in slots.values()
        for deployment, interval in slot.live_intervals().items()
        if interval.derived and interval.end <= moment.existing_at and scope.has(deployment)
        for at, by in slot.take_overs()
        if at == interval.end and by != deployment
    ]


async def _told_apart(store: GraphStore, page: Sequence[Placed]) -> list[Placed]:
    """First declarations stay as they are; later ones are told apart."""
    urns = sorted({one.event.urn for one in page if one.event.what in DECLARATIONS})
    first = {row.urn: row.first_declared for row in await store.ask(STORED_ARTIFACTS, StoredArtifacts(urns))}
    return [
        Placed(one.place, declared_anew(one.event))
        if one.event.what in DECLARATIONS and first[one.event.urn] != one.event.position
        else one
        for one in page
    ]
