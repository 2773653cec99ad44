"""What an audit asks of a store: every column of every row that follows from the log, by ranges, so that memory stays bounded."""

import msgspec

from evidence_graph.record.rows import EntryPut
from evidence_graph.store.graph_store import NoParameters
from evidence_graph.store.log_tree import HashRow
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import EntriesBetween, ErasureRow


class UrnRange(msgspec.Struct, frozen=True):
    """URNs after the one, up to and including the other."""

    after: str
    last: str


class UrnPage(msgspec.Struct, frozen=True):
    """The next `limit` URNs after this one."""

    after: str
    limit: int


class UrnRow(msgspec.Struct, frozen=True):
    """One artifact's URN."""

    urn: str


class ArtifactStored(msgspec.Struct, frozen=True):
    """An artifact as it is stored."""

    urn: str
    kind: str
    namespace: str
    series: str
    version: str
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


class RelationStored(msgspec.Struct, frozen=True):
    """A relation as it is stored, and the URNs of its ends as it says them."""

    source: str
    relation: str
    target: str
    known_from: int
    known_to: int
    recorded_at: int
    actor: str
    source_urn: str
    target_urn: str


class RollOutStored(msgspec.Struct, frozen=True):
    """A change of a roll-out as it is stored."""

    deployment: str
    change: str
    at: int
    known_from: int
    known_to: int
    slot: str
    namespace: str
    mode: str
    traffic: float


class AnnotationStored(msgspec.Struct, frozen=True):
    """A value beside the log as it is stored."""

    urn: str
    field: str
    position: int
    commitment: str
    salt: str
    value: str


class DefinitionStored(msgspec.Struct, frozen=True):
    """A KPI's definition as it is stored."""

    name: str
    version: str
    known_from: int
    known_to: int
    applies_from: int
    content: str
    fields: str
    recorded_at: int


class Count(msgspec.Struct, frozen=True):
    """How many rows of one sort there are."""

    stored: str
    number: int


AUDIT_URNS = Question("audit_urns", UrnPage, UrnRow)
AUDIT_ENTRIES = Question("audit_entries", EntriesBetween, EntryPut)
AUDIT_TILE_HASHES = Question("audit_tile_hashes", NoParameters, HashRow)
AUDIT_ARTIFACTS = Question("audit_artifacts", UrnRange, ArtifactStored)
AUDIT_RELATIONS = Question("audit_relations", UrnRange, RelationStored)
AUDIT_ROLL_OUTS = Question("audit_roll_outs", UrnRange, RollOutStored)
AUDIT_ANNOTATIONS = Question("audit_annotations", UrnRange, AnnotationStored)
AUDIT_ERASURES = Question("audit_erasures", UrnRange, ErasureRow)
AUDIT_DEFINITIONS = Question("audit_definitions", NoParameters, DefinitionStored)
AUDIT_COUNTS = Question("audit_counts", NoParameters, Count)
