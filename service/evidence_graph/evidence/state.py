"""What `decide` needs to know: the part of the graph a command speaks of, as it is at the head and as the command changes it.

A State is filled from the store once for a whole group of commands. Each command works on a layer of its own over it, which is kept when
the command is accepted and dropped when it is refused.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec
import orjson

from evidence_graph.evidence.window_spans import Span, span_of
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.project import content_digest
from evidence_graph.record.roll_outs import STATE, RollOut, RollOutState, Slot
from evidence_graph.record.rows import (
    AnnotationErased,
    AnnotationPut,
    ArtifactDeclaredRow,
    ArtifactReferred,
    ArtifactUndeclared,
    DefinitionPut,
    RelationClosed,
    RelationPut,
    RollOutChangeClosed,
    RollOutChangePut,
    Row,
)
from evidence_graph.record.sealing import Sealed
from evidence_graph.record.urn import parse_urn, stream_of
from evidence_graph.store.stored import ArtifactRow
from graph_schema import OPEN_END, RelationClass
from graph_schema.relations import names_of

StartOfWindow = tuple[str, str]  # start, URN without the revision
WALKED_TOGETHER = (names_of(RelationClass.MADE_FROM), names_of(RelationClass.SUCCESSION))


class ArtifactState(msgspec.Struct, frozen=True):
    """What is known of one artifact: since when it is declared (log position, OPEN_END when it is a stub), and its content."""

    window: str
    declared_from: int = OPEN_END
    declared_before: bool = False
    content: str = ""
    fields: str = ""

    @property
    def declared(self) -> bool:
        """Whether its declaration is known now."""
        return self.declared_from != OPEN_END

    def fixed(self) -> JsonObject:
        """Its fixed fields as declared."""
        found: JsonObject = orjson.loads(self.fields) if self.fields else {}
        return found


def known_artifact(row: ArtifactRow) -> ArtifactState:
    """What a stored artifact is at the head of the log."""
    declared_before = row.first_declared != OPEN_END
    if row.declared_to != OPEN_END or not declared_before:
        return ArtifactState(row.window, declared_before=declared_before)
    return ArtifactState(row.window, row.declared_from, True, row.content, row.fields)


class DefinitionState(msgspec.Struct, frozen=True):
    """One known version of a KPI."""

    content: str
    fields: str
    position: int

    def stated(self) -> JsonObject:
        """The fields of the definition."""
        found: JsonObject = orjson.loads(self.fields)
        return found


class AnnotationState(msgspec.Struct, frozen=True):
    """The newest known value of one annotation."""

    position: int
    sealed: Sealed

    def emptied(self) -> "AnnotationState":
        """The same without value and salt."""
        return AnnotationState(self.position, Sealed(self.sealed.commitment, None, None))


class State:
    """One layer of knowledge; what it does not hold is asked of the layer below."""

    def __init__(self, below: "State | None" = None) -> None:
        self.below = below
        self.artifacts: dict[str, ArtifactState] = {}
        self.relations: dict[str, dict[tuple[str, str], int]] = {}  # source -> (relation, target) -> position
        self.slots: dict[str, Slot] = {}
        self.definitions: dict[str, dict[str, DefinitionState]] = {}
        self.revisions: dict[str, dict[str, None]] = {}  # window -> URNs of its declared revisions
        self.windows: dict[str, list[StartOfWindow]] = {}  # stream -> its windows, sorted; some may be retracted
        self.annotations: dict[tuple[str, str], list[AnnotationState]] = {}
        self.reached: dict[
            tuple[str, frozenset[str]], set[str]
        ] = {}  # (URN, relations) -> what it reaches in the store
        self.referred: set[str] = set()

    def layer(self) -> "State":
        """A layer for one command."""
        return State(self)

    def keep(self, layer: "State") -> None:
        """Make an accepted command's layer part of this one."""
        self.artifacts |= layer.artifacts
        self.relations |= layer.relations
        self.slots |= layer.slots
        self.definitions |= layer.definitions
        self.revisions |= layer.revisions
        for windows in layer.windows.values():
            for start, window in windows:
                self.add_window(start, window)
        self.annotations |= layer.annotations
        self.referred |= layer.referred

    def _layers(self) -> Iterator["State"]:
        layer: State | None = self
        while layer is not None:
            yield layer
            layer = layer.below

    def artifact(self, urn: str) -> ArtifactState | None:
        """What is known of an artifact, None when it was never named."""
        return next((layer.artifacts[urn] for layer in self._layers() if urn in layer.artifacts), None)

    def relations_from(self, urn: str) -> dict[tuple[str, str], int]:
        """`(relation, target)` of an artifact with the position that recorded each."""
        return next((layer.relations[urn] for layer in self._layers() if urn in layer.relations), {})

    def slot(self, slot: str) -> Slot:
        """The roll-outs of a slot."""
        return next((layer.slots[slot] for layer in self._layers() if slot in layer.slots), Slot({}))

    def definitions_of(self, name: str) -> dict[str, DefinitionState]:
        """The known versions of a KPI."""
        return next((layer.definitions[name] for layer in self._layers() if name in layer.definitions), {})

    def revisions_of(self, window: str) -> dict[str, None]:
        """URNs of the declared revisions of a window."""
        return next((layer.revisions[window] for layer in self._layers() if window in layer.revisions), {})

    def spans_of(self, window: str) -> Iterator[Span]:
        """The span of each declared revision of a window."""
        for urn in self.revisions_of(window):
            known = self.artifact(urn)
            assert known is not None
            yield span_of(urn, known.fields)

    def windows_of(self, stream: str) -> Iterator[list[StartOfWindow]]:
        """What each layer knows of the windows of a stream, in the order of their starts."""
        return (layer.windows[stream] for layer in self._layers() if stream in layer.windows)

    def add_window(self, start: str, window: str) -> None:
        """Remember that the window is declared, or was."""
        windows = self.windows.setdefault(stream_of(window), [])
        place = bisect_left(windows, (start, window))
        if windows[place : place + 1] != [(start, window)]:
            windows.insert(place, (start, window))

    def annotation_history(self, urn: str, field: str) -> list[AnnotationState]:
        """Every known value of an annotation, oldest first."""
        key = (urn, field)
        return next((layer.annotations[key] for layer in self._layers() if key in layer.annotations), [])

    def annotation(self, urn: str, field: str) -> Sealed | None:
        """The newest known value of an annotation."""
        history = self.annotation_history(urn, field)
        return history[-1].sealed if history else None

    def is_referred(self, urn: str) -> bool:
        """Whether a relation may point to this artifact."""
        return any(urn in layer.referred for layer in self._layers())

    def path(self, start: str, end: str, relations: frozenset[str]) -> list[str] | None:
        """Artifacts on a shortest way from `start` to `end` over these relations, both included; None when there is none."""
        came_from: dict[str, str] = {start: ""}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            if here == end:
                return _way_back(here, came_from)
            for there in self._beyond(here, relations):
                if there not in came_from:
                    came_from[there] = here
                    waiting.append(there)
        return None

    def _beyond(self, urn: str, relations: frozenset[str]) -> Iterable[str]:
        yield from (target for relation, target in self.relations_from(urn) if relation in relations)
        for layer in self._layers():
            yield from layer.reached.get((urn, relations), ())

    def apply(self, row: Row) -> None:
        """Change this layer as storing the row changes the graph."""
        match row:
            case ArtifactReferred():
                if self.artifact(row.urn) is None:
                    self.artifacts[row.urn] = ArtifactState(row.window)
            case ArtifactDeclaredRow():
                self._declare(row)
            case ArtifactUndeclared():
                known = self.artifact(row.urn)
                assert known is not None
                self.artifacts[row.urn] = ArtifactState(known.window, declared_before=True)
                if known.window:
                    self.revisions[known.window] = {u: None for u in self.revisions_of(known.window) if u != row.urn}
            case RelationPut():
                self.relations[row.source] = self.relations_from(row.source) | {
                    (row.relation, row.target): row.position
                }
                self.referred.add(row.target)
            case RelationClosed():
                left = {
                    key: at for key, at in self.relations_from(row.source).items() if key != (row.relation, row.target)
                }
                self.relations[row.source] = left
            case RollOutChangePut():
                self._change(row)
            case RollOutChangeClosed():
                self._unchange(row)
            case DefinitionPut():
                version = {row.version: DefinitionState(row.content, row.fields, row.position)}
                self.definitions[row.name] = self.definitions_of(row.name) | version
            case AnnotationPut() | AnnotationErased():
                self.annotations[row.urn, row.field] = self._annotated(row)

    def _declare(self, row: ArtifactDeclaredRow) -> None:
        known = self.artifact(row.urn)
        window = known.window if known else ""
        self.artifacts[row.urn] = ArtifactState(window, row.position, True, row.content, row.fields)
        if window:
            self.revisions[window] = {**self.revisions_of(window), row.urn: None}
            self.add_window(span_of(row.urn, row.fields).start, window)

    def _annotated(self, row: AnnotationPut | AnnotationErased) -> list[AnnotationState]:
        """The history of an annotation after the row."""
        history = self.annotation_history(row.urn, row.field)
        if isinstance(row, AnnotationPut):
            value = orjson.loads(row.value) if row.value else None
            return [*history, AnnotationState(row.position, Sealed(row.commitment, row.salt or None, value))]
        return [
            known.emptied() if known.position < row.position and known.sealed.commitment else known for known in history
        ]

    def _roll_outs(self, slot: str) -> dict[str, RollOut]:
        return dict(self.slot(slot).roll_outs)

    def _change(self, row: RollOutChangePut) -> None:
        roll_outs = self._roll_outs(row.slot)
        known = roll_outs.get(row.deployment, RollOut(row.deployment))
        if row.change == STATE:
            states = tuple(sorted((*known.states, RollOutState(row.at, row.mode, row.traffic))))
            roll_outs[row.deployment] = RollOut(row.deployment, states, known.end)
        else:
            roll_outs[row.deployment] = RollOut(row.deployment, known.states, row.at)
        self.slots[row.slot] = Slot(roll_outs)

    def _unchange(self, row: RollOutChangeClosed) -> None:
        slot = parse_urn(row.deployment).slot
        roll_outs = self._roll_outs(slot)
        known = roll_outs.get(row.deployment)
        if known is None:
            return
        if row.change == STATE:
            states = tuple(state for state in known.states if not row.first_at <= state.at <= row.last_at)
            roll_outs[row.deployment] = RollOut(row.deployment, states, known.end)
        else:
            roll_outs[row.deployment] = RollOut(row.deployment, known.states)
        self.slots[slot] = Slot(roll_outs)


def _way_back(end: str, came_from: dict[str, str]) -> list[str]:
    way = [end]
    while came_from[way[-1]]:
        way.append(came_from[way[-1]])
    return way[::-1]


def differing(stated: JsonObject, known: JsonObject) -> list[str]:
    """Names of the fields in which two contents differ."""
    return sorted(name for name in stated.keys() | known.keys() if stated.get(name) != known.get(name))


def same_content(fields: JsonObject, known: ArtifactState) -> bool:
    """Whether the fixed fields are those on record."""
    return content_digest(fields) == known.content
