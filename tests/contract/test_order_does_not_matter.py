"""Any order in which nothing is refused, with any repetitions, gives one graph: the same on every engine."""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from evidence_graph.evidence.commands import Item
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore
from tests import stories
from tests.stories import adjust, end, now, record, told_one_by_one

Told = Item | Mapping[str, Any]
ROLL_OUT_43 = "deployment:churn/eu-prod@43"
SHADOW_43 = "deployment:churn/eu-shadow@43"
SCORES = "dataset:churn/scores@1"


def whole_story() -> list[Told]:
    """Every kind of item, all of them compatible with each other in any order that puts what must come first first."""
    return [
        *told_one_by_one(stories.churn()),
        *told_one_by_one(
            {
                "kpis": [stories.kpi_version("2", benchmark={"mean": 0.06}, segments=["origin"])],
                "datasets": [
                    {"urn": SCORES, "derivedFrom": [stories.ROLL_OUT_42], "sensitivity": "PERSONAL"},
                    {
                        "urn": SCORES,
                        "derivedFrom": [stories.ROLL_OUT_42],
                        "sensitivity": "INTERNAL",
                        "uri": "s3://scores",
                    },
                    {"urn": "dataset:crm/customers@2026-10-01b", "revises": [stories.CUSTOMERS]},
                ],
                "models": [
                    {"urn": stories.MODEL_7, "evaluatedOn": [SCORES, stories.CUSTOMERS_BEFORE]},
                    {"urn": stories.MODEL_6, "evaluatedOn": ["dataset:never/declared@1"], "sensitivity": "PUBLIC"},
                ],
                "deployments": [
                    {
                        "urn": ROLL_OUT_43,
                        "serves": stories.MODEL_6,
                        "from": "2026-10-10T08:00:00Z",
                        "replaces": [stories.ROLL_OUT_42],
                    },
                    {"urn": SHADOW_43, "serves": stories.MODEL_6, "from": "2026-10-01T08:00:00Z", "mode": "SHADOW"},
                    {"urn": ROLL_OUT_43, "to": "2026-12-01T08:00:00Z"},
                ],
                "windows": [
                    stories.week_40(revision=1, successes=950, computedFrom=[SCORES]),
                    stories.week_40(segment={"origin": "JFK"}, comparedWith=[stories.WEEK_40]),
                    {**stories.week_40(model=stories.MODEL_7), "deployment": None},
                ],
            }
        ),
        adjust(SHADOW_43, "2026-10-03T08:00:00Z", "CANARY", 0.1),
        adjust(SHADOW_43, "2026-10-05T08:00:00Z", "PRODUCTION", 1),
        end(SHADOW_43, "2026-11-01T08:00:00Z"),
    ]


def corrections() -> list[Told]:
    """What is only right after everything else, in this order."""
    return [
        stories.retract(stories.TRAINING),
        stories.derived(stories.TRAINING, stories.CUSTOMERS_BEFORE, stories.TENURE),
        stories.retract(stories.MODEL_7, "EVALUATED_ON", SCORES),
    ]


def must_follow(told: Told) -> set[str]:
    """What has to be on record before: definitions before windows, a roll-out before it is adjusted or ended."""
    if isinstance(told, Item):
        return {told.subject}
    if "windows" in told:
        return {"kpis 1", "kpis 2"}
    return set()


def brings(told: Told) -> str:
    """What others may have to wait for."""
    if isinstance(told, Item):
        return ""
    ((section, (item,)),) = told.items()
    if section == "kpis":
        return f"kpis {item.get('version', '1')}"
    return item["urn"] if section == "deployments" and "serves" in item else ""


def shuffled(story: list[Told], random: Random) -> list[Told]:
    """A random order that puts first what must come first, with some things told two or three times."""
    waiting = [told for told in story for _ in range(random.choice([1, 1, 1, 2, 3]))]
    random.shuffle(waiting)
    order: list[Told] = []
    here: set[str] = set()
    while waiting:
        ready = next(told for told in waiting if must_follow(told) <= here)
        waiting.remove(ready)
        order.append(ready)
        here.add(brings(ready))
    return order


@pytest.fixture(scope="module")
def digest_in_order(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the story told from beginning to end, on the embedded engine."""
    return asyncio.run(tell_in_order(SqliteStore(tmp_path_factory.mktemp("in_order") / "evidence.db")))


async def tell_in_order(store: GraphStore) -> str:
    await store.open()
    await stories.begin(store)
    for told in [*whole_story(), *corrections()]:
        await record(store, told)
    digest = await read_graph_digest(store, await now(store))
    await store.close()
    return digest


@pytest.mark.runs(500)
async def test_any_order_gives_one_graph(store: GraphStore, run: int, digest_in_order: str) -> None:
    """Each item a command of its own, in random order, some repeated: one digest, whatever the engine."""
    order = shuffled(whole_story(), Random(run))

    for told in [*order, *corrections()]:
        await record(store, told)

    assert await read_graph_digest(store, await now(store)) == digest_in_order


async def test_one_manifest_gives_the_graph_of_its_items_one_by_one(store: GraphStore, digest_in_order: str) -> None:
    """Told at once or piece by piece, it is the same knowledge."""
    told = whole_story()
    await record(store, *sorted(told, key=rank))

    for correction in corrections():
        await record(store, correction)

    assert await read_graph_digest(store, await now(store)) == digest_in_order


def rank(told: Told) -> int:
    """The order in which the items of one manifest are decided."""
    sections = ("kpis", "datasets", "features", "models", "deployments", "windows")
    return len(sections) if isinstance(told, Item) else sections.index(next(iter(told)))
