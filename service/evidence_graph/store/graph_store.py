"""What the rooms above may ask of an engine: six verbs. Both engines pass one contract suite with an empty skip list."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from evidence_graph.record.rows import Row
from evidence_graph.store.named_queries import Question

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")


class Head(msgspec.Struct, frozen=True):
    """Head of the log: RFC 6962 tree of `size` entries; `frontier` a JSON list of hexadecimal hashes, largest subtree first.

    `recorded_at` is the time of the last entry (µs since 1970-01-01 UTC); the first `simulated` entries were recorded
    under a handed-in clock; `origin` and `key_text` name the log and its verifier key.
    """

    format: int
    size: int
    root: str
    frontier: str
    recorded_at: int
    simulated: int
    origin: str
    key_text: str

    @property
    def position(self) -> int:
        """Position of the last entry."""
        return self.size - 1


class NoParameters(msgspec.Struct, frozen=True):
    """For questions that take nothing."""


class Layout(msgspec.Struct, frozen=True):
    """In which way a store keeps its graph."""

    layout: int


class SchemaName(msgspec.Struct, frozen=True):
    """Something of the schema that is there and can be used: a table, an index, a constraint."""

    name: str


HEAD = Question("head", NoParameters, Head)
LOCK_HEAD = Question("lock_head", NoParameters, Head)
STORE_LAYOUT = Question("layout", NoParameters, Layout)
SCHEMA_NAMES = Question("schema_names", NoParameters, SchemaName)


class Transaction(Protocol):
    """One write transaction that holds the log's head: nobody else writes until it ends, all of it lands or nothing."""

    async def lock_head(self) -> Head | None:
        """Take the head for this transaction and return it; None when the log has no entry yet.

        Raises StoreRebuilding while the graph is being rebuilt; who rebuilds asks LOCK_HEAD instead.
        """

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        """As GraphStore.ask, and sees what this transaction has written."""

    async def put(self, rows: Sequence[Row]) -> None:
        """Store rows of one type, in order."""

    async def clear_graph(self) -> bool:
        """Throw away what follows from the log, all or a part; whether to go on. Afterwards the store has this version's layout.

        Entries, head, what was signed, and the values beside the log stay.
        """


class GraphStore(Protocol):
    """Rows in, rows out. Engines hold no rules: `decide` and `project` have run before anything gets here."""

    @property
    def takes_any_write(self) -> bool:
        """Whether one transaction may write any amount, and everybody else sees what was before it until it ends."""

    @property
    def purges_its_files(self) -> bool:
        """Whether `purge` takes all of what was erased out of the engine's files; else the rest is for whoever runs the server."""

    async def open(self) -> None:
        """Connect, create what the schema needs and wait until it stands. May be called again after a failure.

        Raises StoreUnavailable, or StoreRefused when the store holds a newer format or keeps its graph in another layout.
        """

    async def close(self) -> None:
        """Let go of every connection."""

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        """Answer one named question from one consistent read, within the store's deadline.

        One R a row, fields as `gives` declares, order as the query file states. Times are integers, µs since 1970-01-01
        UTC; intervals are half-open `[from, to)`; an open end is `graph_schema.OPEN_END`.
        Raises StoreUnavailable when no answer came in time, or while the graph is being rebuilt; a read may simply be repeated.
        """

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one write transaction and commit it; an exception inside rolls everything back.

        `work` awaits nothing but its transaction. Raises StoreUnavailable when nothing was recorded, OutcomeUnknown when
        the connection was lost while committing.
        """

    async def purge(self, erased: int) -> bool:
        """Take what was erased up to a log position out of the engine's files, as far as the engine can do that.

        False when somebody still reads what was before: to be tried again later. Raises StoreUnavailable.
        """

    async def explain(self, question: Question[P, R]) -> str:
        """The engine's plan for a question, as text: for tests and for people who tune."""
