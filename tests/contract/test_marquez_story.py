"""A story told by somebody else: the demo of Marquez (26 OpenLineage events), translated to registrations, comes through every question.

Marquez Project, docker/metadata.template.json, Apache-2.0; the file lies beside the checkout and is only read.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from evidence_graph.lineage.artifact import read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.store.graph_store import GraphStore
from tests import stories

pytestmark = pytest.mark.external


class Story:
    """The runs in the order they are told, each as the datasets it made and what it made them from."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.newest: dict[str, str] = {}
        self.manifests: list[dict[str, Any]] = []
        self.made_from: dict[str, set[str]] = {}
        for event in events:
            if event["eventType"] == "START":
                self._tell(event)

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

    @property
    def everything(self) -> set[str]:
        """Every dataset version named."""
        return {urn for made, sources in self.made_from.items() for urn in (made, *sources)}


def series(dataset: dict[str, Any]) -> str:
    """The series an OpenLineage dataset stands for."""
    return f"dataset:{dataset['namespace']}/{dataset['name']}"


@pytest.fixture
async def story(store: GraphStore, shared_data: Path) -> Story:
    """The story on record."""
    told = Story(json.loads((shared_data / "openlineage" / "marquez_demo.json").read_text()))
    for manifest in told.manifests:
        await stories.record(store, manifest)
    return told


async def test_every_chain_of_the_story_is_whole(store: GraphStore, story: Story) -> None:
    """Upstream and downstream of every dataset version, exactly what a plain walk over the events finds."""
    moment = await stories.now(store)
    assert len(story.everything) > 12

    for urn in story.everything:
        upstream = await read_chain(store, [urn], moment)
        downstream = await read_chain(store, [urn], moment, walk=DOWNSTREAM)

        assert set(stories.urns(upstream.artifacts)) == story.behind(urn)
        assert set(stories.urns(downstream.artifacts)) == {
            other for other in story.everything if urn in story.behind(other)
        }


async def test_every_dataset_of_the_story_is_found_unchanged(store: GraphStore, story: Story) -> None:
    """By its page and by its series; sources nobody made are stubs."""
    moment = await stories.now(store)

    page, more = await read_artifacts(store, moment, limit=1_000)

    assert not more
    assert set(stories.urns(page)) == story.everything
    assert {view.urn for view in page if view.declared} == set(story.made_from)
    for name, urn in story.newest.items():
        assert urn in stories.urns(await read_series(store, name, moment))
