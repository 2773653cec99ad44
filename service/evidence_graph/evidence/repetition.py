"""The same command again: finding what it recorded the first time, and giving the first answer."""

from collections.abc import Sequence

import msgspec

from evidence_graph.evidence.commands import Command, Item, Outcome, Receipt, SealedValues
from evidence_graph.evidence.decision import UNCHANGED, position_on_record
from evidence_graph.evidence.seals import left_out
from evidence_graph.evidence.state import State
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.events import Erased, SealedFields
from evidence_graph.record.rows import EntryPut
from evidence_graph.record.sealing import Sealed, opens
from evidence_graph.store.named_queries import Question


class CommandsOf(msgspec.Struct, frozen=True):
    """Commands of one actor by id."""

    actor: str
    commands: list[str]


class RecordedItem(msgspec.Struct, frozen=True):
    """One entry an earlier command left."""

    command: str
    position: int
    command_digest: str
    item: str
    subject: str
    outcome: str
    body: str


COMMANDS = Question("commands", CommandsOf, RecordedItem)


def recorded_item(row: EntryPut) -> RecordedItem:
    """An entry that is about to be stored, as it will be found."""
    return RecordedItem(row.command, row.position, row.command_digest, row.item, row.subject, row.outcome, row.body)


def sealed_as_before(command: Command, before: Sequence[RecordedItem], state: State) -> tuple[Item, ...]:
    """The items under the seals of the first time. A value erased since counts as equal: nobody can tell any more."""
    own = {row.item: _commitments(row) for row in before}
    last = before[-1].position
    return tuple(_as_before(item, own.get(item.path, {}), last, state) for item in command.items)


def _as_before(item: Item, own: dict[str, str], last: int, state: State) -> Item:
    values: SealedValues = {}
    for field, value in item.plain.items():
        history = [known.sealed for known in state.annotation_history(item.subject, field) if known.position <= last]
        first = [known for known in reversed(history) if own.get(field, known.commitment) == known.commitment]
        kept = next((known for known in first if opens(known, value)), None)
        erased = next((known for known in first if known.erased), None)
        values[field] = kept or erased or Sealed("", None, None)
    return msgspec.structs.replace(item, sealed=values)


def _commitments(row: RecordedItem) -> dict[str, str]:
    annotations: SealedFields = getattr(decode_entry(row.body.encode()).event, "annotations", {})
    return {field: form["sealed"] for field, form in annotations.items()}


def _left_out(item: Item, row: RecordedItem | None = None) -> tuple[str, ...]:
    """The fields of the item that its entry did not seal, and that stay erased."""
    own = _commitments(row) if row is not None else {}
    return tuple(field for field in left_out(item) if field not in own)


def _erased(row: RecordedItem) -> dict[str, int]:
    """How many values the entry erased, by field."""
    event = decode_entry(row.body.encode()).event
    return event.values if isinstance(event, Erased) else {}


def first_answer(items: Sequence[Item], before: Sequence[RecordedItem], state: State) -> Receipt:
    """What the command was told the first time: items without an entry were UNCHANGED."""
    own = {row.item: row for row in before}
    last = before[-1].position
    outcomes = (
        Outcome(item.path, row.subject, row.outcome, row.position, _left_out(item, row), _erased(row))
        if (row := own.get(item.path))
        else Outcome(item.path, item.subject, UNCHANGED, position_on_record(item, state, last), _left_out(item))
        for item in items
    )
    return Receipt(tuple(outcomes), last)
