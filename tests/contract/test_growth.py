"""Out of order is normal: stubs are completed later, and what may grow grows."""

from evidence_graph.lineage.artifact import annotate, read_artifact, read_artifacts
from evidence_graph.lineage.chain import read_chain
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import as_of, attempt, now, outcomes, record, urns


async def test_an_unknown_upstream_is_a_stub_until_its_declaration_arrives(store: GraphStore) -> None:
    """The relation is recorded at once; the declaration completes the stub."""
    told = await record(store, stories.derived("dataset:a/b@1", "dataset:a/source@1"))
    stub = await read_artifact(store, "dataset:a/source@1", await now(store))
    assert stub is not None
    assert not stub.declared
    assert stub.position == told.position

    completed = await record(store, stories.datasets("dataset:a/source@1", digest=stories.DIGEST))

    assert outcomes(completed) == ["COMPLETED"]
    view = await read_artifact(store, "dataset:a/source@1", await now(store))
    assert view is not None
    assert view.declared
    assert view.fields == {"digest": stories.DIGEST}
    assert view.position == completed.position
    before = await read_artifact(store, "dataset:a/source@1", await as_of(store, told.position))
    assert before == stub


async def test_a_stub_of_the_same_command_is_created_not_completed(store: GraphStore) -> None:
    """Only what an earlier command left behind is completed."""
    receipt = await record(
        store, stories.derived("dataset:a/b@1", "dataset:a/source@1"), stories.datasets("dataset:a/source@1")
    )

    assert outcomes(receipt) == ["CREATED", "CREATED"]


async def test_evaluations_may_be_added_later_to_a_model(store: GraphStore) -> None:
    """An item with growing fields only adds to what is there."""
    await record(store, {"models": [{"urn": stories.MODEL_7, "trainedOn": [stories.TRAINING]}]})

    added = await record(
        store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": ["dataset:a/e@1", "dataset:a/e@2"]}]}
    )
    again = await record(store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": ["dataset:a/e@2"]}]})
    more = await record(
        store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": ["dataset:a/e@2", "dataset:a/e@3"]}]}
    )

    assert (outcomes(added), outcomes(again), outcomes(more)) == (["EXTENDED"], ["UNCHANGED"], ["EXTENDED"])
    chain = await read_chain(store, [stories.MODEL_7], await now(store))
    assert set(urns(chain.artifacts)) == {stories.MODEL_7, stories.TRAINING, *(f"dataset:a/e@{n}" for n in (1, 2, 3))}


async def test_what_grows_may_come_before_the_declaration(store: GraphStore) -> None:
    """It is added to a stub, which stays a stub; the declaration need not repeat it."""
    early = await record(store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [stories.CUSTOMERS]}]})
    stub = await read_artifact(store, stories.MODEL_7, await now(store))

    late = await record(store, {"models": [{"urn": stories.MODEL_7, "trainedOn": [stories.TRAINING]}]})

    assert (outcomes(early), outcomes(late)) == (["EXTENDED"], ["COMPLETED"])
    assert stub is not None
    assert not stub.declared
    chain = await read_chain(store, [stories.MODEL_7], await now(store))
    assert {(s.relation, s.target) for s in chain.steps} == {
        ("EVALUATED_ON", stories.CUSTOMERS),
        ("TRAINED_ON", stories.TRAINING),
    }


async def test_a_repeated_declaration_may_bring_more_that_grows(store: GraphStore) -> None:
    """Fixed fields are compared, growing ones are added: EXTENDED."""
    model = {"urn": stories.MODEL_7, "trainedOn": [stories.TRAINING]}
    await record(store, {"models": [model]})

    assert outcomes(await record(store, {"models": [{**model, "evaluatedOn": [stories.CUSTOMERS]}]})) == ["EXTENDED"]
    assert outcomes(await record(store, {"models": [model]})) == ["UNCHANGED"]


async def test_an_item_with_its_urn_alone_declares(store: GraphStore) -> None:
    """It says that there were no inputs, so inputs told later are other content."""
    assert outcomes(await record(store, stories.datasets("dataset:a/raw@1"))) == ["CREATED"]

    refused = await attempt(store, stories.derived("dataset:a/raw@1", "dataset:a/x@1"))

    assert [f.code for f in refused.faults] == ["CONFLICT"]


async def test_the_end_of_a_roll_out_may_be_stated_later(store: GraphStore) -> None:
    """Once: the same end again is unchanged, another one is a conflict that names endDeployment."""
    await record(store, stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"))

    ended = {"deployments": [{"urn": stories.ROLL_OUT_42, "to": "2026-11-02T08:00:00Z"}]}
    assert outcomes(await record(store, ended)) == ["EXTENDED"]
    assert outcomes(await record(store, ended)) == ["UNCHANGED"]
    refused = await attempt(store, {"deployments": [{"urn": stories.ROLL_OUT_42, "to": "2026-12-02T08:00:00Z"}]})
    assert [(f.code, f.field, "endDeployment" in f.next_step) for f in refused.faults] == [
        ("CONFLICT", "deployments[0].to", True)
    ]


async def test_the_end_of_a_roll_out_may_come_before_its_declaration(store: GraphStore) -> None:
    """It counts as soon as the roll-out is declared."""
    await record(store, {"deployments": [{"urn": stories.ROLL_OUT_42, "to": "2026-11-02T08:00:00Z"}]})
    assert await read_deployments(store, await now(store)) == ([], False)

    await record(store, stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"))

    ((found,), _) = await read_deployments(store, await now(store))
    assert (found.since, found.until, found.until_derived) == (
        stories.at("2026-10-02T08:00:00Z"),
        stories.at("2026-11-02T08:00:00Z"),
        False,
    )


async def test_the_newest_known_annotation_counts_and_is_never_a_conflict(store: GraphStore) -> None:
    """Descriptions, properties and addresses are not content; earlier positions still show the earlier ones."""
    first = await record(store, stories.datasets("dataset:a/b@1", description="Old.", properties={"rows": 1}))

    second = await record(store, stories.datasets("dataset:a/b@1", description="New.", uri="s3://b"))
    again = await record(store, stories.datasets("dataset:a/b@1", description="New."))

    assert (outcomes(second), outcomes(again)) == (["EXTENDED"], ["UNCHANGED"])
    assert await annotations(store, first.position) == {"description": "Old.", "properties": {"rows": 1}}
    assert await annotations(store, second.position) == {
        "description": "New.",
        "properties": {"rows": 1},
        "uri": "s3://b",
    }


async def test_an_annotation_can_return_to_an_earlier_value(store: GraphStore) -> None:
    """The newest known counts, also when it had been said before."""
    for text in ("Old.", "New.", "Old."):
        last = await record(store, stories.datasets("dataset:a/b@1", description=text))

    assert await annotations(store, last.position) == {"description": "Old."}


async def test_the_highest_stated_sensitivity_counts(store: GraphStore) -> None:
    """It is raised by whoever knows better, and never lowered by saying less."""
    for level, outcome in (
        ("INTERNAL", "CREATED"),
        ("PERSONAL", "EXTENDED"),
        ("PUBLIC", "UNCHANGED"),
        (None, "UNCHANGED"),
        ("PERSONAL", "UNCHANGED"),
    ):
        assert outcomes(await record(store, stories.datasets("dataset:a/b@1", sensitivity=level))) == [outcome]

    assert await annotations(store, (await now(store)).position) == {"sensitivity": "PERSONAL"}


async def test_a_kpis_description_is_an_annotation_too(store: GraphStore) -> None:
    """A definition told again with other words is extended, and no artifact appears for it."""
    await record(store, {"kpis": [stories.kpi(description="Share of visitors who buy.")]})

    told = await record(store, {"kpis": [stories.kpi(description="Share of visitors who bought.")]})

    assert outcomes(told) == ["EXTENDED"]
    assert await read_artifacts(store, await now(store)) == ([], False)


async def annotations(store: GraphStore, position: int | None) -> dict[str, object]:
    moment = await as_of(store, position)
    view = await read_artifact(store, "dataset:a/b@1", moment)
    assert view is not None
    await annotate(store, [view], moment)
    return dict(view.annotations)
