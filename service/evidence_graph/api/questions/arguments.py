"""Arguments that questions share: the two clocks, pages, scopes, and how they are read."""

from typing import Annotated

from strawberry import argument

from evidence_graph.api.answers import PageInfo
from evidence_graph.api.context import RequestContext
from evidence_graph.api.cursors import ArtifactKey, DeploymentKey, PortfolioKey, SeriesKey, TimelineKey
from evidence_graph.api.scalars import NOT_GIVEN, DateTime, Long, Urn, read_urn
from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import SLOT

PAGE, LONGEST_PAGE = 50, 1_000

ValidAt = Annotated[
    DateTime | None, argument(description="As it was in the world at this instant; only what existed then.")
]
KnownAt = Annotated[DateTime | None, argument(description="As it was on record at this instant.")]
AtPosition = Annotated[Long | None, argument(description="As it was on record at this log position; excludes knownAt.")]
First = Annotated[int | None, argument(description=f"At most this many, from 1 to {LONGEST_PAGE}.")]
After = Annotated[str | None, argument(description="Only what follows this cursor; computed at the cursor's position.")]
Namespace = Annotated[str | None, argument(description="Only of this namespace.")]
Slot = Annotated[Urn | None, argument(description="Only of this slot, slot:namespace/name.")]


def page_size(context: RequestContext, first: int | None) -> int:
    """How many a page may hold, taken from what the request may spend. Raises InvalidInput, TooComplex."""
    size = PAGE if first is None else first
    if not 1 <= size <= LONGEST_PAGE:
        raise InvalidInput(f"first is {size}.", f"Ask for 1 to {LONGEST_PAGE}.")
    context.spend(size)
    return size


async def moment_of_page(
    context: RequestContext,
    key: ArtifactKey | DeploymentKey | TimelineKey | None,
    valid_at: object,
    known_at: object,
    at_position: object,
) -> Moment:
    """The moment of a page: that of the cursor it follows, unless another one is asked for."""
    if key is not None and known_at in NOT_GIVEN and at_position in NOT_GIVEN:
        at_position = key.position
    return await context.moment(valid_at, known_at, at_position)


async def moment_of_page_now(
    context: RequestContext,
    key: SeriesKey | PortfolioKey | None,
    valid_at: object,
    known_at: object,
    at_position: object,
) -> Moment:
    """The same for questions about one instant of the world, which is now unless it is given: later pages keep the first one's."""
    if key is None:
        return await context.moment_now(valid_at, known_at, at_position)
    if known_at in NOT_GIVEN and at_position in NOT_GIVEN:
        at_position = key.position
    return (await context.moment(valid_at, known_at, at_position)).at(key.valid_at)


def page_info(cursors: list[str], more: bool) -> PageInfo:
    """Where a page ends, and whether more follow."""
    return PageInfo(has_next_page=more, end_cursor=cursors[-1] if cursors else None)


def slot_named(slot: object) -> str:
    """The canonical URN of an optional slot; '' for none."""
    if slot in NOT_GIVEN:
        return ""
    parsed = read_urn(slot, "slot")
    if parsed.kind != SLOT or parsed.version:
        raise InvalidInput(f"slot names a {parsed.kind}.", "Write slot:namespace/name, such as slot:churn/eu-prod.")
    return parsed.text


def nothing_on_record(urn: str, moment: Moment) -> NotRecorded:
    """The error for a name that is not on record at the moment."""
    return NotRecorded(
        f"{urn} is not on record at position {moment.position}.", "Check the URN, or ask as of a later moment."
    )


def or_none(number: object) -> int | None:
    """An optional number; None when it was not given."""
    return number if isinstance(number, int) else None
