"""Clocks: where `recordedAt` comes from, and whether it is this machine's time or one handed in."""

import time
from typing import Protocol

from evidence_graph.record.instants import SECOND

SYSTEM, SIMULATED = "SYSTEM", "SIMULATED"
TOLERANCE = 5 * SECOND  # how far a clock may lag behind the head of the log


class Clock(Protocol):
    """Says what time it is (µs since 1970-01-01 UTC), and of what kind it is: SYSTEM or SIMULATED."""

    @property
    def kind(self) -> str:
        """SYSTEM or SIMULATED."""

    def now(self) -> int:
        """µs since 1970-01-01 UTC."""


class SystemClock:
    """The time of this machine."""

    kind = SYSTEM

    def now(self) -> int:
        return time.time_ns() // 1000


class SimulatedClock:
    """A clock that stands where it is put: for stories that happened at another time. Entries under it say so."""

    kind = SIMULATED

    def __init__(self, instant: int) -> None:
        self.instant = instant

    def now(self) -> int:
        return self.instant
