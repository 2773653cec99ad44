"""Laws that hold whatever was recorded: between answers at two positions, two instants, two directions, not about any one answer."""

from random import Random

import msgspec
import pytest

from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, Chain, read_chain
from evidence_graph.lineage.diff import Point, read_diff
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.lineage.path import PathAnswer, read_path
from evidence_graph.record.instants import format_instant
from evidence_graph.store.graph_store import GraphStore
from tests import reference, stories
from tests.histories import DAY, MODELS, SLOTS, History, day, random_history, say_something, some_moment

TOLD_FIRST, TOLD_LATER = 35, 35


def on_record(known: reference.Known) -> list[str]:
    return sorted(urn for urn in known.named if known.on_record(urn))


class Asked(msgspec.Struct):
    """Questions about two artifacts at one moment of the past, and about what differs between it and another."""

    moment: Moment
    other: Moment
    first: str
    second: str

    async def answers(self, store: GraphStore) -> list[object]:
        """All that may not change any more."""
        moment, other = await again(store, self.moment), await again(store, self.other)
        found = await read_path(store, self.first, self.second, moment)
        return [
            await read_chain(store, [self.first], moment, walk=UPSTREAM),
            await read_chain(store, [self.second], moment, walk=DOWNSTREAM),
            await read_chain(store, [self.first, self.second], moment, limit=3),
            await read_live(store, moment.at(day(45))),
            msgspec.structs.replace(found, absence=None),
            await read_diff(store, Point(self.first, moment), Point(self.second, moment)),
            await read_diff(store, Point(self.first, other), Point(self.first, moment)),
        ]

    async def path(self, store: GraphStore) -> PathAnswer:
        """The path with the reason why there is none: that alone is judged by all that is on record."""
        return await read_path(store, self.first, self.second, await again(store, self.moment))


async def again(store: GraphStore, moment: Moment) -> Moment:
    """The same moment, named by its position."""
    return await read_moment(store, moment.valid_at, at_position=moment.position)


async def some_questions(store: GraphStore, history: History, number: int) -> list[Asked]:
    """About artifacts that are on record at both moments."""
    found = []
    for _ in range(number):
        moment, known, _ = await some_moment(store, history)
        other, known_then, _ = await some_moment(store, history)
        both = [urn for urn in on_record(known) if known_then.on_record(urn)]
        if both:
            found.append(Asked(moment, other, history.random.choice(both), history.random.choice(both)))
    return found


@pytest.mark.runs(100)
async def test_more_knowledge_never_changes_an_answer_at_an_older_position(store: GraphStore, run: int) -> None:
    """Byte for byte; only why there is no path may be told better."""
    history = await random_history(store, run, TOLD_FIRST)
    asked = await some_questions(store, history, 6)
    before = [msgspec.json.encode(await one.answers(store)) for one in asked]
    paths = [await one.path(store) for one in asked]

    for _ in range(TOLD_LATER):
        await say_something(store, history)

    assert asked
    for one, answer, path in zip(asked, before, paths, strict=True):
        assert msgspec.json.encode(await one.answers(store)) == answer, one
        now = await one.path(store)
        assert (now.absence is None) == (path.absence is None), one
        if now.absence is not None and path.absence is not None:
            told = path.absence.reason, now.absence.reason
            assert now.absence == path.absence or not path.absence.final, one
            assert told[0] == told[1] or told == ("STRUCTURE", "KNOWLEDGE"), one


@pytest.mark.runs(100)
async def test_an_event_after_an_instant_never_changes_a_chain_at_that_instant(store: GraphStore, run: int) -> None:
    """Later things may rest on earlier ones and be judged by them; what was there by then, and was live, is as it was."""
    history = await random_history(store, run)
    random, instant = history.random, day(history.random.randrange(90))
    known = reference.known_at(history.statements, history.head)
    roots = random.sample(on_record(known), min(8, len(on_record(known))))
    before = await at_instant(store, roots, instant)

    for number in range(8):
        at = instant + random.choice([1, DAY, 30 * DAY])
        await stories.attempt(store, later_event(random, on_record(known), number, format_instant(at)))

    assert await at_instant(store, roots, instant) == before


async def at_instant(store: GraphStore, roots: list[str], instant: int) -> list[object]:
    """Chains both ways and what was live, without the position they were computed at."""
    moment = await read_moment(store, instant)
    chains = [await read_chain(store, [root], moment, walk=walk) for root in roots for walk in (UPSTREAM, DOWNSTREAM)]
    live = {(one.deployment.urn, one.mode, one.traffic) for one in (await read_live(store, moment)).deployments}
    return [*(shape(chain) for chain in chains), live]


def shape(chain: Chain) -> tuple[object, ...]:
    found = chain.completeness
    return chain.artifacts, chain.steps, chain.distances, found.unresolved, found.undated, found.complete


def later_event(random: Random, known: list[str], number: int, at: str) -> stories.ManifestDocument:
    """Something that came to exist at an instant, made from or judging what was there."""
    urn = f"dataset:later/table@{number}"
    sources = [urn for urn in known if urn.startswith(("dataset:", "model:", "deployment:"))]
    dataset = {"urn": urn, "occurredAt": at, "derivedFrom": random.sample(sources, min(2, len(sources)))}
    model = {"urn": f"model:later/model@{number}", "trainedOn": [urn], "occurredAt": at}
    roll_out = {"urn": f"deployment:{random.choice(SLOTS)}@later{number}", "serves": random.choice(MODELS), "from": at}
    judged = {"urn": random.choice(MODELS), "evaluatedOn": [urn]}
    return random.choice(
        [
            {"datasets": [dataset]},
            {"datasets": [dataset], "models": [model]},
            {"datasets": [dataset], "models": [judged]},
            {"deployments": [roll_out]},
        ]
    )


@pytest.mark.runs(100)
async def test_upstream_and_downstream_are_converse(store: GraphStore, run: int) -> None:
    """What an artifact rests on is what it rests in front of; a path says the same, in the direction it says."""
    history = await random_history(store, run)
    moment, known, valid_at = await some_moment(store, history)
    there = [urn for urn in on_record(known) if known.existed(urn, valid_at)]
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
    """diff(a, a) is empty; turned round, what was added is removed."""
    history = await random_history(store, run)
    for asked in await some_questions(store, history, 8):
        first, second = Point(asked.first, asked.moment), Point(asked.second, asked.other)
        same = await read_diff(store, first, Point(asked.first, await again(store, asked.moment)))
        there, back = await read_diff(store, first, second), await read_diff(store, second, first)

        assert (same.changes, same.separating, same.steps_added, same.steps_removed) == ([], None, [], [])
        assert same.before == same.after
        assert (there.steps_added, there.steps_removed) == (back.steps_removed, back.steps_added)
        assert len(there.changes) == len(back.changes) or asked.first != asked.second
        assert (there.before, there.after) == (back.after, back.before)
