"""The chain of evidence behind or in front of some artifacts."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Step, to_completeness
from evidence_graph.api.artifacts import made, to_artifacts
from evidence_graph.api.chain_answers import Chain, ChainCut, ChainFilterInput, ChainGroup, ChainGroupStep, to_filter
from evidence_graph.api.context import Info, question
from evidence_graph.api.enums import Direction
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt, or_none
from evidence_graph.api.scalars import Urn, read_artifact_urn
from evidence_graph.api.selection import selected
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, read_chain
from evidence_graph.lineage.chain_filters import hidden
from evidence_graph.lineage.chain_groups import Group, grouped

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
        stop_at: Annotated[
            ChainFilterInput | None,
            argument(
                description="Where the walk ends: an artifact of these kinds is shown and nothing behind it is walked, save behind "
                "a root; these relations are not followed and not shown. What is found in another way stays. `cuts` says where."
            ),
        ] = UNSET,
        hide: Annotated[
            ChainFilterInput | None,
            argument(
                description="What is walked through as ever and only not shown: artifacts of these kinds, save the roots, and these "
                "relations. It counts for limit, summary and completeness."
            ),
        ] = UNSET,
        group_above: Annotated[
            int | None,
            argument(
                description="Show more than this many versions of one series, or windows of one KPI and segment of one deployment or "
                "model, as one group; roots stay outside. At least 1; no groups unless given."
            ),
        ] = UNSET,
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
        whole = await read_chain(
            context.store, roots, moment, walk=walk, depth=or_none(depth), limit=limit, stop=to_filter(stop_at)
        )
        found = grouped(hidden(whole, to_filter(hide)), or_none(group_above))
        shown = await to_artifacts(context.store, found.chain.artifacts, moment, selected(info))
        return Chain(
            roots=[shown[view.urn] for view in whole.roots],
            artifacts=list(shown.values()),
            steps=cast(list[Step], found.chain.steps),
            groups=[_group(one) for one in found.groups],
            group_steps=cast(list[ChainGroupStep], found.steps),
            cuts=cast(list[ChainCut], whole.cuts),
            filtered=found.chain.filtered,
            completeness=to_completeness(whole.completeness),
            whole=whole,
        )


def _group(found: Group) -> ChainGroup:
    names = ("label", "kind", "relation", "count", "oldest", "newest", "members")
    return made(ChainGroup, {name: getattr(found, name) for name in names})
