"""The alarm of one stream: that the KPI got worse than an edge of its benchmark at this window, or at some window before."""

from math import inf, sqrt

from evidence_graph.kpi.observation import Observation
from evidence_graph.kpi.plan import Aggregate, Direction, Plan
from evidence_graph.kpi.restart import RestartMixture, Stakes, Tilts, binomial_tilts, normal_tilts, poisson_tilts
from evidence_graph.kpi.scan import Scan
from evidence_graph.kpi.yardstick import Yardstick

START_SIZE = 30.0  # events and non-events, or observations, before a mean counts as near enough to normal
NEXT_TO_ZERO = 1e-9
SCANNED = 0.75  # of the alarm's error level; the rest is for the bets


class Alarm:
    """Against the lower edge when lower is worse, against the upper one when higher is, against both with a band.

    Counts are bet on as they are. Means are bet on in blocks of windows that reach the start size, with the larger of the block's own
    variance and that of all windows so far: in skewed data a low mean comes with a low variance, and would look surer than it is.
    """

    def __init__(self, plan: Plan, yardstick: Yardstick) -> None:
        self._plan = plan
        self._yardstick = yardstick
        self.edges = _edges(plan, yardstick)
        self._bets: list[tuple[float, RestartMixture]] = []  # edge, its bets
        self._scan = Scan(plan.aggregate, yardstick.exact)
        self._stakes = Stakes()
        self._roll_out: str | None = None
        self._begins = False
        self._start: int | None = None  # of the block
        self._clear()

    @property
    def e_value(self) -> float:
        """The evidence that the KPI got worse at some window; for a band the mean of that for both edges."""
        return (self._bets[0][1].e_value + self._bets[-1][1].e_value) / 2 if self._bets else 1.0

    @property
    def since(self) -> int | None:
        """The start of the window since which the KPI most likely is worse, µs UTC; None before the first bet."""
        return max((bet for _, bet in self._bets), key=lambda bet: bet.e_value).since if self._bets else None

    def sounds(self) -> bool:
        """Whether there is an alarm now, by the scan or by the bets, which share its error level."""
        level = self._yardstick.split.alarm
        if self.e_value * level * (1 - SCANNED) >= 1:
            return True
        scanned = level * SCANNED / len(self.edges)
        return any(self._scan.finds(edge, sign, scanned) for edge, sign in self.edges)

    def add(self, seen: Observation, start: int, roll_out: str, pooled: float | None, change: float | None) -> None:
        """One window more; `pooled` is the spread over all windows so far, `change` the smallest that matters, if they are known."""
        self._begins = self._begins or roll_out != self._roll_out
        self._roll_out = roll_out
        self._start = start if self._start is None else self._start
        self._weight += seen.weight
        self._score += seen.weight * seen.value
        self._between += seen.weight * seen.weight * self._yardstick.between
        self._size += seen.size
        if seen.spread is not None:
            self._spread += seen.weight * seen.spread
            self._spread_weight += seen.weight
        if self._yardstick.exact:
            self._bet(self._score, self._weight, 0.0, change)
        elif self._size >= START_SIZE and pooled is not None:
            self._bet_on_mean(pooled, change)

    def _bet_on_mean(self, pooled: float, change: float | None) -> None:
        own = self._spread / self._spread_weight if self._spread_weight else pooled
        spread = own if self._plan.aggregate is Aggregate.ESTIMATE else max(own, pooled)
        variance = (spread + self._between / self._weight) / self._weight
        self._bet(self._score / self._weight / variance, 1 / variance, variance, change)

    def _bet(self, x: float, size: float, variance: float, change: float | None) -> None:
        if not self._bets:
            self._bets = [
                (edge, RestartMixture(self._tilts(edge, sign, variance, change))) for edge, sign in self.edges
            ]
        assert self._start is not None
        stake = self._stakes.next(self._begins)
        for edge, bets in self._bets:
            # a mean is given by its distance from the edge, counts as they are
            bets.bet(x - edge * size if variance else x, size, self._start, stake)
        self._scan.add(self._score, self._weight, variance * self._weight * self._weight, stake)
        self._clear()

    def _tilts(self, edge: float, sign: int, variance: float, change: float | None) -> Tilts:
        """For changes downwards with sign 1, upwards with -1; by the window's own standard deviation when nobody says what matters."""
        if variance:
            return normal_tilts(sign * (change or sqrt(variance)))
        if self._plan.aggregate is Aggregate.COUNT:
            return poisson_tilts(edge, sign * (change or sqrt(edge / self._weight)))
        return binomial_tilts(edge, sign * (change or sqrt(edge * (1 - edge) / self._weight)))

    def _clear(self) -> None:
        self._weight = self._score = self._between = self._size = self._spread = self._spread_weight = 0.0
        self._start, self._begins = None, False


def _edges(plan: Plan, yardstick: Yardstick) -> list[tuple[float, int]]:
    """Each value that is worse to pass, with 1 when worse is below it and -1 when it is above."""
    edges = []
    if plan.direction is not Direction.LOWER_IS_BETTER:
        edges.append((yardstick.low, 1))
    if plan.direction is not Direction.HIGHER_IS_BETTER:
        edges.append((yardstick.high, -1))
    if not yardstick.exact:
        return edges
    highest = 1 - NEXT_TO_ZERO if plan.aggregate is Aggregate.PROPORTION else inf
    return [(min(max(edge, NEXT_TO_ZERO), highest), sign) for edge, sign in edges]  # where a likelihood is one
