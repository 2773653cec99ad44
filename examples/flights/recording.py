"""Recording: the story told to an embedded store, each telling under a clock that stands at its own time; and the log in one file."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.commands import Command, Receipt, Retraction
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.log_file import Header
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.record.instants import from_datetime
from evidence_graph.store.sqlite import SqliteStore
from examples.flights.chapters import read_chapters
from examples.flights.demo import DEMO
from examples.flights.plot import LOG_BEGINS
from examples.flights.telling import Telling

ORIGIN = "flights.example/evidence"
VIA = "EXAMPLE"


async def record(told: Mapping[str, Telling], database: Path, log: Path) -> Header:
    """Record the tellings, given by name, in a new database, and write its log to a file.

    Nobody keeps the private key of this log: whoever loads the file goes on under an origin and key of their own.
    """
    for leftover in database.parent.glob(f"{database.name}*"):
        leftover.unlink()
    store = SqliteStore(database)
    await store.open()
    try:
        clock = SimulatedClock(instant(LOG_BEGINS))
        await begin_log(store, ORIGIN, new_private_key(), clock)
        await _tell(told, Recorder(store, clock), clock)
        demo = msgspec.structs.replace(DEMO, chapters=await read_chapters(store))
        return await write_log_file(store, log, demo)
    finally:
        await store.close()


async def _tell(told: Mapping[str, Telling], recorder: Recorder, clock: SimulatedClock) -> None:
    for name, telling in told.items():
        clock.instant = instant(telling.recorded_at)
        for command in commands(name, telling):
            _refuse_faults(name, await recorder.record(command))


def commands(name: str, telling: Telling) -> Iterator[Command]:
    """What a telling says: its retractions, if any, and then its manifest. The name makes the idempotency keys."""
    if telling.retractions:
        retractions = tuple(
            Retraction(path=f"retractions[{number}]", urn=one.urn, plain={"reason": one.reason})
            for number, one in enumerate(telling.retractions)
        )
        yield Command(retractions, telling.actor, VIA, key=f"{name}/retractions")
    read = read_manifest(telling.manifest)
    yield Command(tuple(read.items), telling.actor, VIA, read.source, key=name, faults=tuple(read.faults))


def _refuse_faults(name: str, receipt: Receipt) -> None:
    if receipt.faults:
        raise SystemExit("\n".join(f"{name}: {fault.field}: {fault.message}" for fault in receipt.faults))


def instant(when: datetime) -> int:
    """An instant as clocks give it, µs since 1970 UTC."""
    return from_datetime(when)
