"""A verdict as the API shows it, alone or in a portfolio."""

from typing import cast

import strawberry

from evidence_graph.api.answers import Completeness, to_completeness
from evidence_graph.api.artifacts import described, made
from evidence_graph.api.enums import Aggregate, KpiDirection, LeftOutReason, VerdictAssumption, VerdictState
from evidence_graph.api.scalars import DateTime, Json, Long, Urn
from evidence_graph.lineage import kpi_definitions, verdict_parts
from evidence_graph.lineage.verdict_parts import MOST_LEFT_OUT_SHOWN, MOST_USED_SHOWN
from graph_schema import BEGINNING


@strawberry.type(description="One version of a KPI's definition, as it stands in its entry.")
class KpiVersion:
    """Made of a `lineage.kpi_definitions.Definition`."""

    version: str = strawberry.field(description="The version.")
    begin: DateTime | None = described("Since when it applies; null when it always did.", "from")
    position: Long = strawberry.field(description="Log position of the entry that defines it.")
    direction: KpiDirection = strawberry.field(description="Whether more or less is better, or neither.")
    aggregate: Aggregate = strawberry.field(description="What a window holds.")
    unit: str | None = described("Unit of the value.")
    benchmark: Json | None = described("What it is held against, as stated; null when nothing is.")
    band: Json | None = described("Where it should stay, as stated; null without a band.")
    smallest_relevant_change: Json | None = described("The smallest change that matters, as stated.")
    label_horizon: str | None = described("How long after a window's end its labels keep arriving.")
    cadence: str | None = described("How often a window is expected.")


@strawberry.type(description="How the error level is shared out.")
class ErrorSplit:
    """Attributes are those of `kpi.plan.ErrorSplit`."""

    level: float = strawberry.field(description="Probability of a false verdict over all looks together.")
    sequence: float = strawberry.field(description="Its part for the interval of the change over all windows.")
    look: float = strawberry.field(description="Its part for the one planned look at the beginning.")
    alarm: float = strawberry.field(description="Its part for the alarm of a change at some window.")
    reference: float = strawberry.field(
        description="Its part for the uncertainty of a measured benchmark, and of the variation between windows."
    )


@strawberry.type(description="A window that counts.")
class UsedWindow:
    """Attributes are those of `lineage.verdict_parts.UsedWindow`."""

    window: Urn = strawberry.field(description="URN of the window, in the revision that counts.")
    position: Long = strawberry.field(description="Log position of the entry that declares it.")
    start: DateTime = strawberry.field(description="Where it begins.")
    end: DateTime = strawberry.field(description="Where it ends, exclusive.")
    n: float = strawberry.field(description="Number of observations; for a COUNT, what events are counted per.")
    mean: float = strawberry.field(description="Its value, in the unit of the KPI.")
    control: Urn | None = described("The control's window of the same span; null without a control.")


@strawberry.type(description="A window that does not count.")
class LeftOutWindow:
    """Attributes are those of `lineage.verdict_parts.LeftOutWindow`."""

    window: Urn = strawberry.field(description="URN of the window, in its highest known revision.")
    position: Long = strawberry.field(description="Log position of the entry that declares it.")
    start: DateTime = strawberry.field(description="Where it begins.")
    end: DateTime = strawberry.field(description="Where it ends, exclusive.")
    reason: LeftOutReason = strawberry.field(description="Why it does not count.")


@strawberry.type(description="How many windows do not count for one reason.")
class LeftOutCount:
    """Attributes are those of `lineage.verdict_parts.ReasonCount`."""

    reason: LeftOutReason = strawberry.field(description="The reason.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(
    description="What the windows of one KPI allow us to say against its benchmark. It is computed from the record and never stored; the "
    "same question at the same log position has the same answer for ever."
)
class Verdict:
    """Made of a `lineage.verdict_parts.Verdict`."""

    of: Urn = strawberry.field(description="The deployment, slot or model.")
    kpi: str = strawberry.field(description="Name of the KPI.")
    segment: str | None = described("The segment, key=value with a comma between two; null for all of the traffic.")
    state: VerdictState = strawberry.field(description="What is known.")
    definition: KpiVersion | None = described(
        "The version of the definition that applies at validAt; null when none does."
    )
    n: float = strawberry.field(description="Observations in all windows that count; for a COUNT, exposure.")
    mean: float | None = described("The KPI over all windows that count, in its unit; null when none does.")
    benchmark: float | None = described(
        "What it is held against, in the unit of the KPI: as stated, or as measured; for a band its middle; null when unknown."
    )
    change: float | None = described(
        "The mean less the benchmark, in the unit of the KPI, whichever way is better; for a band how far it lies outside."
    )
    lower: float | None = described("Lower end of the interval of the change, which holds at every look together.")
    upper: float | None = described("Upper end of the interval of the change, which holds at every look together.")
    needed: Long | None = described(
        "How many observations a test at one look would take to find the smallest change that matters."
    )
    e_value: float | None = described("Evidence that it got worse at some window; 1 is none.")
    alarm: bool = strawberry.field(description="Whether that evidence is enough, whatever the interval says.")
    suspected_since: DateTime | None = described(
        "Where the window begins since which it is most likely worse; null unless it is DEGRADED."
    )
    overdue_since: DateTime | None = described(
        "Since when a window is missing by the cadence of the KPI; OVERDUE only while it is live."
    )
    between_windows: float | None = described(
        "Standard deviation of the mean from window to window that sampling does not explain, as reckoned with."
    )
    method: str | None = described("How the interval was computed; null when no window counts.")
    error_level: float | None = described(
        "Probability of a false verdict over all looks together, as defined; null without a definition."
    )
    error_split: ErrorSplit | None = described("How that was shared out; null when nothing could be judged.")
    assumptions: list[VerdictAssumption] = strawberry.field(description="What the verdict takes for granted.")
    last: UsedWindow | None = described("The newest window that counts; null when none does.")
    used: list[UsedWindow] = strawberry.field(
        description=f"The windows that count, by start; the newest {MOST_USED_SHOWN}."
    )
    used_count: int = strawberry.field(description="How many windows count.")
    left_out: list[LeftOutWindow] = strawberry.field(
        description=f"The windows that do not count, by start; the newest {MOST_LEFT_OUT_SHOWN}."
    )
    left_out_count: int = strawberry.field(description="How many windows do not count.")
    left_out_reasons: list[LeftOutCount] = strawberry.field(description="How many of them for which reason.")
    reference: list[Urn] = strawberry.field(
        description=f"The windows the benchmark was measured on, by start; the newest {MOST_USED_SHOWN}."
    )
    reference_count: int = strawberry.field(description="How many windows the benchmark was measured on.")
    segments: list[str] = strawberry.field(
        description="Other segments that have windows of this KPI (`all` for all of the traffic), where this one has none."
    )
    positions: list[Long] = strawberry.field(
        description="Log positions of everything the verdict was computed from: the definition, and every window that was counted or "
        "held against."
    )
    discovered: bool | None = described(
        "In a portfolio: whether it is among the streams picked out so that the expected share of false alarms among them is at most "
        "0.05, however many streams there are; null elsewhere."
    )
    completeness: Completeness = strawberry.field(description="How complete the windows and the benchmark are.")


def to_verdict(found: verdict_parts.Verdict) -> Verdict:
    """With names and values as the API has them."""
    values: dict[str, object] = {name: getattr(found, name) for name in found.__struct_fields__}
    values |= {
        "segment": found.segment or None,
        "state": found.state.value,
        "definition": to_version(found.definition) if found.definition is not None else None,
        "error_split": cast(ErrorSplit, found.error),
        "segments": [segment or "all" for segment in found.segments],
        "completeness": to_completeness(found.completeness),
    }
    return made(Verdict, values)


def to_version(found: kpi_definitions.Definition) -> KpiVersion:
    """A version of a definition from its fields."""
    fields = found.fields
    return made(
        KpiVersion,
        {
            "version": found.version,
            "begin": None if found.applies_from == BEGINNING else found.applies_from,
            "position": found.known_from,
            "direction": fields["direction"],
            "aggregate": fields.get("aggregate", "PROPORTION"),
            "unit": fields.get("unit"),
            "benchmark": fields.get("benchmark"),
            "band": fields.get("band"),
            "smallest_relevant_change": fields.get("smallestRelevantChange"),
            "label_horizon": fields.get("labelHorizon"),
            "cadence": fields.get("cadence"),
        },
    )
