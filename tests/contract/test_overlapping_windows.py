"""Windows of one stream lie side by side: in whatever order, revision or command they come, none shares time with another."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar

import msgspec
import pytest

from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.window_neighbours import WINDOW_NEIGHBOURS
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.lineage.moment import read_head
from evidence_graph.record.instants import SECOND, format_instant
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.named_queries import Question
from tests import stories
from tests.conftest import Engine
from tests.stories import at, attempt, messages, now, outcomes, record, retract

T = TypeVar("T")
EVALUATED = "model:churn/churn@7"
HOUR = 3600 * SECOND
STREAM = "kpi_window:churn/churn,model,churn/conversion@7"


def evaluation(start: str, end: str, **fields: Any) -> dict[str, Any]:
    """A window of model 7, which is live at no time in particular; `08` is eight o'clock on 2 October."""
    begin, finish = (f"2026-10-02T{time}:00:00Z" if len(time) == 2 else f"2026-10-02T{time}Z" for time in (start, end))
    told = {"model": EVALUATED, "kpi": stories.CONVERSION, "start": begin, "end": finish, "n": 10, "successes": 1}
    return told | fields


def windows(*told: dict[str, Any]) -> dict[str, Any]:
    return {"windows": list(told)}


@pytest.fixture
async def store(store: GraphStore) -> GraphStore:
    """A record that knows the KPI."""
    await record(store, {"kpis": [stories.kpi()]})
    return store


OVERLAPPING = {
    "one begins inside the other": (("08", "12"), ("10", "14")),
    "one lies inside the other": (("08", "14"), ("10", "12")),
    "they end together": (("08", "12"), ("10", "12")),
    "they share a microsecond": (("08", "12:00:00.000001"), ("12", "14")),
    "they share the rest of a second": (("08:00:00", "08:00:00.7"), ("08:00:00.6", "09")),
    "the later one has no fraction": (("08:00:00.5", "09:00:01"), ("09:00:00", "10")),
    "both have fractions of one second": (("08:00:00.1", "08:00:00.5"), ("08:00:00.4", "08:00:00.9")),
}
SIDE_BY_SIDE = {
    "they touch": (("08", "12"), ("12", "14")),
    "they touch inside a second": (("08:00:00", "08:00:00.5"), ("08:00:00.5", "08:00:00.9")),
    "they touch at the end of a second": (("08:00:00.5", "08:00:01"), ("08:00:01", "09")),
    "they lie apart": (("08", "09"), ("13", "14")),
}


@pytest.mark.parametrize("spans", OVERLAPPING.values(), ids=OVERLAPPING)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
async def test_the_second_of_two_that_overlap_is_refused(store: GraphStore, spans: Any, turned: bool) -> None:
    """It is told which one it overlaps and where to cut, and nothing of its command is recorded."""
    first, second = (evaluation(*span) for span in (reversed(spans) if turned else spans))
    there = (await record(store, windows(first))).outcomes[0].urn
    before = await read_head(store)

    refused = await attempt(store, stories.datasets("dataset:good/neighbour@1"), windows(second))

    assert [(f.code, f.field) for f in refused.faults] == [
        ("CONFLICT", "windows[0].end" if turned else "windows[0].start")
    ]
    assert there in messages(refused.faults)
    cut = first["start"] if turned else first["end"]
    assert stories.instant(cut) in refused.faults[0].next_step
    assert await read_head(store) == before


@pytest.mark.parametrize("spans", SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
async def test_windows_side_by_side_are_accepted(store: GraphStore, spans: Any, turned: bool) -> None:
    """They are half-open, so their ends may touch."""
    for span in reversed(spans) if turned else spans:
        assert outcomes(await record(store, windows(evaluation(*span)))) == ["CREATED"]


@pytest.mark.parametrize("spans", OVERLAPPING.values(), ids=OVERLAPPING)
async def test_two_of_one_manifest_that_overlap_are_refused(store: GraphStore, spans: Any) -> None:
    """The one that stands further down is at fault."""
    first, second = (evaluation(*span) for span in spans)

    for told in ([first, second], [second, first]):
        refused = await attempt(store, windows(evaluation("01", "02"), *told))
        assert [(f.code, f.path) for f in refused.faults] == [("CONFLICT", "windows[2]")]


@pytest.mark.parametrize(
    "other",
    [
        {"segment": {"origin": "JFK"}},
        {"kpi": "churn/other"},
        {"model": "model:churn/churn@8"},
        {"model": None, "deployment": "deployment:churn/churn@7"},
        {"segment": {"origin": "JFK,model"}},
    ],
)
async def test_windows_of_other_streams_may_lie_at_the_same_time(store: GraphStore, other: dict[str, Any]) -> None:
    """Another segment, KPI, model or deployment."""
    await record(store, {"kpis": [stories.kpi("churn/other")]}, windows(evaluation("08", "12")))

    assert outcomes(await record(store, windows(evaluation("10", "14", **other)))) == ["CREATED"]


async def test_a_revision_does_not_overlap_what_it_supersedes(store: GraphStore) -> None:
    """A window is named by its start: a revision may say that it ended earlier or later."""
    await record(store, windows(evaluation("08", "12")))

    for revision, end in enumerate(["12", "10", "14"], start=1):
        assert outcomes(await record(store, windows(evaluation("08", end, revision=revision)))) == ["REVISED"]


async def test_a_revision_does_not_reach_into_the_next_window(store: GraphStore) -> None:
    """Nor does one that comes before the next window, whatever revision counts."""
    await record(store, windows(evaluation("08", "12"), evaluation("12", "16")))

    refused = await attempt(store, windows(evaluation("08", "13", revision=1)))
    assert [(f.code, f.field) for f in refused.faults] == [("CONFLICT", "windows[0].end")]

    await record(store, windows(evaluation("08", "09", revision=9)))
    for start, end in (("10", "11"), ("09", "12")):
        assert "T080000Z,r0" in messages((await attempt(store, windows(evaluation(start, end)))).faults)


async def test_every_revision_of_the_window_before_counts(store: GraphStore) -> None:
    """r10 stands before r9 in the index."""
    await record(store, windows(*(evaluation("08", "09", revision=n) for n in range(1, 12)), evaluation("08", "13")))

    assert "T080000Z,r0" in messages((await attempt(store, windows(evaluation("12", "14")))).faults)


async def test_a_retracted_window_is_no_obstacle(store: GraphStore) -> None:
    """What it stood for may be told anew, cut otherwise; then the retracted one may not come back."""
    told = await record(store, windows(evaluation("08", "12"), evaluation("06", "07")))
    wrong = told.outcomes[0].urn
    await record(store, retract(wrong))

    assert outcomes(await record(store, windows(evaluation("07", "09"), evaluation("09", "12")))) == ["CREATED"] * 2

    refused = await attempt(store, windows(evaluation("08", "12")))
    assert [f.code for f in refused.faults] == ["CONFLICT"]
    assert outcomes(await record(store, windows(evaluation("06", "07")))) == ["UNCHANGED"]


async def test_behind_a_retracted_window_stands_another(store: GraphStore) -> None:
    """The nearest one that still holds is looked at, not the nearest one."""
    told = await record(store, windows(evaluation("01", "09"), evaluation("09", "10"), evaluation("10", "11")))
    for outcome in told.outcomes[1:]:
        await record(store, retract(outcome.urn))

    refused = await attempt(store, windows(evaluation("08", "12")))

    assert told.outcomes[0].urn in messages(refused.faults)


async def test_retracted_and_told_otherwise_in_one_command(store: GraphStore) -> None:
    """The command sees its own retraction, and its own new window."""
    wrong = (await record(store, windows(evaluation("08", "12")))).outcomes[0].urn

    again = await attempt(store, retract(wrong), windows(evaluation("08", "10"), evaluation("09", "11")))
    assert [(f.path, f.code) for f in again.faults] == [("windows[1]", "CONFLICT")]
    gone = f"{STREAM},20261002T020000Z,r0"
    again = await attempt(
        store,
        windows(evaluation("02", "04")),
        retract(gone),
        windows(evaluation("01", "05")),
        windows(evaluation("03", "06")),
    )
    assert "T010000Z,r0" in messages(again.faults)

    told = await record(store, retract(wrong), windows(evaluation("08", "10"), evaluation("10", "12")))
    assert outcomes(told) == ["EXTENDED", "CREATED", "CREATED"]


async def test_a_window_shorter_than_its_second_does_not_hide_the_next(store: GraphStore) -> None:
    """`…080000Z` stands behind `…080000.3Z` in the index, and before it in time."""
    await record(
        store,
        windows(evaluation("08:00:00", "08:00:00.2"), evaluation("08:00:00.3", "08:00:05"), evaluation("09", "10")),
    )

    for start in ("08:00:04", "08:00:04.9"):
        refused = await attempt(store, windows(evaluation(start, "08:00:09")))
        assert "T080000.300000Z,r0" in messages(refused.faults)


async def test_a_stub_is_no_window_yet(store: GraphStore) -> None:
    """What was only referred to has no end."""
    stub = f"{STREAM},20261002T080000Z,r0"
    await record(store, windows(evaluation("20", "21", comparedWith=[stub])))

    assert outcomes(await record(store, windows(evaluation("07", "12")))) == ["CREATED"]
    assert [f.code for f in (await attempt(store, windows(evaluation("08", "09")))).faults] == ["CONFLICT"]


async def test_commands_of_one_group_see_each_other(store: GraphStore) -> None:
    """The first that is accepted stands in the way of the others; one that was refused or tried does not."""
    recorder = Recorder(store, SimulatedClock((await read_head(store)).recorded_at))
    told = [
        stories.command(windows(evaluation("06", "09")), dry_run=True),
        stories.command(windows(evaluation("07", "09"), evaluation("08", "10"))),
        stories.command(windows(evaluation("08", "12"))),
        stories.command(windows(evaluation("10", "14"))),
        stories.command(windows(evaluation("12", "14"))),
        stories.command(windows(evaluation("13", "15"))),
    ]

    receipts = await asyncio.gather(*map(recorder.record, told))

    assert [bool(receipt.faults) for receipt in receipts] == [False, True, False, True, False, True]


class Listening:
    """A store that notes which questions are asked in its write transactions."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.asked: list[str] = []

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self._store.write(lambda transaction: work(_Noting(transaction, self.asked)))


class _Noting:
    def __init__(self, transaction: Transaction, asked: list[str]) -> None:
        self._transaction, self._asked = transaction, asked
        self.lock_head, self.put = transaction.lock_head, transaction.put

    async def ask(self, question: Question[Any, Any], parameters: msgspec.Struct) -> list[Any]:
        self._asked.append(question.stem)
        return await self._transaction.ask(question, parameters)


async def test_the_neighbours_of_a_manifest_are_asked_for_together(store: GraphStore) -> None:
    """However many windows, streams and neighbours there are."""
    odd = [evaluation(f"00:00:{n:02}", f"00:00:{n + 1:02}", segment={"s": str(n % 3)}) for n in range(1, 50, 2)]
    even = [evaluation(f"00:00:{n:02}", f"00:00:{n + 1:02}", segment={"s": str(n % 3)}) for n in range(0, 50, 2)]
    await record(store, windows(*odd))
    listening = Listening(store)

    receipt = await Recorder(listening, SimulatedClock((await read_head(store)).recorded_at)).record(  # type: ignore[arg-type]
        stories.command(windows(*even))
    )

    assert not receipt.faults
    assert 1 <= listening.asked.count("window_neighbours") <= 3


async def test_neighbours_are_found_in_the_index(engine: Engine, store: GraphStore) -> None:
    """A long stream costs no more than a short one."""
    plan = await store.explain(WINDOW_NEIGHBOURS)

    sought = "(urn>? AND urn<?)" if engine.name == "sqlite" else "NodeUniqueIndexSeekByRange"
    assert sought in plan
    assert [scan for scan in ("SCAN beside", "SCAN artifact", "NodeByLabelScan", "AllNodesScan") if scan in plan] == []
    assert "TEMP B-TREE FOR ORDER BY" not in plan


@pytest.mark.runs(200)
async def test_random_windows_are_accepted_exactly_when_they_overlap_none(store: GraphStore, run: int) -> None:
    """Against a list of all that is on record; starts and ends fall on hours, seconds and parts of one second."""
    random = Random(run)
    kept: dict[str, tuple[int, int, int]] = {}  # URN -> start, end, revision
    for _ in range(12):
        if kept and random.random() < 0.2:
            urn = random.choice(sorted(kept))
            await record(store, retract(urn))
            del kept[urn]
        told = [some_window(random) for _ in range(random.choice([1, 1, 1, 4, 8]))]
        accepted = dict(kept)
        at_fault = set()
        for index, (start, end, revision) in enumerate(told):
            urn = f"{STREAM},{compact(start)},r{revision}"
            if urn in accepted:
                if accepted[urn] != (start, end, revision):
                    at_fault.add(f"windows[{index}]")
            elif any(start < e and s < end and s != start for s, e, _ in accepted.values()):
                at_fault.add(f"windows[{index}]")
            else:
                accepted[urn] = (start, end, revision)

        receipt = await attempt(store, windows(*(as_told(*window) for window in told)))

        assert {fault.path for fault in receipt.faults} == at_fault, told
        if not at_fault:
            kept = accepted


def some_window(random: Random) -> tuple[int, int, int]:
    """Start, end (µs) and revision: close together, so that much overlaps and much does not."""
    unit = random.choice([HOUR, SECOND, SECOND, 100_000])
    start = at("2026-10-02T08:00:00Z") + random.randrange(12) * unit
    return (
        start,
        start + random.choice([1, 1, 2, 5]) * random.choice([unit, unit, 100_000]),
        random.choice([0, 0, 0, 1, 10]),
    )


def as_told(start: int, end: int, revision: int) -> dict[str, Any]:
    told = evaluation("00", "01", revision=revision)
    return told | {"start": format_instant(start), "end": format_instant(end)}


def compact(instant: int) -> str:
    return format_instant(instant).replace("-", "").replace(":", "").replace(".000000", "")


@pytest.mark.runs(50)
async def test_any_order_of_windows_that_do_not_overlap_gives_one_graph(
    store: GraphStore, engine: Engine, run: int
) -> None:
    """What one order accepts, every order accepts, one by one and all at once."""
    random = Random(run)
    told = [
        as_told(*window)
        for window in (some_window(random) for _ in range(20))
        if not (await attempt(store, windows(as_told(*window)))).faults
    ]
    digest = await read_graph_digest(store, await now(store))
    for window in told:
        urn = f"{STREAM},{compact(at(window['start']))},r{window['revision']}"
        await attempt(store, retract(urn))
    random.shuffle(told)

    for window in told[: len(told) // 2]:
        await record(store, windows(window))
    await record(store, windows(*told[len(told) // 2 :]))

    assert await read_graph_digest(store, await now(store)) == digest
