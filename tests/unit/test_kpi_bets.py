"""Bets and scan are fair: nothing is won on average while a KPI is on its benchmark, whatever the counts."""

from math import comb, exp, isclose, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evidence_graph.kpi.beta_binomial import log_evidence, proportion_interval
from evidence_graph.kpi.gamma_poisson import log_evidence as log_evidence_of_rate
from evidence_graph.kpi.gamma_poisson import rate_interval
from evidence_graph.kpi.look import count_score, proportion_score
from evidence_graph.kpi.plan import Aggregate
from evidence_graph.kpi.restart import (
    SIZES,
    RestartMixture,
    Stakes,
    Tilts,
    binomial_tilts,
    normal_tilts,
    poisson_tilts,
    stake_at,
    stake_on_roll_out,
)
from evidence_graph.kpi.scan import LENGTHS, Scan

SHARES = st.floats(0.01, 0.99)


def test_all_stakes_together_are_one() -> None:
    """However many windows and roll-outs come: a partial sum of each, and what is left after it, which falls as 1/n."""
    windows = sum(stake_at(window) for window in range(1, 10_001))
    roll_outs = sum(stake_on_roll_out(number) for number in range(1, 10_001))

    assert 0.99 < windows + roll_outs < 1
    assert isclose(sum(share for _, share in LENGTHS), 1.0)


@settings(deadline=None)
@given(SHARES, st.floats(-0.2, 0.2), st.integers(1, 30))
def test_a_bet_on_a_proportion_is_fair_at_the_benchmark(p: float, change: float, n: int) -> None:
    """The mean of every factor over all outcomes of n trials is 1, not nearly 1."""
    tilts = binomial_tilts(p, change)

    for theta, psi in zip(tilts.theta, tilts.psi, strict=True):
        mean = sum(comb(n, x) * p**x * (1 - p) ** (n - x) * exp(-theta * x - psi * n) for x in range(n + 1))
        assert mean == pytest.approx(1.0, rel=1e-6)


@settings(deadline=None)
@given(SHARES, st.floats(0.001, 0.2), st.floats(0, 1))
def test_a_bet_that_it_fell_wins_nothing_where_it_rose(p: float, change: float, up: float) -> None:
    """One trial at any proportion above the benchmark."""
    better = p + up * (1 - p)
    tilts = binomial_tilts(p, change)

    for theta, psi in zip(tilts.theta, tilts.psi, strict=True):
        assert better * exp(-theta - psi) + (1 - better) * exp(-psi) <= 1 + 1e-9


@settings(deadline=None)
@given(st.floats(0.01, 5), st.floats(-0.5, 0.5))
def test_a_bet_on_a_rate_is_fair_at_the_benchmark(rate: float, change: float) -> None:
    """For moderate tilts, whose mean a sum over the first hundreds of counts gives."""
    tilts = poisson_tilts(rate, change)

    for theta, psi in zip(tilts.theta, tilts.psi, strict=True):
        if -2 < theta < 30:
            chances = stats.poisson.pmf(range(300), rate)
            mean = sum(float(chance) * exp(-theta * x - psi) for x, chance in enumerate(chances))
            assert mean == pytest.approx(1.0, rel=1e-6)


def plain_restart(tilts: Tilts, windows: list[tuple[float, float]], begins: list[bool]) -> float:
    """The definition: a bet of its own for every start and size, and what has not been placed."""
    stakes = Stakes()
    placed = [stakes.next(begin) for begin in begins]
    total = 1 - sum(placed)
    for start, stake in enumerate(placed):
        for theta, psi, share in zip(tilts.theta, tilts.psi, (0.3, 0.3, 0.2, 0.1, 0.1), strict=True):
            total += stake * share * exp(sum(-theta * x - psi * size for x, size in windows[start:]))
    return total


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.5, 2), st.booleans()), min_size=1, max_size=60))
def test_one_number_a_size_holds_the_bets_of_every_start(seen: list[tuple[float, float, bool]]) -> None:
    """The recursion is the restart mixture with all restart points kept."""
    tilts, stakes = normal_tilts(0.2), Stakes()
    mixture = RestartMixture(tilts)
    for start, (x, size, begins) in enumerate(seen):
        mixture.bet(x, size, start, stakes.next(begins))

    expected = plain_restart(tilts, [(x, size) for x, size, _ in seen], [begins for *_, begins in seen])
    assert mixture.e_value == pytest.approx(min(expected, 1e6), rel=1e-6, abs=1)
    if expected < 1e5:
        assert mixture.e_value == pytest.approx(expected, rel=1e-9)


def test_evidence_stays_finite_and_a_recovered_kpi_is_let_go() -> None:
    """Fifty terrible windows, then good ones: the evidence is bounded, and gone after a few."""
    mixture, stakes = RestartMixture(normal_tilts(1.0)), Stakes()
    for window in range(50):
        mixture.bet(-300.0, 1.0, window, stakes.next(False))
    worst = mixture.e_value
    for window in range(50, 60):
        mixture.bet(4.0, 4.0, window, stakes.next(False))

    assert 1e6 <= worst < 1e6 + 1
    assert mixture.e_value < 1
    assert len(SIZES) == 5


@settings(deadline=None)
@given(st.integers(1, 400), SHARES, st.data())
def test_the_tail_of_a_count_is_never_thought_smaller_than_it_is(n: int, p: float, data: st.DataObject) -> None:
    """Zubkov and Serov: the normal tail at the score is at least the exact one, to both sides."""
    x = data.draw(st.integers(0, n))

    assert _covers(proportion_score(x, n, p, 1), stats.binom.cdf(x, n, p)) or x + 1 >= n * p
    assert _covers(proportion_score(x, n, p, -1), stats.binom.sf(x - 1, n, p)) or x - 1 <= n * p


def _covers(score: float, exact: float) -> bool:
    """Whether the normal tail at a score is at least the exact one; below 1e-300 floats no longer tell."""
    return bool(stats.norm.sf(score) >= exact * (1 - 1e-9) or exact < 1e-300)


@settings(deadline=None)
@given(st.integers(0, 200), st.floats(0.1, 150))
def test_the_tail_of_a_rare_count_is_never_thought_smaller_than_it_is(x: int, expected: float) -> None:
    """The same for events over an exposure."""
    assert _covers(count_score(x, 1.0, expected, 1), stats.poisson.cdf(x, expected)) or x + 1 >= expected
    assert _covers(count_score(x, 1.0, expected, -1), stats.poisson.sf(x - 1, expected)) or x - 1 <= expected


def test_the_scan_finds_what_stands_out_and_nothing_else() -> None:
    """Two windows of 900 where 1,000 are expected, at the end of forty; not the forty, nor the other side."""
    scan = Scan(Aggregate.PROPORTION, exact=True)
    for window in range(40):
        scan.add(900 if window >= 38 else 1_000, 20_000, 0.0, stake_at(window + 1))

    assert scan.finds(0.05, 1, 0.015)
    assert not scan.finds(0.05, -1, 0.015)
    assert not scan.finds(0.05, 1, 1e-6)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 1_000), SHARES, st.floats(0.5, 500))
def test_evidence_about_a_proportion_is_the_mixed_likelihood(x: int, more: int, p: float, k: float) -> None:
    """Against the beta functions of the formula."""
    n = x + more
    body = stats.betabinom.logpmf(x, n, k * p, k * (1 - p)) - stats.binom.logpmf(x, n, p)

    assert log_evidence(p, x, n, k) == pytest.approx(body, rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 60), st.floats(0.5, 2_000), st.floats(0.01, 5), st.floats(0.5, 500))
def test_evidence_about_a_rate_is_the_mixed_likelihood(x: int, exposure: float, rate: float, k: float) -> None:
    """A gamma-mixed Poisson is negative binomial."""
    body = stats.nbinom.logpmf(x, k * rate, k / (k + exposure)) - stats.poisson.logpmf(x, rate * exposure)

    assert log_evidence_of_rate(rate, x, exposure, k) == pytest.approx(body, rel=1e-6, abs=1e-5)


@settings(deadline=None)
@given(st.integers(0, 150), st.integers(0, 5_000), st.floats(0.001, 0.2), st.floats(0.5, 5_000))
def test_an_interval_ends_where_the_evidence_is_enough(x: int, failures: int, alpha: float, k: float) -> None:
    """At both ends, unless nothing excludes 0 or 1; and the share itself lies inside."""
    n = x + failures + 1
    low, high = proportion_interval(x, n, alpha, k)

    assert low <= x / n <= high
    for end in (low, high):
        if 0 < end < 1:
            assert log_evidence(end, x, n, k) == pytest.approx(-log(alpha), abs=1e-5)


@settings(deadline=None)
@given(st.integers(0, 150), st.floats(0.5, 5_000), st.floats(0.001, 0.2), st.floats(0.5, 5_000))
def test_an_interval_of_a_rate_ends_where_the_evidence_is_enough(
    x: int, exposure: float, alpha: float, k: float
) -> None:
    """From 0 when there is no event."""
    low, high = rate_interval(x, exposure, alpha, k)

    assert low <= x / exposure <= high
    for end in (low, high):
        if end > 0:
            assert log_evidence_of_rate(end, x, exposure, k) == pytest.approx(-log(alpha), abs=1e-4)
