"""What is told month by month: the schedule before it begins; flights, weather and settled labels after it has ended."""

from collections.abc import Iterator
from datetime import timedelta

from examples.flights.data import Folder, World, between, labels_of, schedule_of
from examples.flights.evidence import PACKAGE, Item, dataset, dataset_urn
from examples.flights.new_york import MONTHS, month
from examples.flights.plot import month_told_at, schedule_told_at
from examples.flights.telling import Telling, manifest


def tell_months(world: World, folder: Folder) -> Iterator[Telling]:
    """Two tellings a month; the register of airlines comes with the first."""
    for name in MONTHS:
        registers = [airlines(world, folder)] if name == MONTHS[0] else []
        items = [*registers, schedule(name, world, folder)]
        yield Telling(schedule_told_at(name), f"schedule of {name}", manifest(datasets=items))
        yield Telling(month_told_at(name), f"flights of {name}", manifest(datasets=month_datasets(name, world, folder)))


def airlines(world: World, folder: Folder) -> Item:
    return register("airlines", "The register of airlines: code and name.", MONTHS[0], world, folder)


def register(name: str, description: str, known_in: str, world: World, folder: Folder) -> Item:
    """A table that changes rarely: one version for the year."""
    file = folder.keep(f"data/{name}.csv", world.raw[name])
    occurred_at = schedule_told_at(known_in) - timedelta(hours=3)
    return dataset(dataset_urn(name, "2013"), file, None, occurred_at, description, source={"repo": PACKAGE})


def schedule(name: str, world: World, folder: Folder) -> Item:
    file = folder.keep_table(f"data/schedule-{name}.csv", schedule_of(between(world.flights, month(name))))
    return dataset(
        dataset_urn("schedule", name),
        file,
        month(name),
        schedule_told_at(name) - timedelta(hours=3),
        f"Scheduled flights out of New York, {name}: what is known before any of them departs.",
        source={"repo": PACKAGE},
    )


def month_datasets(name: str, world: World, folder: Folder) -> list[Item]:
    """Snapshots of flights and weather, and the labels that follow from them."""
    raw = [
        snapshot("flights", f"All flights out of New York, {name}, as flown or cancelled.", name, world, folder),
        snapshot("weather", f"Hourly weather at the three airports of New York, {name}.", name, world, folder),
    ]
    return [*raw, labels(name, world, folder)]


def snapshot(series: str, description: str, name: str, world: World, folder: Folder) -> Item:
    file = folder.keep(f"data/{series}-{name}.csv", world.raw[f"{series}-{name}"])
    made_at = month_told_at(name) - timedelta(hours=9)
    return dataset(dataset_urn(series, name), file, month(name), made_at, description, source={"repo": PACKAGE})


def labels(name: str, world: World, folder: Folder) -> Item:
    file = folder.keep_table(f"data/labels-{name}.csv", labels_of(between(world.flights, month(name))))
    return dataset(
        dataset_urn("labels", name),
        file,
        month(name),
        month_told_at(name) - timedelta(hours=1),
        f"Settled outcomes of {name}: late by 15 minutes or more. A flight that departed and has no arrival on file "
        "counts as late; a cancelled one has no outcome.",
        derivedFrom=[dataset_urn("flights", name)],
    )
