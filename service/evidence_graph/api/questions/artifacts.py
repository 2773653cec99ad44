"""Single artifacts, pages of them, and the versions of a series."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import ArtifactConnection, ArtifactEdge, Series, to_completeness
from evidence_graph.api.artifacts import Artifact, Node, made, to_artifacts
from evidence_graph.api.context import Info, question
from evidence_graph.api.cursors import ArtifactKey, read_cursor, write_cursor
from evidence_graph.api.enums import Kind
from evidence_graph.api.questions.arguments import (
    PAGE,
    After,
    AtPosition,
    First,
    KnownAt,
    Namespace,
    ValidAt,
    moment_of_page,
    nothing_on_record,
    page_info,
    page_size,
)
from evidence_graph.api.scalars import Urn, read_artifact_urn, read_urn
from evidence_graph.api.selection import selected
from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.artifact import read_artifact, read_artifacts, read_series
from evidence_graph.lineage.completeness import completeness_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import encode_part
from graph_schema import KINDS_BY_NAME


@strawberry.type
class ArtifactQuestions:
    """What is on record about things themselves."""

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
        key, size = read_cursor(after, ArtifactKey), page_size(context, first)
        moment = await moment_of_page(context, key, valid_at, known_at, at_position)
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
                "page_info": page_info([edge.cursor for edge in edges], more),
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
            raise nothing_on_record(series, moment)
        context.spend(len(views))
        shown = await to_artifacts(context.store, views, moment, selected(info))
        return Series(
            urn=Urn(series),
            versions=list(shown.values()),
            completeness=to_completeness(completeness_of(moment, views)),
        )


async def _artifact(info: Info, urn: object, moment: Moment) -> Artifact | None:
    context = info.context
    context.spend(1)
    name = read_artifact_urn(urn, "urn")
    view = await read_artifact(context.store, name, moment)
    if view is None:
        return None
    return (await to_artifacts(context.store, [view], moment, selected(info)))[name]


def _series(urn: object) -> str:
    parsed = read_urn(urn, "urn")
    if parsed.kind not in KINDS_BY_NAME:
        raise InvalidInput(f"urn names a {parsed.kind}.", "Write kind:namespace/name, such as model:churn/churn.")
    return parsed.series


def _artifact_edge(artifact: Artifact, moment: Moment) -> ArtifactEdge:
    return ArtifactEdge(cursor=write_cursor(ArtifactKey(moment.position, str(artifact.urn))), node=artifact)
