"""Sealing the free text of a command: a value said again keeps its seal, a new one gets fresh salt.

After an erasure nobody can tell whether a value is the one that was erased. So whatever describes something counts as said before as long
as the newest value of its field is an erased one: otherwise the next run of a pipeline would bring back what a person had erased. A command
may say that it states the field anew. A reason belongs to the act it is given for, and is always new.
"""

from collections.abc import Callable, Collection, Sequence

import msgspec

from evidence_graph.evidence.commands import Command, Item, SealedValues
from evidence_graph.evidence.state import State
from evidence_graph.record.canonical import canonical_bytes, canonical_digest
from evidence_graph.record.erasure import DESCRIBING
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.sealing import Sealed, opens, seal


def sealed_items(command: Command, state: State, salt: Callable[[], bytes]) -> tuple[Item, ...]:
    """The command's items with their free text sealed. A value said before of the same subject and field keeps its seal."""
    fresh: dict[tuple[str, str, bytes], Sealed] = {}
    closed = () if command.restates_erased else DESCRIBING
    return tuple(_sealed(item, state, salt, fresh, closed) for item in command.items)


def left_out(item: Item) -> tuple[str, ...]:
    """The fields of a sealed item that stay erased."""
    return tuple(sorted(field for field, sealed in item.sealed.items() if sealed.erased))


def _sealed(
    item: Item,
    state: State,
    salt: Callable[[], bytes],
    fresh: dict[tuple[str, str, bytes], Sealed],
    closed: Collection[str],
) -> Item:
    if not item.plain:
        return item
    values: SealedValues = {}
    for field, value in item.plain.items():
        said = (item.subject, field, canonical_bytes(value))
        if said not in fresh:
            erased = erased_seal(item.subject, field, state) if field in closed else None
            fresh[said] = erased or kept_seal(item.subject, field, value, state) or seal(value, salt())
        values[field] = fresh[said]
    return msgspec.structs.replace(item, sealed=values)


def kept_seal(subject: str, field: str, value: Json, state: State) -> Sealed | None:
    """The newest seal of this very value that is still kept."""
    history = reversed(state.annotation_history(subject, field))
    return next((known.sealed for known in history if opens(known.sealed, value)), None)


def erased_seal(subject: str, field: str, state: State) -> Sealed | None:
    """The seal of a field whose newest value was erased."""
    newest = state.annotation(subject, field)
    return newest if newest is not None and newest.commitment and newest.erased else None


def command_digest(items: Sequence[Item], source: JsonObject | None) -> str:
    """SHA-256 of the JCS of the whole sealed input, hexadecimal."""
    return canonical_digest({"items": [item.sealed_body() for item in items], "source": source})
