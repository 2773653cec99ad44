"""Laws that hold whatever was recorded, for every question: between its answers at two positions and at two instants."""

from random import Random

import msgspec
import pytest

from evidence_graph.app import served_schema
from evidence_graph.lineage.artifact import annotate, read_artifact, read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, Chain, read_chain
from evidence_graph.lineage.compare import Comparison, read_comparison
from evidence_graph.lineage.compare_kpi import Asked as AskedKpi
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.diff import Point, read_diff
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.exposure_parts import ExposedDeployment
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.lineage.path import PathAnswer, read_path
from evidence_graph.lineage.search import read_search
from evidence_graph.lineage.timeline import KNOWN, VALID, read_timeline
from evidence_graph.lineage.timeline_scope import scope_of
from evidence_graph.record.instants import format_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.declarations import KPI
from tests.differential import ELSEWHERE
from tests.histories import History, go_on, random_history, some_moment
from tests.sayings import DAY, SLOTS, day

TOLD_FIRST, TOLD_LATER = 50, 50
AT_THE_HEAD = {"node", "log"}  # these have no moment
Answers = dict[str, object]


class Subjects(msgspec.Struct, frozen=True):
    """What questions are asked about: two artifacts, two to be compared, what may be bad, a text."""

    first: str
    second: str
    compared: tuple[str, str] | None
    bad: str | None
    text: str

    @classmethod
    def some(cls, random: Random, there: list[str]) -> "Subjects":
        """Some of those that are there."""
        first = random.choice(there)
        kind = random.choice(["model:", "deployment:"])
        alike = [urn for urn in there if urn.startswith(kind)]
        bad = [urn for urn in there if urn.startswith(("dataset:", "feature:", "model:"))]
        return cls(
            first,
            random.choice(there),
            (compared[0], compared[1]) if len(compared := random.sample(alike, min(2, len(alike)))) == 2 else None,
            random.choice(bad) if bad else None,
            random.choice(["table", "model", "slot 1", "note", "note pears", first]),
        )


async def everything(store: GraphStore, about: Subjects, moment: Moment) -> Answers:
    """Every question with a moment, asked about the same subjects; why there is no path is left out."""
    then = moment.at(day(45))
    path = await read_path(store, about.first, about.second, moment)
    artifact = await read_artifact(store, about.first, moment)
    await annotate(store, [artifact] if artifact else [], moment)
    asked = AskedKpi(KPI, "", then.existing_at) if moment.position else None
    return {
        "artifact": artifact,
        "artifacts": await read_artifacts(store, moment, limit=20),
        "chain": [
            await read_chain(store, [about.first], moment, walk=UPSTREAM),
            await read_chain(store, [about.second], moment, walk=DOWNSTREAM),
            await read_chain(store, sorted({about.first, about.second}), moment, limit=3),
        ],
        "compare": about.compared and await read_comparison(store, *about.compared, moment, asked=asked),
        "deployments": await read_deployments(store, moment),
        "diff": await read_diff(store, Point(about.first, moment), Point(about.second, moment)),
        "exposure": about.bad and await read_exposure(store, [parse_urn(about.bad)], then),
        "live": await read_live(store, then),
        "path": msgspec.structs.replace(path, absence=None),
        "search": await read_search(store, about.text, moment),
        "series": await read_series(store, about.first.rpartition("@")[0], moment),
        "timeline": [
            await read_timeline(store, scope_of(of), moment, order=order)
            for of in (about.first, about.second.rpartition("@")[0])
            for order in (KNOWN, VALID)
        ],
    }


async def test_no_question_is_left_out(store: GraphStore) -> None:
    """A question that comes to the API comes to these laws."""
    await stories.record(store, stories.churn(), {"kpis": [stories.kpi(KPI)]})
    about = Subjects(stories.MODEL_7, stories.MODEL_6, (stories.MODEL_7, stories.MODEL_6), stories.TRAINING, "churn")

    answers = await everything(store, about, await stories.now(store))

    query = served_schema()._schema.query_type
    assert query is not None
    assert answers.keys() | AT_THE_HEAD == query.fields.keys() - ELSEWHERE.keys()


class Asked(msgspec.Struct):
    """Questions at one moment of the past, and about what differs between it and another."""

    moment: Moment
    other: Moment
    about: Subjects

    async def answers(self, store: GraphStore) -> dict[str, bytes]:
        """All that may not change any more, byte for byte."""
        moment, other = await again(store, self.moment), await again(store, self.other)
        first = self.about.first
        found = await everything(store, self.about, moment)
        found["between"] = await read_diff(store, Point(first, other), Point(first, moment))
        return {name: msgspec.json.encode(answer) for name, answer in found.items()}

    async def path(self, store: GraphStore) -> PathAnswer:
        """The path with the reason why there is none: that alone is judged by all that is on record."""
        return await read_path(store, self.about.first, self.about.second, await again(store, self.moment))


async def again(store: GraphStore, moment: Moment) -> Moment:
    """The same moment, named by its position."""
    return await read_moment(store, moment.valid_at, at_position=moment.position)


async def some_questions(store: GraphStore, history: History, number: int) -> list[Asked]:
    """About artifacts that are on record at both moments."""
    found = []
    for _ in range(number):
        moment, known, _ = await some_moment(store, history)
        other, known_then, _ = await some_moment(store, history)
        both = [urn for urn in known.there() if known_then.on_record(urn)]
        if both:
            found.append(Asked(moment, other, Subjects.some(history.random, both)))
    return found


@pytest.mark.runs(100)
async def test_more_knowledge_never_changes_an_answer_at_an_older_position(store: GraphStore, run: int) -> None:
    """Of any question, byte for byte, as long as nothing is erased; only why there is no path may be told better."""
    history = await random_history(store, run, TOLD_FIRST)
    asked = await some_questions(store, history, 6)
    before = [await one.answers(store) for one in asked]
    paths = [await one.path(store) for one in asked]

    await go_on(store, history, TOLD_LATER, erasing=False)

    assert asked
    for one, answers, path in zip(asked, before, paths, strict=True):
        for name, answer in (await one.answers(store)).items():
            assert answer == answers[name], (name, one)
        now = await one.path(store)
        assert (now.absence is None) == (path.absence is None), one
        if now.absence is not None and path.absence is not None:
            told = path.absence.reason, now.absence.reason
            assert now.absence == path.absence or not path.absence.final, one
            assert told[0] == told[1] or told == ("STRUCTURE", "KNOWLEDGE"), one


@pytest.mark.runs(100)
async def test_an_event_after_an_instant_never_changes_an_answer_at_that_instant(store: GraphStore, run: int) -> None:
    """Later things may rest on earlier ones, be judged by them and take over from them; what was by then is as it was."""
    history = await random_history(store, run)
    random, instant = history.random, day(history.random.randrange(20, 90))
    known = history.known_at(history.head)
    there = [urn for urn in known.there() if known.existed(urn, instant)]
    subjects = [Subjects.some(random, there) for _ in range(5)]
    before = [await by_then(store, about, instant) for about in subjects]

    for number in range(8):
        at = instant + random.choice([1, DAY, 30 * DAY])
        await stories.attempt(store, later_event(random, known.there(), number, format_instant(at)))

    for about, answers in zip(subjects, before, strict=True):
        now = await by_then(store, about, instant)
        for name, answer in answers.items():
            assert now[name] == answer, (name, about, instant)


async def by_then(store: GraphStore, about: Subjects, instant: int) -> Answers:
    """Every answer at the instant, without the position it was computed at and without what lies beyond the instant.

    That is when what was live then ended, and what nobody dated.
    """
    moment = await read_moment(store, instant)
    live, (deployments, _) = await read_live(store, moment), await read_deployments(store, moment)
    walks = [await read_chain(store, [about.first], moment, walk=walk) for walk in (UPSTREAM, DOWNSTREAM)]
    path = await read_path(store, about.first, about.second, moment)
    diff = await read_diff(store, Point(about.first, moment), Point(about.second, moment))
    compared, exposure = None, None
    if about.compared:
        compared = await read_comparison(store, *about.compared, moment, asked=AskedKpi(KPI, "", instant))
    if about.bad:
        exposure = await read_exposure(store, [parse_urn(about.bad)], moment)
    events = (await read_timeline(store, scope_of(about.first.rpartition("@")[0]), moment, order=VALID)).events
    return {
        "artifact": await read_artifact(store, about.first, moment),
        "artifacts": await read_artifacts(store, moment, limit=100),
        "chain": [shape(chain) for chain in walks],
        "compare": compared and without_ends(compared),
        "deployments": [(one.deployment, one.since) for one in deployments],
        "diff": (diff.changes, diff.separating, diff.steps_added, diff.steps_removed),
        "exposure": exposure
        and (
            exposure.bad,
            [exposed(one) for one in exposure.deployments],
            [exposed(one) for one in exposure.judged_on],
        ),
        "live": [(one.deployment.urn, one.mode, one.traffic, one.since) for one in live.deployments],
        "path": (path.direction, path.both_ways, path.artifacts, path.steps, path.paths),
        "search": [
            (hit.artifact, hit.matched, hit.score) for hit in (await read_search(store, about.text, moment)).hits
        ],
        "series": await read_series(store, about.first.rpartition("@")[0], moment),
        "timeline": [one.event for one in events if one.event.valid_time is not None],
    }


def shape(chain: Chain) -> tuple[object, ...]:
    found = chain.completeness
    return chain.artifacts, chain.steps, chain.distances, found.unresolved, found.undated, found.complete


def without_ends(found: Comparison) -> tuple[object, ...]:
    return found.shared, found.only_left, found.only_right, found.counterparts, found.leaks, found.kpi


def exposed(one: ExposedDeployment) -> tuple[object, ...]:
    return one.deployment, one.model, one.begin, one.still_live, one.learned, one.witness, one.windows


def later_event(random: Random, known: list[str], number: int, at: str) -> stories.ManifestDocument:
    """Something that came to exist at an instant, made from or judging what was there."""
    urn = f"dataset:later/table@{number}"
    sources = [urn for urn in known if urn.startswith(("dataset:", "model:", "deployment:"))]
    dataset = {"urn": urn, "occurredAt": at, "derivedFrom": random.sample(sources, min(2, len(sources)))}
    model = {"urn": f"model:later/model@{number}", "trainedOn": [urn], "occurredAt": at}
    events: list[stories.ManifestDocument] = [{"datasets": [dataset]}, {"datasets": [dataset], "models": [model]}]
    models = [urn for urn in known if urn.startswith("model:")]
    if models:
        roll_out = {
            "urn": f"deployment:{random.choice(SLOTS)}@later{number}",
            "serves": random.choice(models),
            "from": at,
        }
        judged = {"urn": random.choice(models), "evaluatedOn": [urn]}
        events += [{"datasets": [dataset], "models": [judged]}, {"deployments": [roll_out]}]
    return random.choice(events)
