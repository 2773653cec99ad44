"""Writes that arrive together share a transaction; each succeeds or fails for itself, and none is lost, doubled or mixed up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from evidence_graph.errors import InvalidInput, OutcomeUnknown, StoreUnavailable
from evidence_graph.evidence.clock import SimulatedClock, SystemClock
from evidence_graph.evidence.commands import Command, Receipt
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.chain import read_chain
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.merkle import tree_root
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.stored import ENTRIES, EntriesBetween
from tests import stories
from tests.conftest import SOAK, Engine
from tests.stories import attempt, command, now, outcomes, urns

T = TypeVar("T")


class CountingStore:
    """A store that counts its transactions; everything else is the store's own."""

    def __init__(self, store: GraphStore) -> None:
        self._store, self.transactions = store, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        self.transactions += 1
        return await self._store.write(work)


async def together(store: GraphStore, *commands: Command) -> list[Receipt | BaseException]:
    """All of them at once, through one recorder."""
    recorder = Recorder(store, SimulatedClock((await read_head(store)).recorded_at))
    return await asyncio.gather(*map(recorder.record, commands), return_exceptions=True)


async def check_log(store: GraphStore) -> None:
    head = await read_head(store)
    entries = await store.ask(ENTRIES, EntriesBetween(0, head.size + 10))
    assert [row.position for row in entries] == list(range(head.size))
    assert tree_root(row.body.encode() for row in entries).hex() == head.root


async def test_concurrent_writes_share_a_transaction(store: GraphStore) -> None:
    """A hundred writes, two transactions at most: one running, one for all that waited. Receipts name positions in order."""
    counting = CountingStore(store)

    receipts = await together(counting, *(command(stories.datasets(f"dataset:a/b@{n}")) for n in range(100)))  # type: ignore[arg-type]

    assert counting.transactions <= 2
    assert [receipt.position for receipt in receipts if isinstance(receipt, Receipt)] == list(range(1, 101))
    await check_log(store)


async def test_each_write_of_a_group_succeeds_or_fails_for_itself(store: GraphStore) -> None:
    """A refused neighbour takes nothing with it and leaves no gap."""
    await stories.record(store, stories.datasets(stories.CUSTOMERS, digest=stories.DIGEST))

    good, conflict, faulty, dry, more = await together(
        store,
        command(stories.datasets("dataset:a/b@1")),
        command(
            stories.datasets("dataset:a/never@1"), stories.datasets(stories.CUSTOMERS, digest=stories.OTHER_DIGEST)
        ),
        command({"datasets": [{"urn": "dataset:a/never@2"}, {"urn": "nothing"}]}),
        command(stories.datasets("dataset:a/never@3"), dry_run=True),
        command(stories.derived("dataset:a/c@1", "dataset:a/b@1")),
    )

    assert isinstance(good, Receipt)
    assert isinstance(more, Receipt)
    assert (outcomes(good), good.position) == (["CREATED"], 2)
    assert (outcomes(more), more.position) == (["CREATED"], 3)
    for refused in (conflict, faulty):
        assert isinstance(refused, Receipt)
        assert refused.faults
    assert isinstance(dry, Receipt)
    assert dry.position is None
    known, _ = await read_artifacts(store, await now(store))
    assert urns(known) == ["dataset:a/b@1", "dataset:a/c@1", stories.CUSTOMERS]
    await check_log(store)


async def test_writes_of_a_group_see_those_before_them(store: GraphStore) -> None:
    """As if each had a transaction of its own: unchanged, completed, conflicting, revised."""
    kpi = {"kpis": [stories.kpi()]}
    receipts = await together(
        store,
        command(stories.derived("dataset:a/b@1", "dataset:a/source@1", description="Text.")),
        command(stories.derived("dataset:a/b@1", "dataset:a/source@1", description="Text.")),
        command(stories.datasets("dataset:a/source@1")),
        command(stories.datasets("dataset:a/source@1", digest=stories.DIGEST)),
        command(kpi, {"windows": [stories.week_40()]}),
        command({"windows": [stories.week_40(revision=1, successes=2)]}),
        command(stories.retract("dataset:a/source@1")),
        command(stories.datasets("dataset:a/source@1", digest=stories.DIGEST)),
    )

    assert [outcomes(receipt) for receipt in receipts if isinstance(receipt, Receipt)] == [
        ["CREATED"],
        ["UNCHANGED"],
        ["COMPLETED"],
        ["CONFLICT"],
        ["CREATED", "CREATED"],
        ["REVISED"],
        ["EXTENDED"],
        ["CREATED"],
    ]
    assert [receipt.position for receipt in receipts if isinstance(receipt, Receipt)] == [1, 1, 2, None, 4, 5, 6, 7]
    await check_log(store)


async def test_a_cycle_that_a_group_would_close_is_refused(store: GraphStore) -> None:
    """Between them, the commands may use relations on record and relations of each other."""
    await stories.record(store, stories.derived("dataset:on/record@2", "dataset:on/record@1"))

    receipts = await together(
        store,
        command(stories.derived("dataset:a/b@1", "dataset:on/record@2")),
        command(stories.derived("dataset:a/b@2", "dataset:a/b@1")),
        command(stories.derived("dataset:on/record@1", "dataset:a/b@2")),
        command(stories.datasets("dataset:on/record@1")),
    )

    closed = receipts[2]
    assert isinstance(closed, Receipt)
    assert [fault.code for fault in closed.faults] == ["INVALID"]
    for link in ("dataset:on/record@1", "dataset:a/b@2", "dataset:a/b@1", "dataset:on/record@2"):
        assert link in closed.faults[0].message
    assert [outcomes(r) for r in receipts if isinstance(r, Receipt)] == [
        ["CREATED"],
        ["CREATED"],
        ["INVALID"],
        ["COMPLETED"],
    ]


async def test_a_cycle_of_nothing_but_a_groups_own_commands_is_refused(store: GraphStore) -> None:
    """Nothing of it was on record before."""
    receipts = await together(
        store,
        command(stories.derived("dataset:a/b@1", "dataset:a/b@2")),
        command(stories.derived("dataset:a/b@2", "dataset:a/b@1")),
    )

    assert [outcomes(r) for r in receipts if isinstance(r, Receipt)] == [["CREATED"], ["INVALID"]]


async def test_what_a_group_retracts_closes_no_cycle_any_more(store: GraphStore) -> None:
    """The turned-round relation is fine as soon as the wrong one is gone, in the same group as well."""
    await stories.record(store, stories.derived("dataset:a/b@2", "dataset:a/b@1"))
    await stories.record(store, stories.derived("dataset:a/c@1", "dataset:a/b@2"))

    retracted, turned = await together(
        store,
        command(stories.retract("dataset:a/b@2")),
        command(stories.derived("dataset:a/b@1", "dataset:a/c@1")),
    )

    assert isinstance(retracted, Receipt)
    assert isinstance(turned, Receipt)
    assert not turned.faults
    assert outcomes(turned) == ["COMPLETED"]


async def test_a_cycle_that_only_one_of_two_ways_no_longer_closes_is_refused(store: GraphStore) -> None:
    """Also when the way that is left was not the one that was looked at before the retraction."""
    for kept in ("b", "c"):
        top, bottom = f"dataset:{kept}/top@1", f"dataset:{kept}/bottom@1"
        sides = [f"dataset:{kept}/b@1", f"dataset:{kept}/c@1"]
        await stories.record(store, stories.derived(top, *sides), *(stories.derived(side, bottom) for side in sides))
        gone = next(side for side in sides if not side.endswith(f"/{kept}@1"))

        retracted, closed = await together(
            store, command(stories.retract(gone, "DERIVED_FROM")), command(stories.derived(bottom, top))
        )

        assert isinstance(retracted, Receipt)
        assert isinstance(closed, Receipt)
        assert outcomes(retracted) == ["EXTENDED"]
        assert [fault.code for fault in closed.faults] == ["INVALID"]


async def test_one_key_used_twice_in_a_group_counts_once(store: GraphStore) -> None:
    """Sent twice at once, a command gets one answer twice; another body under the key is a conflict."""
    told = stories.datasets("dataset:a/b@1", description="Text.")

    first, again, other = await together(
        store,
        command(told, key="k-1"),
        command(told, key="k-1"),
        command(stories.datasets("dataset:a/c@1"), key="k-1"),
    )

    assert again == first
    assert isinstance(other, Receipt)
    assert [(fault.code, fault.field) for fault in other.faults] == [("CONFLICT", "idempotencyKey")]
    assert (await read_head(store)).size == 2


async def test_32_writers_of_the_same_artifact_make_one(engine: Engine) -> None:
    """Through four recorders on stores of their own, as four processes have them: created once, unchanged ever after."""
    stores = [engine.another() for _ in range(4)]
    for store in stores:
        await store.open()
    await stories.begin(stores[0])
    recorders = [Recorder(store, SystemClock()) for store in stores]
    told = command(stories.derived("dataset:a/b@1", "dataset:a/source@1", description="The same from everybody."))

    async def writer(number: int) -> list[str]:
        receipts = [await recorders[number % 4].record(told) for _ in range(100 if SOAK else 10)]
        return [outcome for receipt in receipts for outcome in outcomes(receipt)]

    answers = [answer for some in await asyncio.gather(*map(writer, range(32))) for answer in some]

    assert sorted(set(answers)) == ["CREATED", "UNCHANGED"]
    assert answers.count("CREATED") == 1
    known, _ = await read_artifacts(stores[0], await now(stores[0]))
    assert urns(known) == ["dataset:a/b@1", "dataset:a/source@1"]
    assert (await read_head(stores[0])).size == 2
    await check_log(stores[0])


async def test_several_recorders_on_one_store_lose_nothing(engine: Engine) -> None:
    """Each writes its own things and one thing of all; every one of them is on record once, positions without gap."""
    stores = [engine.another() for _ in range(3)]
    for store in stores:
        await store.open()
    await stories.begin(stores[0])

    async def service(number: int) -> list[Receipt]:
        recorder = Recorder(stores[number], SystemClock())
        told = (stories.derived(f"dataset:own/{number}@{n}", f"dataset:all/shared@{n}") for n in range(30))
        return await asyncio.gather(*(recorder.record(command(one)) for one in told))

    receipts = [receipt for some in await asyncio.gather(*map(service, range(3))) for receipt in some]

    positions = [receipt.position for receipt in receipts]
    assert sorted(p for p in positions if p) == list(range(1, 91))
    known, _ = await read_artifacts(stores[0], await now(stores[0]), limit=1000)
    assert len(known) == 120
    chain = await read_chain(stores[1], ["dataset:own/2@29"], await now(stores[1]))
    assert urns(chain.artifacts) == ["dataset:own/2@29", "dataset:all/shared@29"]
    await check_log(stores[2])


async def test_a_cancelled_caller_does_not_stop_the_others(store: GraphStore) -> None:
    """Whoever hangs up leaves the group's work to those who wait for it."""
    recorder = Recorder(store, SystemClock())
    impatient = asyncio.create_task(recorder.record(command(stories.datasets("dataset:a/b@1"))))
    patient = asyncio.create_task(recorder.record(command(stories.datasets("dataset:a/c@1"))))
    await asyncio.sleep(0)

    impatient.cancel()

    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert outcomes(await patient) == ["CREATED"]


async def test_a_failed_transaction_is_told_to_everybody_in_it_and_the_next_one_works(store: GraphStore) -> None:
    """Nothing was recorded, so everybody may simply try again."""

    class Failing(CountingStore):
        async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
            if self.transactions == 0:
                self.transactions = 1
                raise StoreUnavailable
            return await super().write(work)

    recorder = Recorder(Failing(store), SystemClock())  # type: ignore[arg-type]
    told = [command(stories.datasets(f"dataset:a/b@{n}")) for n in range(3)]

    failed = await asyncio.gather(*map(recorder.record, told), return_exceptions=True)
    receipts = await asyncio.gather(*map(recorder.record, told))

    assert [type(one) for one in failed] == [StoreUnavailable] * 3
    assert [outcomes(receipt) for receipt in receipts] == [["CREATED"]] * 3


async def test_after_an_unknown_commit_the_first_answer_is_found(store: GraphStore) -> None:
    """The connection was lost after COMMIT: the recorder looks for its own command and records nothing twice."""

    class Unconfirmed(CountingStore):
        async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
            result = await super().write(work)
            if self.transactions == 1:
                raise OutcomeUnknown
            return result

    recorder = Recorder(Unconfirmed(store), SystemClock())  # type: ignore[arg-type]

    receipt = await recorder.record(command(stories.churn()))

    assert set(outcomes(receipt)) == {"CREATED"}
    assert receipt.position == (await read_head(store)).position == len(receipt.outcomes)
    again = await Recorder(store, SystemClock()).record(command(stories.churn()))
    assert set(outcomes(again)) == {"UNCHANGED"}


async def test_a_key_that_names_no_command_is_refused(store: GraphStore) -> None:
    """Empty, too long, or one that the recorder could have made itself."""
    for key in ("", "k" * 256, "~abc"):
        with pytest.raises(InvalidInput, match="idempotencyKey"):
            await attempt(store, stories.datasets("dataset:a/b@1"), key=key)
