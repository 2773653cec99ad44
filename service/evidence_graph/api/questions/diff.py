"""What differs between two chains of evidence."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, Step, to_completeness
from evidence_graph.api.artifacts import Artifact, described, to_artifacts
from evidence_graph.api.context import Info, RequestContext, question
from evidence_graph.api.enums import ChainChangeKind, Relation
from evidence_graph.api.scalars import DateTime, Json, Long, Urn, read_artifact_urn, read_instant, read_long
from evidence_graph.api.selection import selected
from evidence_graph.lineage import diff as lineage
from evidence_graph.lineage.diff import Point, read_diff

DIFF_LIMIT = 1_000


@strawberry.input(description="An artifact as it was in the world, and on record, at some time.")
class PointInput:
    """Without a time it is the artifact as it is known now."""

    of: Urn = strawberry.field(description="URN of the artifact.")
    valid_at: DateTime | None = strawberry.field(
        default=UNSET, description="As it was in the world at this instant; only what existed then."
    )
    known_at: DateTime | None = strawberry.field(default=UNSET, description="As it was on record at this instant.")
    at_position: Long | None = strawberry.field(
        default=UNSET, description="As it was on record at this log position; excludes knownAt."
    )


@strawberry.type(description="A field of an artifact that differs.")
class FieldChange:
    """Attributes are those of `lineage.diff_fields.FieldChange`."""

    field: str = strawberry.field(
        description="Where it stands, such as digest, covers.from, source.commit or source.parameters.depth; declared tells whether "
        "anybody declared the artifact, position that it was declared anew."
    )
    before: Json | None = described("Its value before; null when it was not stated.")
    after: Json | None = described("Its value after; null when it was not stated.")


@strawberry.type(description="One difference between two chains.")
class ChainChange:
    """Attributes are those of `lineage.diff.ChainChange`, with artifacts as the API shows them."""

    change: ChainChangeKind = strawberry.field(description="What kind of difference it is.")
    distance: int = strawberry.field(description="How many relations from the root; 0 is the root itself.")
    before: Artifact | None = described("The artifact before; null for ADDED.")
    after: Artifact | None = described("The artifact after; null for REMOVED.")
    fields: list[FieldChange] = strawberry.field(description="The fields in which the two differ (REPLACED, CHANGED).")
    succession: Relation | None = described(
        "The relation by which the artifact after says that it succeeds the one before; null when nobody said so."
    )
    certain: bool = strawberry.field(
        description="False when the other chain was cut at its limit, so that it may hold the artifact after all."
    )


@strawberry.type(description="How complete the two chains are.")
class DiffCompleteness:
    """Both, and the two together."""

    before: Completeness = strawberry.field(description="Of the chain before.")
    after: Completeness = strawberry.field(description="Of the chain after.")
    complete: bool = strawberry.field(description="Whether both chains hold everything.")


@strawberry.type(description="What differs between two chains of evidence.")
class ChainDiff:
    """Changes stand nearest the roots first."""

    changes: list[ChainChange] = strawberry.field(
        description="The differences: nearest the root first, the roots themselves before all else; at one distance deployments, "
        "then models, features, datasets and windows, by URN."
    )
    separating: ChainChange | None = described(
        "The first change beyond two windows being two windows: what separates a good one from a bad one, if the record tells. "
        "Null when nothing does."
    )
    steps_added: list[Step] = strawberry.field(description="Relations that only the chain after holds, nearest first.")
    steps_removed: list[Step] = strawberry.field(
        description="Relations that only the chain before holds, nearest first."
    )
    completeness: DiffCompleteness = strawberry.field(description="How complete the two chains are.")


@strawberry.type
class DiffQuestion:
    """What is no longer as it was."""

    @question(
        "What differs between the chains behind two artifacts, or behind one artifact at two instants of either clock."
    )
    async def diff(
        self,
        info: Info,
        before: Annotated[PointInput, argument(description="Where the earlier chain begins, and when.")],
        after: Annotated[PointInput, argument(description="Where the later chain begins, and when.")],
        limit: Annotated[
            int | None,
            argument(description="At most this many artifacts of either chain, up to 10,000; what is nearest is kept."),
        ] = DIFF_LIMIT,
    ) -> ChainDiff | None:
        context = info.context
        limit = DIFF_LIMIT if limit is None else limit
        context.spend(limit)
        context.spend(limit)
        points = [await _point(context, point, name) for point, name in ((before, "before"), (after, "after"))]
        found = await read_diff(context.store, points[0], points[1], limit=limit)
        sides = [
            await to_artifacts(
                context.store,
                [view for view in (getattr(change, side) for change in found.changes) if view is not None],
                point.moment,
                selected(info),
            )
            for side, point in zip(("before", "after"), points, strict=True)
        ]
        changes = [_to_change(change, *sides) for change in found.changes]
        return ChainDiff(
            changes=changes,
            separating=None if found.separating is None else _to_change(found.separating, *sides),
            steps_added=cast(list[Step], found.steps_added),
            steps_removed=cast(list[Step], found.steps_removed),
            completeness=DiffCompleteness(
                before=to_completeness(found.before), after=to_completeness(found.after), complete=found.complete
            ),
        )


async def _point(context: RequestContext, point: PointInput, name: str) -> Point:
    """Where a chain begins; what cannot be read is named with its side."""
    of = read_artifact_urn(point.of, f"{name}.of")
    for instant, field in ((point.valid_at, "validAt"), (point.known_at, "knownAt")):
        read_instant(instant, f"{name}.{field}")
    read_long(point.at_position, f"{name}.atPosition")
    return Point(of, await context.moment(point.valid_at, point.known_at, point.at_position))


def _to_change(found: lineage.ChainChange, before: dict[str, Artifact], after: dict[str, Artifact]) -> ChainChange:
    return ChainChange(
        change=found.change,
        distance=found.distance,
        before=before[found.before.urn] if found.before is not None else None,
        after=after[found.after.urn] if found.after is not None else None,
        fields=cast(list[FieldChange], found.fields),
        succession=found.succession,
        certain=found.certain,
    )
