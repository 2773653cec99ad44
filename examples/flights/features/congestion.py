"""How many flights are scheduled to leave the same airport in the same hour."""

import pandas as pd

from examples.flights.data import References

SOURCES = ("dataset:flights/schedule",)
COMPUTED_FROM: tuple[str, ...] = ()


def values(flights: pd.DataFrame, references: References) -> pd.DataFrame:
    hour = flights["scheduled_departure"].str[:13]
    return pd.DataFrame({"congestion": flights.groupby([flights["origin"], hour])["flight"].transform("size")})
