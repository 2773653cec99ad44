"""The weather at the airport of departure, as last observed at least one hour before the hour of the scheduled departure.

An observation more than six hours old says nothing: ordinary values stand in for missing ones. Heat, damp heat, frost, rain, low
pressure and fog get terms of their own, since their effect sets in beyond a threshold.
"""

import pandas as pd

from examples.flights.data import References

SOURCES = ("dataset:flights/schedule", "dataset:flights/weather")
COMPUTED_FROM: tuple[str, ...] = ()
ORDINARY = {
    "temp": 55,
    "dewp": 40,
    "humid": 60,
    "wind_speed": 10,
    "wind_gust": 0,
    "precip": 0,
    "pressure": 1017,
    "visib": 10,
}


def values(flights: pd.DataFrame, references: References) -> pd.DataFrame:
    seen = _last_observed(flights, references.weather).fillna(ORDINARY)
    terms = {
        "temperature": seen["temp"],
        "dew_point": seen["dewp"],
        "humidity": seen["humid"],
        "wind": seen["wind_speed"],
        "gust": seen["wind_gust"],
        "heat": (seen["temp"] - 75).clip(lower=0),
        "damp_heat": (seen["dewp"] - 60).clip(lower=0),
        "damp_heat_by_hour": (seen["dewp"] - 60).clip(lower=0) * flights["hour"],
        "frost": (35 - seen["temp"]).clip(lower=0),
        "rain": seen["precip"].clip(upper=0.5),
        "wet": (seen["precip"] > 0).astype(int),
        "low_pressure": (1015 - seen["pressure"]).clip(lower=0),
        "poor_sight": 10 - seen["visib"],
        "fog": (seen["visib"] < 3).astype(int),
    }
    return pd.DataFrame(terms).round(2)


def _last_observed(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    hour = pd.to_datetime(flights["scheduled_departure"], utc=True).dt.floor("h")
    wanted = pd.DataFrame({"at": hour - pd.Timedelta(hours=1), "origin": flights["origin"]})
    observed = (
        weather[["origin", *ORDINARY]].assign(at=pd.to_datetime(weather["time_hour"], utc=True)).sort_values("at")
    )
    found = pd.merge_asof(wanted, observed, on="at", by="origin", tolerance=pd.Timedelta(hours=6))
    return found.set_index(flights.index)[list(ORDINARY)]
