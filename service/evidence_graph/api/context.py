"""What one request carries through its resolvers: the record it asks, who asks, and what it may still spend."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import strawberry

from evidence_graph.api.scalars import read_instant, read_long
from evidence_graph.errors import TooComplex
from evidence_graph.evidence.clock import Clock
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.chain import HIGHEST_LIMIT
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.store.graph_store import GraphStore

MOST_ARTIFACTS = 2 * HIGHEST_LIMIT  # in all answers of one request together


@dataclass(slots=True)
class RequestContext:
    """`ready` opens the store when it is not open yet; `position` is the newest log position an answer named.

    `why_unsigned` says why this process does not sign the newest entries, if it does not.
    `pinned` tells whether every question so far names its log position and depends on no clock: None before the first.
    """

    store: GraphStore
    recorder: Recorder
    clock: Clock
    ready: Callable[[], Awaitable[None]]
    actor: str
    via: str
    request_id: str
    left: int = MOST_ARTIFACTS
    position: int | None = None
    pinned: bool | None = None
    why_unsigned: Callable[[], str | None] = lambda: None

    async def moment(self, valid_at: object = None, known_at: object = None, at_position: object = None) -> Moment:
        """The moment a question's arguments name. Raises InvalidInput, StoreUnavailable."""
        instants = read_instant(valid_at, "validAt"), read_instant(known_at, "knownAt")
        position = read_long(at_position, "atPosition")
        self.pinned = self.pinned is not False and position is not None
        await self.ready()
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
