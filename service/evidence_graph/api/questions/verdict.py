"""Whether a KPI is worse than its benchmark."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.context import Info, question
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt
from evidence_graph.api.scalars import NOT_GIVEN, Urn, read_urn
from evidence_graph.api.verdict_answers import Verdict, to_verdict
from evidence_graph.evidence.plain_values import read_text
from evidence_graph.lineage.kpi_definitions import read_segment
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.verdict import read_verdict
from evidence_graph.record.urn import canonical_name

VERDICT_COST = 500  # artifacts, of what one request may spend

Judged = Annotated[
    Urn,
    argument(description="URN of a deployment or a model, or of a slot for all of its production roll-outs together."),
]
KpiName = Annotated[str, argument(description="Name of the KPI, namespace/name.")]
Segment = Annotated[
    str | None,
    argument(
        description="Only windows of this segment: key=value, a comma between two; each percent-encoded as in URNs. All of the traffic "
        "unless given."
    ),
]


@strawberry.type
class VerdictQuestion:
    """Is it worse than it should be?"""

    @question(
        "Whether a KPI of a deployment, a slot or a model is worse than its benchmark at validAt, or now; looking often does not raise "
        "the number of false alarms."
    )
    async def verdict(
        self,
        info: Info,
        of: Judged,
        kpi: KpiName,
        segment: Segment = UNSET,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Verdict | None:
        context = info.context
        context.spend(VERDICT_COST)
        stream = stream_named(of, kpi, segment)
        moment = await context.moment_now(valid_at, known_at, at_position)
        return to_verdict(await read_verdict(context.store, stream, moment))


def stream_named(of: object, kpi: object, segment: object) -> KpiStream:
    """The stream that arguments name. Raises InvalidInput."""
    part = "" if segment in NOT_GIVEN else read_text(segment, "segment")
    return KpiStream(read_urn(of, "of"), canonical_name(read_text(kpi, "kpi"), "kpi"), read_segment(part))
