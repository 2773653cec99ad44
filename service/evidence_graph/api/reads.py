"""The questions: each resolver reads its arguments, asks the read side and shows the answer."""

from collections.abc import Iterable
from typing import Annotated, cast

import msgspec
import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import (
    ArtifactConnection,
    ArtifactEdge,
    Chain,
    DeploymentConnection,
    DeploymentEdge,
    Live,
    LiveDeployment,
    Log,
    PageInfo,
    Series,
    Step,
    to_completeness,
    to_live_deployment,
)
from evidence_graph.api.artifacts import Artifact, Node, made, to_artifacts
from evidence_graph.api.context import Info, RequestContext, question
from evidence_graph.api.cursors import ArtifactKey, DeploymentKey, read_cursor, write_cursor
from evidence_graph.api.enums import Direction, Kind
from evidence_graph.api.scalars import NOT_GIVEN, DateTime, Long, Urn, read_artifact_urn, read_instant, read_urn
from evidence_graph.api.selection import selected
from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.artifact import read_artifact, read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, read_chain
from evidence_graph.lineage.completeness import completeness_of
from evidence_graph.lineage.deployments import LiveDeployment as FoundDeployment
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment, read_head
from evidence_graph.record.urn import SLOT, encode_part
from graph_schema import KINDS_BY_NAME

CHAIN_LIMIT, PAGE, LONGEST_PAGE = 1_000, 50, 1_000
UPWARDS, DOWNWARDS = Direction("UPSTREAM"), Direction("DOWNSTREAM")

ValidAt = Annotated[
    DateTime | None, argument(description="As it was in the world at this instant; only what existed then.")
]
KnownAt = Annotated[DateTime | None, argument(description="As it was on record at this instant.")]
AtPosition = Annotated[Long | None, argument(description="As it was on record at this log position; excludes knownAt.")]
First = Annotated[int | None, argument(description=f"At most this many, from 1 to {LONGEST_PAGE}.")]
After = Annotated[str | None, argument(description="Only what follows this cursor; computed at the cursor's position.")]
Namespace = Annotated[str | None, argument(description="Only of this namespace.")]
Slot = Annotated[Urn | None, argument(description="Only of this slot, slot:namespace/name.")]


@strawberry.type(
    description="Every question takes two clocks: when it was true in the world, and when it was on record."
)
class Query:
    """Root fields are nullable, so that one failed question does not blank the others."""

    @question("Anything by its id; null when nothing is on record under it.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, argument(description="The id, which is its URN.")]
    ) -> Node | None:
        return await _artifact(info, id, await info.context.moment())

    @question("One artifact; null when it is not on record, or did not exist at validAt.")
    async def artifact(
        self,
        info: Info,
        urn: Annotated[Urn, argument(description="Its URN, with version.")],
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Artifact | None:
        return await _artifact(info, urn, await info.context.moment(valid_at, known_at, at_position))

    @question("Artifacts in the order of their URNs, stubs included.")
    async def artifacts(
        self,
        info: Info,
        kind: Annotated[Kind | None, argument(description="Only of this kind.")] = UNSET,
        namespace: Namespace = UNSET,
        text: Annotated[str | None, argument(description="Only with this text in the URN, in any case.")] = UNSET,
        first: First = PAGE,
        after: After = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> ArtifactConnection | None:
        context = info.context
        key, size = read_cursor(after, ArtifactKey), _page_size(context, first)
        moment = await _moment_of_page(context, key, valid_at, known_at, at_position)
        views, more = await read_artifacts(
            context.store,
            moment,
            kind=str(kind or ""),
            namespace=encode_part(namespace or ""),
            text=text or "",
            after=key.urn if key else "",
            limit=size,
        )
        shown = await to_artifacts(context.store, views, moment, selected(info))
        edges = [_artifact_edge(artifact, moment) for artifact in shown.values()]
        return made(
            ArtifactConnection,
            {
                "edges": edges,
                "nodes": list(shown.values()),
                "page_info": _page_info([edge.cursor for edge in edges], more),
                "completeness": completeness_of(moment, views),
            },
        )

    @question("A name with all its versions.")
    async def series(
        self,
        info: Info,
        urn: Annotated[Urn, argument(description="URN of the series, or of one of its versions.")],
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Series | None:
        context = info.context
        series = _series(urn)
        moment = await context.moment(valid_at, known_at, at_position)
        views = await read_series(context.store, series, moment)
        if not views:
            raise _nothing(series, moment)
        context.spend(len(views))
        shown = await to_artifacts(context.store, views, moment, selected(info))
        return Series(
            urn=Urn(series),
            versions=list(shown.values()),
            completeness=to_completeness(completeness_of(moment, views)),
        )

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
        found = await read_chain(context.store, roots, moment, walk=walk, depth=_or_none(depth), limit=limit)
        shown = await to_artifacts(context.store, found.artifacts, moment, selected(info))
        return Chain(
            roots=[shown[view.urn] for view in found.roots],
            artifacts=list(shown.values()),
            steps=cast(list[Step], found.steps),
            completeness=to_completeness(found.completeness),
        )

    @question("What was live at an instant: at validAt, or now.")
    async def live(
        self,
        info: Info,
        namespace: Namespace = UNSET,
        slot: Slot = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Live | None:
        context = info.context
        name = _slot(slot)
        moment = (await context.moment(valid_at, known_at, at_position)).at(context.clock.now())
        found = await read_live(context.store, moment, namespace=encode_part(namespace or ""), slot=name)
        if not found.deployments:
            await _require_slot(context, name, moment)
        context.spend(len(found.deployments))
        return Live(
            deployments=await _live_deployments(info, found.deployments, moment),
            completeness=to_completeness(found.completeness),
        )

    @question("Deployments whose live intervals overlap [from, to), by their beginning.")
    async def deployments(
        self,
        info: Info,
        slot: Slot = UNSET,
        namespace: Namespace = UNSET,
        begin: Annotated[
            DateTime | None, argument(name="from", description="Live after this instant, or at it.")
        ] = UNSET,
        end: Annotated[DateTime | None, argument(name="to", description="Live before this instant.")] = UNSET,
        first: First = PAGE,
        after: After = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> DeploymentConnection | None:
        context = info.context
        name, start, stop = _slot(slot), read_instant(begin, "from"), read_instant(end, "to")
        if start is not None and stop is not None and stop <= start:
            raise InvalidInput("The range ends before it begins.", "`to` must be after `from`.")
        key, size = read_cursor(after, DeploymentKey), _page_size(context, first)
        moment = await _moment_of_page(context, key, valid_at, known_at, at_position)
        found, more = await read_deployments(
            context.store,
            moment,
            namespace=encode_part(namespace or ""),
            slot=name,
            start=start,
            end=stop,
            after=(key.since, key.urn) if key else None,
            limit=size,
        )
        if not found:
            await _require_slot(context, name, moment)
        nodes = await _live_deployments(info, found, moment)
        edges = [_deployment_edge(one, node, moment) for one, node in zip(found, nodes, strict=True)]
        views = [view for one in found for view in (one.deployment, one.model) if view is not None]
        return DeploymentConnection(
            edges=edges,
            nodes=nodes,
            page_info=_page_info([edge.cursor for edge in edges], more),
            completeness=to_completeness(completeness_of(moment, views)),
        )

    @question("The head of the log.")
    async def log(self, info: Info) -> Log | None:
        await info.context.ready()
        head = await read_head(info.context.store)
        info.context.saw(head.position)
        return Log(size=Long(head.size), root_hash=head.root)


async def _artifact(info: Info, urn: object, moment: Moment) -> Artifact | None:
    context = info.context
    context.spend(1)
    name = read_artifact_urn(urn, "urn")
    view = await read_artifact(context.store, name, moment)
    if view is None:
        return None
    return (await to_artifacts(context.store, [view], moment, selected(info)))[name]


def _or_none(depth: object) -> int | None:
    return depth if isinstance(depth, int) else None


def _page_size(context: RequestContext, first: int | None) -> int:
    size = PAGE if first is None else first
    if not 1 <= size <= LONGEST_PAGE:
        raise InvalidInput(f"first is {size}.", f"Ask for 1 to {LONGEST_PAGE}.")
    context.spend(size)
    return size


async def _moment_of_page(
    context: RequestContext,
    key: ArtifactKey | DeploymentKey | None,
    valid_at: object,
    known_at: object,
    at_position: object,
) -> Moment:
    """The moment of a page: that of the cursor it follows, unless another one is asked for."""
    if key is not None and known_at in NOT_GIVEN and at_position in NOT_GIVEN:
        at_position = key.position
    return await context.moment(valid_at, known_at, at_position)


def _series(urn: object) -> str:
    parsed = read_urn(urn, "urn")
    if parsed.kind not in KINDS_BY_NAME:
        raise InvalidInput(f"urn names a {parsed.kind}.", "Write kind:namespace/name, such as model:churn/churn.")
    return parsed.series


def _slot(slot: object) -> str:
    """The canonical URN of an optional slot; '' for none."""
    if slot in NOT_GIVEN:
        return ""
    parsed = read_urn(slot, "slot")
    if parsed.kind != SLOT or parsed.version:
        raise InvalidInput(f"slot names a {parsed.kind}.", "Write slot:namespace/name, such as slot:churn/eu-prod.")
    return parsed.text


async def _require_slot(context: RequestContext, slot: str, moment: Moment) -> None:
    """Raises NotRecorded when a slot was asked for that nothing was ever rolled out in."""
    at_any_time = msgspec.structs.replace(moment, valid_at=None)
    if slot and not (await read_deployments(context.store, at_any_time, slot=slot, limit=1))[0]:
        raise _nothing(slot, moment)


def _nothing(urn: str, moment: Moment) -> NotRecorded:
    return NotRecorded(
        f"{urn} is not on record at position {moment.position}.", "Check the URN, or ask as of a later moment."
    )


async def _live_deployments(info: Info, found: Iterable[FoundDeployment], moment: Moment) -> list[LiveDeployment]:
    one_by_one = list(found)
    views = [view for one in one_by_one for view in (one.deployment, one.model) if view is not None]
    shown = await to_artifacts(info.context.store, views, moment, selected(info))
    return [to_live_deployment(one, shown) for one in one_by_one]


def _artifact_edge(artifact: Artifact, moment: Moment) -> ArtifactEdge:
    return ArtifactEdge(cursor=write_cursor(ArtifactKey(moment.position, str(artifact.urn))), node=artifact)


def _deployment_edge(one: FoundDeployment, node: LiveDeployment, moment: Moment) -> DeploymentEdge:
    key = DeploymentKey(moment.position, one.since, one.deployment.urn)
    return DeploymentEdge(cursor=write_cursor(key), node=node)


def _page_info(cursors: list[str], more: bool) -> PageInfo:
    return PageInfo(has_next_page=more, end_cursor=cursors[-1] if cursors else None)
