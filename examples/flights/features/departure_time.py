"""When and where the flight is to leave: airport, hour and weekday in New York, and airport and hour together."""

import pandas as pd

from examples.flights.data import References

SOURCES = ("dataset:flights/schedule",)
COMPUTED_FROM: tuple[str, ...] = ()


def values(flights: pd.DataFrame, references: References) -> pd.DataFrame:
    hour = flights["hour"].clip(lower=5).astype(str).str.zfill(2)
    return pd.DataFrame(
        {
            "origin": flights["origin"],
            "hour": hour,
            "weekday": flights["weekday"].astype(str),
            "origin_hour": flights["origin"] + "-" + hour,
        }
    )
