"""Minutes from scheduled departure to scheduled arrival, and how many of them are reserve for the distance.

The scheduled arrival is local time of the destination, so its time zone is needed: the register of airports has it. Destinations
missing there (in Puerto Rico and the Virgin Islands) get the median reserve.
"""

import pandas as pd

from examples.flights.data import References

SOURCES = ("dataset:flights/airports", "dataset:flights/schedule")
COMPUTED_FROM: tuple[str, ...] = ()
MILES_PER_MINUTE = 8
GROUND_MINUTES = 30
DAY = 24 * 60


def values(flights: pd.DataFrame, references: References) -> pd.DataFrame:
    arrival = flights["scheduled_arrival"] // 100 * 60 + flights["scheduled_arrival"] % 100
    block = (arrival - _departure_at_destination(flights, references.airports)) % DAY
    reserve = (block - flights["distance"] / MILES_PER_MINUTE - GROUND_MINUTES).fillna(27)
    return pd.DataFrame({"block": block.fillna(0).astype(int), "reserve": reserve.round(2)})


def _departure_at_destination(flights: pd.DataFrame, airports: pd.DataFrame) -> pd.Series:
    """Minute of the day at the destination when the flight is to leave; missing where the time zone is unknown."""
    departures = pd.to_datetime(flights["scheduled_departure"], utc=True)
    zones = flights["dest"].map(airports.set_index("faa")["tzone"])
    minutes = pd.Series(float("nan"), index=flights.index)
    for zone, there in departures.groupby(zones):
        local = there.dt.tz_convert(zone).dt
        minutes[there.index] = local.hour * 60 + local.minute
    return minutes
