"""The airline, if it is in the register of airlines that this definition was fitted on; `other` if not."""

import pandas as pd

from examples.flights.data import References

SOURCES = ("dataset:flights/schedule",)
COMPUTED_FROM = ("dataset:flights/airlines@2013",)


def values(flights: pd.DataFrame, references: References) -> pd.DataFrame:
    known = flights["carrier"].isin(references.airlines["carrier"])
    return pd.DataFrame({"carrier": flights["carrier"].where(known, "other")})
