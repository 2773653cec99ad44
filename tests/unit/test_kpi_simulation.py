"""Verdicts on made-up worlds whose truth is known: seldom wrong over a year of looks, and soon right. A small part of the benchmark."""

import os
from statistics import median

import pytest

from evidence_graph.kpi.verdict import State
from tests.benchmarks.kpi_alternatives import best_possible
from tests.benchmarks.kpi_detection import delays, within
from tests.benchmarks.kpi_false_alarms import ever
from tests.benchmarks.kpi_worlds import RELEVANT, WORLDS, World

LIVES = 10_000 if os.environ.get("EVIDENCE_SOAK") == "1" else 100


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize(("better", "worse"), [("HIGHER_IS_BETTER", -RELEVANT), ("LOWER_IS_BETTER", RELEVANT)])
def test_a_verdict_is_seldom_wrong_at_any_of_52_looks(world: World, better: str, worse: float) -> None:
    """On the benchmark: DEGRADED in at most 5 % of lives, IMPROVED in 1 %. Just beyond the relevant change: WITHIN or IMPROVED in 1 %.

    Refuted when even the lower end of the 99 % interval lies above.
    """
    on, beyond = ever(world, better, 0.0, LIVES), ever(world, better, worse * 1.001, LIVES)

    assert on[State.DEGRADED].interval[0] <= 0.05
    assert on[State.IMPROVED].interval[0] <= 0.01
    assert beyond[State.WITHIN_BENCHMARK].interval[0] <= 0.01
    assert beyond[State.IMPROVED].interval[0] <= 0.01


@pytest.mark.parametrize("since", [1, 27])
def test_a_drop_of_a_twentieth_is_found_within_six_weeks_more_often_than_not(since: int) -> None:
    """20,000 observations a week, 5 % successes, from the roll-out on or in the middle of its life."""
    assert median(delays(WORLDS[0], -0.05, since, LIVES)["verdict"]) <= 6


def test_a_drop_of_a_tenth_at_the_roll_out_is_found_within_two_weeks() -> None:
    """In 99 of 100 lives."""
    assert within(delays(WORLDS[0], -0.10, 1, LIVES)["verdict"], 2).interval[1] >= 0.99


def test_a_drop_of_a_tenth_in_mid_life_is_found_about_as_soon_as_any_rule_could() -> None:
    """Within two weeks in four of five lives; whoever cries falsely in at most 5 % of years cannot promise more than 0.966."""
    found = within(delays(WORLDS[0], -0.10, 27, LIVES)["verdict"], 2)

    assert found.interval[1] >= 0.78
    assert best_possible(20_000, 0.05, 0.10, 2, 0.05) == pytest.approx(0.965, abs=0.001)
