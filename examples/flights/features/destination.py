"""Where the flight goes, and how far that is in miles."""

import pandas as pd

from examples.flights.data import References

SOURCES = ("dataset:flights/schedule",)
COMPUTED_FROM: tuple[str, ...] = ()


def values(flights: pd.DataFrame, references: References) -> pd.DataFrame:
    return flights[["dest", "distance"]]
