"""What the write side and the read side both ask of the store: entries, artifacts, relations, roll-outs, definitions, annotations."""

from collections.abc import Iterable

import msgspec
import orjson

from evidence_graph.record.roll_outs import Slot, slots_of
from evidence_graph.record.sealing import Sealed
from evidence_graph.store.graph_store import NoParameters
from evidence_graph.store.named_queries import Question


class EntriesBetween(msgspec.Struct, frozen=True):
    """Log positions, both inclusive."""

    first: int
    last: int


class EntryRow(msgspec.Struct, frozen=True):
    """One entry: its position, time (µs, UTC), RFC 6962 leaf hash (hexadecimal) and canonical bytes as text."""

    position: int
    recorded_at: int
    leaf: str
    body: str


class ArtifactRow(msgspec.Struct, frozen=True):
    """One artifact: when it was first named and since when its last declaration is known (log positions and µs, UTC).

    `declared_from` is OPEN_END for what was never declared; `exists_from` is BEGINNING for what existed always. `fields` is
    the JSON of the last declaration: an earlier one, retracted since, must be read from the log.
    """

    urn: str
    kind: str
    window: str
    referred_at: int
    referred_on: int
    first_declared: int
    declared_from: int
    declared_to: int
    declared_on: int
    exists_from: int
    actor: str
    content: str
    fields: str
    told_by: str


class StoredArtifacts(msgspec.Struct, frozen=True):
    """Artifacts by URN."""

    urns: list[str]


class StoredWindows(msgspec.Struct, frozen=True):
    """KPI windows by their URN without the revision."""

    windows: list[str]


class RelationsFrom(msgspec.Struct, frozen=True):
    """Artifacts at a position."""

    sources: list[str]
    position: int


class RelationRow(msgspec.Struct, frozen=True):
    """One relation known at the position asked about; `known_from` is the position that recorded it."""

    source: str
    relation: str
    target: str
    known_from: int


class RollOutsOfSlots(msgspec.Struct, frozen=True):
    """Slots at a position."""

    slots: list[str]
    position: int


class RollOutRow(msgspec.Struct, frozen=True):
    """One stated change of a roll-out: a STATE from `at` on (µs, UTC), or its END."""

    slot: str
    deployment: str
    change: str
    at: int
    mode: str
    traffic: float


def slots_in(rows: Iterable[RollOutRow]) -> dict[str, Slot]:
    """The slots that stored changes tell of, by URN."""
    return slots_of((row.slot, row.deployment, row.change, row.at, row.mode, row.traffic) for row in rows)


class DefinitionsNamed(msgspec.Struct, frozen=True):
    """KPIs by name (none for all) at a position."""

    names: list[str]
    position: int


class DefinitionRow(msgspec.Struct, frozen=True):
    """One version of a KPI's definition; `applies_from` is BEGINNING when it always applied."""

    name: str
    version: str
    applies_from: int
    content: str
    fields: str
    known_from: int
    recorded_at: int


class AnnotationsOf(msgspec.Struct, frozen=True):
    """Subjects, and the last position that counts."""

    urns: list[str]
    position: int


class AnnotationRow(msgspec.Struct, frozen=True):
    """One value beside the log; salt and value are empty once erased."""

    urn: str
    field: str
    position: int
    commitment: str
    salt: str
    value: str

    def sealed(self) -> Sealed:
        """The value with its salt; without one it has been erased, or was never sealed."""
        return Sealed(self.commitment, self.salt or None, orjson.loads(self.value) if self.value else None)


class SignedHead(msgspec.Struct, frozen=True):
    """The head as it was last signed: size and root (hexadecimal), and the C2SP checkpoint that says so."""

    size: int
    root: str
    note: str


class CosignedHead(msgspec.Struct, frozen=True):
    """A head that witnesses have cosigned: size and root (hexadecimal), and the C2SP checkpoint with the log's line and theirs."""

    size: int
    root: str
    note: str


class Signing(msgspec.Struct, frozen=True):
    """Size and root of the log and of its last signed head (0 and '' for none), and who signs until when (µs, UTC; '' for nobody)."""

    size: int
    root: str
    signed_size: int
    signed_root: str
    holder: str
    until: int


class PurgeState(msgspec.Struct, frozen=True):
    """The last entry that erased something, and up to which entry what was erased is out of the engine's files; -1 for none."""

    erased: int
    purged: int


class ErasuresOf(msgspec.Struct, frozen=True):
    """Subjects, whatever the position."""

    urns: list[str]


class ErasureRow(msgspec.Struct, frozen=True):
    """The entry at this position erased what had been stated of a field before."""

    urn: str
    field: str
    position: int


PURGE_STATE = Question("purge_state", NoParameters, PurgeState)
ERASURES = Question("erasures", ErasuresOf, ErasureRow)
SIGNED_HEAD = Question("signed_head", NoParameters, SignedHead)
COSIGNED_HEADS = Question("cosigned_heads", NoParameters, CosignedHead)
SIGNING = Question("signing", NoParameters, Signing)
ENTRIES = Question("entries", EntriesBetween, EntryRow)
STORED_ARTIFACTS = Question("stored_artifacts", StoredArtifacts, ArtifactRow)
WINDOW_REVISIONS = Question("window_revisions", StoredWindows, ArtifactRow)
RELATIONS_FROM = Question("relations_from", RelationsFrom, RelationRow)
SUCCESSIONS = Question("successions", RelationsFrom, RelationRow)
ROLL_OUTS_OF_SLOTS = Question("roll_outs_of_slots", RollOutsOfSlots, RollOutRow)
DEFINITIONS = Question("definitions", DefinitionsNamed, DefinitionRow)
ANNOTATIONS = Question("annotations", AnnotationsOf, AnnotationRow)
