"""How two artifacts are connected, or why they are not."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, Step, to_completeness
from evidence_graph.api.artifacts import Artifact, described, to_artifacts
from evidence_graph.api.context import Info, question
from evidence_graph.api.enums import NoPathReason, PathDirection
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt
from evidence_graph.api.scalars import Long, Urn, read_artifact_urn
from evidence_graph.api.selection import selected
from evidence_graph.lineage.chain import HIGHEST_LIMIT
from evidence_graph.lineage.path import read_path
from evidence_graph.lineage.path_links import MOST_COUNTED


@strawberry.type(description="How many distinct paths there are: one of the two is given.")
class PathCount:
    """Attributes are those of `lineage.path_links.PathCount`."""

    exactly: Long | None = described(
        f"The number; null when there are more than {MOST_COUNTED:,}, or too many ways to try."
    )
    more_than: Long | None = described("There are more than this many; null when the number is exact.")


@strawberry.type(description="Why there is no path.")
class PathAbsence:
    """Attributes are those of `lineage.path_absence.Absence`."""

    reason: NoPathReason = strawberry.field(description="Because of time, of knowledge or of structure.")
    sentence: str = strawberry.field(description="The same in words, with what to ask to see a path.")
    judged_at: Long = strawberry.field(
        description="Log position of the newest entry the reason was judged from. One that needs no later entries holds for ever."
    )
    not_yet: list[Urn] = strawberry.field(
        description="TIME: the artifacts of the shortest path that did not exist at validAt; else empty."
    )
    at_position: Long | None = described(
        "KNOWLEDGE: a log position at which there is a path, if valid time does not filter; else null."
    )


@strawberry.type(description="How two artifacts are connected.")
class PathAnswer:
    """Attributes are those of `lineage.path.PathAnswer`, with artifacts as the API shows them."""

    direction: PathDirection | None = described("Which of the two rests on the other; null when neither does.")
    both_ways: bool = strawberry.field(
        description="Whether each rests on the other, over what it was judged on; the path from `from` to `to` is shown then."
    )
    artifacts: list[Artifact] = strawberry.field(
        description="The shortest path, from what rests to the evidence, both ends included; of several the first by URNs. "
        "Empty when there is none."
    )
    steps: list[Step] = strawberry.field(description="The relations of that path, in its order.")
    paths: PathCount | None = described(
        "How many paths there are in that direction. A path comes by no artifact twice; two differ in at least one relation. "
        "Null when there is none."
    )
    absence: PathAbsence | None = described("Why there is no path; null when there is one.")
    completeness: Completeness = strawberry.field(
        description="How complete the answer is, over everything between the two; without a path over all that was walked through."
    )


@strawberry.type
class PathQuestion:
    """What leads from one thing to another."""

    @question(
        "How two artifacts are connected over what things are made from and judged on, whichever rests on the other. With "
        "validAt, everything on a path existed then, both ends included."
    )
    async def path(
        self,
        info: Info,
        start: Annotated[Urn, argument(name="from", description="URN of one artifact.")],
        goal: Annotated[Urn, argument(name="to", description="URN of the other artifact.")],
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> PathAnswer | None:
        context = info.context
        context.spend(HIGHEST_LIMIT)
        ends = read_artifact_urn(start, "from"), read_artifact_urn(goal, "to")
        moment = await context.moment(valid_at, known_at, at_position)
        found = await read_path(context.store, *ends, moment)
        if found.absence is not None and not found.absence.final:
            context.pinned = False  # what is recorded later may give another reason
        shown = await to_artifacts(context.store, found.artifacts, moment, selected(info))
        return PathAnswer(
            direction=found.direction,
            both_ways=found.both_ways,
            artifacts=list(shown.values()),
            steps=cast(list[Step], found.steps),
            paths=cast(PathCount | None, found.paths),
            absence=cast(PathAbsence | None, found.absence),
            completeness=to_completeness(found.completeness),
        )
