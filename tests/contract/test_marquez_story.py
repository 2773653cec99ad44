"""A story told by somebody else: the demo of Marquez (26 OpenLineage events), translated to registrations, comes through every question.

Marquez Project, docker/metadata.template.json, Apache-2.0; the file lies beside the checkout and is only read. It tells of datasets and
of runs that made them. What some questions are about besides is added in the translation: a model is trained on each version that a run
made, it is rolled out in a slot of the dataset's name on a day of its own, and every roll-out has a window.
"""

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evidence_graph.lineage.artifact import read_artifact, read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.lineage.compare import read_comparison
from evidence_graph.lineage.compare_kpi import Asked
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.diff import Point, read_diff
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.path import read_path
from evidence_graph.lineage.search import read_search
from evidence_graph.record.instants import format_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import over_graphql, stories
from tests.differential.timeline import happened
from tests.sayings import DAY

pytestmark = pytest.mark.external

FIRST_DAY, LAST_DAY = stories.at("2026-10-01T00:00:00Z"), "2027-01-01T00:00:00Z"
KPI = "marquez/share"


class Story:
    """The runs in the order they are told, each as the datasets it made and what it made them from; then what is added."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.newest: dict[str, str] = {}
        self.manifests: list[dict[str, Any]] = []
        self.made_from: dict[str, set[str]] = {}
        self.began: dict[str, int] = {}
        self.windows: dict[str, str] = {}
        for event in events:
            if event["eventType"] == "START":
                self._tell(event)
        self.told = self.everything
        self._add()

    def _tell(self, run: dict[str, Any]) -> None:
        inputs = [self.newest.setdefault(series(one), f"{series(one)}@before") for one in run.get("inputs", [])]
        items = []
        for output in run.get("outputs", []):
            urn = f"{series(output)}@{run['run']['runId']}"
            items.append({"urn": urn, "derivedFrom": inputs, "source": {"run": run["run"]["runId"]}})
            self.made_from[urn] = set(inputs)
            self.newest[series(output)] = urn
        if items:
            self.manifests.append({"datasets": items})

    def _add(self) -> None:
        self.manifests.append({"kpis": [stories.kpi(KPI)]})
        for number, data in enumerate(sorted(self.made_from)):
            name = data.partition(":")[2]
            model, roll_out = f"model:{name}", f"deployment:{name}"
            begin = FIRST_DAY + number * DAY
            sides = {"start": format_instant(begin), "end": format_instant(begin + DAY)}
            window = {"deployment": roll_out, "kpi": KPI, "n": 10, "successes": number % 10, **sides}
            self.manifests += [
                {"models": [{"urn": model, "trainedOn": [data]}]},
                {"deployments": [{"urn": roll_out, "serves": model, "from": format_instant(begin)}]},
                {"windows": [window]},
            ]
            slot, _, version = name.rpartition("@")
            compact = sides["start"][:19].replace("-", "").replace(":", "") + "Z"
            self.windows[roll_out] = f"kpi_window:{slot},deployment,{KPI}@{version},{compact},r0"
            self.made_from |= {model: {data}, roll_out: {model}, self.windows[roll_out]: {roll_out}}
            self.began[roll_out] = begin

    def behind(self, urn: str) -> set[str]:
        """Everything an artifact rests on, itself included."""
        found: set[str] = set()
        waiting = [urn]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.made_from.get(here, ()))
        return found

    def before(self, urn: str) -> set[str]:
        """Everything that rests on an artifact, itself included."""
        return {other for other in self.everything if urn in self.behind(other)}

    @property
    def everything(self) -> set[str]:
        """Every version named."""
        return {urn for made, sources in self.made_from.items() for urn in (made, *sources)}

    @property
    def models(self) -> dict[str, str]:
        """What each roll-out serves."""
        return {roll_out: next(iter(self.made_from[roll_out])) for roll_out in self.began}

    def live_at(self, instant: int) -> set[str]:
        """The last roll-out of each slot by then."""
        begun = sorted((at, urn) for urn, at in self.began.items() if at <= instant)
        return set({urn.rpartition("@")[0]: urn for _, urn in begun}.values())


def series(dataset: dict[str, Any]) -> str:
    """The series an OpenLineage dataset stands for."""
    return f"dataset:{dataset['namespace']}/{dataset['name']}"


def urns(views: Iterable[Any]) -> set[str]:
    return set(stories.urns(list(views)))


@pytest.fixture
async def story(store: GraphStore, shared_data: Path) -> Story:
    """The story on record."""
    told = Story(json.loads((shared_data / "openlineage" / "marquez_demo.json").read_text()))
    assert len(told.told) > 12
    assert len(told.began) > 3
    for manifest in told.manifests:
        await stories.record(store, manifest)
    return told


async def test_every_chain_of_the_story_is_whole(store: GraphStore, story: Story) -> None:
    """Upstream and downstream of everything, exactly what a plain walk over the events finds."""
    moment = await stories.now(store)

    for urn in story.everything:
        upstream = await read_chain(store, [urn], moment)
        downstream = await read_chain(store, [urn], moment, walk=DOWNSTREAM)

        assert urns(upstream.artifacts) == story.behind(urn)
        assert urns(downstream.artifacts) == story.before(urn)


async def test_everything_in_the_story_is_found_unchanged(store: GraphStore, story: Story) -> None:
    """By its page, by itself, by its id, by its series and by a text; sources nobody made are stubs."""
    moment = await stories.now(store)

    page, more = await read_artifacts(store, moment, limit=1_000)

    assert not more
    assert urns(page) == story.everything
    assert {view.urn for view in page if view.declared} == set(story.made_from)
    for urn in story.everything:
        view = await read_artifact(store, urn, moment)
        assert view is not None
        assert (view.urn, view.declared) == (urn, urn in story.made_from)
        assert (await over_graphql.ask(store, "node", moment.known_at, id=urn))["id"] == urn
        assert (await read_search(store, urn, moment)).hits[0].artifact == view
        name = urn.rpartition("@")[0]
        versions = {other for other in story.everything if other.rpartition("@")[0] == name}
        assert urns(await read_series(store, name, moment)) == versions


async def test_every_way_in_the_story_is_found(store: GraphStore, story: Story) -> None:
    """A path from each artifact to everything behind it, and none to anything else."""
    moment = await stories.now(store)
    ends = sorted(story.everything)
    for urn in ends[::7]:
        for other in ends[::3]:
            found = await read_path(store, urn, other, moment)
            forward, back = other in story.behind(urn), urn in story.behind(other)
            direction = "FROM_RESTS_ON_TO" if forward else "TO_RESTS_ON_FROM" if back else None
            assert found.direction == ("SAME" if urn == other else direction), (urn, other)
            for step in found.steps:
                assert step.target in story.made_from[step.source]


async def test_every_roll_out_of_the_story_is_there(store: GraphStore, story: Story) -> None:
    """What was live on each day and over all of them, with its model."""
    moment = await stories.now(store)

    page, more = await read_deployments(store, moment, limit=1_000)

    assert not more
    assert {one.deployment.urn: one.model and one.model.urn for one in page} == story.models
    assert {one.deployment.urn: one.since for one in page} == story.began
    for instant in sorted({FIRST_DAY - 1, *story.began.values()}):
        live = (await read_live(store, moment.at(instant))).deployments
        assert {one.deployment.urn for one in live} == story.live_at(instant)


async def test_what_bad_data_of_the_story_touched_is_found(store: GraphStore, story: Story) -> None:
    """Every roll-out that rests on it, with the window that measures it."""
    moment = await stories.now(store, LAST_DAY)
    for urn in story.told:
        found = await read_exposure(store, [parse_urn(urn)], moment)

        touched = {one.deployment.urn: [view.urn for view in one.windows] for one in found.deployments}
        assert touched == {other: [story.windows[other]] for other in story.before(urn) & story.began.keys()}
        still = {one.deployment.urn for one in found.deployments if one.still_live}
        assert still == touched.keys() & story.live_at(moment.existing_at)


async def test_any_two_of_the_story_are_held_against_each_other(store: GraphStore, story: Story) -> None:
    """They differ in what only one of them rests on; the windows of two roll-outs stand side by side."""
    moment = await stories.now(store)
    for one, other in pairwise(sorted(story.told)):
        found = await read_diff(store, Point(one, moment), Point(other, moment))
        before = {change.before.urn for change in found.changes if change.before}
        after = {change.after.urn for change in found.changes if change.after}
        assert before == (story.behind(one) - story.behind(other)) | {one}
        assert after == (story.behind(other) - story.behind(one)) | {other}
    roll_outs = sorted(story.began)
    for left, right in pairwise(roll_outs):
        compared = await read_comparison(store, left, right, moment, asked=Asked(KPI, "", stories.at(LAST_DAY)))
        assert urns(compared.shared) == story.behind(left) & story.behind(right)
        assert urns(compared.only_left) == story.behind(left) - story.behind(right) - {left}
        assert urns(compared.only_right) == story.behind(right) - story.behind(left) - {right}
        assert compared.kpi is not None
        rows = [(row.left and row.left.window.urn, row.right and row.right.window.urn) for row in compared.kpi.windows]
        assert rows == [(story.windows[left], story.windows[right])]


async def test_everything_that_happened_in_the_story_is_told(store: GraphStore, story: Story) -> None:
    """Each artifact was declared, or only referred to; a namespace tells of all of it."""
    moment = await stories.now(store)
    told = {"model": "DECLARED", "deployment": "ROLL_OUT_BEGAN", "dataset": "DECLARED", "kpi_window": "WINDOW_RECORDED"}
    namespaces = {urn.partition(":")[2].partition("/")[0] for urn in story.everything}
    whole = [event for namespace in sorted(namespaces) for event in await happened(store, f"{namespace}/*", moment)]
    for urn in story.everything:
        events = await happened(store, urn, moment)
        own = [event for event in events if event.urn == urn]
        expected = told[urn.partition(":")[0]] if urn in story.made_from else "REFERRED_TO"
        assert own[-1].what == expected, urn
        assert [event for event in whole if event.urn == urn] == own
        if urn in story.windows:
            assert {event.urn for event in events} == {urn, story.windows[urn]}
