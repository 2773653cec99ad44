"""The feature definitions: each module here is one, names what it reads, and computes its values; its file is what the evidence digests."""

from pathlib import Path
from types import ModuleType

import pandas as pd

from examples.flights.data import References
from examples.flights.features import (
    carrier,
    congestion,
    departure_time,
    destination,
    scheduled_block,
    weather_at_origin,
)

TIMETABLE = (departure_time, carrier, destination, scheduled_block, congestion)
WEATHER = (weather_at_origin,)


def name_of(definition: ModuleType) -> str:
    """Name of a definition, such as `weather_at_origin`."""
    return definition.__name__.rpartition(".")[2]


def text_of(definition: ModuleType) -> bytes:
    """The bytes of a definition's file."""
    assert definition.__file__ is not None
    return Path(definition.__file__).read_bytes()


def description_of(definition: ModuleType) -> str:
    """The sentence a definition opens with."""
    return (definition.__doc__ or "").strip().splitlines()[0]


def values_of(definitions: tuple[ModuleType, ...], flights: pd.DataFrame, references: References) -> pd.DataFrame:
    """The values of several definitions for every flight, side by side."""
    return pd.concat([definition.values(flights, references) for definition in definitions], axis="columns")
