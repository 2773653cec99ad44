"""From raw observations to KPI windows: rows of a table in, items of a manifest's `windows` out.

    plan = WindowPlan(deployment="deployment:churn/eu-prod@42", kpi="churn/conversion", success="converted",
                      time="at", every="P7D", start="2026-10-02T08:00:00Z")
    windows_of(frame, plan).manifest

Nothing is left out in silence: rows that cannot be counted are refused, or counted and named; windows that nobody observed are named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.counting.tallies import BadCell
from evidence_graph.kpi.counting.window_count import Counted, WindowCount
from evidence_graph.kpi.counting.window_plan import WindowPlan

__all__ = ["Counted", "Rows", "WindowPlan", "count_rows", "windows_of"]

MOST_NAMED = 10  # of the rows that cannot be counted


class Rows(Protocol):
    """The cells of each row that were asked for, or why there are none."""

    def __iter__(self) -> Iterator[Sequence[object] | BadCell]:
        """The rows, in any order."""

    @property
    def place(self) -> str:
        """Where the last row stands, such as `flights.csv:17`."""


def windows_of(data: object, plan: WindowPlan, *, skip_bad_rows: bool = False) -> Counted:
    """The windows of a table: a pandas or polars frame, a mapping of columns, or any iterable of rows that are mappings.

    Raises InvalidInput when rows cannot be counted, naming the first ten by their number, from 0; with `skip_bad_rows` they are left
    out, and `skipped` of the result says how many for which reason. Also raised for a column that is not there, and for too many windows.
    """
    count = WindowCount(plan)
    counted = count_rows(_TableRows(data, count.columns), count)
    if counted.faults and not skip_bad_rows:
        raise InvalidInput(
            f"{sum(counted.skipped.values()):,} rows cannot be counted. {' '.join(counted.faults)}",
            "Correct them, or count without them by skip_bad_rows=True.",
        )
    return counted


def count_rows(rows: Rows, count: WindowCount) -> Counted:
    """What `count` has counted once all rows are read; `faults` has the first ten that could not be."""
    skipped: Counter[str] = Counter()
    faults: list[str] = []
    for cells in rows:
        try:
            if isinstance(cells, BadCell):
                raise cells
            count.take(cells)
        except BadCell as bad:
            skipped[bad.reason] += 1
            if len(faults) < MOST_NAMED:
                faults.append(f"{rows.place}: {f'column {bad.column}: ' if bad.column else ''}{bad}")
    return count.result(skipped, faults)


class _TableRows:
    """Rows of something in memory; no library is needed for that of others."""

    def __init__(self, data: object, columns: Sequence[str]) -> None:
        self._data, self._columns, self._number = data, columns, 0

    @property
    def place(self) -> str:
        return f"row {self._number}"

    def __iter__(self) -> Iterator[Sequence[object]]:
        for number, cells in enumerate(_cells(self._data, self._columns)):
            self._number = number
            yield cells


def _cells(data: object, columns: Sequence[str]) -> Iterator[Sequence[object]]:
    named = list(data) if isinstance(data, Mapping) else getattr(data, "columns", None)
    if named is not None:
        yield from zip(*_columns(data, [name for name in named if isinstance(name, str)], columns), strict=True)
    elif isinstance(data, Iterable):
        for row in data:
            if not isinstance(row, Mapping):
                raise InvalidInput(f"A row is a {type(row).__name__}.", "Give rows as mappings from column to value.")
            yield [row.get(column) for column in columns]
    else:
        raise InvalidInput(f"A {type(data).__name__} has no rows.", "Give a frame, a mapping of columns, or rows.")


def _columns(data: object, named: Sequence[str], columns: Sequence[str]) -> list[Iterable[object]]:
    lacking = [column for column in columns if column not in named]
    if lacking:
        raise InvalidInput(f"There is no column {lacking[0]!r}.", f"Known here: {', '.join(named)}.")
    try:
        return [data[column] for column in columns]  # type: ignore[index]
    except TypeError:
        raise InvalidInput(
            f"A {type(data).__name__} gives no columns.", "Give a frame that is in memory: collect a lazy one first."
        ) from None
