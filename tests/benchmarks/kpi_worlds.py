"""Six worlds whose KPI is known, as weekly windows: what the verdicts are tried on, over and over, with fixed seeds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from evidence_graph.kpi.plan import Plan, read_plan
from evidence_graph.kpi.windows import RatioSums, Statistics, Window, proportion, ratio

WEEK = 7 * 24 * 3600 * 1_000_000  # µs
LOOKS = 52
RELEVANT = 0.05  # of the benchmark
Shift = np.ndarray  # by which factor the KPI is away from its benchmark in each week


@dataclass(frozen=True)
class Life:
    """One deployment's windows and those of the reference period."""

    windows: list[Window]
    reference: list[Window]


@dataclass(frozen=True)
class World:
    """How a KPI is made: its benchmark, the reference windows there are, and the statistics of one week away from it by a factor."""

    name: str
    aggregate: str
    benchmark: float
    week: Callable[[np.random.Generator, float], Statistics]
    references: int = 0

    def plan(self, direction: str = "HIGHER_IS_BETTER") -> Plan:
        """Held against the stated benchmark, or the reference windows where there are some."""
        held = {"windows": {"of": "model:a/b@1"}} if self.references else {"mean": self.benchmark}
        fields = {"direction": direction, "aggregate": self.aggregate, "benchmark": held}
        return read_plan({**fields, "smallestRelevantChange": {"relative": RELEVANT}})

    def lives(self, runs: int, shift: Shift, seed: int = 20261124) -> Iterator[Life]:
        """`runs` independent lives of as many weeks as `shift` has entries."""
        random = np.random.default_rng([seed, *self.name.encode()])
        for _ in range(runs):
            reference = [_window(week, self.week(random, 1.0)) for week in range(-self.references, 0)]
            yield Life([_window(week, self.week(random, factor)) for week, factor in enumerate(shift)], reference)


def away(share: float, since: int = 1, looks: int = LOOKS) -> Shift:
    """On the benchmark before week `since` (from 1), and away from it by a share of it (negative: below) from then on."""
    factors = np.ones(looks)
    factors[since - 1 :] += share
    return factors


def _window(week: int, statistics: Statistics) -> Window:
    return Window(
        str(week), week * WEEK, (week + 1) * WEEK, statistics, roll_out="deployment:a/b@1" if week >= 0 else ""
    )


def _bernoulli(n: int, p: float) -> Callable[[np.random.Generator, float], Statistics]:
    return lambda random, factor: proportion(n, int(random.binomial(n, p * factor)))


def _lognormal(random: np.random.Generator, factor: float) -> Statistics:
    values = factor * np.exp(random.standard_normal(500) - 0.5)
    return Statistics(500, float(values.mean()), float(values.var(ddof=1)))


def _ratio(random: np.random.Generator, factor: float) -> Statistics:
    """Revenue per item: baskets of 1 + Poisson(2) items; the basket's mean price varies."""
    x = 1.0 + random.poisson(2.0, 1000)
    y = factor * x * np.exp(0.7 * random.standard_normal(1000) - 0.245)
    return ratio(1000, RatioSums(*(float(one) for one in (x.sum(), y.sum(), x @ x, y @ y, x @ y))))


def _varying(random: np.random.Generator, factor: float) -> Statistics:
    p = 0.05 * factor * (1 + 0.02 * random.standard_normal())
    return proportion(20_000, int(random.binomial(20_000, p)))


def _unequal(random: np.random.Generator, factor: float) -> Statistics:
    n = int(np.exp(random.uniform(np.log(200), np.log(50_000))))
    return proportion(n, int(random.binomial(n, 0.05 * factor)))


WORLDS = (
    World("Bernoulli", "PROPORTION", 0.05, _bernoulli(20_000, 0.05)),
    World("small counts", "PROPORTION", 0.01, _bernoulli(200, 0.01)),
    World("lognormal", "MEAN", 1.0, _lognormal),
    World("ratio", "RATIO", 1.0, _ratio),
    World("2 % between weeks", "PROPORTION", 0.05, _varying, references=26),
    World("unequal n", "PROPORTION", 0.05, _unequal),
)
