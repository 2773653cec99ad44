"""The state of everything that is live."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, PageInfo, to_completeness
from evidence_graph.api.context import Info, question
from evidence_graph.api.cursors import PortfolioKey, read_cursor, write_cursor
from evidence_graph.api.enums import VerdictState
from evidence_graph.api.questions.arguments import (
    PAGE,
    After,
    AtPosition,
    First,
    KnownAt,
    Namespace,
    ValidAt,
    moment_of_page_now,
    page_info,
    page_size,
)
from evidence_graph.api.scalars import NOT_GIVEN, Urn, read_urn
from evidence_graph.api.verdict_answers import Verdict, to_verdict
from evidence_graph.errors import InvalidInput
from evidence_graph.lineage import degraded as lineage
from evidence_graph.lineage.degraded import read_degraded
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import encode_part

PORTFOLIO_COST = 5_000  # artifacts, of what one request may spend


@strawberry.type(description="How many streams are in a state.")
class StateCount:
    """Made of a `lineage.degraded.StateCount`."""

    state: VerdictState = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="A verdict in a page.")
class VerdictEdge:
    """One element."""

    cursor: str = strawberry.field(description="Where it stands, for `after`.")
    node: Verdict = strawberry.field(description="The verdict.")


@strawberry.type(
    description="A page of verdicts, the worst first: DEGRADED, OVERDUE, NOT_COMPARABLE, NO_BENCHMARK, INSUFFICIENT_DATA, "
    "WITHIN_BENCHMARK, IMPROVED; in each state those picked out first, then by evidence and size of the change; OVERDUE by since when."
)
class VerdictConnection:
    """A keyset page; the numbers are about all pages together."""

    edges: list[VerdictEdge] = strawberry.field(description="The verdicts with their cursors.")
    nodes: list[Verdict] = strawberry.field(description="The verdicts.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    total: int = strawberry.field(description="How many verdicts there are on all pages.")
    states: list[StateCount] = strawberry.field(description="How many of them in which state, the worst first.")
    deployments: int = strawberry.field(
        description="How many deployments are looked at: those that are live at validAt, or those of `of`."
    )
    unwatched: int = strawberry.field(
        description="How many of them nobody watches: they have no window for all of the traffic."
    )
    completeness: Completeness = strawberry.field(description="How complete all pages are together.")


@strawberry.type
class DegradedQuestion:
    """What needs looking at?"""

    @question(
        "Every KPI of everything that is live at validAt, or now, with its verdict, the worst first; for all of the traffic, not for "
        "segments."
    )
    async def degraded(
        self,
        info: Info,
        namespace: Namespace = UNSET,
        of: Annotated[
            Urn | None,
            argument(
                description="Only the KPIs of this deployment, slot or model, whether or not it is live; a slot's run through its "
                "production roll-outs. Not together with `namespace`."
            ),
        ] = UNSET,
        first: First = PAGE,
        after: After = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> VerdictConnection | None:
        context = info.context
        if of not in NOT_GIVEN and namespace not in NOT_GIVEN:
            raise InvalidInput("`of` and `namespace` are both given.", "Give one of them: `of` has its own namespace.")
        key, size = read_cursor(after, PortfolioKey), page_size(context, first)
        context.spend(PORTFOLIO_COST)
        moment = await moment_of_page_now(context, key, valid_at, known_at, at_position)
        found = await read_degraded(
            context.store,
            moment,
            namespace=encode_part(namespace or ""),
            of=None if of in NOT_GIVEN else read_urn(of, "of"),
            after=(key.of, key.kpi) if key else None,
            limit=size,
        )
        return _to_connection(found, moment)


def _to_connection(found: lineage.Portfolio, moment: Moment) -> VerdictConnection:
    edges = [
        VerdictEdge(
            cursor=write_cursor(PortfolioKey(moment.position, moment.existing_at, one.of, one.kpi)),
            node=to_verdict(one),
        )
        for one in found.verdicts
    ]
    return VerdictConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info([edge.cursor for edge in edges], found.more),
        total=found.streams,
        states=[StateCount(state=one.state.value, count=one.count) for one in found.states],
        deployments=found.deployments,
        unwatched=found.unwatched,
        completeness=to_completeness(found.completeness),
    )
