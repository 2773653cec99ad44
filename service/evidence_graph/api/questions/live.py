"""What was live: at an instant, or over a range."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import (
    DeploymentConnection,
    DeploymentEdge,
    Live,
    LiveDeployment,
    to_completeness,
    to_live_deployment,
)
from evidence_graph.api.artifacts import to_artifacts
from evidence_graph.api.context import Info, RequestContext, question
from evidence_graph.api.cursors import DeploymentKey, read_cursor, write_cursor
from evidence_graph.api.questions.arguments import (
    PAGE,
    After,
    AtPosition,
    First,
    KnownAt,
    Namespace,
    Slot,
    ValidAt,
    moment_of_page,
    nothing_on_record,
    page_info,
    page_size,
    slot_named,
)
from evidence_graph.api.scalars import DateTime, read_instant
from evidence_graph.api.selection import selected
from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.completeness import completeness_of
from evidence_graph.lineage.deployments import LiveDeployment as FoundDeployment
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import encode_part


@strawberry.type
class LiveQuestions:
    """Which deployments answered when."""

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
        name = slot_named(slot)
        moment = await context.moment_now(valid_at, known_at, at_position)
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
        name, start, stop = slot_named(slot), read_instant(begin, "from"), read_instant(end, "to")
        if start is not None and stop is not None and stop <= start:
            raise InvalidInput("The range ends before it begins.", "`to` must be after `from`.")
        key, size = read_cursor(after, DeploymentKey), page_size(context, first)
        moment = await moment_of_page(context, key, valid_at, known_at, at_position)
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
            page_info=page_info([edge.cursor for edge in edges], more),
            completeness=to_completeness(completeness_of(moment, views)),
        )


async def _require_slot(context: RequestContext, slot: str, moment: Moment) -> None:
    """Raises NotRecorded when a slot was asked for that nothing was ever rolled out in."""
    at_any_time = msgspec.structs.replace(moment, valid_at=None)
    if slot and not (await read_deployments(context.store, at_any_time, slot=slot, limit=1))[0]:
        raise nothing_on_record(slot, moment)


async def _live_deployments(info: Info, found: Iterable[FoundDeployment], moment: Moment) -> list[LiveDeployment]:
    one_by_one = list(found)
    views = [view for one in one_by_one for view in (one.deployment, one.model) if view is not None]
    shown = await to_artifacts(info.context.store, views, moment, selected(info))
    return [to_live_deployment(one, shown) for one in one_by_one]


def _deployment_edge(one: FoundDeployment, node: LiveDeployment, moment: Moment) -> DeploymentEdge:
    key = DeploymentKey(moment.position, one.since, one.deployment.urn)
    return DeploymentEdge(cursor=write_cursor(key), node=node)
