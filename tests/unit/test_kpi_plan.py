"""What a definition's JSON asks for is read as it stands in the entry."""

import pytest

from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.plan import Aggregate, BenchmarkKind, Direction, ErrorSplit, read_plan

DAY = 86_400_000_000


def test_a_stated_benchmark_and_what_else_a_definition_says() -> None:
    """Durations in µs; the rest has its defaults."""
    plan = read_plan(
        {
            "direction": "LOWER_IS_BETTER",
            "aggregate": "RATIO",
            "benchmark": {"mean": 0.05},
            "smallestRelevantChange": {"relative": 0.1},
            "labelHorizon": "P14D",
            "cadence": "P7D",
            "errorLevel": 0.01,
        }
    )

    assert (plan.direction, plan.aggregate, plan.benchmark) == (
        Direction.LOWER_IS_BETTER,
        Aggregate.RATIO,
        BenchmarkKind.STATED,
    )
    assert (plan.low, plan.high, plan.label_horizon, plan.cadence, plan.error_level) == (
        0.05,
        0.05,
        14 * DAY,
        7 * DAY,
        0.01,
    )
    assert plan.relevant_change(-0.2) == pytest.approx(0.02)


def test_a_band_takes_the_benchmarks_place() -> None:
    """Its ends are both inside."""
    plan = read_plan(
        {"direction": "IN_BAND", "band": {"from": 1, "to": 3}, "smallestRelevantChange": {"absolute": 0.5}}
    )

    assert (plan.benchmark, plan.low, plan.high, plan.relevant_change(2.0)) == (BenchmarkKind.STATED, 1.0, 3.0, 0.5)


@pytest.mark.parametrize(
    ("benchmark", "kind"),
    [
        ({"windows": {"of": "model:a/b@1", "from": "…", "to": "…"}}, BenchmarkKind.REFERENCE),
        ({"evaluation": "kpi_window:…"}, BenchmarkKind.EVALUATION),
        ({"against": "deployment:a/b@1"}, BenchmarkKind.CONTROL),
        (None, BenchmarkKind.NONE),
    ],
)
def test_each_kind_of_benchmark_is_known_by_its_field(benchmark: object, kind: BenchmarkKind) -> None:
    """What is measured has no value yet."""
    plan = read_plan({"direction": "HIGHER_IS_BETTER"} | ({"benchmark": benchmark} if benchmark else {}))

    assert (plan.benchmark, plan.low, plan.high) == (kind, None, None)


def test_the_error_level_is_shared_out_completely() -> None:
    """0.6 and 0.4 of what the reference leaves; a third of the 0.6 for the planned look."""
    plan = read_plan({"direction": "HIGHER_IS_BETTER"})

    alone, beside = plan.split(with_reference=False), plan.split(with_reference=True)

    assert alone == ErrorSplit(0.05, sequence=0.02, look=0.01, alarm=0.02, reference=0.0)
    assert beside.sequence + beside.look + beside.alarm + beside.reference == pytest.approx(0.05)
    assert beside.reference == pytest.approx(0.01)


def test_a_horizon_that_is_no_duration_is_refused() -> None:
    """The field is named."""
    with pytest.raises(InvalidInput, match="labelHorizon"):
        read_plan({"direction": "HIGHER_IS_BETTER", "labelHorizon": "14 days"})
