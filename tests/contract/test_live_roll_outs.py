"""What is live is worked out of a part of a slot's history, and is what the rule says of the whole of it."""

from random import Random

import pytest

from evidence_graph.lineage.deployments import LIVE_ROLL_OUTS, ROLL_OUTS, RollOutsFrom, RollOutsIn
from evidence_graph.record.project import referred, with_names
from evidence_graph.record.roll_outs import END, PRODUCTION, STATE, LiveInterval
from evidence_graph.record.rows import RollOutChangeClosed, RollOutChangePut, Row, in_batches
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.stored import RollOutRow, slots_in

SLOTS = ("a/one", "a/two", "a/two-more", "b/one")
STATES = [*[(PRODUCTION, 1.0)] * 4, (PRODUCTION, 0.5), ("CANARY", 0.1), ("SHADOW", 1.0)]
LAST = 30  # instants and log positions both count from 1 to this


async def put(store: GraphStore, rows: list[Row]) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.lock_head()
        for batch in in_batches(rows):
            await transaction.put(batch)

    await store.write(work)


def state(urn: str, at: int, position: int, mode: str = PRODUCTION, traffic: float = 1.0) -> Row:
    slot = urn.partition(":")[2].partition("@")[0]
    return RollOutChangePut(urn, f"slot:{slot}", slot.partition("/")[0], STATE, at, mode, traffic, position)


def end(urn: str, at: int, position: int) -> Row:
    slot = urn.partition(":")[2].partition("@")[0]
    return RollOutChangePut(urn, f"slot:{slot}", slot.partition("/")[0], END, at, "", 0.0, position)


def named(slot: str) -> list[Row]:
    """A slot is found by the series of its deployments."""
    series = f"deployment:{slot}"
    return with_names([referred(f"{series}@0", 1, 1)])


def history(random: Random) -> list[Row]:
    """Roll-outs in any state at any time, adjusted, ended, and corrected: also what `decide` would have refused."""
    rows: list[Row] = [row for slot in SLOTS for row in named(slot)]
    for position in range(2, LAST):
        urn = f"deployment:{random.choice(SLOTS)}@{random.randrange(6) if random.random() < 0.5 else f'new{position}'}"
        at = random.randrange(1, LAST)
        if random.random() < 0.2:
            rows += [RollOutChangeClosed(urn, END, 0, LAST, position), end(urn, at, position)]
            continue
        if random.random() < 0.7:
            rows.append(RollOutChangeClosed(urn, STATE, at, at, position))
        rows.append(state(urn, at, position, *random.choice(STATES)))
    return rows


def live(rows: list[RollOutRow], since: int) -> dict[str, LiveInterval]:
    """Live intervals, of those that reach beyond the instant."""
    slots = slots_in(rows)
    found = {urn: interval for slot in slots.values() for urn, interval in slot.live_intervals().items()}
    return {urn: interval for urn, interval in found.items() if interval.end > since}


@pytest.mark.runs(200)
async def test_the_part_that_is_read_gives_the_same_as_the_whole_history(run: int, store: GraphStore) -> None:
    """Whatever the roll-outs, whenever it is asked about and from whichever log position."""
    random = Random(run)
    await put(store, history(random))

    for _ in range(10):
        position, since = random.randrange(1, LAST + 1), random.randrange(0, LAST + 1)
        everything = await store.ask(ROLL_OUTS, RollOutsIn("", position))
        for slot, namespace in [("", ""), ("", "a"), ("", "b"), *((f"slot:{slot}", "") for slot in SLOTS)]:
            part = await store.ask(LIVE_ROLL_OUTS, RollOutsFrom(slot, namespace, since, position))
            whole = [
                row for row in everything if row.slot == slot or (not slot and row.slot.startswith(f"slot:{namespace}"))
            ]
            assert live(part, since) == live(whole, since)
            assert {row.slot for row in part} <= {row.slot for row in whole}


async def test_a_history_that_is_over_is_not_read(store: GraphStore) -> None:
    """A hundred roll-outs that took over one from the other: only what is live comes, and a canary that goes on."""
    urns = [f"deployment:a/one@{number}" for number in range(100)]
    canary = "deployment:a/one@canary"
    changes = [state(urn, number + 1, 2) for number, urn in enumerate(urns)] + [state(canary, 1, 2, "CANARY", 0.1)]
    await put(store, [*named("a/one"), *changes])

    read = await store.ask(LIVE_ROLL_OUTS, RollOutsFrom("", "a", 1_000, 2))

    assert {row.deployment for row in read} == {urns[-1], canary}


async def test_what_ended_when_it_began_takes_over_from_nobody(store: GraphStore) -> None:
    """Nor does what is stated twice for one instant, first in full and then in the shadow."""
    before, never, twice = (f"deployment:a/one@{name}" for name in ("before", "never", "twice"))
    at_once = [state(never, 5, 2), end(never, 5, 3), state(twice, 6, 4), state(twice, 6, 5, "SHADOW")]
    await put(store, [*named("a/one"), state(before, 1, 2), *at_once])

    read = await store.ask(LIVE_ROLL_OUTS, RollOutsFrom("slot:a/one", "", 10, 9))

    assert live(read, 10).keys() == {before, twice}
