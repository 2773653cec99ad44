"""How soon a drop is found that begins with the roll-out, or in the middle of its life: 20,000 observations a week, 5 % successes."""

from statistics import median

from rich.console import Console
from rich.table import Table

from evidence_graph.kpi.verdict import State, judge_series
from tests.benchmarks.kpi_alternatives import RULES, best_possible
from tests.benchmarks.kpi_false_alarms import Share
from tests.benchmarks.kpi_worlds import WORLDS, Life, World, away

DROPS = ((-0.10, 1), (-0.10, 27), (-0.05, 1), (-0.05, 27))  # share of the benchmark, week it begins in
AFTERWARDS = 26
NEVER = 999


def verdict(world: World, life: Life) -> int | None:
    """The first week whose verdict is DEGRADED."""
    series = judge_series(world.plan(), life.windows, life.reference)
    return next((week for week, judged in enumerate(series, 1) if judged.state is State.DEGRADED), None)


def delays(world: World, drop: float, since: int, runs: int) -> dict[str, list[int]]:
    """For the verdict and each other rule, after how many windows of the drop it is found; lives with a cry before it are left out."""
    found: dict[str, list[int]] = {name: [] for name in ("verdict", *RULES)}
    for life in world.lives(runs, away(drop, since, since + AFTERWARDS - 1)):
        for name, rule in {"verdict": verdict, **RULES}.items():
            week = rule(world, life)
            if week is None or week >= since:
                found[name].append(NEVER if week is None else week - since + 1)
    return found


def within(found: list[int], windows: int) -> Share:
    """In how many lives the drop was found within so many windows."""
    return Share(sum(delay <= windows for delay in found), len(found))


async def measure_detection(runs: int) -> None:
    """Print, for each drop and rule, how surely it is found within 2, 3 and 6 windows, and the median; and what no rule can pass."""
    table = Table(title=f"Windows until a drop is found, {runs} lives each (99 % interval)", title_justify="left")
    for column in ("drop", "from week", "rule", "within 2", "within 3", "within 6", "median", "false before"):
        table.add_column(column)
    world = WORLDS[0]
    for drop, since in DROPS:
        for name, found in delays(world, drop, since, runs).items():
            shares = [str(within(found, windows)) for windows in (2, 3, 6)]
            before = str(Share(runs - len(found), runs))
            table.add_row(f"{-drop:.0%}", str(since), name, *shares, f"{median(found or [NEVER]):.0f}", before)
        if since > 1:
            limits = [f"{best_possible(20_000, 0.05, -drop, windows, 0.05):.2%}" for windows in (2, 3, 6)]
            table.add_row(f"{-drop:.0%}", "any", "no rule can pass", *limits, "", "5 % in a year")
    Console(width=160).print(table)
