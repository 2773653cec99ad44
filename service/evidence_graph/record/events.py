"""The events: what one accepted write says. Their names and payloads are part of the entry format and never change.

A payload is plain JSON in canonical values: URNs in canonical spelling, instants as RFC 3339 with six digits and `Z`, relations as
sorted lists under their relation's name, free text sealed. A changed shape gets a new version of the event type.
"""

from typing import ClassVar, TypedDict

import msgspec

from evidence_graph.record.json_values import Json, JsonObject

EVENT_TYPE_PREFIX = "urn:evidence-graph:event:"
Relations = dict[str, list[str]]


class Seal(TypedDict):
    """What an entry holds of a sealed value: its commitment, hexadecimal."""

    sealed: str


SealedFields = dict[str, Seal]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an entry's payload holds; each subclass names its event type."""

    event_type: ClassVar[str] = ""

    @property
    def subject(self) -> str:
        """The URN (or name of the log) the event speaks of."""
        raise TypeError("every event names its subject")


class LogCreated(Event, frozen=True):
    """Position 0: the format of the log, its origin (the name in its checkpoints) and its public key as a C2SP verifier key."""

    event_type: ClassVar[str] = "log-created/v1"
    format: int
    origin: str
    key: str

    @property
    def subject(self) -> str:
        return f"log:{self.origin}"


class LogContinued(Event, frozen=True):
    """The log goes on under a new origin and key; `signature` is the new key's, base64, over the JCS of this with an empty signature."""

    event_type: ClassVar[str] = "log-continued/v1"
    origin: str
    key: str
    size: int
    root: str
    signature: str

    @property
    def subject(self) -> str:
        return f"log:{self.origin}"


class LogKeyChanged(Event, frozen=True):
    """From now on another key signs; `signature` is the key's before it, base64, over the JCS of this with an empty signature."""

    event_type: ClassVar[str] = "log-key-changed/v1"
    key: str
    signature: str

    @property
    def subject(self) -> str:
        return f"log:{self.key.partition('+')[0]}"


class ArtifactDeclared(Event, frozen=True):
    """How an artifact was made, fixed from now on; `to` is a deployment's end, `gate` what the gate said to the roll-out."""

    event_type: ClassVar[str] = "artifact-declared/v1"
    urn: str
    fields: JsonObject = {}
    relations: Relations = {}
    annotations: SealedFields = {}
    sensitivity: str | None = None
    to: str | None = None
    gate: JsonObject = {}

    @property
    def subject(self) -> str:
        return self.urn


class ArtifactExtended(Event, frozen=True):
    """More about an artifact that is declared or yet unknown: what may grow, and annotations."""

    event_type: ClassVar[str] = "artifact-extended/v1"
    urn: str
    relations: Relations = {}
    annotations: SealedFields = {}
    sensitivity: str | None = None
    to: str | None = None

    @property
    def subject(self) -> str:
        return self.urn


class DeploymentAdjusted(Event, frozen=True):
    """From an instant on, the roll-out has another mode or share of traffic."""

    event_type: ClassVar[str] = "deployment-adjusted/v1"
    urn: str
    at: str
    mode: str
    traffic: float

    @property
    def subject(self) -> str:
        return self.urn


class DeploymentEnded(Event, frozen=True):
    """The roll-out ended (or will end) at an instant; replaces any end stated before."""

    event_type: ClassVar[str] = "deployment-ended/v1"
    urn: str
    to: str
    annotations: SealedFields = {}

    @property
    def subject(self) -> str:
        return self.urn


class Retracted(Event, frozen=True):
    """A declaration, or single relations, no longer hold; `relations` lists every relation that ends with it."""

    event_type: ClassVar[str] = "retracted/v1"
    urn: str
    declaration: bool
    relations: Relations = {}
    annotations: SealedFields = {}

    @property
    def subject(self) -> str:
        return self.urn


class Erased(Event, frozen=True):
    """What stood beside earlier entries about a URN is gone, with its salts: `values` says by field how many values that were.

    It holds nothing of them. `annotations` seals the reason, under a field of its own.
    """

    event_type: ClassVar[str] = "erased/v1"
    urn: str
    values: dict[str, int]
    annotations: SealedFields = {}

    @property
    def subject(self) -> str:
        return self.urn


class KpiDefined(Event, frozen=True):
    """One version of a KPI's definition."""

    event_type: ClassVar[str] = "kpi-defined/v1"
    name: str
    version: str
    fields: JsonObject = {}
    annotations: SealedFields = {}

    @property
    def subject(self) -> str:
        return kpi_urn(self.name, self.version)


EVENTS: dict[str, type[Event]] = {
    event.event_type: event
    for event in (
        LogCreated,
        LogContinued,
        LogKeyChanged,
        ArtifactDeclared,
        ArtifactExtended,
        DeploymentAdjusted,
        DeploymentEnded,
        Retracted,
        Erased,
        KpiDefined,
    )
}


def kpi_urn(name: str, version: str) -> str:
    """The name a KPI definition has as the subject of an entry and of its annotations."""
    return f"kpi:{name}@{version}"


def to_payload(event: Event) -> JsonObject:
    """The event as the JSON that stands in its entry; what is empty is left out."""
    payload: Json = msgspec.to_builtins(event)
    assert isinstance(payload, dict)
    return payload


def from_payload(event_type: str, payload: JsonObject) -> Event:
    """The event of a payload. Raises msgspec.ValidationError when the payload has another shape, KeyError for a foreign type."""
    return msgspec.convert(payload, EVENTS[event_type])
