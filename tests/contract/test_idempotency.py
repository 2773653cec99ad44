"""Saying the same again changes nothing; saying something else under the same name or key is a conflict that says what to do."""

from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import attempt, outcomes, record


async def test_the_same_declaration_again_is_unchanged(store: GraphStore) -> None:
    """Nothing is appended, and each item is told where it stands already."""
    first = await record(store, stories.churn())

    again = await record(store, stories.churn())

    assert set(outcomes(first)) == {"CREATED"}
    assert set(outcomes(again)) == {"UNCHANGED"}
    assert [o.position for o in again.outcomes] == [o.position for o in first.outcomes]
    assert again.position == first.position == (await read_head(store)).position


async def test_spelling_defaults_and_order_are_no_other_content(store: GraphStore) -> None:
    """Escapes, offsets, defaults written out and the order of relations do not make another declaration."""
    await record(
        store,
        {
            "datasets": [
                {
                    "urn": "dataset:a/b%2dc@1",
                    "derivedFrom": ["dataset:a/x@1", "dataset:a/y@1"],
                    "digest": stories.DIGEST,
                }
            ],
            **stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T08:00:00Z"),
        },
    )

    again = await record(
        store,
        {
            "datasets": [
                {
                    "urn": "dataset:a/b-c@1",
                    "derivedFrom": ["dataset:a/y@1", "dataset:a/x@1", "dataset:a/x@1"],
                    "digest": stories.DIGEST.upper().replace("SHA", "sha"),
                    "uri": None,
                }
            ],
            **stories.roll_out(stories.ROLL_OUT_42, "2026-10-02T10:00:00.000+02:00", mode="PRODUCTION", traffic=1.0),
        },
    )

    assert outcomes(again) == ["UNCHANGED", "UNCHANGED"]


async def test_other_content_under_a_urn_is_a_conflict_that_proposes_a_new_version(store: GraphStore) -> None:
    """Nothing is overwritten; the way out is a new version that revises this one."""
    await record(store, stories.datasets(stories.CUSTOMERS, digest=stories.DIGEST))
    before = await read_head(store)

    refused = await attempt(store, stories.datasets(stories.CUSTOMERS, digest=stories.OTHER_DIGEST))

    (fault,) = refused.faults
    assert fault.code == "CONFLICT"
    assert fault.urn == stories.CUSTOMERS
    assert "digest" in fault.message
    assert "new version of dataset:crm/customers" in fault.next_step
    assert f'revises: ["{stories.CUSTOMERS}"]' in fault.next_step
    assert outcomes(refused) == ["CONFLICT"]
    assert refused.position is None
    assert await read_head(store) == before


async def test_other_relations_under_a_urn_are_a_conflict(store: GraphStore) -> None:
    """What a thing was made from is content, too little of it as much as too much."""
    await record(store, stories.derived("dataset:a/b@1", "dataset:a/x@1", "dataset:a/y@1"))

    for sources in (["dataset:a/x@1"], ["dataset:a/x@1", "dataset:a/y@1", "dataset:a/z@1"]):
        refused = await attempt(store, stories.derived("dataset:a/b@1", *sources))
        assert [(f.code, "DERIVED_FROM" in f.message) for f in refused.faults] == [("CONFLICT", True)]


async def test_the_proposed_way_out_of_a_conflict_is_accepted(store: GraphStore) -> None:
    """A new version that revises the old one stands beside it."""
    await record(store, stories.datasets(stories.CUSTOMERS, digest=stories.DIGEST))

    fixed = await record(
        store,
        stories.datasets("dataset:crm/customers@2026-10-01b", digest=stories.OTHER_DIGEST, revises=[stories.CUSTOMERS]),
    )

    assert outcomes(fixed) == ["CREATED"]


async def test_a_key_gives_the_first_answer_again(store: GraphStore) -> None:
    """The same body under the same key is not decided again, whatever has been recorded since."""
    first = await record(store, stories.churn(), key="k-1")
    await record(store, stories.datasets("dataset:other/thing@1"))

    again = await record(store, stories.churn(), key="k-1")

    assert again == first


async def test_a_key_with_another_body_is_a_conflict(store: GraphStore) -> None:
    """Also when the other body would be harmless, and nothing of it is recorded."""
    await record(store, stories.datasets("dataset:a/b@1"), key="k-1")
    before = await read_head(store)

    refused = await attempt(store, stories.datasets("dataset:a/c@1"), key="k-1")

    assert [(f.code, f.field) for f in refused.faults] == [("CONFLICT", "idempotencyKey")]
    assert await read_head(store) == before


async def test_a_key_belongs_to_its_actor(store: GraphStore) -> None:
    """Another person's key of the same name means nothing."""
    await record(store, stories.datasets("dataset:a/b@1"), key="k-1", actor="ana")

    other = await record(store, stories.datasets("dataset:a/c@1"), key="k-1", actor="ben")

    assert outcomes(other) == ["CREATED"]


async def test_a_key_whose_command_recorded_nothing_is_free(store: GraphStore) -> None:
    """Refused, tried dry or unchanged: there is no first answer to give, so it is decided afresh."""
    await record(store, stories.datasets("dataset:a/b@1", digest=stories.DIGEST))
    await attempt(store, stories.datasets("dataset:a/b@1", digest=stories.OTHER_DIGEST), key="k-1")
    await record(store, stories.datasets("dataset:a/c@1"), key="k-1", dry_run=True)
    await record(store, stories.datasets("dataset:a/b@1", digest=stories.DIGEST), key="k-1")

    fresh = await record(store, stories.datasets("dataset:a/c@1"), key="k-1")

    assert outcomes(fresh) == ["CREATED"]


async def test_a_key_with_sealed_text_gives_the_first_answer_again(store: GraphStore) -> None:
    """The repetition is sealed with the salts of the first time before it is compared, and other text is another body."""
    told = stories.datasets("dataset:a/b@1", description="All of them.", properties={"rows": 17}, uri="s3://bucket/b")
    first = await record(store, told, key="k-1")
    await record(store, stories.datasets("dataset:a/b@1", description="Nearly all of them."))

    assert await record(store, told, key="k-1") == first
    refused = await attempt(store, stories.datasets("dataset:a/b@1", description="Other."), key="k-1")
    assert [f.code for f in refused.faults] == ["CONFLICT"]


async def test_a_key_with_sealed_text_said_twice_in_one_command_gives_the_first_answer_again(store: GraphStore) -> None:
    """Two items with one subject and one text share a seal, so the second says nothing new, now and when it is repeated."""
    told = stories.together(*[stories.datasets("dataset:a/b@1", description="All of them.")] * 2)

    first = await record(store, told, key="k-1")

    assert outcomes(first) == ["CREATED", "UNCHANGED"]
    assert await record(store, told, key="k-1") == first


async def test_a_key_gives_the_first_answer_for_unchanged_items_too(store: GraphStore) -> None:
    """Also for a KPI's definition and for more about a stub, which are no declared artifacts."""
    known = {"kpis": [stories.kpi()], "models": [{"urn": stories.MODEL_7, "evaluatedOn": [stories.CUSTOMERS]}]}
    await record(store, known)
    first = await record(store, stories.together(known, stories.datasets("dataset:a/b@1")), key="k-1")

    again = await record(store, stories.together(known, stories.datasets("dataset:a/b@1")), key="k-1")

    assert sorted(outcomes(first)) == ["CREATED", "UNCHANGED", "UNCHANGED"]
    assert again == first


async def test_a_dry_run_says_what_would_happen_and_records_nothing(store: GraphStore) -> None:
    """The outcomes are those of the real thing, without positions."""
    before = await read_head(store)

    planned = await record(store, stories.churn(), dry_run=True)

    assert await read_head(store) == before
    assert planned.position is None
    assert {o.position for o in planned.outcomes} == {None}
    assert outcomes(planned) == outcomes(await record(store, stories.churn()))


async def test_source_tells_who_says_so_and_is_not_compared(store: GraphStore) -> None:
    """A manifest's own source is kept for what its entry declared; an item's source is content."""
    told = stories.datasets("dataset:a/b@1")
    await record(store, {**told, "source": {"run": "1"}})

    assert outcomes(await record(store, {**told, "source": {"run": "2"}})) == ["UNCHANGED"]
    refused = await attempt(store, stories.datasets("dataset:a/b@1", source={"run": "1"}))
    assert [f.code for f in refused.faults] == ["CONFLICT"]


async def test_a_kpi_defined_again_is_unchanged_and_otherwise_a_conflict(store: GraphStore) -> None:
    """Other content needs another version of the definition."""
    await record(store, {"kpis": [stories.kpi(benchmark={"mean": 0.05})]})

    assert outcomes(await record(store, {"kpis": [stories.kpi(benchmark={"mean": 0.05}, version="1")]})) == [
        "UNCHANGED"
    ]
    refused = await attempt(store, {"kpis": [stories.kpi(benchmark={"mean": 0.06})]})
    assert [(f.code, "benchmark" in f.message, "version" in f.next_step) for f in refused.faults] == [
        ("CONFLICT", True, True)
    ]
    assert outcomes(await record(store, {"kpis": [stories.kpi_version("2", benchmark={"mean": 0.06})]})) == ["CREATED"]
