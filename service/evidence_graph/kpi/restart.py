"""Bets: evidence that a KPI got worse at some window, whichever it was, and since when.

E(t) = sum over starts j <= t of w(j) E(j, t), plus the stakes not yet placed: the restart mixture of a bet that starts anew at every
window (Shin, Ramdas, Rinaldo, "E-detectors", arXiv 2203.03532). Each E(j, t) is a likelihood ratio, mixed over a few sizes of the
change: exp(-θx - ψ(θ) size) for every window's x. Those are exact for binomial and Poisson counts, however small, and hold
asymptotically for means. As all starts share the factors of a window, their sum is one number for each size: nothing is merged and
the work of a window does not depend on how many came before.
"""

from collections.abc import Sequence

import msgspec

from evidence_graph.kpi.arithmetic import exp, log

SIZES = (1.0, 2.0, 4.0, 8.0, 16.0)  # of the change that is looked for, in smallest relevant changes
_SHARES = (0.3, 0.3, 0.2, 0.1, 0.1)
FIRST_YEAR = 52
_ROLL_OUTS, _IN_FIRST_YEAR = 0.2, 0.9
_STEEPEST = 30.0  # a tilt beyond is as good as never, or always
_MOST_FACTOR = 1e300  # so that no product overflows
MOST_EVIDENCE = 1e6  # so that a KPI that has recovered is not held against what it was for ever


class Tilts(msgspec.Struct, frozen=True):
    """θ and ψ(θ) of each size of change: a window says exp(-θ x - ψ size) for it, with mean at most 1 unless the KPI got worse."""

    theta: Sequence[float]
    psi: Sequence[float]


def binomial_tilts(p: float, change: float) -> Tilts:
    """For x successes among `size`, against the proportion p; changes of the log-odds, downwards when `change` > 0."""
    theta = [_tilt(size * change / (p * (1 - p))) for size in SIZES]
    return Tilts(theta, [log(1 - p + p * exp(-one)) for one in theta])


def poisson_tilts(rate: float, change: float) -> Tilts:
    """For x events over an exposure of `size`, against the rate; changes of its logarithm, downwards when `change` > 0."""
    theta = [_tilt(size * change / rate) for size in SIZES]
    return Tilts(theta, [rate * (exp(-one) - 1) for one in theta])


def normal_tilts(change: float) -> Tilts:
    """For a mean away from the benchmark by d with variance v, given as x = d / v and size = 1 / v."""
    theta = [size * change for size in SIZES]
    return Tilts(theta, [one * one / 2 for one in theta])


def _tilt(theta: float) -> float:
    return max(-_STEEPEST, min(_STEEPEST, theta))


def stake_at(window: int) -> float:
    """The share w(j) placed on the j-th window (from 1): even over the first 52, then falling as 1/j²; all shares sum to 1 - 0.2."""
    every = 1 - _ROLL_OUTS
    if window <= FIRST_YEAR:
        return every * _IN_FIRST_YEAR / FIRST_YEAR
    after = window - FIRST_YEAR
    return every * (1 - _IN_FIRST_YEAR) * FIRST_YEAR / ((after + FIRST_YEAR - 1) * (after + FIRST_YEAR))


def stake_on_roll_out(number: int) -> float:
    """The share placed in addition where the n-th roll-out (from 1) begins; all shares sum to 0.2."""
    return _ROLL_OUTS / (number * (number + 1))


class Stakes:
    """What is placed on each window in turn; all stakes of a stream together are at most 1."""

    def __init__(self) -> None:
        self._windows = self._roll_outs = 0

    def next(self, roll_out_begins: bool) -> float:
        """The stake on the next window; higher where a roll-out begins, because a change is likelier there than elsewhere."""
        self._windows += 1
        if not roll_out_begins:
            return stake_at(self._windows)
        self._roll_outs += 1
        return stake_at(self._windows) + stake_on_roll_out(self._roll_outs)


class RestartMixture:
    """The wealth of all bets, window by window."""

    def __init__(self, tilts: Tilts) -> None:
        self._tilts = tilts
        self._wealth = [0.0] * len(SIZES)
        self._best = [0.0] * len(SIZES)  # the best single bet of each size, and the window it began at
        self._since = [0] * len(SIZES)
        self._kept = 1.0

    def bet(self, x: float, size: float, start: int, stake: float) -> None:
        """One window more, beginning at `start`, with a new bet of `stake` from it on."""
        self._kept -= stake
        for index, (theta, psi, share) in enumerate(zip(self._tilts.theta, self._tilts.psi, _SHARES, strict=True)):
            placed = stake * share
            factor = min(exp(-theta * x - psi * size), _MOST_FACTOR)
            self._wealth[index] = min((self._wealth[index] + placed) * factor, _MOST_FACTOR)
            if placed >= self._best[index]:
                self._best[index], self._since[index] = placed, start
            self._best[index] = min(self._best[index] * factor, _MOST_FACTOR)
        self._cap()

    @property
    def e_value(self) -> float:
        """E(t): at least 1/a at any look with probability at most a, unless the KPI got worse at some window."""
        return max(self._kept, 0.0) + sum_in_order(self._wealth)

    @property
    def since(self) -> int:
        """The start of the window at which the change most likely happened: argmax over j of w(j) E(j, t)."""
        return self._since[max(range(len(SIZES)), key=self._best.__getitem__)]

    def _cap(self) -> None:
        total = sum_in_order(self._wealth)
        if total > MOST_EVIDENCE:
            scale = MOST_EVIDENCE / total
            self._wealth = [one * scale for one in self._wealth]
            self._best = [one * scale for one in self._best]


def sum_in_order(numbers: Sequence[float]) -> float:
    """The sum from left to right: that of Python's own `sum` is not the same in every version."""
    total = 0.0
    for number in numbers:
        total += number
    return total
