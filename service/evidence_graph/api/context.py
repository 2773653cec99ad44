"""What one request carries through its resolvers: the record it asks, who asks, and what it may still spend."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import strawberry
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.api.scalars import read_instant, read_long
from evidence_graph.errors import OutcomeUnknown, StoreUnavailable, TooComplex
from evidence_graph.evidence.clock import Clock
from evidence_graph.evidence.commands import Command, Receipt
from evidence_graph.evidence.purging import Purge, Purger
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.chain import HIGHEST_LIMIT
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.store.graph_store import GraphStore, NoParameters
from evidence_graph.store.stored import PURGE_STATE

MOST_ARTIFACTS = 2 * HIGHEST_LIMIT  # in all answers of one request together
SECONDS_TO_ANSWER = 0.5  # left when nothing can be recorded any more: a receipt, or why there is none, is still told


@dataclass(slots=True)
class RequestContext:
    """`ready` opens the store when it is not open yet; `position` is the newest log position an answer named.

    `why_unsigned` says why this process does not sign the newest entries, if it does not; `signing_key` gives the log's private key
    where it is here.
    `ends_at` is when its time has run out, by the clock of the event loop; None for never. `recording` tells whether it has
    sent anything to the recorder, so that something may be on record though it is not answered.
    `erased_at` is the log position of the last erasure when the first pinned question was asked (-1 for none), None before that.
    `pinned` tells whether every question so far names its log position and depends on no clock: None before the first.
    """

    store: GraphStore
    recorder: Recorder
    purger: Purger
    clock: Clock
    ready: Callable[[], Awaitable[None]]
    actor: str
    via: str
    request_id: str
    left: int = MOST_ARTIFACTS
    position: int | None = None
    pinned: bool | None = None
    erased_at: int | None = None
    why_unsigned: Callable[[], str | None] = lambda: None
    signing_key: Callable[[], Ed25519PrivateKey | None] = lambda: None
    ends_at: float | None = None
    recording: bool = False

    @asynccontextmanager
    async def in_time(self) -> AsyncGenerator[None]:
        """What is done inside ends when the time of the request has run out. Raises StoreUnavailable, OutcomeUnknown."""
        try:
            async with asyncio.timeout_at(self.ends_at):
                yield
        except TimeoutError:
            raise (OutcomeUnknown() if self.recording else StoreUnavailable("There was no answer in time.")) from None

    async def record(self, command: Command) -> Receipt:
        """Get a command on record while there is time. Raises what Recorder.record does."""
        await self.ready()
        self.recording = True
        until = None if self.ends_at is None else self.ends_at - SECONDS_TO_ANSWER
        receipt = await self.recorder.record(command, until)
        self.saw(receipt.position)
        return receipt

    async def purge(self) -> Purge:
        """Take what was erased out of the store's files while there is time."""
        return await self.purger.purge(None if self.ends_at is None else self.ends_at - SECONDS_TO_ANSWER)

    async def last_erasure(self) -> int:
        """Log position of the last entry that erased something, -1 for none. Raises StoreUnavailable."""
        await self.ready()
        return (await self.store.ask(PURGE_STATE, NoParameters()))[0].erased

    async def moment(self, valid_at: object = None, known_at: object = None, at_position: object = None) -> Moment:
        """The moment a question's arguments name. Raises InvalidInput, StoreUnavailable."""
        instants = read_instant(valid_at, "validAt"), read_instant(known_at, "knownAt")
        position = read_long(at_position, "atPosition")
        self.pinned = self.pinned is not False and position is not None
        await self.ready()
        if self.pinned and self.erased_at is None:
            # before anything is read: what is erased from now on makes the answer an old one
            self.erased_at = await self.last_erasure()
        moment = await read_moment(self.store, *instants, position)
        self.saw(moment.position)
        return moment

    async def moment_now(self, valid_at: object, known_at: object, at_position: object) -> Moment:
        """The same for questions about one instant of the world, which is now unless it is given."""
        moment = await self.moment(valid_at, known_at, at_position)
        if moment.valid_at is None:
            self.pinned = False
        return moment.at(self.clock.now())

    def saw(self, position: int | None) -> None:
        """An answer names this log position."""
        if position is not None:
            self.position = max(position, self.position or 0)

    def spend(self, artifacts: int) -> None:
        """An answer may hold this many artifacts. Raises TooComplex when those of the request are too many together."""
        self.left -= min(max(artifacts, 1), HIGHEST_LIMIT)
        if self.left < 0:
            raise TooComplex(
                f"The questions of this request may answer with more than {MOST_ARTIFACTS} artifacts together.",
                "Lower limit or first, or ask them in several requests.",
            )


Resolver = TypeVar("Resolver", bound=Callable[..., object])


def question(description: str) -> Callable[[Resolver], Resolver]:
    """A field that reads."""
    decorate: Callable[[Resolver], Resolver] = strawberry.field(description=description)
    return decorate


def mutation(description: str) -> Callable[[Resolver], Resolver]:
    """A root field that records."""
    decorate: Callable[[Resolver], Resolver] = strawberry.mutation(description=description)
    return decorate


Info = strawberry.Info[RequestContext, None]
