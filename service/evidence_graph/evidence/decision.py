"""What deciding an item comes to: accepted with an event, there already, or refused with advice."""

import msgspec

from evidence_graph.evidence.commands import Definition, Fault, Item
from evidence_graph.evidence.state import State
from evidence_graph.record.events import Event, SealedFields
from graph_schema import OPEN_END

CREATED, UNCHANGED, COMPLETED, EXTENDED, REVISED = "CREATED", "UNCHANGED", "COMPLETED", "EXTENDED", "REVISED"
ERASED = "ERASED"


class Accepted(msgspec.Struct, frozen=True):
    """The item goes on record as `event`; `event` is None when all of it is there already, at `position`."""

    outcome: str
    event: Event | None = None
    position: int | None = None


class Rejection(Exception):
    """The item is refused: code INVALID or CONFLICT, the field at fault, and what to do."""

    def __init__(self, code: str, message: str, field: str = "", next_step: str = "") -> None:
        self.code, self.message, self.field, self.next_step = code, message, field, next_step
        super().__init__(message)

    def fault(self, item: Item) -> Fault:
        """The refusal with the place of its item."""
        field = f"{item.path}.{self.field}" if self.field else item.path
        return Fault(self.code, self.message, field, self.next_step, item.path, item.subject)


def position_on_record(item: Item, state: State, last: int = OPEN_END) -> int | None:
    """The position, up to `last`, that holds what was said again: the declaration or definition, or the newest relation of a stub."""
    if isinstance(item, Definition):
        definition = state.definitions_of(item.name).get(item.version)
        return definition.position if definition is not None and definition.position <= last else None
    known = state.artifact(item.subject)
    if known is not None and known.declared_from <= last and known.declared:
        return known.declared_from
    return max((at for at in state.relations_from(item.subject).values() if at <= last), default=None)


def new_annotations(item: Item, state: State) -> SealedFields:
    """The item's sealed fields that are not the newest known ones already."""
    return {
        field: {"sealed": sealed.commitment}
        for field, sealed in item.sealed.items()
        if (newest := state.annotation(item.subject, field)) is None or newest.commitment != sealed.commitment
    }
