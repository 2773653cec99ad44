"""Variation between windows, and discoveries in a portfolio, are those of their papers."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from evidence_graph.kpi.portfolio import discoveries
from evidence_graph.kpi.variation import dersimonian_laird, variation

WINDOWS = st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1)), min_size=12, max_size=40)


@settings(deadline=None)
@given(WINDOWS)
def test_the_estimate_is_that_of_dersimonian_and_laird(windows: list[tuple[float, float]]) -> None:
    """Against statsmodels."""
    means, variances = zip(*windows, strict=True)
    with np.errstate(all="ignore"):  # it does not stop at 0, and takes roots of what is below
        theirs = combine_effects(np.array(means), np.array(variances), method_re="chi2").tau2

    assert dersimonian_laird(means, variances) == pytest.approx(max(0.0, theirs), rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(WINDOWS, st.floats(0.1, 10), st.floats(-5, 5))
def test_variation_follows_the_unit_and_not_the_zero(
    windows: list[tuple[float, float]], unit: float, zero: float
) -> None:
    """In another unit it is that unit's square times as large; shifted, it is the same."""
    means, variances = zip(*windows, strict=True)
    here = variation(means, variances, 0.2)
    there = variation([unit * mean + zero for mean in means], [unit**2 * variance for variance in variances], 0.2)

    assert there.upper == pytest.approx(unit**2 * here.upper, rel=1e-6, abs=1e-9)
    assert there.counted == pytest.approx(unit**2 * here.counted, rel=1e-6, abs=1e-9)
    assert here.counted >= here.upper >= 0


def test_the_upper_bound_is_passed_as_often_as_it_says() -> None:
    """Windows of unequal size, true variance 0.04: the 80 % bound lies above it in four of five of 1,000 references."""
    chance = random.Random(4)
    above = 0
    for _ in range(1_000):
        variances = [chance.uniform(0.01, 0.1) for _ in range(14)]
        means = [chance.gauss(0, (0.04 + variance) ** 0.5) for variance in variances]
        above += variation(means, variances, 0.2).upper >= 0.04

    assert 760 <= above <= 840


def test_windows_that_are_alike_raise_the_variation() -> None:
    """A slow wave has its neighbours' sign; what jumps to and fro has not."""
    wave = [0.0, 1, 2, 3, 3, 2, 1, 0, -1, -2, -3, -3, -2, -1]
    jumps = [1.0, -1.0] * 7

    assert variation(wave, [0.01] * 14, 0.2).counted > 5 * variation(wave, [0.01] * 14, 0.2).upper
    assert variation(jumps, [0.01] * 14, 0.2).counted == variation(jumps, [0.01] * 14, 0.2).upper


def test_discoveries_are_those_of_e_bh() -> None:
    """The k-th largest of m at 0.05 needs m / (0.05 k): 100 for the first of five, 50 for the second, 33.3 for the third."""
    assert discoveries([40.0, 1.0, 60.0, 0.5, 35.0], 0.05) == [True, False, True, False, True]
    assert discoveries([99.0, 1.0, 1.0, 1.0, 1.0], 0.05) == [False] * 5
    assert discoveries([], 0.05) == []


@given(st.lists(st.floats(0, 1e6), max_size=30), st.floats(0.01, 0.5), st.data())
def test_more_evidence_never_undoes_a_discovery(e_values: list[float], level: float, data: st.DataObject) -> None:
    """Of any stream, its own included."""
    raised = [e_value * data.draw(st.floats(1, 10)) for e_value in e_values]

    before, after = discoveries(e_values, level), discoveries(raised, level)

    assert sum(after) >= sum(before)
