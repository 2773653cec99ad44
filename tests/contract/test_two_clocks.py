"""Valid time says when it was true, known time when we had it on record; the log's own clock never goes back."""

import pytest

from evidence_graph.errors import ClockRefused, InvalidInput
from evidence_graph.evidence.clock import SimulatedClock, SystemClock
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.chain import DOWNSTREAM, Chain, read_chain
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import read_head, read_moment
from evidence_graph.record.instants import SECOND
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import at, now, record, urns

JANUARY, FEBRUARY, MARCH = (f"2027-0{month}-01T00:00:00Z" for month in (1, 2, 3))


async def test_a_late_correction_leaves_what_was_known_before_untouched(store: GraphStore) -> None:
    """In March we learn that model 7 was trained on other data: asked as of February, the answer is February's."""
    told = await record(store, stories.churn(), when=JANUARY)
    await record(store, stories.retract(stories.TRAINING), when=MARCH)
    corrected = stories.derived(
        stories.TRAINING, stories.CUSTOMERS_BEFORE, stories.TENURE, occurredAt="2026-10-01T05:00:00Z"
    )
    fixed = await record(store, corrected)

    async def chain(**moment: int) -> Chain:
        return await read_chain(store, [stories.WEEK_40], await read_moment(store, **moment))

    for then in (await chain(known_at=at(FEBRUARY)), await chain(at_position=told.position or 0)):
        assert stories.CUSTOMERS in urns(then.artifacts)
        assert then.completeness.position == told.position
        assert then.completeness.known_at == at(JANUARY)
    for today in (
        await chain(),
        await chain(known_at=at("2027-04-01T00:00:00Z")),
        await chain(at_position=fixed.position or 0),
    ):
        assert set(urns(then.artifacts)) - set(urns(today.artifacts)) == {stories.CUSTOMERS}
        assert today.completeness.position == fixed.position


async def test_what_was_live_is_asked_on_both_clocks(store: GraphStore) -> None:
    """On 5 October 42 was live; as of the day before its registration we still thought it was 41."""
    told = stories.churn()
    (first, second), told["deployments"] = told["deployments"], []
    told["windows"] = []
    await record(store, told, {"deployments": [first]}, when=JANUARY)
    await record(store, {"deployments": [second]}, when=MARCH)

    async def live(known_at: str) -> list[str]:
        answer = await read_live(store, await read_moment(store, at("2026-10-05T00:00:00Z"), at(known_at)))
        assert answer.completeness.valid_at == at("2026-10-05T00:00:00Z")
        return [one.deployment.urn for one in answer.deployments]

    assert await live(FEBRUARY) == [stories.ROLL_OUT_41]
    assert await live(MARCH) == [stories.ROLL_OUT_42]


async def test_known_at_is_the_last_position_recorded_by_then(store: GraphStore) -> None:
    """All entries of one transaction share their instant; before the log it is position 0, in the future the head."""
    first = await record(store, stories.datasets("dataset:a/b@1", "dataset:a/b@2"), when=JANUARY)
    second = await record(store, stories.datasets("dataset:a/b@3"), when=MARCH)

    for known_at, position in (
        ("2000-01-01T00:00:00Z", 0),
        (stories.GENESIS, 0),
        ("2026-12-31T23:59:59.999999Z", 0),
        (JANUARY, first.position),
        (FEBRUARY, first.position),
        (MARCH, second.position),
        ("9999-12-31T23:59:59Z", second.position),
    ):
        moment = await read_moment(store, known_at=at(known_at))
        assert moment.position == position
        assert moment.known_at == (await read_moment(store, at_position=position)).known_at
    assert (first.position, second.position) == (2, 3)


async def test_a_position_beyond_the_head_or_both_clocks_of_knowledge_are_refused(store: GraphStore) -> None:
    """The message says what the log has."""
    await record(store, stories.datasets("dataset:a/b@1"))

    for position in (2, 10**15, -1):
        with pytest.raises(InvalidInput, match="from 0 to 1"):
            await read_moment(store, at_position=position)
    with pytest.raises(InvalidInput, match="both"):
        await read_moment(store, known_at=at(MARCH), at_position=1)


async def test_valid_time_keeps_only_what_existed_then(store: GraphStore) -> None:
    """Downstream it answers "what had been made from this by then?"; what nobody dated exists always and is counted."""
    await record(
        store,
        stories.derived("dataset:a/january@1", "dataset:a/raw@1", occurredAt=JANUARY),
        stories.derived("dataset:a/march@1", "dataset:a/january@1", occurredAt=MARCH),
        stories.derived("dataset:a/undated@1", "dataset:a/raw@1"),
        stories.derived("dataset:a/behind@1", "dataset:a/march@1"),
        stories.datasets("dataset:a/raw@1"),
    )

    async def made(valid_at: str | None) -> Chain:
        return await read_chain(store, ["dataset:a/raw@1"], await now(store, valid_at), walk=DOWNSTREAM)

    february = await made(FEBRUARY)
    assert urns(february.artifacts) == ["dataset:a/raw@1", "dataset:a/january@1", "dataset:a/undated@1"]
    assert february.completeness.undated == 2
    assert february.completeness.valid_at == at(FEBRUARY)
    assert len((await made(MARCH)).artifacts) == 5
    assert len((await made(None)).artifacts) == 5
    assert "dataset:a/january@1" in urns((await made(JANUARY)).artifacts)


async def test_the_roots_belong_to_a_chain_even_when_they_did_not_exist_yet(store: GraphStore) -> None:
    """Whoever asks for it gets it."""
    await record(store, stories.derived("dataset:a/march@1", "dataset:a/raw@1", occurredAt=MARCH))

    chain = await read_chain(store, ["dataset:a/march@1"], await now(store, FEBRUARY))

    assert urns(chain.artifacts) == ["dataset:a/march@1", "dataset:a/raw@1"]


async def test_a_chain_is_not_cut_because_a_deployment_has_ended(store: GraphStore) -> None:
    """How a thing was made stays true for ever."""
    await record(store, stories.churn(), stories.end(stories.ROLL_OUT_42, "2026-11-01T00:00:00Z"))

    chain = await read_chain(store, [stories.WEEK_40], await now(store, "2030-01-01T00:00:00Z"))

    assert stories.CUSTOMERS in urns(chain.artifacts)


async def test_deployments_and_windows_exist_from_their_beginning_and_end(store: GraphStore) -> None:
    """A roll-out from `from`, a window from `end` on."""
    await record(store, stories.churn())

    async def known(valid_at: str) -> set[str]:
        chain = await read_chain(store, [stories.MODEL_7], await now(store, valid_at), walk=DOWNSTREAM)
        return set(urns(chain.artifacts)) - {stories.MODEL_7}

    assert await known("2026-10-02T07:59:59.999999Z") == set()
    assert await known("2026-10-02T08:00:00Z") == {stories.ROLL_OUT_42}
    assert await known("2026-10-09T07:59:59.999999Z") == {stories.ROLL_OUT_42}
    assert await known("2026-10-09T08:00:00Z") == {stories.ROLL_OUT_42, stories.WEEK_40}


async def test_recorded_at_is_the_clocks_time_or_just_after_the_head(store: GraphStore) -> None:
    """It never goes back, and one transaction has one time."""
    await record(store, stories.datasets("dataset:a/b@1"), when=JANUARY)
    assert (await read_head(store)).recorded_at == at(JANUARY)

    for behind in (0, 1, 5 * SECOND - 1):
        head = await read_head(store)
        recorder = Recorder(store, SimulatedClock(head.recorded_at - behind))
        await recorder.record(stories.command(stories.datasets(f"dataset:late/b@{behind}")))
        assert (await read_head(store)).recorded_at == head.recorded_at + 1


async def test_a_clock_far_behind_the_head_is_refused(store: GraphStore) -> None:
    """More than five seconds is no jitter: somebody must look at that clock."""
    await record(store, stories.datasets("dataset:a/b@1"), when=JANUARY)
    head = await read_head(store)

    recorder = Recorder(store, SimulatedClock(head.recorded_at - 5 * SECOND - 1))
    with pytest.raises(ClockRefused, match=r"2027-01-01T00:00:00\.000000Z"):
        await recorder.record(stories.command(stories.datasets("dataset:a/c@1")))

    assert await read_head(store) == head


async def test_a_simulated_clock_may_not_follow_a_real_one(store: GraphStore) -> None:
    """Answers that rest on simulated entries say so, for ever."""
    await record(store, stories.datasets("dataset:a/simulated@1"))
    await Recorder(store, SystemClock()).record(stories.command(stories.datasets("dataset:a/real@1")))
    head = await read_head(store)

    with pytest.raises(ClockRefused, match="simulated"):
        await record(store, stories.datasets("dataset:a/c@1"))

    assert await read_head(store) == head
    moment = await now(store)
    assert (await read_chain(store, ["dataset:a/simulated@1"], moment)).completeness.simulated
    assert not (await read_chain(store, ["dataset:a/real@1"], moment)).completeness.simulated
