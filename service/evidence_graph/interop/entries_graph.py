"""The graph that follows from some entries of the log, in memory, asked with the same questions as a store.

`record/project.py` makes the rows, the questions of `lineage/` read them: so whoever holds the entries of a bundle works out the same
answer as the service, with the same code and no database. It holds one state of the record, that of one log position: everything must be
asked as of that one. Entries about the log itself may stand behind it; they have no rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import msgspec
import orjson

from evidence_graph.evidence.clock import SIMULATED
from evidence_graph.interop.asked_only import AskedOnly
from evidence_graph.interop.needed_entries import (
    ENTRY_SUBJECTS,
    LOG_ENTRIES,
    RESTING_ON,
    WALKED,
    EntriesAt,
    LogEntriesTo,
    RestingOn,
    RestingRow,
    SubjectRow,
)
from evidence_graph.interop.projected_rows import ProjectedRows
from evidence_graph.lineage.artifact import ENTRIES_ABOUT, TOUCHED, EntriesAbout, TouchedAt, UrnRow
from evidence_graph.lineage.chain_parts import (
    UPSTREAM,
    BandParameters,
    ChainParameters,
    ChainRow,
    RootsAt,
    StepRow,
    StepsRow,
    StepsWithin,
)
from evidence_graph.lineage.kpi_windows import KPI_WINDOWS, WindowsBetween
from evidence_graph.record.entry import Entry
from evidence_graph.record.project import Opened, project
from evidence_graph.record.rows import AnnotationPut
from evidence_graph.store.graph_store import P, R
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import (
    ANNOTATIONS,
    DEFINITIONS,
    RELATIONS_FROM,
    ROLL_OUTS_OF_SLOTS,
    STORED_ARTIFACTS,
    WINDOW_REVISIONS,
    AnnotationRow,
    AnnotationsOf,
    ArtifactRow,
    DefinitionRow,
    DefinitionsNamed,
    EntryRow,
    RelationRow,
    RelationsFrom,
    RollOutRow,
    RollOutsOfSlots,
    StoredArtifacts,
    StoredWindows,
)

MEASURES = "MEASURES"


class KnownEntry(msgspec.Struct, frozen=True):
    """An entry with its log position, its canonical bytes, and what those of its seals open to that somebody holds."""

    position: int
    entry: Entry
    body: bytes
    opened: Opened


class EntriesGraph(AskedOnly):
    """What some entries say as of a log position: a GraphStore that can only be asked, and only what a claim is read with."""

    def __init__(self, entries: Iterable[KnownEntry], position: int) -> None:
        self._entries = {one.position: one for one in entries}
        self._position, self._rows = position, ProjectedRows()
        for one in self._to(position):
            for row in project(one.entry, one.position, {}):
                self._rows.take(_with_value(row, one.opened) if isinstance(row, AnnotationPut) else row)
        self._answers: dict[str, Callable[..., Sequence[msgspec.Struct]]] = {
            UPSTREAM.whole.stem: self._chain,
            UPSTREAM.band.stem: self._band,
            UPSTREAM.roots.stem: self._roots,
            UPSTREAM.steps.stem: self._steps_within,
            STORED_ARTIFACTS.stem: self._stored,
            TOUCHED.stem: self._touched,
            KPI_WINDOWS.stem: self._windows,
            WINDOW_REVISIONS.stem: self._revisions,
            DEFINITIONS.stem: self._defined,
            ROLL_OUTS_OF_SLOTS.stem: self._of_slots,
            ANNOTATIONS.stem: self._annotated,
            ENTRIES_ABOUT.stem: self._about,
            LOG_ENTRIES.stem: self._of_the_log,
            ENTRY_SUBJECTS.stem: self._subjects,
            RESTING_ON.stem: self._resting_on,
            RELATIONS_FROM.stem: self._relations,
        }

    @property
    def simulated(self) -> int:
        """So many entries from the first on were recorded under a handed-in clock, as far as these entries tell."""
        handed_in = (place for place, one in self._entries.items() if one.entry.clock == SIMULATED)
        return max(handed_in, default=-1) + 1

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        """As GraphStore.ask."""
        if getattr(parameters, "position", self._position) < self._position:
            raise ValueError(f"{question.stem} is asked as of another position than {self._position}")
        return cast(list[R], list(self._answers[question.stem](parameters)))

    def _chain(self, asked: ChainParameters) -> list[ChainRow]:
        """Breadth first, no further than the limit, and not on from what has more steps than that."""
        reached = {urn: None for urn in asked.of if urn in self._rows.artifacts}
        frontier = [*reached]
        while frontier and len(reached) < asked.limit:
            narrow = [urn for urn in frontier if len(self._walked(urn)) <= asked.limit]
            new = [urn for urn in self._beyond(narrow, asked.existing_at) if urn not in reached]
            frontier = new[: asked.limit - len(reached)]
            reached |= dict.fromkeys(frontier)
        return [self._with_steps(urn, asked.most_steps) for urn in reached]

    def _band(self, asked: BandParameters) -> list[ChainRow]:
        beyond = sorted(self._beyond(asked.of, asked.existing_at))
        return [self._with_steps(urn, asked.most_steps) for urn in beyond[: asked.limit]]

    def _beyond(self, urns: Iterable[str], existing_at: int) -> dict[str, None]:
        """What they rest on directly, as far as it existed."""
        targets = dict.fromkeys(step.other for urn in urns for step in self._walked(urn))
        return {urn: None for urn in targets if self._existed(self._rows.artifacts[urn], existing_at)}

    def _existed(self, row: ArtifactRow, at: int) -> bool:
        return row.exists_from <= at or not row.declared_from <= self._position < row.declared_to

    def _walked(self, urn: str) -> list[StepRow]:
        return [step for step in self._rows.steps.get(urn, {}).values() if step.relation in WALKED]

    def _with_steps(self, urn: str, most: int) -> ChainRow:
        row = self._rows.artifacts[urn]
        return ChainRow(**msgspec.structs.asdict(row), steps=self._walked(urn)[:most])

    def _roots(self, asked: RootsAt) -> list[ChainRow]:
        return [self._with_steps(urn, asked.most_steps) for urn in asked.of if urn in self._rows.artifacts]

    def _steps_within(self, asked: StepsWithin) -> list[StepsRow]:
        inside = frozenset(asked.within)
        steps = {urn: self._walked(urn) for urn in asked.of}
        return [
            StepsRow(urn, [step for step in own if step.other in inside], min(len(own), asked.most_counted), 0)
            for urn, own in steps.items()
        ]

    def _stored(self, asked: StoredArtifacts) -> list[ArtifactRow]:
        return [self._rows.artifacts[urn] for urn in asked.urns if urn in self._rows.artifacts]

    def _touched(self, asked: TouchedAt) -> list[UrnRow]:
        return [UrnRow(urn) for urn in asked.urns if self._rows.steps.get(urn) or self._rows.resting.get(urn)]

    def _resting_on(self, asked: RestingOn) -> list[RestingRow]:
        found = {urn: self._rows.resting.get(urn) for urn in asked.urns}
        return [RestingRow(urn, min(resting)[1]) for urn, resting in found.items() if resting]

    def _relations(self, asked: RelationsFrom) -> list[RelationRow]:
        return [
            RelationRow(urn, step.relation, step.other, step.position)
            for urn in asked.sources
            for step in self._rows.steps.get(urn, {}).values()
        ]

    def _windows(self, asked: WindowsBetween) -> list[ArtifactRow]:
        found = [
            row
            for urn, row in self._rows.artifacts.items()
            if asked.after < urn < asked.beyond and any(name == MEASURES for name, _ in self._rows.steps.get(urn, ()))
        ]
        return sorted(found, key=lambda row: (asked.way * row.exists_from, row.urn))[: asked.limit]

    def _revisions(self, asked: StoredWindows) -> list[ArtifactRow]:
        wanted = frozenset(asked.windows) - {""}
        return [row for row in self._rows.artifacts.values() if row.window in wanted]

    def _defined(self, asked: DefinitionsNamed) -> list[DefinitionRow]:
        return [row for _, row in sorted(self._rows.definitions.items()) if row.name in asked.names]

    def _of_slots(self, asked: RollOutsOfSlots) -> list[RollOutRow]:
        slots = (self._rows.roll_outs.get(slot, {}) for slot in asked.slots)
        return [row for slot in slots for changes in slot.values() for row in changes.values()]

    def _annotated(self, asked: AnnotationsOf) -> list[AnnotationRow]:
        return [row for urn in asked.urns for _, row in sorted(self._rows.annotations.get(urn, {}).items())]

    def _about(self, asked: EntriesAbout) -> list[EntryRow]:
        wanted = frozenset(asked.subjects)
        return [_row(one) for one in self._to(asked.position) if one.entry.event.subject in wanted]

    def _of_the_log(self, asked: LogEntriesTo) -> list[EntryRow]:
        return [_row(one) for one in self._to(asked.position) if one.entry.event.subject.startswith("log:")]

    def _to(self, position: int) -> list[KnownEntry]:
        return [one for place, one in self._entries.items() if place <= position]

    def _subjects(self, asked: EntriesAt) -> list[SubjectRow]:
        found = {place: self._entries[place] for place in asked.positions if place in self._entries}
        return [SubjectRow(place, one.entry.event.subject) for place, one in found.items()]


def _with_value(row: AnnotationPut, opened: Opened) -> AnnotationPut:
    """The row with its value: put in here, because where `project` knows the texts it works out the words to search them by."""
    sealed = opened.get(row.commitment)
    if sealed is None or sealed.salt is None:
        return row
    return msgspec.structs.replace(row, salt=sealed.salt, value=orjson.dumps(sealed.value).decode())


def _row(one: KnownEntry) -> EntryRow:
    return EntryRow(one.position, one.entry.recorded_at, "", one.body.decode())
