"""Random histories told to the record and the reference: declarations, duplicates, corrections, roll-outs adjusted and ending.

Commands come in groups that share a transaction, as they do when many write at once; a retraction is the last of its group.
What may be said is in `tests/sayings.py`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.commands import Receipt
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.record.instants import format_instant
from evidence_graph.store.graph_store import GraphStore
from tests import reference, stories
from tests.declarations import KPI, Saying
from tests.reference import Known, Statement
from tests.sayings import DAY, day, erases, retracts, some_sayings

COMMANDS = 100
MOST_TOGETHER = 10


@dataclass
class History:
    """What has been said so far: the accepted statements, and when each position was recorded."""

    random: Random
    statements: list[Statement] = field(default_factory=list)
    recorded: dict[int, int] = field(default_factory=lambda: {0: stories.at(stories.GENESIS)})
    clock: int = stories.at(stories.GENESIS)

    @property
    def head(self) -> int:
        return max(self.recorded)

    def position_known_at(self, instant: int) -> int:
        return max((position for position, at in self.recorded.items() if at <= instant), default=0)

    def known_at(self, position: int) -> Known:
        return reference.known_at(self.statements, position)


async def random_history(store: GraphStore, seed: int, commands: int = COMMANDS) -> History:
    """A history of `commands` commands told to an empty record, always the same one for a seed."""
    history = History(Random(seed))
    history.clock += DAY
    await stories.record(store, {"kpis": [stories.kpi(KPI)]}, when=format_instant(history.clock))
    history.recorded[1] = history.clock
    await go_on(store, history, commands)
    return history


async def go_on(store: GraphStore, history: History, commands: int, *, erasing: bool = True) -> None:
    """So many commands more, in groups; without `erasing` fewer, because those are left out that take something off the record."""
    while commands:
        group: list[list[Saying]] = []
        for _ in range(min(commands, history.random.randint(1, MOST_TOGETHER))):
            group.append(some_sayings(history.random))
            if retracts(group[-1]):
                break
        commands -= len(group)
        kept = [sayings for sayings in group if erasing or not erases(sayings)]
        if kept:
            await say(store, history, kept)


async def say(store: GraphStore, history: History, group: Sequence[list[Saying]]) -> None:
    """Commands in one transaction; the reference hears those that are accepted as the record says they were recorded."""
    history.clock += history.random.choice([1, 1_000_000, 3_600_000_000, DAY])
    recorder = Recorder(store, SimulatedClock(history.clock))
    told = [stories.command(*(one.told for one in sayings)) for sayings in group]
    receipts = await asyncio.gather(*(recorder.record(command) for command in told))
    for sayings, receipt in zip(group, receipts, strict=True):
        hear(history, sayings, receipt)


def hear(history: History, sayings: Sequence[Saying], receipt: Receipt) -> None:
    """What became of one command."""
    if receipt.faults:
        assert receipt.position is None
        return
    for saying, outcome in zip(sayings, receipt.outcomes, strict=True):
        if outcome.outcome == "UNCHANGED":
            continue
        assert outcome.position is not None
        said = saying.more if outcome.outcome == "EXTENDED" else saying.statement
        history.statements.append(reference.standing_at(said, outcome.position))
        history.recorded[outcome.position] = history.clock


async def some_moment(store: GraphStore, history: History) -> tuple[Moment, Known, int | None]:
    """A random moment on both clocks, and what the reference knows at it."""
    random = history.random
    valid_at = random.choice([None, day(random.randrange(-5, 95)), day(random.randrange(95)) + random.randint(-1, 1)])
    how = random.choice(["head", "position", "instant"])
    if how == "position":
        position = random.randint(random.choice([0, history.head // 2]), history.head)
        moment = await read_moment(store, valid_at, at_position=position)
    elif how == "instant":
        known_at = random.choice([*history.recorded.values(), history.clock + DAY]) + random.randint(-1, 1)
        position = history.position_known_at(known_at)
        moment = await read_moment(store, valid_at, known_at=known_at)
    else:
        position = history.head
        moment = await read_moment(store, valid_at)
    assert moment.position == position
    assert moment.known_at == history.recorded[position]
    return moment, history.known_at(position), valid_at
