"""What callers may say: items in canonical form, gathered into commands that are recorded whole or not at all."""

from typing import ClassVar

import msgspec

from evidence_graph.record.events import Relations, SealedFields, kpi_urn
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.sealing import Sealed, sealed_form

Plain = dict[str, Json]  # free text by field, before it is sealed
SealedValues = dict[str, Sealed]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a command says; `path` is where it stands in the input, such as `datasets[3]`."""

    path: str
    plain: Plain = {}
    sealed: SealedValues = {}

    @property
    def subject(self) -> str:
        """The URN it speaks of."""
        raise TypeError("every item names its subject")

    def sealed_body(self) -> JsonObject:
        """The item as JSON with its free text sealed: what `commandDigest` is taken over."""
        body = msgspec.to_builtins(self)
        assert isinstance(body, dict)
        del body["plain"]
        body["sealed"] = {field: sealed_form(value) for field, value in self.sealed.items()}
        return body

    def forms(self) -> SealedFields:
        """Its sealed fields as they stand in an event."""
        return {field: {"sealed": value.commitment} for field, value in self.sealed.items()}


class Declaration(Item, frozen=True, kw_only=True):
    """How an artifact was made, or more about one; `declares` is false when only growing fields are stated."""

    urn: str
    declares: bool = True
    fields: JsonObject = {}
    relations: Relations = {}
    sensitivity: str | None = None
    to: str | None = None

    @property
    def subject(self) -> str:
        return self.urn

    @property
    def kind(self) -> str:
        """Name of the artifact's kind."""
        return self.urn.partition(":")[0]


class Definition(Item, frozen=True, kw_only=True):
    """One version of a KPI's definition."""

    name: str
    version: str
    fields: JsonObject = {}

    @property
    def subject(self) -> str:
        return kpi_urn(self.name, self.version)


class Adjustment(Item, frozen=True, kw_only=True):
    """Another mode or share of traffic for a roll-out, from an instant on; None keeps what was."""

    urn: str
    at: str
    mode: str | None = None
    traffic: float | None = None

    @property
    def subject(self) -> str:
        return self.urn


class Ending(Item, frozen=True, kw_only=True):
    """The end of a roll-out, or the correction of the end stated before."""

    urn: str
    to: str

    @property
    def subject(self) -> str:
        return self.urn


class Retraction(Item, frozen=True, kw_only=True):
    """A declaration, or some of its relations, no longer hold."""

    urn: str
    relation: str | None = None
    to: str | None = None

    @property
    def subject(self) -> str:
        return self.urn


class Erasure(Item, frozen=True, kw_only=True):
    """The values of some fields are to go, of all but the reasons of erasures when none is named."""

    urn: str
    fields: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.urn


class Fault(msgspec.Struct, frozen=True):
    """Why an item is refused: code INVALID or CONFLICT, where, and what to do."""

    code: str
    message: str
    field: str
    next_step: str = ""
    path: str = ""
    urn: str = ""

    INVALID: ClassVar[str] = "INVALID"
    CONFLICT: ClassVar[str] = "CONFLICT"


class Command(msgspec.Struct, frozen=True):
    """One request to record something, whole or not at all.

    `faults` are what reading found wrong: the rest is decided all the same, so that every fault is listed, and nothing is recorded.
    `actor` is a pseudonymous id, `via` the door it came in by; `key` the caller's idempotency key. `restates_erased` says that what it
    states of fields whose values were erased is to go on record again.
    """

    items: tuple[Item, ...]
    actor: str
    via: str
    source: JsonObject | None = None
    key: str | None = None
    dry_run: bool = False
    faults: tuple[Fault, ...] = ()
    restates_erased: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What became of one item; `position` is the log position that holds it, None when nothing does.

    `left_out` names the fields that stay erased whatever was stated of them, `erased` by field how many values an erasure took.
    """

    item: str
    urn: str
    outcome: str
    position: int | None
    left_out: tuple[str, ...] = ()
    erased: dict[str, int] = {}


class Receipt(msgspec.Struct, frozen=True):
    """The answer to a command: outcomes in order, position of its last entry (or the head read), or the faults."""

    outcomes: tuple[Outcome, ...]
    position: int | None
    faults: tuple[Fault, ...] = ()
