"""How often a KPI that is on its benchmark is called worse, or anything else that is not so, over a year of weekly looks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from scipy.stats import beta

from evidence_graph.kpi.verdict import State, judge_series
from tests.benchmarks.kpi_alternatives import RULES
from tests.benchmarks.kpi_worlds import LOOKS, RELEVANT, WORLDS, World, away

RUNS, QUICK_RUNS = 10_000, 500
HIGHER, LOWER = "HIGHER_IS_BETTER", "LOWER_IS_BETTER"


@dataclass(frozen=True)
class Share:
    """How many of the runs, with the exact binomial 99 % interval (Clopper and Pearson)."""

    hits: int
    runs: int

    @property
    def value(self) -> float:
        return self.hits / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        low = beta.ppf(0.005, self.hits, self.runs - self.hits + 1) if self.hits else 0.0
        high = beta.ppf(0.995, self.hits + 1, self.runs - self.hits) if self.hits < self.runs else 1.0
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.2%} ({low:.2%}–{high:.2%})"


def ever(world: World, direction: str, share: float, runs: int) -> dict[State, Share]:
    """For each state, in how many lives of 52 weeks, `share` of the benchmark away from it, a verdict ever names it."""
    plan, seen = world.plan(direction), Counter[State]()
    for life in world.lives(runs, away(share)):
        seen.update({judged.state for judged in judge_series(plan, life.windows, life.reference)})
    return {state: Share(seen[state], runs) for state in State}


def cries(world: World, runs: int) -> dict[str, Share]:
    """In how many of the same lives, on the benchmark, each of the other rules cries."""
    seen = Counter[str]()
    for life in world.lives(runs, away(0.0)):
        seen.update(name for name, rule in RULES.items() if rule(world, life) is not None)
    return {name: Share(seen[name], runs) for name in RULES}


async def measure_false_alarms(runs: int) -> None:
    """On the benchmark: DEGRADED and IMPROVED are wrong. Just beyond the relevant change: so are WITHIN_BENCHMARK and the other one."""
    rows: list[tuple[str, ...]] = []
    for world in WORLDS:
        higher, lower = (ever(world, direction, 0.0, runs) for direction in (HIGHER, LOWER))
        beyond = ever(world, HIGHER, -RELEVANT * 1.001, runs)
        rows.append(
            (
                world.name,
                *(str(found[State.DEGRADED]) for found in (higher, lower)),
                *(str(found[State.IMPROVED]) for found in (higher, lower)),
                str(beyond[State.WITHIN_BENCHMARK]),
                str(beyond[State.IMPROVED]),
            )
        )
    _show(
        f"Wrong verdicts at any of {LOOKS} looks, {runs} lives each (99 % interval)",
        (
            "world",
            "DEGRADED, higher",
            "DEGRADED, lower",
            "IMPROVED, higher",
            "IMPROVED, lower",
            "WITHIN at -δ",
            "IMPROVED at -δ",
        ),
        rows,
    )
    _show(
        f"The other rules on the same lives on the benchmark: cries at any of {LOOKS} looks",
        ("world", *RULES),
        [(world.name, *(str(found) for found in cries(world, runs).values())) for world in WORLDS],
    )


def _show(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    Console(width=160).print(table)
