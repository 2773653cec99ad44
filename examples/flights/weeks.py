"""What is told week by week: arrival reports, prediction logs and KPI windows; and, a month later, which of these had to be revised."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from examples.flights.data import KEY, Folder, World, arrivals_of, between
from examples.flights.evidence import Item, dataset, dataset_urn, deployment_urn, urns, window, window_urn
from examples.flights.features import values_of
from examples.flights.kpis import benchmark_urn
from examples.flights.models import Trained, reads_weather
from examples.flights.new_york import MONTHS, Interval, Week, months_of, weeks_of
from examples.flights.plot import (
    CONTROLS,
    DATA,
    JUDGED_BY_CONTROL_AT,
    JUDGED_BY_REFERENCE_AT,
    LABEL_HORIZON,
    ROLL_OUTS,
    RollOut,
    names_airports,
    reconciled_at,
    week_told_at,
)
from examples.flights.scoring import by_segment, statistics
from examples.flights.telling import Telling, manifest
from examples.flights.training import probabilities

WORTH_REVISING = 1 / 200  # share of a window's flights whose outcome was settled after the first count


@dataclass(frozen=True)
class Stretch:
    """One roll-out in one week: the interval both have in common, and every flight in it with the probability given."""

    roll_out: RollOut
    week: Week
    over: Interval
    flights: pd.DataFrame

    @property
    def log_version(self) -> str:
        name = f"{self.roll_out.label}-{self.week.label}"
        return f"control-{name}" if self.roll_out.is_control else name

    @property
    def control(self) -> RollOut | None:
        """The roll-out that predicted the very same flights in order to be compared with, if this is another."""
        if self.roll_out.is_control:
            return None
        return next((one for one in CONTROLS if self.week.interval.cut(one.live) == self.over), None)


def score_weeks(world: World, trained: Mapping[str, Trained]) -> list[Stretch]:
    """Every flight from the first shadow on, scored by each roll-out that was live at its scheduled departure."""
    return [
        Stretch(roll_out, week, over, score(between(world.flights, over), trained[roll_out.plan.version], world))
        for week in weeks_of(Interval(ROLL_OUTS[0].live.start, DATA.end))
        for roll_out in (*ROLL_OUTS, *CONTROLS)
        if (over := week.interval.cut(roll_out.live))
    ]


def score(flights: pd.DataFrame, trained: Trained, world: World) -> pd.DataFrame:
    values = values_of(trained.plan.definitions, flights, world.references)
    return flights.assign(probability=probabilities(trained.model, values))


def tell_weeks(stretches: list[Stretch], world: World, folder: Folder) -> Iterator[Telling]:
    """Each week is told when its labels have had their three days."""
    for week in dict.fromkeys(stretch.week for stretch in stretches):
        told_at = week_told_at(week)
        those = [stretch for stretch in stretches if stretch.week == week]
        logs = [prediction_log(stretch, told_at, folder) for stretch in those]
        yield Telling(
            told_at,
            f"week {week.label}",
            manifest(
                datasets=[arrivals(week, world, folder), *logs],
                windows=[item for stretch in those for item in first_count(stretch)],
            ),
        )


def arrivals(week: Week, world: World, folder: Folder) -> Item:
    file = folder.keep_table(f"data/arrivals-{week.label}.csv", arrivals_of(between(world.flights, week.interval)))
    return dataset(
        dataset_urn("arrivals", week.label),
        file,
        week.interval,
        week.interval.end + LABEL_HORIZON,
        f"Arrivals of week {week.label} as reported within three days; diverted flights have not reported.",
    )


def prediction_log(stretch: Stretch, told_at: datetime, folder: Folder) -> Item:
    table = stretch.flights[[*KEY, "probability"]]
    file = folder.keep_table(f"data/predictions-{stretch.log_version}.csv", table)
    months = months_of(stretch.over)
    return dataset(
        dataset_urn("predictions", stretch.log_version),
        file,
        stretch.over,
        stretch.over.end,
        f"Probabilities given by {'control' if stretch.roll_out.is_control else 'roll-out'} {stretch.roll_out.label} "
        f"in week {stretch.week.label}, at scheduled departure.",
        derivedFrom=[
            deployment_urn(stretch.roll_out),
            *urns("schedule", months),
            *(urns("weather", months) if reads_weather(stretch.roll_out.plan) else []),
            *(urns("airports", ["2013"]) if names_airports(told_at) else []),
        ],
    )


def first_count(stretch: Stretch) -> list[Item]:
    """The windows over the arrivals reported in time."""
    return count(stretch, stretch.flights[stretch.flights["reported"]], [])


def count(stretch: Stretch, flights: pd.DataFrame, settled_on: list[str], revision: int = 0) -> list[Item]:
    """Both KPIs over these flights, in total and per airport."""
    logged = dataset_urn("predictions", stretch.log_version)
    rests_on = [dataset_urn("arrivals", stretch.week.label), *settled_on, logged]
    return [
        window(
            deployment_urn(stretch.roll_out),
            kpi,
            stretch.over,
            airport,
            numbers,
            computedFrom=rests_on,
            **compared_with(stretch, kpi, airport, revision),
        )
        for airport, those in by_segment(flights).items()
        for kpi, numbers in statistics(those).items()
    ]


def compared_with(stretch: Stretch, kpi: str, airport: str | None, revision: int) -> Item:
    """What the window was held against when it was told: the evaluation, later the control's window.

    Between the two it was a dozen weeks, which every verdict names; they are not said again with each window.
    """
    told_at = week_told_at(stretch.week)
    if told_at < JUDGED_BY_REFERENCE_AT:
        return {"comparedWith": [benchmark_urn(kpi)]}
    if told_at < JUDGED_BY_CONTROL_AT or stretch.control is None:
        return {}
    beside = window(deployment_urn(stretch.control), kpi, stretch.over, airport, {})
    return {"comparedWith": [window_urn({**beside, "revision": revision})]}


def tell_reconciliations(stretches: list[Stretch]) -> Iterator[Telling]:
    """Once a month: windows in which enough flights were settled late are counted again."""
    for name in MONTHS:
        those = [stretch for stretch in stretches if settled_with(stretch) == name and is_worth_revising(stretch)]
        if those:
            items = [item for stretch in those for item in second_count(stretch)]
            yield Telling(reconciled_at(name), f"reconciliation of {name}", manifest(windows=items))


def settled_with(stretch: Stretch) -> str:
    """The month whose labels complete the stretch."""
    return months_of(stretch.over)[-1]


def is_worth_revising(stretch: Stretch) -> bool:
    departed = stretch.flights[stretch.flights["departed"]]
    return float((~departed["reported"]).mean()) >= WORTH_REVISING


def second_count(stretch: Stretch) -> list[Item]:
    """Revision 1 of the windows whose numbers changed, over all flights that departed."""
    departed = stretch.flights[stretch.flights["departed"]]
    settled = count(stretch, departed, urns("labels", months_of(stretch.over)), revision=1)
    return [
        {**item, "revision": 1, "revises": [window_urn(first)], "description": description_of_revision(first, item)}
        for first, item in zip(first_count(stretch), settled, strict=True)
        if first["n"] != item["n"]
    ]


def description_of_revision(first: Item, second: Item) -> str:
    more = int(str(second["n"])) - int(str(first["n"]))
    return f"Counts {more} more late flights: they departed and had no arrival on file at the first count."
