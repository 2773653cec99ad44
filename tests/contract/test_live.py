"""What was live: stated times are kept, the end of an open production roll-out is the next one's take-over, as known."""

from itertools import permutations

import pytest

from evidence_graph.lineage.deployments import LiveDeployment, read_deployments
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import adjust, as_of, at, attempt, end, now, outcomes, record, roll_out


def day(number: int) -> str:
    return f"2026-10-{number:02}T08:00:00Z"


def deployment(label: str, slot: str = "churn/eu-prod") -> str:
    return f"deployment:{slot}@{label}"


async def intervals(store: GraphStore, position: int | None = None) -> dict[str, tuple[int | None, int | None]]:
    """Days of October on which each deployment began and ended; None while it is open."""
    moment = await as_of(store, position) if position is not None else await now(store)
    found, _ = await read_deployments(store, moment)
    return {one.deployment.version: (_day(one.since), _day(one.until)) for one in found}


def _day(instant: int | None) -> int | None:
    return None if instant is None else (instant - at("2026-09-30T08:00:00Z")) // 86_400_000_000


async def live(store: GraphStore, when: str, **where: str) -> list[str]:
    answer = await read_live(store, await now(store, when), **where)
    return [one.deployment.version for one in answer.deployments]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_next_production_roll_out_ends_an_open_one_in_whatever_order_they_come(
    store: GraphStore, order: tuple[int, ...]
) -> None:
    """The end is derived, so nobody has to state it."""
    told = [roll_out(deployment(str(n)), day(1 + 5 * n)) for n in range(3)]
    for n in order:
        await record(store, told[n])

    assert await intervals(store) == {"0": (1, 6), "1": (6, 11), "2": (11, None)}
    found, _ = await read_deployments(store, await now(store))
    assert [one.until_derived for one in found] == [True, True, False]


async def test_a_live_interval_is_half_open(store: GraphStore) -> None:
    """At the very instant of the take-over the next one is live and the last one is not."""
    await record(store, roll_out(deployment("1"), day(1)), roll_out(deployment("2"), day(6)))

    assert await live(store, "2026-10-01T07:59:59.999999Z") == []
    assert await live(store, day(1)) == ["1"]
    assert await live(store, "2026-10-06T07:59:59.999999Z") == ["1"]
    assert await live(store, day(6)) == ["2"]


async def test_shadows_and_canaries_end_nothing(store: GraphStore) -> None:
    """Only full production traffic takes over a slot; live lists all of them, production first."""
    await record(
        store,
        roll_out(deployment("1"), day(1)),
        roll_out(deployment("2"), day(2), mode="SHADOW"),
        roll_out(deployment("3"), day(3), mode="CANARY", traffic=0.1),
        roll_out(deployment("4"), day(4), traffic=0.5),
    )

    assert await intervals(store) == {"1": (1, None), "2": (2, None), "3": (3, None), "4": (4, None)}
    answer = await read_live(store, await now(store, day(5)))
    assert [(one.deployment.version, one.mode, one.traffic) for one in answer.deployments] == [
        ("1", "PRODUCTION", 1),
        ("4", "PRODUCTION", 0.5),
        ("3", "CANARY", 0.1),
        ("2", "SHADOW", 1),
    ]
    assert [one.model.urn for one in answer.deployments if one.model] == [stories.MODEL_7] * 4
    assert {one.gate for one in answer.deployments} == {"NOT_ASKED"}


async def test_an_adjustment_to_full_traffic_takes_over(store: GraphStore) -> None:
    """A canary that is promoted ends the one before it; the state shown is that of the instant asked about."""
    await record(
        store, roll_out(deployment("1"), day(1)), roll_out(deployment("2"), day(3), mode="CANARY", traffic=0.1)
    )
    told = await record(store, adjust(deployment("2"), day(6), "PRODUCTION", 1))

    assert outcomes(told) == ["EXTENDED"]
    assert await intervals(store) == {"1": (1, 6), "2": (3, None)}
    for when, mode, traffic in ((day(4), "CANARY", 0.1), (day(7), "PRODUCTION", 1)):
        answer = await read_live(store, await now(store, when))
        state = next(one for one in answer.deployments if one.deployment.version == "2")
        assert (state.mode, state.traffic) == (mode, traffic)


async def test_an_adjustment_keeps_what_it_does_not_state(store: GraphStore) -> None:
    """Mode and traffic go on as they were at that instant; the same adjustment again is unchanged."""
    await record(store, roll_out(deployment("2"), day(3), mode="CANARY", traffic=0.1))

    await record(store, adjust(deployment("2"), day(5), traffic=0.3))

    assert outcomes(await record(store, adjust(deployment("2"), day(5), traffic=0.3))) == ["UNCHANGED"]
    ((one,), _) = await read_deployments(store, await now(store))
    assert (one.mode, one.traffic) == ("CANARY", 0.3)


async def test_an_adjustment_of_the_same_instant_corrects(store: GraphStore) -> None:
    """The newest known counts; the old belief stays visible at its position."""
    await record(store, roll_out(deployment("2"), day(3)))
    first = await record(store, adjust(deployment("2"), day(5), "PRODUCTION", 0.5))
    second = await record(store, adjust(deployment("2"), day(5), "PRODUCTION", 0.7))

    for position, traffic in ((first.position, 0.5), (second.position, 0.7)):
        ((one,), _) = await read_deployments(store, await as_of(store, position))
        assert one.traffic == traffic


async def test_less_than_full_traffic_hands_the_slot_back_to_nobody(store: GraphStore) -> None:
    """A roll-out that was taken over stays ended; one that stepped back from full traffic ends nothing any more."""
    await record(store, roll_out(deployment("1"), day(1)), roll_out(deployment("2"), day(4)))
    await record(store, adjust(deployment("2"), day(6), "PRODUCTION", 0.5))
    await record(store, roll_out(deployment("3"), day(8)))

    assert await intervals(store) == {"1": (1, 4), "2": (4, None), "3": (8, None)}


async def test_an_end_may_lie_in_the_future(store: GraphStore) -> None:
    """It is known from now on, and valid then."""
    await record(store, roll_out(deployment("1"), day(1), to="2099-01-01T00:00:00Z"))

    assert await live(store, "2098-12-31T23:59:59Z") == ["1"]
    assert await live(store, "2099-01-01T00:00:00Z") == []


async def test_a_stated_end_leaves_a_gap_and_is_not_derived(store: GraphStore) -> None:
    """Nothing was live between the end and the next beginning."""
    await record(store, roll_out(deployment("1"), day(1), to=day(3)), roll_out(deployment("2"), day(6)))

    assert await intervals(store) == {"1": (1, 3), "2": (6, None)}
    assert await live(store, day(4)) == []


async def test_end_deployment_ends_and_corrects_an_end(store: GraphStore) -> None:
    """The old belief stays visible at its position, the same end again is unchanged."""
    await record(store, roll_out(deployment("1"), day(1)))
    first = await record(store, end(deployment("1"), day(9)))
    second = await record(store, end(deployment("1"), day(7)))

    assert outcomes(await record(store, end(deployment("1"), day(7)))) == ["UNCHANGED"]
    assert await intervals(store, first.position) == {"1": (1, 9)}
    assert await intervals(store, second.position) == {"1": (1, 7)}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(roll_out(deployment("1"), day(1), to=day(9)), roll_out(deployment("2"), day(5)), id="inside"),
        pytest.param(
            roll_out(deployment("1"), day(1), to=day(9)), roll_out(deployment("2"), day(5), to=day(7)), id="within"
        ),
        pytest.param(
            roll_out(deployment("1"), day(1), to=day(9)), roll_out(deployment("2"), day(5), to=day(12)), id="across"
        ),
        pytest.param(roll_out(deployment("1"), day(1)), roll_out(deployment("2"), day(1)), id="same start"),
        pytest.param(
            roll_out(deployment("1"), day(1), to=day(9)), roll_out(deployment("2"), day(1), to=day(3)), id="equal"
        ),
    ],
)
async def test_stated_full_traffic_intervals_may_not_overlap_in_whatever_order_they_come(
    store: GraphStore, first: dict[str, object], second: dict[str, object], backwards: bool
) -> None:
    """The refusal names the other roll-out and its interval, and nothing is recorded; as a shadow it is welcome."""
    if backwards:
        first, second = second, first
    await record(store, first)
    before = await read_head(store)

    refused = await attempt(store, second)

    (fault,) = refused.faults
    assert fault.code == "CONFLICT"
    assert first["deployments"][0]["urn"] in fault.message  # type: ignore[index]
    assert "SHADOW" in fault.next_step
    assert await read_head(store) == before
    shadow = {"deployments": [{**second["deployments"][0], "mode": "SHADOW"}]}  # type: ignore[index]
    assert outcomes(await record(store, shadow)) == ["CREATED"]


async def test_a_clash_may_come_by_an_end_or_an_adjustment(store: GraphStore) -> None:
    """An end stated behind the next take-over, a promotion inside a stated interval, a step back behind one."""
    await record(
        store,
        roll_out(deployment("1"), day(1)),
        roll_out(deployment("2"), day(5)),
        roll_out(deployment("3"), day(2), mode="CANARY", traffic=0.2),
    )

    for clash in (
        end(deployment("1"), day(7)),
        adjust(deployment("1"), day(7), "SHADOW", 1),
        adjust(deployment("3"), day(5), "PRODUCTION", 1),
        {"deployments": [{"urn": deployment("1"), "to": day(7)}]},
    ):
        refused = await attempt(store, clash)
        assert [(f.code, bool(f.next_step)) for f in refused.faults] == [("CONFLICT", True)]
    assert outcomes(await record(store, end(deployment("1"), day(5)))) == ["EXTENDED"]


async def test_a_stated_end_may_touch_the_next_beginning(store: GraphStore) -> None:
    """Intervals are half-open."""
    await record(store, roll_out(deployment("1"), day(1), to=day(5)), roll_out(deployment("2"), day(5), to=day(9)))

    assert await intervals(store) == {"1": (1, 5), "2": (5, 9)}


async def test_slots_do_not_know_each_other(store: GraphStore) -> None:
    """Not even when one's name begins with the other's; namespace and slot narrow the answer."""
    await record(
        store,
        roll_out(deployment("1"), day(1)),
        roll_out(deployment("1", "churn/eu-prod/eu"), day(2)),
        roll_out(deployment("1", "churn2/eu-prod"), day(3)),
    )

    assert await intervals(store) == {"1": (3, None)}
    assert len(await live(store, day(9))) == 3
    assert len(await live(store, day(9), namespace="churn")) == 2
    assert len(await live(store, day(9), slot="slot:churn/eu-prod")) == 1
    assert await live(store, day(9), namespace="churn2", slot="slot:churn/eu-prod") == []


async def test_a_stub_cannot_be_adjusted_or_ended(store: GraphStore) -> None:
    """Nobody knows since when it is live."""
    await record(store, {"kpis": [stories.kpi()], "windows": [stories.week_40()]})

    for early in (adjust(stories.ROLL_OUT_42, day(5), "SHADOW"), end(stories.ROLL_OUT_42, day(5))):
        refused = await attempt(store, early)
        assert [(f.code, f.field) for f in refused.faults] == [("INVALID", f"{early.path}.urn")]


@pytest.mark.parametrize("when", [day(1), day(9)])
async def test_an_adjustment_outside_the_stated_interval_is_invalid(store: GraphStore, when: str) -> None:
    """Before it began, and from its stated end on."""
    await record(store, roll_out(deployment("1"), day(2), to=day(9)))

    refused = await attempt(store, adjust(deployment("1"), when, "SHADOW"))

    assert [(f.code, f.field) for f in refused.faults] == [("INVALID", "adjustDeployment.from")]


async def test_an_end_before_the_beginning_is_invalid(store: GraphStore) -> None:
    """However it is said: in the declaration, later, or before the declaration."""
    await record(store, roll_out(deployment("1"), day(5)))
    await record(store, {"deployments": [{"urn": deployment("2"), "to": day(5)}]})

    for early in (
        roll_out(deployment("3"), day(5), to=day(5)),
        {"deployments": [{"urn": deployment("1"), "to": day(4)}]},
        end(deployment("1"), day(5)),
        roll_out(deployment("2"), day(5)),
    ):
        refused = await attempt(store, early)
        assert [(f.code, f.field.rpartition(".")[2]) for f in refused.faults] == [("INVALID", "to")]


async def test_a_repeated_declaration_with_a_new_end_does_not_undo_an_adjustment(store: GraphStore) -> None:
    """The state at the beginning was corrected since; repeating the declaration only adds the end."""
    begun = roll_out(deployment("1"), day(1))
    await record(store, begun)
    await record(store, adjust(deployment("1"), day(1), "CANARY", 0.5))
    await record(store, roll_out(deployment("2"), day(5)))

    told = await record(store, roll_out(deployment("1"), day(1), to=day(9)))

    assert outcomes(told) == ["EXTENDED"]
    assert await intervals(store) == {"1": (1, 9), "2": (5, None)}


async def test_deployments_over_a_range_overlap_it(store: GraphStore) -> None:
    """Live at some time in [from, to): touching at either end is no overlap."""
    await record(store, *(roll_out(deployment(str(n)), day(1 + 5 * n)) for n in range(4)))

    async def between(start: str | None, to: str | None) -> list[str]:
        found, more = await read_deployments(
            store, await now(store), start=None if start is None else at(start), end=None if to is None else at(to)
        )
        assert not more
        return [one.deployment.version for one in found]

    assert await between(day(6), day(11)) == ["1"]
    assert await between("2026-10-06T07:59:59.999999Z", "2026-10-11T08:00:00.000001Z") == ["0", "1", "2"]
    assert await between(day(20), None) == ["3"]
    assert await between(None, day(6)) == ["0"]
    assert await between(None, None) == ["0", "1", "2", "3"]


async def test_deployments_come_in_pages(store: GraphStore) -> None:
    """By (since, URN); the page after the last one seen goes on without a gap, also among equal instants."""
    await record(store, *(roll_out(deployment("1", f"churn/slot-{n}"), day(1 + n // 3)) for n in range(7)))

    seen: list[LiveDeployment] = []
    more, after = True, None
    while more:
        page, more = await read_deployments(store, await now(store), after=after, limit=2)
        seen += page
        after = (page[-1].since, page[-1].deployment.urn)

    assert [one.deployment.name for one in seen] == [f"slot-{n}" for n in range(7)]


async def test_with_a_valid_time_only_what_had_begun_by_then(store: GraphStore) -> None:
    """A roll-out of the future is not among the deployments of today."""
    await record(store, roll_out(deployment("1"), day(1)), roll_out(deployment("2"), day(6)))

    found, _ = await read_deployments(store, await now(store, day(3)))

    assert [one.deployment.version for one in found] == ["1"]
