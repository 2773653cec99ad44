"""Streams of KPI windows for tests: a definition, weekly windows, and the verdict on them."""

from collections.abc import Sequence

from evidence_graph.kpi.plan import Plan, read_plan
from evidence_graph.kpi.verdict import Judged, judge
from evidence_graph.kpi.windows import Statistics, Window

WEEK = 604_800_000_000  # µs
HIGHER, LOWER = "HIGHER_IS_BETTER", "LOWER_IS_BETTER"
STATED = {"benchmark": {"mean": 0.05}}


def plan_of(direction: str = HIGHER, **fields: object) -> Plan:
    """A definition with a smallest relevant change of 5 %, unless stated otherwise."""
    return read_plan({"direction": direction, "smallestRelevantChange": {"relative": 0.05}} | fields)


def weeks(statistics: Sequence[Statistics], control: Sequence[Statistics] | None = None) -> list[Window]:
    """Statistics as weekly windows of one roll-out."""
    controls = control or [None] * len(statistics)
    return [
        Window(f"w{week}", week * WEEK, (week + 1) * WEEK, held, beside, roll_out="deployment:a/b@1")
        for week, (held, beside) in enumerate(zip(statistics, controls, strict=True))
    ]


def last(plan: Plan, statistics: Sequence[Statistics], reference: Sequence[Statistics] = ()) -> Judged:
    """The verdict after the last of some weeks."""
    judged = judge(plan, weeks(statistics), weeks(reference))
    assert judged is not None
    return judged
