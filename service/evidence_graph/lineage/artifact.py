"""Artifacts as they were on record at a position: one, a page of them, the versions of a series."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import orjson

from evidence_graph.lineage.moment import Moment
from evidence_graph.record.entry import glance_at_entry
from evidence_graph.record.events import ArtifactDeclared, Retracted
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.project import project
from evidence_graph.record.rows import ArtifactDeclaredRow
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import (
    ANNOTATIONS,
    STORED_ARTIFACTS,
    AnnotationsOf,
    ArtifactRow,
    EntryRow,
    StoredArtifacts,
)
from graph_schema import BEGINNING


class ArtifactView(msgspec.Struct):
    """One artifact as known at a position.

    `position` and `recorded_at` (µs, UTC) are those of its declaration, of its first mention when it is a stub. `fields` holds what is
    fixed, in the manifest's names; `exists_from` is None when it exists always. `annotations` (description, properties, uri, sensitivity)
    are there only when they were asked for.
    """

    urn: str
    kind: str
    namespace: str
    name: str
    version: str
    declared: bool
    position: int
    recorded_at: int
    actor: str | None
    exists_from: int | None
    fields: JsonObject
    told_by: JsonObject | None
    annotations: dict[str, Json] = {}

    @property
    def erased(self) -> list[str]:
        """Names of the annotations whose newest value was erased."""
        return sorted(name for name, value in self.annotations.items() if value is None)

    def existed(self, moment: Moment) -> bool:
        """Whether it existed at the moment's valid time."""
        return self.exists_from is None or self.exists_from <= moment.existing_at


class ArtifactPage(msgspec.Struct, frozen=True):
    """Which artifacts, after which URN; '' stands for any."""

    kind: str
    namespace: str
    text: str
    after: str
    position: int
    limit: int


class SeriesAt(msgspec.Struct, frozen=True):
    """A series at a position."""

    series: str
    position: int


class TouchedAt(msgspec.Struct, frozen=True):
    """Artifacts at a position."""

    urns: list[str]
    position: int


class EntriesAbout(msgspec.Struct, frozen=True):
    """Subjects (URNs), and the last position that counts."""

    subjects: list[str]
    position: int


class UrnRow(msgspec.Struct, frozen=True):
    """A URN."""

    urn: str


ARTIFACTS = Question("artifacts", ArtifactPage, ArtifactRow)
SERIES = Question("series", SeriesAt, ArtifactRow)
TOUCHED = Question("touched", TouchedAt, UrnRow)
ENTRIES_ABOUT = Question("entries_about", EntriesAbout, EntryRow)


async def read_artifacts_by_urn(store: GraphStore, urns: Iterable[str], moment: Moment) -> dict[str, ArtifactView]:
    """Those of the artifacts that are on record at the moment (valid time does not filter), by URN."""
    wanted = sorted(set(urns))
    rows = await store.ask(STORED_ARTIFACTS, StoredArtifacts(wanted)) if wanted else []
    named = [row for row in rows if row.referred_at <= moment.position]
    views = await views_of(store, named, moment)
    gone = [row.urn for row in named if not views[row.urn].declared and row.first_declared <= moment.position]
    if gone:
        touched = {row.urn for row in await store.ask(TOUCHED, TouchedAt(gone, moment.position))}
        views = {urn: view for urn, view in views.items() if urn not in gone or urn in touched}
    return views


async def read_artifact(store: GraphStore, urn: str, moment: Moment) -> ArtifactView | None:
    """The artifact at the moment, None when it was not on record or did not exist then."""
    view = (await read_artifacts_by_urn(store, [urn], moment)).get(urn)
    return view if view is not None and view.existed(moment) else None


async def read_artifacts(
    store: GraphStore,
    moment: Moment,
    *,
    kind: str = "",
    namespace: str = "",
    text: str = "",
    after: str = "",
    limit: int = 50,
) -> tuple[list[ArtifactView], bool]:
    """At most `limit` artifacts in the order of their URNs after `after`, and whether more follow."""
    found: list[ArtifactView] = []
    while True:
        rows = await store.ask(ARTIFACTS, ArtifactPage(kind, namespace, text, after, moment.position, limit + 1))
        views = await read_artifacts_by_urn(store, [row.urn for row in rows], moment)
        found += [view for row in rows if (view := views.get(row.urn)) is not None and view.existed(moment)]
        if len(found) > limit or len(rows) <= limit:
            return found[:limit], len(found) > limit
        after = rows[-1].urn


async def read_series(store: GraphStore, series: str, moment: Moment) -> list[ArtifactView]:
    """The versions of a series on record at the moment, newest first: by valid time where it is known, else by recording."""
    rows = await store.ask(SERIES, SeriesAt(series, moment.position))
    views = await read_artifacts_by_urn(store, [row.urn for row in rows], moment)
    existing = [view for view in views.values() if view.existed(moment)]
    return sorted(
        existing, key=lambda view: (view.exists_from or view.recorded_at, view.position, view.urn), reverse=True
    )


async def views_of(store: GraphStore, rows: Sequence[ArtifactRow], moment: Moment) -> dict[str, ArtifactView]:
    """Each stored row as it was at the moment. A declaration that a later one has replaced is read from the log."""
    hidden = [row.urn for row in rows if row.first_declared <= moment.position < row.declared_from]
    earlier = await _earlier_declarations(store, hidden, moment) if hidden else {}
    return {row.urn: _view(row, moment, earlier) for row in rows}


def _view(row: ArtifactRow, moment: Moment, earlier: Mapping[str, ArtifactDeclaredRow]) -> ArtifactView:
    if row.declared_from <= moment.position < row.declared_to:
        return _declared(row, row.declared_from, row.declared_on, row)
    if row.urn in earlier:
        return _declared(row, earlier[row.urn].position, earlier[row.urn].recorded_at, earlier[row.urn])
    urn = parse_urn(row.urn)
    return ArtifactView(
        row.urn,
        row.kind,
        urn.namespace,
        urn.name,
        urn.version,
        False,
        row.referred_at,
        row.referred_on,
        None,
        None,
        {},
        None,
    )


def _declared(
    row: ArtifactRow, position: int, recorded_at: int, stated: ArtifactRow | ArtifactDeclaredRow
) -> ArtifactView:
    urn = parse_urn(row.urn)
    return ArtifactView(
        row.urn,
        row.kind,
        urn.namespace,
        urn.name,
        urn.version,
        True,
        position,
        recorded_at,
        stated.actor,
        None if stated.exists_from == BEGINNING else stated.exists_from,
        orjson.loads(stated.fields),
        orjson.loads(stated.told_by) if stated.told_by else None,
    )


async def _earlier_declarations(store: GraphStore, urns: list[str], moment: Moment) -> dict[str, ArtifactDeclaredRow]:
    """The declarations that held at the moment, from the entries about these artifacts."""
    found: dict[str, ArtifactDeclaredRow] = {}
    for row in await store.ask(ENTRIES_ABOUT, EntriesAbout(urns, moment.position)):
        _replay(row, found)
    return found


def _replay(row: EntryRow, found: dict[str, ArtifactDeclaredRow]) -> None:
    entry = glance_at_entry(row.body)
    match entry.event:
        case ArtifactDeclared():
            rows = project(entry, row.position, {})
            found |= {one.urn: one for one in rows if isinstance(one, ArtifactDeclaredRow)}
        case Retracted(declaration=True):
            found.pop(entry.event.urn, None)


async def annotate(store: GraphStore, views: Sequence[ArtifactView], moment: Moment) -> None:
    """Give the artifacts their newest known annotations; what was erased is left out."""
    by_urn = {view.urn: view for view in views}
    for row in await store.ask(ANNOTATIONS, AnnotationsOf(sorted(by_urn), moment.position)):
        view = by_urn[row.urn]
        view.annotations = {**view.annotations, row.field: orjson.loads(row.value) if row.value else None}
