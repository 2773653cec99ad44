"""Retract, never delete: what is retracted ends at its position, and earlier positions still see it."""

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.artifact import read_artifact, read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import as_of, attempt, now, outcomes, record, retract, urns

WRONG = "dataset:a/wrong@1"


async def test_earlier_positions_still_see_what_was_retracted(store: GraphStore) -> None:
    """The declaration and its relations hold up to the position of the retraction, and not there."""
    told = await record(store, stories.derived(WRONG, "dataset:a/x@1", digest=stories.DIGEST))

    gone = await record(store, retract(WRONG))

    assert outcomes(gone) == ["EXTENDED"]
    assert await read_artifact(store, WRONG, await now(store)) is None
    before = await read_artifact(store, WRONG, await as_of(store, told.position))
    assert before is not None
    assert before.fields == {"digest": stories.DIGEST}
    assert urns((await read_chain(store, [WRONG], await as_of(store, told.position))).artifacts) == [
        WRONG,
        "dataset:a/x@1",
    ]
    with pytest.raises(NotRecorded, match=WRONG):
        await read_chain(store, [WRONG], await now(store))


async def test_a_stub_remains_where_others_refer_to_it(store: GraphStore) -> None:
    """Whoever rests on it still does; the stub says that nobody vouches for it any more."""
    await record(store, stories.derived(WRONG, "dataset:a/x@1"), stories.derived("dataset:a/user@1", WRONG))

    await record(store, retract(WRONG))

    chain = await read_chain(store, ["dataset:a/user@1"], await now(store))
    assert [(view.urn, view.declared) for view in chain.artifacts] == [("dataset:a/user@1", True), (WRONG, False)]
    assert chain.completeness.unresolved == (WRONG,)
    assert not chain.completeness.complete


async def test_nothing_refers_to_it_so_nothing_remains_to_be_listed(store: GraphStore) -> None:
    """It is in no list and no series any more, at this position."""
    told = await record(store, stories.datasets(WRONG, "dataset:a/wrong@2"))

    await record(store, retract(WRONG))

    listed, _ = await read_artifacts(store, await now(store))
    series = await read_series(store, "dataset:a/wrong", await now(store))
    assert urns(listed) == urns(series) == ["dataset:a/wrong@2"]
    listed, _ = await read_artifacts(store, await as_of(store, told.position))
    assert urns(listed) == [WRONG, "dataset:a/wrong@2"]


async def test_what_was_retracted_may_be_declared_anew_with_other_content(store: GraphStore) -> None:
    """Each position answers with what was known then, before, between and after."""
    first = await record(store, stories.derived(WRONG, "dataset:a/x@1", occurredAt="2026-01-01T00:00:00Z"))
    between = await record(store, retract(WRONG))
    second = await record(store, stories.derived(WRONG, "dataset:a/y@1", occurredAt="2026-02-01T00:00:00Z"))

    assert outcomes(second) == ["CREATED"]
    for position, source in ((first.position, "dataset:a/x@1"), (second.position, "dataset:a/y@1")):
        chain = await read_chain(store, [WRONG], await as_of(store, position))
        assert urns(chain.artifacts) == [WRONG, source]
        assert chain.artifacts[0].position == position
    assert await read_artifact(store, WRONG, await as_of(store, between.position)) is None
    old = await read_artifact(store, WRONG, await as_of(store, first.position))
    assert old is not None
    assert old.fields == {"occurredAt": "2026-01-01T00:00:00.000000Z"}
    assert old.exists_from == stories.at("2026-01-01T00:00:00Z")


@pytest.mark.parametrize("bounds", [{}, {"depth": 5}], ids=["whole", "in bands"])
@pytest.mark.parametrize("months", [(1, 3), (3, 1)], ids=["then later", "then earlier"])
async def test_valid_time_filters_by_the_declaration_that_held_at_the_position(
    store: GraphStore, months: tuple[int, int], bounds: dict[str, int]
) -> None:
    """A later declaration with another occurredAt does not leak into answers about earlier positions."""
    first, second = (f"2026-0{month}-01T00:00:00Z" for month in months)
    told = await record(store, stories.derived("dataset:a/user@1", WRONG), stories.datasets(WRONG, occurredAt=first))
    await record(store, retract(WRONG))
    fixed = await record(store, stories.datasets(WRONG, occurredAt=second))

    async def existing_in_february(position: int | None) -> bool:
        moment = await as_of(store, position, "2026-02-01T00:00:00Z")
        return WRONG in urns((await read_chain(store, ["dataset:a/user@1"], moment, **bounds)).artifacts)

    assert await existing_in_february(told.position) == (months[0] < 2)
    assert await existing_in_february(fixed.position) == (months[1] < 2)


async def test_one_relation_can_be_retracted(store: GraphStore) -> None:
    """By name and target, or all of one name; the declaration stays."""
    await record(store, stories.derived(WRONG, "dataset:a/x@1", "dataset:a/y@1", "dataset:a/z@1"))

    one = await record(store, retract(WRONG, "DERIVED_FROM", "dataset:a/x@1"))
    assert outcomes(one) == ["EXTENDED"]
    assert urns((await read_chain(store, [WRONG], await now(store))).artifacts) == [
        WRONG,
        "dataset:a/y@1",
        "dataset:a/z@1",
    ]

    await record(store, retract(WRONG, "DERIVED_FROM"))
    chain = await read_chain(store, [WRONG], await now(store))
    assert urns(chain.artifacts) == [WRONG]
    assert chain.artifacts[0].declared


async def test_an_evaluation_that_was_retracted_can_be_stated_again(store: GraphStore) -> None:
    """Each statement of the relation has its own known-interval."""
    evaluated = {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [stories.CUSTOMERS]}]}
    await record(store, evaluated)
    gone = await record(store, retract(stories.MODEL_7, "EVALUATED_ON", stories.CUSTOMERS))

    again = await record(store, evaluated)

    assert outcomes(again) == ["EXTENDED"]
    for position, length in ((again.position, 2), (gone.position, 1)):
        chain = await read_chain(store, [stories.CUSTOMERS], await as_of(store, position), walk=DOWNSTREAM)
        assert len(chain.artifacts) == length


async def test_a_relation_that_is_not_there_cannot_be_retracted(store: GraphStore) -> None:
    """Nor can an artifact that is not on record; nothing is recorded."""
    await record(store, stories.derived(WRONG, "dataset:a/x@1"))
    before = await read_head(store)

    for nothing in (
        retract(WRONG, "DERIVED_FROM", "dataset:a/other@1"),
        retract(WRONG, "REVISES"),
        retract("dataset:a/unheard_of@1"),
    ):
        refused = await attempt(store, nothing)
        assert [(f.code, bool(f.next_step)) for f in refused.faults] == [("INVALID", True)]
    assert await read_head(store) == before


async def test_retracting_again_changes_nothing(store: GraphStore) -> None:
    """A stub has no declaration that could end."""
    await record(store, stories.derived("dataset:a/user@1", WRONG), stories.datasets(WRONG))
    await record(store, retract(WRONG))

    assert outcomes(await record(store, retract(WRONG))) == ["UNCHANGED"]


async def test_a_retracted_roll_out_was_never_live(store: GraphStore) -> None:
    """Its states end with its declaration, so the one before it stays live; a new declaration may say another time."""
    told = await record(store, stories.churn())
    await record(store, stories.adjust(stories.ROLL_OUT_42, "2026-10-03T08:00:00Z", "CANARY", 0.5))

    await record(store, retract(stories.ROLL_OUT_42))

    live, _ = await read_deployments(store, await now(store))
    assert [(one.deployment.urn, one.until) for one in live] == [(stories.ROLL_OUT_41, None)]
    live, _ = await read_deployments(store, await as_of(store, told.position))
    assert [(one.deployment.urn, one.until) for one in live] == [
        (stories.ROLL_OUT_41, stories.at("2026-10-02T08:00:00Z")),
        (stories.ROLL_OUT_42, None),
    ]

    await record(store, stories.roll_out(stories.ROLL_OUT_42, "2026-10-04T08:00:00Z"))
    live, _ = await read_deployments(store, await now(store))
    assert [(one.since, one.until) for one in live] == [
        (stories.at("2026-09-02T08:00:00Z"), stories.at("2026-10-04T08:00:00Z")),
        (stories.at("2026-10-04T08:00:00Z"), None),
    ]
    assert (live[1].mode, live[1].traffic) == ("PRODUCTION", 1)


async def test_a_retracted_window_frees_its_revision(store: GraphStore) -> None:
    """Other numbers under the same revision are a declaration anew, no conflict."""
    await record(store, stories.churn())
    await record(store, retract(stories.WEEK_40))

    assert outcomes(await record(store, {"windows": [stories.week_40(successes=1)]})) == ["CREATED"]


async def test_a_retraction_and_a_declaration_anew_in_one_command(store: GraphStore) -> None:
    """Items see what those before them did."""
    await record(store, stories.derived(WRONG, "dataset:a/x@1"))

    receipt = await record(store, retract(WRONG), stories.derived(WRONG, "dataset:a/y@1"))

    assert outcomes(receipt) == ["EXTENDED", "CREATED"]
    assert urns((await read_chain(store, [WRONG], await now(store))).artifacts) == [WRONG, "dataset:a/y@1"]
