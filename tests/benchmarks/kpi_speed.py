"""What a verdict costs: CPU time of a long series, and of many short ones."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from evidence_graph.kpi.verdict import judge, judge_series
from tests.benchmarks.kpi_worlds import WORLDS, Life, World, away

ROUNDS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    """The least CPU time of a few rounds: other work on the machine only ever adds to it."""
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def long_series(world: World) -> float:
    """CPU seconds of the verdicts after each of 520 windows."""
    life = next(iter(world.lives(1, away(0.0, looks=520))))
    return cpu_seconds(lambda: judge_series(world.plan(), life.windows, life.reference))


def many_streams(world: World) -> float:
    """CPU seconds of the last verdicts of 1,000 streams of 52 windows, reckoned from 50 of them."""
    lives = list(world.lives(50, away(0.0)))

    def work() -> None:
        for life in lives:
            _last(world, life)

    return 20 * cpu_seconds(work)


def _last(world: World, life: Life) -> object:
    return judge(world.plan(), life.windows, life.reference)


async def measure_speed() -> None:
    """Print both for each world, against the limits: 50 ms, and 1.2 s of the 2 s a whole portfolio may take."""
    table = Table(title=f"CPU time, least of {ROUNDS} rounds", title_justify="left")
    for column in (
        "world",
        "520 windows, every verdict (ms, limit 50)",
        "1,000 × 52 windows, last verdict (s, limit 1.2)",
    ):
        table.add_column(column)
    for world in WORLDS:
        table.add_row(world.name, f"{long_series(world) * 1e3:.1f}", f"{many_streams(world):.2f}")
    Console(width=140).print(table)
