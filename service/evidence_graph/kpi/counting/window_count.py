"""Counting rows into KPI windows, one by one: a tally for every window and segment, so memory follows the windows and not the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.counting.cuts import written
from evidence_graph.kpi.counting.observed_times import read_instants
from evidence_graph.kpi.counting.tallies import MISSING, BadCell, Tally
from evidence_graph.kpi.counting.window_plan import WindowPlan

MOST_WINDOWS = 10_000  # what one manifest may hold
MOST_NAMED = 10  # of windows without rows
Item = dict[str, object]


class _Key(NamedTuple):
    """Which tally: the number of the window, that of the breakdown, and the values of its segment."""

    window: int
    breakdown: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """The windows in the order of time, and what is not in them.

    `skipped` counts rows by the reason they cannot be counted, `faults` names the first ten. `unobserved` windows had no row
    (`unobserved_from`: when the first ten begin), `bare` ones nothing to divide by, `unfinished` ones are not over.
    """

    windows: list[Item]
    skipped: Mapping[str, int]
    faults: Sequence[str]
    unobserved: int
    unobserved_from: Sequence[str]
    bare: int
    unfinished: int

    @property
    def manifest(self) -> Item:
        """The manifest of these windows, as `evidence register` takes it."""
        return {"apiVersion": "evidence/v1", "windows": self.windows}


class WindowCount:
    """What has been counted so far. `columns` are those a row needs, in the order `take` wants their cells."""

    def __init__(self, plan: WindowPlan) -> None:
        self._plan, self._aggregate, self._zone = plan, plan.aggregate(), plan.clock_zone()
        self._cuts, (self._start, self._end) = plan.cuts(), plan.limits()
        self._breakdowns = plan.breakdowns()
        of_segments = [column for breakdown in self._breakdowns for column, _ in breakdown]
        self.columns = tuple(dict.fromkeys([plan.time, *self._aggregate.columns, *of_segments]))
        self._observed = [self.columns.index(column) for column in self._aggregate.columns]
        self._parts = [
            [(self.columns.index(column), column) for column, _ in breakdown] for breakdown in self._breakdowns
        ]
        self._tallies: dict[_Key, Tally] = {}
        self._latest = (
            0,
            0,
            0,
        )  # start, end and number of the window that the last row fell into; rows come in order mostly

    def take(self, cells: Sequence[object]) -> None:
        """Count one row, in the total and in each of its segments, or not at all. Raises BadCell."""
        window = self._window(cells[0])
        terms = self._aggregate.terms([cells[place] for place in self._observed])
        keys = [
            _Key(window, number, tuple([_segment_value(cells[place], column) for place, column in parts]))
            for number, parts in enumerate(self._parts)
        ]
        for key in keys:
            tally = self._tallies.get(key)
            if tally is None:
                tally = self._new_tally(key)
            tally.add(terms)

    def _new_tally(self, key: _Key) -> Tally:
        if len(self._tallies) >= MOST_WINDOWS:
            raise InvalidInput(
                f"There are more than {MOST_WINDOWS:,} windows.", "Choose longer ones, fewer segments, or less time."
            )
        tally = self._tallies[key] = Tally()
        return tally

    def _window(self, value: object) -> int:
        instants = read_instants(value, self._plan.time, self._zone)
        window = self._window_at(instants[0], value)
        if len(instants) > 1 and self._window_at(instants[1], value) != window:
            raise BadCell(
                "without a time", self._plan.time, f"{value} came twice, in two windows.", "Add an offset to it."
            )
        return window

    def _window_at(self, instant: int, value: object) -> int:
        start, end, number = self._latest
        if start <= instant < end:
            return number
        if instant < self._start or (self._end is not None and instant >= self._end):
            side = "before start" if instant < self._start else "not before end"
            raise BadCell(
                "outside the time asked for", self._plan.time, f"{value} is {side}.", "Widen the time, or leave it out."
            )
        number = self._cuts.index_of(instant)
        self._latest = (*self._interval(number), number)
        return number

    def _interval(self, window: int) -> tuple[int, int]:
        """Start and end of a window, no wider than the time asked for."""
        start, end = max(self._cuts.start(window), self._start), self._cuts.start(window + 1)
        return start, end if self._end is None else min(end, self._end)

    def result(self, skipped: Mapping[str, int], faults: Sequence[str]) -> Counted:
        """The windows of what has been counted, beside what the caller could not have counted."""
        over_at = self._plan.over_at()
        windows: list[Item] = []
        bare = unfinished = 0
        for key, tally in sorted(self._tallies.items(), key=itemgetter(0)):
            statistics = self._aggregate.statistics(tally)
            if over_at is not None and self._interval(key.window)[1] > over_at:
                unfinished += 1
            elif statistics is None:
                bare += 1
            else:
                windows.append(self._named(key) | statistics | self._told_of_all())
        unobserved, unobserved_from = self._unobserved(over_at)
        return Counted(windows, skipped, faults, unobserved, unobserved_from, bare, unfinished)

    def _named(self, key: _Key) -> Item:
        plan, (start, end) = self._plan, self._interval(key.window)
        measured: Item = {"deployment": plan.deployment} if plan.deployment is not None else {"model": plan.model}
        names = [name for _, name in self._breakdowns[key.breakdown]]
        segment: Item = {"segment": dict(zip(names, key.values, strict=True))} if names else {}
        return {**measured, "kpi": plan.kpi, "start": written(start), "end": written(end), **segment}

    def _told_of_all(self) -> Item:
        more: Item = {"revision": self._plan.revision} if self._plan.revision else {}
        return more | ({"computedFrom": list(self._plan.computed_from)} if self._plan.computed_from else {})

    def _unobserved(self, over_at: int | None) -> tuple[int, list[str]]:
        """How many windows no row fell into, and when the first few begin. Where no end is stated, up to the last one observed."""
        observed = {key.window for key in self._tallies}
        first = self._cuts.index_of(self._start)
        last = max(observed, default=first - 1) if self._end is None else self._cuts.index_of(self._end - 1)
        if over_at is not None:
            last = min(last, self._cuts.index_of(over_at) - 1)
        missing = max(last - first + 1, 0) - sum(first <= window <= last for window in observed)
        begin: list[str] = []
        window = first
        while len(begin) < min(missing, MOST_NAMED):
            if window not in observed:
                begin.append(written(self._interval(window)[0]))
            window += 1
        return missing, begin


def _segment_value(value: object, column: str) -> str:
    """A segment's value as text. Numbers are taken when whole. Raises BadCell when it is missing."""
    if isinstance(value, str) and value.strip():
        return value
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, int) or (isinstance(plain, float) and plain.is_integer()):
        return str(int(plain))
    if str(value).strip().lower() in MISSING or isinstance(plain, float):
        raise BadCell("without a segment", column, f"{str(value)!r} is no segment.", "Fill it, or leave the row out.")
    return str(value)
