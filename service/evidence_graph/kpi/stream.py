"""The windows of one stream as running sums: what is known after each of them, in time linear in their number."""

from math import inf, sqrt

import msgspec

from evidence_graph.kpi.alarm import NEXT_TO_ZERO, START_SIZE, Alarm
from evidence_graph.kpi.beta_binomial import EXACT_EVENTS, prior_size, proportion_interval
from evidence_graph.kpi.distributions import normal_quantile
from evidence_graph.kpi.gamma_poisson import prior_exposure, rate_interval
from evidence_graph.kpi.look import count_score, planned_weight, proportion_score
from evidence_graph.kpi.mixture import best_rho, bound
from evidence_graph.kpi.observation import Observation, observe
from evidence_graph.kpi.plan import Aggregate, BenchmarkKind, Plan
from evidence_graph.kpi.sample_size import needed_size
from evidence_graph.kpi.windows import Window
from evidence_graph.kpi.yardstick import Yardstick

KURTOSIS = 20.0  # of skewed data, as long as there is one window and nothing to tell it by
TUNED_WINDOWS = 26  # an interval is tuned for at most so many windows like the first


class Interval(msgspec.Struct, frozen=True):
    """Where the mean over all windows lies, at every look, in the unit of the KPI; `exact` when no approximation was needed."""

    low: float
    high: float
    exact: bool


class _Tuned(msgspec.Struct, frozen=True):
    """Where an interval is about as narrow as it can be: the weight, and the variance of the sum there; and where to look."""

    weight: float
    variance: float
    look: float


class Stream:
    """Sums over the windows so far, added in their order."""

    def __init__(self, plan: Plan, yardstick: Yardstick) -> None:
        self.alarm = Alarm(plan, yardstick)
        self.windows = 0
        self.n = 0.0
        self._plan = plan
        self.yardstick = yardstick
        self._weight = self._score = self._control = self._between = self._size = 0.0
        self._spread = self._spread_weight = self._spread_squares = 0.0
        self._tuned: _Tuned | None = None
        self.began_worse: bool | None = None  # what the planned look said; None before it

    def add(self, window: Window) -> bool:
        """One window more; False when it cannot be compared with the benchmark and is left out."""
        held_against = None if self._plan.benchmark is BenchmarkKind.CONTROL else self.yardstick.middle
        seen = observe(self._plan, window, held_against)
        if seen is None:
            return False
        self.windows += 1
        self.n += window.statistics.n
        self._count(seen)
        self.alarm.add(seen, window.start, window.roll_out, self._raised, self.relevant_change)
        if self._tuned is None and self._typical is not None:
            self._tuned = self._tune(self._typical)
        if self._tuned is not None and self.began_worse is None and self._weight >= self._tuned.look:
            self.began_worse = self._look()
        return True

    def _count(self, seen: Observation) -> None:
        self._weight += seen.weight
        self._score += seen.weight * seen.value
        self._control += seen.weight * seen.control
        self._between += seen.weight * seen.weight * self.yardstick.between
        self._size += seen.size
        if seen.spread is not None:
            self._spread += seen.weight * seen.spread
            self._spread_weight += seen.weight
            self._spread_squares += seen.weight * seen.spread * seen.weight * seen.spread

    @property
    def value(self) -> float:
        """The mean over all windows of what is judged: the KPI, or its difference from the control."""
        return self._score / self._weight

    @property
    def control(self) -> float:
        """The control's mean over all windows; 0 without one."""
        return self._control / self._weight

    @property
    def relevant_change(self) -> float | None:
        """The smallest change that matters, in the unit of the KPI; None when nobody stated one."""
        control = self._plan.benchmark is BenchmarkKind.CONTROL
        return self._plan.relevant_change(self.control if control else self.yardstick.middle)

    @property
    def needed(self) -> float | None:
        """How many observations a test at one look would take, the variation between windows of the usual size included."""
        if self._typical is None:
            return None
        weight = self._weight_needed(self._typical + self._weight / self.windows * self.yardstick.between)
        return weight * self.n / self._weight if weight is not None else None

    def interval(self) -> Interval | None:
        """Where the mean over all windows lies; None below the start size."""
        tuned, alpha = self._tuned, self.yardstick.split.sequence
        if tuned is None:
            return None
        if self.yardstick.exact and self._rarer < EXACT_EVENTS:
            return self._exact_interval(tuned, alpha)
        if self._raised is None or self._size < START_SIZE:
            return None
        variance = self._raised * self._weight + self._between
        radius = bound(variance, alpha, best_rho(tuned.variance, alpha)) / self._weight
        return Interval(self.value - radius, self.value + radius, exact=False)

    @property
    def _pooled(self) -> float | None:
        """The sampling variance at weight 1 over all windows that tell it; None when none does."""
        return self._spread / self._spread_weight if self._spread > 0 else None

    @property
    def _raised(self) -> float | None:
        """The pooled variance, where observations tell it two standard errors above, by how it differs from window to window.

        In skewed data a mean on the thin side comes with a variance that is too small, and would look surer than it is. (The relative
        error of a variance from n observations is √(kurtosis/n).)
        """
        pooled, windows = self._pooled, self.windows
        if pooled is None or self._plan.aggregate not in (Aggregate.MEAN, Aggregate.RATIO):
            return pooled
        if windows < 2:
            return pooled * (1 + 2 * sqrt(KURTOSIS / self.n))
        spare = max(self._spread_squares - self._spread * self._spread / windows, 0.0) * windows / (windows - 1)
        return pooled + 2 * sqrt(spare) / self._spread_weight

    @property
    def _typical(self) -> float | None:
        """The sampling variance at weight 1, by the benchmark where that tells it."""
        if not self.yardstick.exact:
            return self._pooled
        expected = self.yardstick.middle
        spread = expected * (1 - expected) if self._plan.aggregate is Aggregate.PROPORTION else expected
        return max(spread, NEXT_TO_ZERO)

    @property
    def _rarer(self) -> float:
        """Events, or for a proportion the rarer of events and non-events."""
        return self._score if self._plan.aggregate is Aggregate.COUNT else min(self._score, self._weight - self._score)

    def _weight_needed(self, spread: float) -> float | None:
        change = self.relevant_change
        return needed_size(spread, change, self.yardstick.split.level) if change else None

    def _tune(self, typical: float) -> _Tuned:
        """Fixed with the first window: what is looked at later must not depend on what was seen."""
        spread = typical + self._weight * self.yardstick.between
        most = TUNED_WINDOWS * self._weight
        weight = min(self._weight_needed(spread) or most, most)
        change = self.relevant_change
        look = planned_weight(spread, change, self.yardstick.split.look) if change else inf
        return _Tuned(weight, weight * spread, look)

    def _look(self) -> bool:
        """Whether the mean so far is worse than an edge of the benchmark, at a level for this look alone."""
        edges = self.alarm.edges
        level = self.yardstick.split.look / len(edges)
        return any(self._score_against(edge, sign) >= -normal_quantile(level) for edge, sign in edges)

    def _score_against(self, edge: float, sign: int) -> float:
        """How many standard deviations the mean is worse than an edge."""
        if self.yardstick.exact:
            score = count_score if self._plan.aggregate is Aggregate.COUNT else proportion_score
            return score(self._score, self._weight, edge, sign)
        if self._raised is None or self._size < START_SIZE:
            return 0.0
        deviation = sqrt(self._raised * self._weight + self._between) / self._weight
        return sign * (edge - self.value) / deviation

    def _exact_interval(self, tuned: _Tuned, alpha: float) -> Interval:
        events, size = round(self._score), self._weight
        if self._plan.aggregate is Aggregate.COUNT:
            low, high = rate_interval(events, size, alpha, prior_exposure(tuned.weight, alpha))
        else:
            low, high = proportion_interval(events, size, alpha, prior_size(tuned.weight, alpha))
        return Interval(low, high, exact=True)
