"""Timing one thing against another in the same run, alternating, and printing the ratios as a table."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Timed = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Figure:
    """One line of a table: what was measured, its median and that of what it is held against (s), and the stated limit."""

    what: str
    median: float
    against: float
    limit: str
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.median / self.against


async def medians(*timed: Timed, rounds: int = 30, warm: int = 5) -> list[float]:
    """Median seconds of each, measured in turns so that a busy machine is busy for all of them."""
    times: list[list[float]] = [[] for _ in timed]
    for turn in range(warm + rounds):
        for call, seen in zip(timed, times, strict=True):
            begin = time.perf_counter()
            await call()
            if turn >= warm:
                seen.append(time.perf_counter() - begin)
    return [statistics.median(seen) for seen in times]


def in_thread(call: Callable[[], object]) -> Timed:
    """A blocking call as something to time; it runs on this very thread."""

    async def run() -> object:
        await asyncio.sleep(0)
        return call()

    return run


def show(title: str, figures: list[Figure]) -> None:
    """Print a table of ratios."""
    table = Table(title=title, title_justify="left")
    for column in ("measured", "ms", "against ms", "ratio", "limit", "note"):
        table.add_column(column, justify="left" if column in ("measured", "limit", "note") else "right")
    for one in figures:
        table.add_row(
            one.what, f"{one.median * 1e3:.2f}", f"{one.against * 1e3:.2f}", f"{one.ratio:.2f}", one.limit, one.note
        )
    Console(width=140).print(table)
