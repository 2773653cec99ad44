"""The windows of a KPI as points: each with what was known after it, whichever of them are shown."""

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.kpi.verdict import State
from evidence_graph.lineage.kpi_series import KpiSeries, SeriesPoint, read_kpi_series
from evidence_graph.store.graph_store import GraphStore
from tests import stories, weeks
from tests.stories import record
from tests.weeks import BAD, FIRST, GOOD, LIVE, MODEL, SLOT, WEEK, after, as_json, verdict


async def series(
    store: GraphStore,
    weeks_later: float,
    of: str = LIVE,
    *,
    start: float | None = None,
    end: float | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 100,
    at_position: int | None = None,
) -> KpiSeries:
    return await read_kpi_series(
        store,
        weeks.stream(of),
        await weeks.moment(store, weeks_later, at_position),
        start=None if start is None else stories.at(weeks.after(start)),
        end=None if end is None else stories.at(weeks.after(end)),
        after=after,
        limit=limit,
    )


def numbers(points: list[SeriesPoint]) -> list[float]:
    return [(one.start - stories.at(FIRST)) / WEEK for one in points]


async def test_each_point_has_the_verdict_after_it(store: GraphStore) -> None:
    """It is the verdict that was given when that window was the last mature one."""
    await record(store, weeks.one_deployment([GOOD] * 6 + [BAD] * 4))

    found = await series(store, 12)

    assert numbers(found.points) == list(range(10))
    for number, point in enumerate(found.points):
        then = await verdict(store, number + 2)
        assert (point.state, point.lower, point.upper, point.change, point.e_value, point.suspected_since) == (
            then.state, then.lower, then.upper, then.change, then.e_value, then.suspected_since,
        )  # fmt: skip
    assert (found.points[0].n, found.points[0].mean, found.points[-1].mean) == (20_000, GOOD, BAD)
    assert (found.state, found.more) == (State.DEGRADED, False)
    assert {(one.deployment, one.model) for one in found.points} == {(LIVE, MODEL)}


async def test_what_does_not_count_is_shown_and_says_why(store: GraphStore) -> None:
    """Its own numbers, and no verdict."""
    await record(store, weeks.one_deployment([GOOD] * 6))
    await record(store, stories.end(LIVE, after(5.5)))

    found = await series(store, 5.5)
    later = await series(store, 8)

    assert [(one.provisional, one.left_out, one.state is None) for one in found.points] == [
        (False, None, False), (False, None, False), (False, None, False), (False, None, False),
        (True, "PROVISIONAL", True),
    ]  # fmt: skip
    assert (found.points[-1].mean, found.points[-1].lower) == (GOOD, None)
    assert [one.left_out for one in later.points] == [None] * 5 + ["OUTSIDE_LIVE"]


async def test_a_range_filters_what_is_shown_and_not_what_is_judged(store: GraphStore) -> None:
    """Windows that share some time with it."""
    await record(store, weeks.one_deployment([GOOD] * 6 + [BAD] * 4))

    whole = await series(store, 12)
    part = await series(store, 12, start=3.5, end=8)

    assert numbers(part.points) == [3, 4, 5, 6, 7]
    assert part.points == whole.points[3:8]
    assert part.state is whole.state


@pytest.mark.parametrize("limit", [1, 3, 9, 10, 11])
async def test_pages_hold_every_point_once_in_order(store: GraphStore, limit: int) -> None:
    await record(store, weeks.one_deployment([GOOD] * 6 + [BAD] * 4))

    found: list[SeriesPoint] = []
    more, last = True, None
    while more:
        page = await series(store, 12, after=last, limit=limit)
        assert len(page.points) == limit or not page.more
        found += page.points
        more, last = page.more, (found[-1].start, found[-1].window)

    assert found == (await series(store, 12)).points


async def test_the_series_of_a_slot_names_roll_outs_and_models(store: GraphStore) -> None:
    """Where one follows the other."""
    document = weeks.one_deployment([GOOD] * 3)
    document["deployments"].append({"urn": "deployment:c/eu@2", "serves": "model:c/m@2", "from": after(3)})
    document["windows"] += weeks.weeks("deployment:c/eu@2", [GOOD] * 2, first=3)
    await record(store, document)

    found = await series(store, 10, of=SLOT)

    assert [(one.deployment, one.model) for one in found.points] == [(LIVE, MODEL)] * 3 + [
        ("deployment:c/eu@2", "model:c/m@2")
    ] * 2


async def test_the_series_of_a_model_has_no_deployment(store: GraphStore) -> None:
    await record(store, weeks.one_deployment([]) | {"windows": weeks.weeks(MODEL, [GOOD] * 2)})

    found = await series(store, 10, of=MODEL)

    assert [(one.deployment, one.model) for one in found.points] == [(None, MODEL)] * 2


async def test_an_older_position_has_the_series_of_then(store: GraphStore) -> None:
    """Equal to the bit, with the revisions of then."""
    before = await record(store, weeks.one_deployment([GOOD] * 4))
    then = await series(store, 8)
    await record(store, {"windows": [weeks.week(LIVE, 1, BAD, revision=1), weeks.week(LIVE, 4)]})

    now, again = await series(store, 8), await series(store, 8, at_position=before.position)

    assert [one.revision for one in now.points] == [0, 1, 0, 0, 0]
    assert as_json(again) == as_json(then)


async def test_nothing_on_record_is_no_empty_chart(store: GraphStore) -> None:
    await record(store, weeks.one_deployment([]))

    assert (await series(store, 8)).points == []
    with pytest.raises(NotRecorded):
        await series(store, 8, of="deployment:c/eu@2")
