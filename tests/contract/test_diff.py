"""What differs between two chains: nearest the root first, versions of a series matched, and nothing else."""

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.diff import ChainDiff, Point, read_diff
from evidence_graph.lineage.diff_fields import FieldChange
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.contract.test_chain import dataset, graph
from tests.differential.diff import told
from tests.stories import as_of, derived, now, record

WEEK_37 = "kpi_window:churn/eu-prod,deployment,churn/conversion@41,20260907T080000Z,r0"
TRAINING_BEFORE = "dataset:churn/training@2026-09-01"


def good_and_bad() -> stories.ManifestDocument:
    """A good week of roll-out 41 and a bad one of roll-out 42, whose model was trained on other data with other parameters."""
    told = stories.churn()
    told["models"][0] |= {
        "trainedOn": [TRAINING_BEFORE],
        "source": {"commit": "aaaa", "parameters": {"depth": 4, "seed": 1}},
    }
    told["models"][1] |= {"source": {"commit": "bbbb", "parameters": {"depth": 6, "seed": 1, "rate": 0.1}}}
    told["datasets"].append(
        {
            "urn": TRAINING_BEFORE,
            "derivedFrom": [stories.CUSTOMERS_BEFORE, stories.TENURE],
            "covers": {"to": "2026-09-01T00:00:00Z"},
        }
    )
    told["datasets"] += [{"urn": "dataset:churn/labels@37"}, {"urn": "dataset:churn/labels@40"}]
    told["windows"][0]["computedFrom"] = ["dataset:churn/labels@40"]
    week_37 = stories.window(stories.ROLL_OUT_41, "2026-09-07T08:00:00Z", "2026-09-14T08:00:00Z", successes=950)
    told["windows"].append(week_37 | {"computedFrom": ["dataset:churn/labels@37"]})
    return told


async def diff(
    store: GraphStore, before: str, after: str, moments: tuple[Moment, Moment] | None = None, **bounds: int
) -> ChainDiff:
    first, second = moments or (await now(store), await now(store))
    return await read_diff(store, Point(before, first), Point(after, second), **bounds)


async def test_what_separates_a_good_window_from_a_bad_one_comes_first(store: GraphStore) -> None:
    """After the windows themselves: the roll-out before the labels, then the model, then what it was made of."""
    await record(store, good_and_bad())

    found = await diff(store, WEEK_37, stories.WEEK_40)

    assert list(map(told, found.changes)) == [
        ("REPLACED", 0, WEEK_37, stories.WEEK_40),
        ("REPLACED", 1, stories.ROLL_OUT_41, stories.ROLL_OUT_42),
        ("REPLACED", 1, "dataset:churn/labels@37", "dataset:churn/labels@40"),
        ("REPLACED", 2, stories.MODEL_6, stories.MODEL_7),
        ("REPLACED", 3, TRAINING_BEFORE, stories.TRAINING),
        ("ADDED", 4, None, stories.CUSTOMERS),
    ]
    assert found.separating == found.changes[1]
    assert found.complete
    assert all(change.certain for change in found.changes)


async def test_with_two_deployments_their_own_change_comes_first(store: GraphStore) -> None:
    """It is the one that separates them."""
    await record(store, good_and_bad())

    found = await diff(store, stories.ROLL_OUT_41, stories.ROLL_OUT_42)

    assert told(found.changes[0]) == ("REPLACED", 0, stories.ROLL_OUT_41, stories.ROLL_OUT_42)
    assert found.separating == found.changes[0]
    assert found.changes[0].fields == [
        FieldChange("from", "2026-09-02T08:00:00.000000Z", "2026-10-02T08:00:00.000000Z")
    ]


async def test_the_fields_that_changed_are_named_by_their_places(store: GraphStore) -> None:
    """With the values on either side; what is equal is left out."""
    await record(store, good_and_bad())

    found = await diff(store, stories.MODEL_6, stories.MODEL_7)
    training = found.changes[1]

    assert found.changes[0].fields == [
        FieldChange("occurredAt", "2026-09-01T06:00:00.000000Z", "2026-10-01T09:00:00.000000Z"),
        FieldChange("source.commit", "aaaa", "bbbb"),
        FieldChange("source.parameters.depth", 4, 6),
        FieldChange("source.parameters.rate", None, 0.1),
    ]
    assert training.fields == [
        FieldChange("occurredAt", None, "2026-10-01T05:00:00.000000Z"),
        FieldChange("covers.to", "2026-09-01T00:00:00.000000Z", None),
    ]


async def test_steps_are_compared_too(store: GraphStore) -> None:
    """Those of one chain alone, in its order."""
    await record(store, good_and_bad())

    found = await diff(store, stories.MODEL_6, stories.MODEL_7)

    assert [(step.relation, step.source, step.target) for step in found.steps_added] == [
        ("EVALUATED_ON", stories.MODEL_7, stories.CUSTOMERS_BEFORE),
        ("TRAINED_ON", stories.MODEL_7, stories.TRAINING),
        ("DERIVED_FROM", stories.TRAINING, stories.CUSTOMERS),
        ("DERIVED_FROM", stories.TRAINING, stories.TENURE),
    ]
    assert {step.source for step in found.steps_removed} == {stories.MODEL_6, TRAINING_BEFORE}


async def test_one_artifact_at_two_moments_shows_what_became_known(store: GraphStore) -> None:
    """A stub that was declared, a correction, an end that was stated."""
    first = await record(
        store,
        stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"),
        {"models": [{"urn": stories.MODEL_7, "trainedOn": [stories.TRAINING]}]},
        derived(stories.TRAINING, stories.CUSTOMERS),
    )
    await record(store, stories.datasets(stories.CUSTOMERS, digest=stories.DIGEST))
    await record(store, stories.retract(stories.TRAINING))
    again = await record(store, derived(stories.TRAINING, stories.CUSTOMERS, dataset("more")))
    await record(store, stories.end(stories.ROLL_OUT_42, "2026-12-01T00:00:00Z"))
    moments = await as_of(store, first.position), await now(store)

    found = await diff(store, stories.ROLL_OUT_42, stories.ROLL_OUT_42, moments)

    assert [(told(change), change.fields) for change in found.changes] == [
        (
            ("CHANGED", 0, stories.ROLL_OUT_42, stories.ROLL_OUT_42),
            [FieldChange("to", None, "2026-12-01T00:00:00.000000Z")],
        ),
        (
            ("CHANGED", 2, stories.TRAINING, stories.TRAINING),
            [FieldChange("position", first.outcomes[2].position, again.position)],
        ),
        (
            ("CHANGED", 3, stories.CUSTOMERS, stories.CUSTOMERS),
            [FieldChange("declared", False, True), FieldChange("digest", None, stories.DIGEST)],
        ),
        (("ADDED", 3, None, dataset("more")), []),
    ]
    assert [step.target for step in found.steps_added] == [dataset("more")]
    assert found.steps_removed == []
    assert (found.before.complete, found.after.complete, found.complete) == (False, False, False)
    assert found.before.position == first.position


async def test_one_artifact_at_two_instants_of_valid_time(store: GraphStore) -> None:
    """What did not exist yet is added."""
    await record(
        store,
        graph(a="b c"),
        stories.datasets(dataset("b")),
        stories.datasets(dataset("c"), occurredAt="2026-10-02T00:00:00Z"),
    )
    moments = await now(store, "2026-10-01T00:00:00Z"), await now(store, "2026-10-03T00:00:00Z")

    found = await diff(store, dataset("a"), dataset("a"), moments)

    assert list(map(told, found.changes)) == [("ADDED", 1, None, dataset("c"))]


async def test_several_versions_of_a_series_are_matched_by_what_says_so_then_by_their_parts(store: GraphStore) -> None:
    """First what revises, then what is used in the same way, then by distance and URN."""
    table = "dataset:t/table@"
    await record(
        store,
        stories.datasets(*(f"{table}{n}" for n in "1235")),
        {"datasets": [{"urn": f"{table}6", "revises": [f"{table}1"]}, {"urn": f"{table}4"}]},
        {"models": [
            {"urn": "model:m/m@1", "trainedOn": [f"{table}1", f"{table}2"], "evaluatedOn": [f"{table}3"]},
            {"urn": "model:m/m@2", "trainedOn": [f"{table}6", f"{table}5"], "evaluatedOn": [f"{table}4"]},
        ]},
    )  # fmt: skip

    found = await diff(store, "model:m/m@1", "model:m/m@2")

    pairs = [(told(change)[2:], change.succession) for change in found.changes[1:]]
    assert pairs == [
        ((f"{table}3", f"{table}4"), None),
        ((f"{table}2", f"{table}5"), None),
        ((f"{table}1", f"{table}6"), "REVISES"),
    ]


async def test_roots_are_held_against_each_other_also_when_one_rests_on_the_other(store: GraphStore) -> None:
    """And when they are of different series; not when they are of different kinds."""
    await record(
        store, {"models": [{"urn": "model:m/fine@1", "builtFrom": ["model:m/base@1"]}, {"urn": "model:m/base@1"}]}
    )
    await record(store, derived(dataset("a"), "model:m/base@1"))

    tuned = await diff(store, "model:m/base@1", "model:m/fine@1")
    kinds = await diff(store, dataset("a"), "model:m/fine@1")

    assert list(map(told, tuned.changes)) == [("REPLACED", 0, "model:m/base@1", "model:m/fine@1")]
    assert list(map(told, kinds.changes)) == [
        ("ADDED", 0, None, "model:m/fine@1"),
        ("REMOVED", 0, dataset("a"), None),
    ]


async def test_what_a_cut_chain_may_still_hold_is_not_certain(store: GraphStore) -> None:
    """Each side says how complete it is; the whole is complete only when both are."""
    await record(store, graph(a="m", b="m n", m="x", n="x", x=""))

    found = await diff(store, dataset("a"), dataset("b"), limit=3)

    assert [(told(change)[0], change.certain) for change in found.changes] == [
        ("REPLACED", False),
        ("ADDED", True),
        ("REMOVED", False),
    ]
    assert (found.before.truncated, found.after.truncated, found.complete) == (False, True, False)


async def test_what_is_not_on_record_is_named(store: GraphStore) -> None:
    await record(store, graph(a=""))

    for ends in (("a", "nothing"), ("nothing", "a")):
        with pytest.raises(NotRecorded, match=dataset("nothing")):
            await diff(store, *map(dataset, ends))
