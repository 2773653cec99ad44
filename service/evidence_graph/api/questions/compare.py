"""Two models or two deployments side by side."""

from collections.abc import Mapping, Sequence
from typing import Annotated, cast

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, to_completeness
from evidence_graph.api.artifacts import Artifact, KpiWindow, Model, described, to_artifacts
from evidence_graph.api.context import Info, RequestContext, question
from evidence_graph.api.enums import ComparabilityCode, CounterpartRole
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt
from evidence_graph.api.scalars import NOT_GIVEN, DateTime, Json, Urn, read_artifact_urn
from evidence_graph.api.selection import selected
from evidence_graph.evidence.plain_values import read_text
from evidence_graph.lineage import compare as lineage
from evidence_graph.lineage import compare_kpi, compare_rules
from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.compare import read_comparison
from evidence_graph.lineage.compare_evidence import Counterpart as FoundCounterpart
from evidence_graph.lineage.compare_kpi import MOST_WINDOWS, Asked
from evidence_graph.lineage.kpi_definitions import read_segment
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import SECOND
from evidence_graph.record.urn import canonical_name

COMPARE_LIMIT = 1_000
Shown = Mapping[str, Artifact]


@strawberry.type(description="One of the two that are compared, with its own timeline.")
class ComparedSide:
    """Attributes are those of `lineage.compare.ComparedSide`, with artifacts as the API shows them."""

    artifact: Artifact = strawberry.field(description="The model or the deployment.")
    model: Model | None = described("The model it is, or serves; null when that relation was retracted.")
    beginning: DateTime | None = described(
        "When its own time begins: when the deployment went live, when the model came to exist; null when nobody said."
    )
    until: DateTime | None = described("When the deployment stopped being live; null while it is, and for a model.")


@strawberry.type(description="A field in which two artifacts differ.")
class FieldDifference:
    """Made of a `lineage.diff_fields.FieldChange`."""

    field: str = strawberry.field(
        description="Where it stands, such as digest, covers.from, source.commit or source.parameters.depth; declared tells whether "
        "anybody declared the artifact."
    )
    left: Json | None = described("Its value on the left; null when it is not stated.")
    right: Json | None = described("Its value on the right; null when it is not stated.")


@strawberry.type(description="Artifacts behind one of the two, and what stands in their place behind the other.")
class Counterpart:
    """Made of a `lineage.compare_evidence.Counterpart`."""

    role: CounterpartRole = strawberry.field(description="Why they are held against each other.")
    left: list[Urn] = strawberry.field(description="On the left in this role and not on the right, by URN.")
    right: list[Urn] = strawberry.field(description="On the right in this role and not on the left, by URN.")
    fields: list[FieldDifference] = strawberry.field(
        description="The fields in which the two differ, where there is exactly one on each side."
    )


@strawberry.type(description="Data a model was evaluated on that is among what a model was made from.")
class Leak:
    """Attributes are those of `lineage.compare_evidence.Leak`."""

    evaluated: Urn = strawberry.field(description="The model that was evaluated.")
    data: Urn = strawberry.field(description="The data it was evaluated on.")
    trained: Urn = strawberry.field(description="The model that was made from this data: the same one, or the other.")
    way: list[Urn] = strawberry.field(description="How the data came into it: from that model to the data.")


@strawberry.type(description="What speaks against holding the windows of the two against each other.")
class ComparabilityReason:
    """Attributes are those of `lineage.compare_rules.Reason`."""

    code: ComparabilityCode = strawberry.field(description="What it is.")
    prevents: bool = strawberry.field(description="Whether it prevents a comparison, or is only to be kept in mind.")
    sentence: str = strawberry.field(description="The reason in one sentence.")


@strawberry.type(description="A KPI window on the timeline of what it measures.")
class ComparedWindow:
    """Made of a `lineage.compare_rules.ComparedWindow`."""

    window: KpiWindow = strawberry.field(description="The window in its highest known revision.")
    since_beginning: float = strawberry.field(
        description="Seconds from the beginning of what it measures to the start of the window; from the start of the first window "
        "where nobody said when that began."
    )
    mature: bool = strawberry.field(description="Whether all of its labels have arrived by validAt, else by now.")
    outside_live: bool = strawberry.field(
        description="Whether it lies outside the time its deployment was live, as that is known at the moment asked about."
    )
    version: str | None = described("Version of the definition that applies where it starts; null when none does yet.")


@strawberry.type(description="Windows of the same time after each one's own beginning.")
class AlignedWindows:
    """Two of them, or one."""

    left: ComparedWindow | None = described("The window on the left; null when there is none then.")
    right: ComparedWindow | None = described("The window on the right; null when there is none then.")


@strawberry.type(description="One KPI of the two, for one segment.")
class KpiComparison:
    """Made of a `lineage.compare_kpi.KpiComparison`."""

    kpi: str = strawberry.field(description="Name of the KPI.")
    segment: str | None = described("The segment, key=value with a comma between two; null for all of the traffic.")
    judged_at: DateTime = strawberry.field(description="The instant that decides which windows are mature.")
    comparable: bool = strawberry.field(description="Whether their windows may be held against each other.")
    reasons: list[ComparabilityReason] = strawberry.field(
        description="What prevents it, and what is to be kept in mind; empty when nothing speaks against it."
    )
    windows: list[AlignedWindows] = strawberry.field(
        description=f"The first windows of each, at most {MOST_WINDOWS} of a side, by time after each one's own beginning. Two stand "
        "side by side when they share more than half of the shorter one."
    )


@strawberry.type(description="Two models or two deployments side by side. It holds no statistics.")
class Comparison:
    """Made of a `lineage.compare.Comparison`."""

    left: ComparedSide = strawberry.field(description="The first of the two.")
    right: ComparedSide = strawberry.field(description="The second of the two.")
    shared: list[Artifact] = strawberry.field(
        description="Evidence both rest on, nearest to the left one first; one of the two, where the other rests on it."
    )
    only_left: list[Artifact] = strawberry.field(
        description="Evidence only the left one rests on, nearest first. Where the other chain is cut, it may be behind the cut."
    )
    only_right: list[Artifact] = strawberry.field(
        description="Evidence only the right one rests on, nearest first. Where the other chain is cut, it may be behind the cut."
    )
    counterparts: list[Counterpart] = strawberry.field(
        description="What stands in for what, each artifact once: the two, their models, their training data, then other versions of "
        "one series."
    )
    leaks: list[Leak] = strawberry.field(
        description="Data either model was evaluated on that is among what it, or the other, was made from."
    )
    kpi: KpiComparison | None = described("The KPI asked about; null when none was.")
    completeness: Completeness = strawberry.field(description="How complete the two chains and the windows are.")


@strawberry.type
class CompareQuestion:
    """Which one, and may one ask."""

    @question(
        "Two models or two deployments side by side, each on its own timeline: shared evidence, what differs, evaluations on training "
        "data, and whether a KPI of theirs may be compared at all."
    )
    async def compare(
        self,
        info: Info,
        left: Annotated[Urn, argument(description="URN of a model or a deployment.")],
        right: Annotated[Urn, argument(description="URN of another one of the same kind.")],
        kpi: Annotated[
            str | None, argument(description="Name of a KPI, namespace/name; none is compared unless given.")
        ] = UNSET,
        segment: Annotated[
            str | None,
            argument(
                description="Only windows of this segment: key=value, a comma between two; each percent-encoded as in URNs. All of the "
                "traffic unless given."
            ),
        ] = UNSET,
        limit: Annotated[
            int | None,
            argument(description="At most this many artifacts of either chain, up to 10,000; what is nearest is kept."),
        ] = COMPARE_LIMIT,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Comparison | None:
        context = info.context
        limit = COMPARE_LIMIT if limit is None else limit
        for _ in range(2):
            context.spend(limit + MOST_WINDOWS)
        urns = read_artifact_urn(left, "left"), read_artifact_urn(right, "right")
        moment = await context.moment(valid_at, known_at, at_position)
        asked = None if kpi in NOT_GIVEN else _asked(kpi, segment, context, moment)
        found = await read_comparison(context.store, *urns, moment, asked=asked, limit=limit)
        shown = await to_artifacts(context.store, _all_of(found), moment, selected(info))
        return _to_comparison(found, shown)


def _asked(kpi: object, segment: object, context: RequestContext, moment: Moment) -> Asked:
    """Without a valid time what is mature is decided by the clock, so that the answer cannot be pinned."""
    if moment.valid_at is None:
        context.pinned = False
    part = "" if segment in NOT_GIVEN else read_text(segment, "segment")
    return Asked(
        canonical_name(read_text(kpi, "kpi"), "kpi"), read_segment(part), moment.at(context.clock.now()).existing_at
    )


def _all_of(found: lineage.Comparison) -> list[ArtifactView]:
    sides = [view for side in (found.left, found.right) for view in (side.artifact, side.model) if view is not None]
    return [*sides, *found.shared, *found.only_left, *found.only_right, *(found.kpi.views if found.kpi else ())]


def _to_comparison(found: lineage.Comparison, shown: Shown) -> Comparison:
    return Comparison(
        left=_to_side(found.left, shown),
        right=_to_side(found.right, shown),
        shared=_to_artifacts(found.shared, shown),
        only_left=_to_artifacts(found.only_left, shown),
        only_right=_to_artifacts(found.only_right, shown),
        counterparts=[_to_counterpart(one) for one in found.counterparts],
        leaks=cast(list[Leak], found.leaks),
        kpi=_to_kpi(found.kpi, shown) if found.kpi else None,
        completeness=to_completeness(found.completeness),
    )


def _to_side(found: lineage.ComparedSide, shown: Shown) -> ComparedSide:
    return ComparedSide(
        artifact=shown[found.artifact.urn],
        model=cast(Model, shown[found.model.urn]) if found.model else None,
        beginning=cast(DateTime, found.beginning),
        until=cast(DateTime, found.until),
    )


def _to_artifacts(views: Sequence[ArtifactView], shown: Shown) -> list[Artifact]:
    return [shown[view.urn] for view in views]


def _to_counterpart(found: FoundCounterpart) -> Counterpart:
    fields = [
        FieldDifference(field=one.field, left=cast(Json, one.before), right=cast(Json, one.after))
        for one in found.fields
    ]
    return Counterpart(
        role=found.role, left=cast(list[Urn], found.left), right=cast(list[Urn], found.right), fields=fields
    )


def _to_kpi(found: compare_kpi.KpiComparison, shown: Shown) -> KpiComparison:
    return KpiComparison(
        kpi=found.asked.kpi,
        segment=found.asked.segment or None,
        judged_at=cast(DateTime, found.asked.instant),
        comparable=found.comparable,
        reasons=cast(list[ComparabilityReason], found.reasons),
        windows=[
            AlignedWindows(left=_to_window(one.left, shown), right=_to_window(one.right, shown))
            for one in found.windows
        ],
    )


def _to_window(found: compare_rules.ComparedWindow | None, shown: Shown) -> ComparedWindow | None:
    if found is None:
        return None
    return ComparedWindow(
        window=cast(KpiWindow, shown[found.window.urn]),
        since_beginning=found.start / SECOND,
        mature=found.mature,
        outside_live=found.outside_live,
        version=found.version,
    )
