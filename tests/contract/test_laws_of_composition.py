"""Laws between the answers of different questions at one moment, or of one question asked in two ways, whatever was recorded."""

import pytest

from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, ChainFilter, read_chain
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.diff import ChainDiff, Point, read_diff
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.lineage.path import read_path
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import reference, stories
from tests.histories import random_history, some_moment
from tests.sayings import day


@pytest.mark.runs(100)
async def test_upstream_and_downstream_are_converse(store: GraphStore, run: int) -> None:
    """What an artifact rests on is what it rests in front of; a path says the same, in the direction it says."""
    history = await random_history(store, run)
    moment, known, valid_at = await some_moment(store, history)
    there = [urn for urn in known.there() if known.existed(urn, valid_at)]
    some = history.random.sample(there, min(10, len(there)))
    behind = {urn: await read_chain(store, [urn], moment, walk=UPSTREAM) for urn in some}
    before = {urn: await read_chain(store, [urn], moment, walk=DOWNSTREAM) for urn in some}

    for one in some:
        for other in some:
            rests = other in behind[one].distances
            assert rests == (one in before[other].distances), (one, other, moment)
            if rests:
                assert behind[one].distances[other] == before[other].distances[one]
                path = await read_path(store, one, other, moment)
                assert path.direction == ("SAME" if one == other else "FROM_RESTS_ON_TO"), (one, other, moment)
                assert len(path.steps) == behind[one].distances[other], (one, other, moment)


@pytest.mark.runs(100)
async def test_nothing_differs_from_itself(store: GraphStore, run: int) -> None:
    """Also not from itself when more is known that has nothing to do with it; turned round, what was added is removed."""
    history = await random_history(store, run)
    before = await read_moment(store)
    await stories.record(store, stories.derived("dataset:apart/table@1", "dataset:apart/source@1"))
    after = await read_moment(store)
    known = history.known_at(history.head)
    for one in history.random.sample(known.there(), 5):
        for valid_at in (None, day(history.random.randrange(90))):
            points = [Point(one, moment if valid_at is None else moment.at(valid_at)) for moment in (before, after)]
            for same in (await read_diff(store, *points), await read_diff(store, points[0], points[0])):
                assert (same.changes, same.separating, same.steps_added, same.steps_removed) == ([], None, [], [])


@pytest.mark.runs(100)
async def test_a_difference_turned_round_is_the_same_difference(store: GraphStore, run: int) -> None:
    """What was added is removed, and what was before is after."""
    history = await random_history(store, run)
    for _ in range(6):
        moment, known, _ = await some_moment(store, history)
        other_moment, known_then, _ = await some_moment(store, history)
        both = [urn for urn in known.there() if known_then.on_record(urn)]
        if not both:
            continue
        first, second = (Point(history.random.choice(both), at) for at in (moment, other_moment))
        there, back = await read_diff(store, first, second), await read_diff(store, second, first)

        assert (there.steps_added, there.steps_removed) == (back.steps_removed, back.steps_added)
        assert (there.before, there.after) == (back.after, back.before)
        for change, opposite in (("ADDED", "REMOVED"), ("REMOVED", "ADDED")):
            assert series_of(there, change) == series_of(back, opposite), (first, second)


def series_of(found: ChainDiff, change: str) -> list[str]:
    """What one kind of change is about; which of several versions is left over may depend on who says that it revises whom."""
    views = [one.after or one.before for one in found.changes if one.change == change]
    return sorted(view.urn.rpartition("@")[0] for view in views if view)


NOT_MADE_FROM = frozenset({"EVALUATED_ON", "COMPARED_WITH", "MEASURES"})
ALL_BUT_MEASURES = reference.WALKED - {"MEASURES"}


@pytest.mark.runs(100)
async def test_exposure_agrees_with_chain_and_live_composed_by_hand(store: GraphStore, run: int) -> None:
    """What is made from the bad is a chain downstream; when it was live and which windows measure it is looked up beside it."""
    history = await random_history(store, run)
    for _ in range(4):
        moment, known, _ = await some_moment(store, history)
        moment = moment.at(day(history.random.randrange(100)))
        bad = [urn for urn in known.there() if urn.startswith(("dataset:", "feature:", "model:"))]
        if not bad:
            continue
        to = sorted(set(history.random.choices(bad, k=2)))
        found = await read_exposure(store, [parse_urn(urn) for urn in to], moment)

        stop = ChainFilter(frozenset({"kpi_window"}), NOT_MADE_FROM)
        chain = await read_chain(store, to, moment, walk=DOWNSTREAM, stop=stop)
        times = {one.deployment.urn: one for one in (await read_deployments(store, moment, limit=100))[0]}
        now_live = {one.deployment.urn for one in (await read_live(store, moment)).deployments}
        expected = {}
        for urn in chain.distances.keys() & times.keys():
            since, until = times[urn].since, times[urn].until
            windows = await windows_by_hand(store, urn, moment, since, until)
            expected[urn] = since, until, urn in now_live, windows, chain.distances[urn]
        assert {
            one.deployment.urn: (
                one.begin,
                one.until,
                one.still_live,
                [view.urn for view in one.windows],
                len(one.witness),
            )
            for one in found.deployments
        } == expected, (to, moment)


async def windows_by_hand(store: GraphStore, urn: str, moment: Moment, since: int, until: int | None) -> list[str]:
    """What measures a deployment while it was live, each in its highest revision."""
    stop = ChainFilter(frozenset(), ALL_BUT_MEASURES)
    measuring = (await read_chain(store, [urn], moment, walk=DOWNSTREAM, stop=stop, depth=1)).artifacts[1:]
    highest: dict[str, tuple[int, int, str]] = {}
    for view in measuring:
        if view.declared:
            start, end = (stories.at(str(view.fields[name])) for name in ("start", "end"))
            window, _, revision = view.urn.rpartition(",r")
            if int(revision) >= highest.get(window, (0, 0, ""))[0]:
                highest[window] = (
                    int(revision),
                    start if end > since and (until is None or start < until) else -1,
                    view.urn,
                )
    return [urn for _, start, urn in sorted(highest.values(), key=lambda one: one[1:]) if start >= 0]
