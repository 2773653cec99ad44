"""When the roll-outs of one slot were live: stated times are stored, the end of an open production roll-out is derived.

A roll-out has *states* (mode and traffic from an instant on) and perhaps a stated end. It *takes over* its slot where it becomes
full-traffic PRODUCTION. An open full-traffic run ends where another roll-out of the slot next takes over. Refused, in whatever order they
come: a take-over inside another's stated full-traffic run, or at the same instant as another's take-over.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from graph_schema import OPEN_END

PRODUCTION = "PRODUCTION"
STATE, END = "STATE", "END"


class RollOutState(NamedTuple):
    """Mode and share of traffic from an instant on (µs)."""

    at: int
    mode: str
    traffic: float

    @property
    def full(self) -> bool:
        """Whether all of the slot's production traffic goes here."""
        return self.mode == PRODUCTION and self.traffic == 1


class Run(NamedTuple):
    """A stretch `[start, end)` of one roll-out in one state, or of full traffic; `end` may be OPEN_END."""

    start: int
    end: int
    state: RollOutState


class RollOut(msgspec.Struct, frozen=True):
    """One deployment's stated times: states in order of their instants, and its stated end (OPEN_END when none)."""

    deployment: str
    states: tuple[RollOutState, ...] = ()
    end: int = OPEN_END

    def stretches(self) -> list[Run]:
        """The states with the interval each is stated for."""
        starts = [state.at for state in self.states[1:]] + [self.end]
        stated = (Run(state.at, min(start, self.end), state) for state, start in zip(self.states, starts, strict=False))
        return [run for run in stated if run.start < run.end]

    def full_runs(self) -> Iterator[Run]:
        """Maximal stretches of full production traffic."""
        current: Run | None = None
        for run in self.stretches():
            if current is not None and run.state.full:
                current = Run(current.start, run.end, current.state)
                continue
            if current is not None:
                yield current
            current = run if run.state.full else None
        if current is not None:
            yield current


class LiveInterval(NamedTuple):
    """When a roll-out was live: `[start, end)`, with `derived` true when the next take-over gave the end."""

    start: int
    end: int
    derived: bool


class ProductionRun(NamedTuple):
    """A stretch `[start, end)` in which one roll-out had all of its slot's production traffic; `end` may be OPEN_END."""

    start: int
    end: int
    deployment: str


class Slot(msgspec.Struct, frozen=True):
    """All roll-outs of one slot, as known at one position."""

    roll_outs: dict[str, RollOut]

    def take_overs(self) -> list[tuple[int, str]]:
        """Where each roll-out becomes full-traffic production: (instant, deployment), in order."""
        return sorted((run.start, r.deployment) for r in self.roll_outs.values() for run in r.full_runs())

    def live_intervals(self) -> dict[str, LiveInterval]:
        """The live interval of every roll-out that has begun to be described."""
        take_overs = self.take_overs()
        found = ((name, _live(roll_out, take_overs)) for name, roll_out in self.roll_outs.items())
        return {name: interval for name, interval in found if interval is not None}

    def live(self, deployment: str) -> LiveInterval | None:
        """The live interval of one roll-out; None for a stub."""
        roll_out = self.roll_outs.get(deployment)
        return None if roll_out is None else _live(roll_out, self.take_overs())

    def production_runs(self) -> list[ProductionRun]:
        """Who had all of the slot's production traffic when, in order of time; an open run ends where the next takes over."""
        runs = (
            ProductionRun(run.start, min(run.end, live.end), deployment)
            for deployment, live in self.live_intervals().items()
            for run in self.roll_outs[deployment].full_runs()
        )
        return sorted(run for run in runs if run.start < run.end)

    def predecessor(self, deployment: str) -> str | None:
        """The roll-out whose full traffic this one took over, if any."""
        roll_out = self.roll_outs.get(deployment)
        first = next(iter(roll_out.full_runs()), None) if roll_out else None
        if first is None:
            return None
        before = [name for at, name in self.take_overs() if at < first.start and name != deployment]
        return before[-1] if before else None

    def clash(self, deployment: str) -> tuple[str, Run] | None:
        """Another roll-out, and its full run, that `deployment` cannot stand beside; None when all is well."""
        mine = list(self.roll_outs[deployment].full_runs())
        for name, other in self.roll_outs.items():
            if name == deployment:
                continue
            for theirs in other.full_runs():
                if any(_clash(run, theirs) for run in mine):
                    return name, theirs
        return None


def _clash(mine: Run, theirs: Run) -> bool:
    return (
        mine.start == theirs.start
        or (theirs.end != OPEN_END and theirs.start < mine.start < theirs.end)
        or (mine.end != OPEN_END and mine.start < theirs.start < mine.end)
    )


def _live(roll_out: RollOut, take_overs: Sequence[tuple[int, str]]) -> LiveInterval | None:
    stretches = roll_out.stretches()
    if not stretches:
        return None
    start = stretches[0].start
    if roll_out.end != OPEN_END:
        return LiveInterval(start, roll_out.end, False)
    last_full = next((run for run in roll_out.full_runs() if run.end == OPEN_END), None)
    if last_full is None:
        return LiveInterval(start, OPEN_END, False)
    end = next((at for at, name in take_overs if at > last_full.start and name != roll_out.deployment), None)
    return LiveInterval(start, OPEN_END, False) if end is None else LiveInterval(start, end, True)


def state_at(roll_out: RollOut, instant: int) -> RollOutState | None:
    """The state a roll-out is in at an instant, whether or not it is live then."""
    return next((run.state for run in reversed(roll_out.stretches()) if run.start <= instant < run.end), None)


def slots_of(changes: Iterable[tuple[str, str, str, int, str, float]]) -> dict[str, Slot]:
    """Slots from stored changes `(slot, deployment, change, at, mode, traffic)`, each slot's roll-outs by URN."""
    states: dict[tuple[str, str], list[RollOutState]] = {}
    ends: dict[tuple[str, str], int] = {}
    for slot, deployment, change, at, mode, traffic in changes:
        known = states.setdefault((slot, deployment), [])
        if change == END:
            ends[slot, deployment] = at
        else:
            known.append(RollOutState(at, mode, traffic))
    slots: dict[str, Slot] = {}
    for (slot, deployment), known in states.items():
        roll_out = RollOut(deployment, tuple(sorted(known)), ends.get((slot, deployment), OPEN_END))
        slots.setdefault(slot, Slot({})).roll_outs[deployment] = roll_out
    return slots
