"""One command is recorded whole or not at all, and a refusal lists every fault it has."""

from evidence_graph.lineage.artifact import read_artifacts
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import attempt, now, outcomes, record


async def test_one_conflict_keeps_everything_else_off_the_record(store: GraphStore) -> None:
    """What is good in the manifest is not recorded either, and the head stays where it was."""
    await record(store, stories.datasets(stories.CUSTOMERS, digest=stories.DIGEST))
    before, known = await read_head(store), await read_artifacts(store, await now(store))

    refused = await attempt(
        store,
        stories.datasets("dataset:a/good@1"),
        stories.datasets(stories.CUSTOMERS, digest=stories.OTHER_DIGEST),
        stories.datasets("dataset:a/good@2"),
    )

    assert refused.position is None
    assert await read_head(store) == before
    assert await read_artifacts(store, await now(store)) == known


async def test_every_fault_is_listed_with_its_place(store: GraphStore) -> None:
    """Faults of reading and of deciding come together, so that one round of corrections is enough."""
    await record(store, stories.churn())

    refused = await attempt(
        store,
        {
            "datasets": [
                {"urn": "dataset:a/b@1", "derivedFromm": ["dataset:a/c@1"]},
                {"urn": stories.CUSTOMERS, "digest": stories.OTHER_DIGEST},
                {"urn": "dataset:a/d@1", "digest": "md5:1", "occurredAt": "yesterday"},
                {"urn": "dataset:a/fine@1"},
            ],
            "models": [{"urn": stories.MODEL_7, "trainedOn": [stories.CUSTOMERS]}],
            "windows": [stories.week_40(kpi="churn/nobody_defined"), stories.week_40(n=1, successes=1)],
        },
    )

    assert {(f.code, f.field) for f in refused.faults} == {
        ("INVALID", "datasets[0]"),
        ("CONFLICT", "datasets[1].urn"),
        ("INVALID", "datasets[2].digest"),
        ("INVALID", "datasets[2].occurredAt"),
        ("CONFLICT", "models[0].urn"),
        ("INVALID", "windows[0].kpi"),
        ("CONFLICT", "windows[1].revision"),
    }
    assert all(f.message and f.next_step for f in refused.faults)
    assert sorted((o.item, o.outcome) for o in refused.outcomes) == sorted({(f.path, f.code) for f in refused.faults})


async def test_the_items_of_a_manifest_are_decided_together_whatever_their_order(store: GraphStore) -> None:
    """Definitions first, then artifacts, roll-outs and windows: the file may say it the other way round."""
    backwards = {
        section: list(reversed(items)) if isinstance(items, list) else items
        for section, items in reversed(stories.churn().items())
    }

    receipt = await record(store, backwards)

    assert set(outcomes(receipt)) == {"CREATED"}


async def test_items_of_one_command_see_each_other(store: GraphStore) -> None:
    """The second of two contradicting items is the conflict, and nothing is recorded."""
    before = await read_head(store)

    refused = await attempt(
        store,
        stories.datasets("dataset:a/b@1", digest=stories.DIGEST),
        stories.datasets("dataset:a/b@1", digest=stories.OTHER_DIGEST),
    )

    assert [f.code for f in refused.faults] == ["CONFLICT"]
    assert await read_head(store) == before
