"""The moment a question is asked of: a log position (known time) and perhaps an instant of valid time."""

import msgspec

from evidence_graph.errors import InvalidInput, StoreUnavailable
from evidence_graph.record.instants import format_instant
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ENTRIES, EntriesBetween
from graph_schema import OPEN_END


class KnownAt(msgspec.Struct, frozen=True):
    """An instant of known time, µs since 1970 UTC."""

    known_at: int


class PositionRow(msgspec.Struct, frozen=True):
    """A log position, when it was recorded (µs, UTC), and how many of the log's first entries are of a handed-in clock."""

    position: int
    recorded_at: int
    simulated: int


NOT_BEGUN = "The log has not begun yet."
MOMENT = Question("moment", KnownAt, PositionRow)


class Moment(msgspec.Struct, frozen=True):
    """`position` with its recording time `known_at`; `valid_at` is None when valid time does not filter (all µs, UTC).

    The first `simulated` entries of the log were recorded under a handed-in clock.
    """

    position: int
    known_at: int
    valid_at: int | None
    simulated: int

    @property
    def existing_at(self) -> int:
        """The instant things must exist at; OPEN_END when valid time does not filter."""
        return OPEN_END if self.valid_at is None else self.valid_at

    def at(self, valid_at: int) -> "Moment":
        """The same knowledge, asked about an instant unless one was given."""
        return self if self.valid_at is not None else msgspec.structs.replace(self, valid_at=valid_at)


async def read_head(store: GraphStore) -> Head:
    """The head of the log. Raises StoreUnavailable while the log has not begun."""
    heads = await store.ask(HEAD, NoParameters())
    if not heads:
        raise StoreUnavailable(NOT_BEGUN)
    return heads[0]


async def read_moment(
    store: GraphStore, valid_at: int | None = None, known_at: int | None = None, at_position: int | None = None
) -> Moment:
    """The moment of a question; without arguments it is the head.

    `known_at` means the last position recorded at or before it, position 0 before the log began, the head in the future.
    Raises InvalidInput for a position beyond the head, a negative one, or both clocks of knowledge at once.
    """
    if known_at is not None and at_position is not None:
        raise InvalidInput("knownAt and atPosition are both given.", "Give one of them: each names a state of the log.")
    if known_at is not None:
        return await _known_at(store, valid_at, known_at)
    head = await read_head(store)
    if at_position is not None:
        return await _at_position(store, head, valid_at, at_position)
    return Moment(head.position, head.recorded_at, valid_at, head.simulated)


async def _known_at(store: GraphStore, valid_at: int | None, known_at: int) -> Moment:
    rows = await store.ask(MOMENT, KnownAt(known_at))
    if not rows:
        raise StoreUnavailable(NOT_BEGUN)
    return Moment(rows[0].position, rows[0].recorded_at, valid_at, rows[0].simulated)


async def _at_position(store: GraphStore, head: Head, valid_at: int | None, position: int) -> Moment:
    if not 0 <= position <= head.position:
        raise InvalidInput(
            f"atPosition is {position}; the log ends at {head.position} ({format_instant(head.recorded_at)}).",
            f"Choose a position from 0 to {head.position}.",
        )
    if position == head.position:
        return Moment(position, head.recorded_at, valid_at, head.simulated)
    row = (await store.ask(ENTRIES, EntriesBetween(position, position)))[0]
    return Moment(position, row.recorded_at, valid_at, head.simulated)
