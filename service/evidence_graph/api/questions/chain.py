"""The chain of evidence behind or in front of some artifacts."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Chain, Step, to_completeness
from evidence_graph.api.artifacts import to_artifacts
from evidence_graph.api.context import Info, question
from evidence_graph.api.enums import Direction
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt, or_none
from evidence_graph.api.scalars import Urn, read_artifact_urn
from evidence_graph.api.selection import selected
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, read_chain

CHAIN_LIMIT = 1_000
UPWARDS, DOWNWARDS = Direction("UPSTREAM"), Direction("DOWNSTREAM")


@strawberry.type
class ChainQuestion:
    """What rests on what."""

    @question("The evidence behind some artifacts, or what rests on them.")
    async def chain(
        self,
        info: Info,
        of: Annotated[list[Urn], argument(description="URNs of the artifacts to begin from.")],
        direction: Annotated[Direction | None, argument(description="Which way to walk.")] = UPWARDS,
        depth: Annotated[
            int | None, argument(description="How many relations from the roots; no bound unless given.")
        ] = UNSET,
        limit: Annotated[
            int | None, argument(description="At most this many artifacts, up to 10,000; what is nearest is kept.")
        ] = CHAIN_LIMIT,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Chain | None:
        context = info.context
        limit = CHAIN_LIMIT if limit is None else limit
        context.spend(limit)
        roots = [read_artifact_urn(urn, f"of[{index}]") for index, urn in enumerate(of)]
        walk = DOWNSTREAM if direction == DOWNWARDS else UPSTREAM
        moment = await context.moment(valid_at, known_at, at_position)
        found = await read_chain(context.store, roots, moment, walk=walk, depth=or_none(depth), limit=limit)
        shown = await to_artifacts(context.store, found.artifacts, moment, selected(info))
        return Chain(
            roots=[shown[view.urn] for view in found.roots],
            artifacts=list(shown.values()),
            steps=cast(list[Step], found.steps),
            completeness=to_completeness(found.completeness),
        )
