"""`decide` is pure: it looks at an item and what is known, says what follows, and changes nothing."""

import copy

import pytest

from evidence_graph.evidence.commands import Item
from evidence_graph.evidence.decide import decide
from evidence_graph.evidence.decision import Accepted, Rejection
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.evidence.state import State
from evidence_graph.record.entry import Entry
from evidence_graph.record.project import project
from tests import stories


def told(state: State, *documents: object) -> list[Accepted]:
    """Decide the items of manifests one after the other, as the recorder does, and keep what follows."""
    return [told_item(state, item) for document in documents for item in read_manifest(document).items]


def told_item(state: State, item: Item) -> Accepted:
    accepted = decide(item, state)
    if accepted.event is not None:
        told_item.position += 1  # type: ignore[attr-defined]
        entry = Entry(accepted.event, 0, "SIMULATED", "ana", "TEST", "c", "", item.path, accepted.outcome)
        for row in project(entry, told_item.position, {}):  # type: ignore[attr-defined]
            state.apply(row)
    return accepted


told_item.position = 0  # type: ignore[attr-defined]


def everything(state: State) -> dict[str, object]:
    return copy.deepcopy({name: value for name, value in vars(state).items() if name != "below"})


CASES: dict[str, Item] = {
    "the same again": read_manifest(
        stories.derived(stories.TRAINING, stories.CUSTOMERS, stories.TENURE, occurredAt="2026-10-01T05:00:00Z")
    ).items[0],
    "another declaration": read_manifest(stories.datasets(stories.TRAINING)).items[0],
    "something new": read_manifest(stories.derived("dataset:new/thing@1", stories.TRAINING)).items[0],
    "more of a model": read_manifest({"models": [{"urn": stories.MODEL_7, "evaluatedOn": ["dataset:a/b@1"]}]}).items[0],
    "a cycle": read_manifest(
        {"features": [{"urn": "feature:churn/other@1", "computedFrom": [stories.TRAINING]}]}
    ).items[0],
    "a clash": read_manifest(stories.roll_out("deployment:churn/eu-prod@43", "2026-10-02T08:00:00Z")).items[0],
    "a revision": read_manifest({"windows": [stories.week_40(revision=1)]}).items[0],
    "a window outside": read_manifest(
        {"windows": [stories.window(stories.ROLL_OUT_42, "2026-10-01T00:00:00Z", "2026-10-03T00:00:00Z")]}
    ).items[0],
    "an adjustment": stories.adjust(stories.ROLL_OUT_42, "2026-10-05T08:00:00Z", "SHADOW"),
    "an end": stories.end(stories.ROLL_OUT_42, "2026-10-25T08:00:00Z"),
    "a retraction": stories.retract(stories.CUSTOMERS),
    "a retracted relation": stories.retract(stories.MODEL_7, "TRAINED_ON"),
    "an erasure": stories.erase(stories.CUSTOMERS),
    "an erasure of nothing known": stories.erase("dataset:a/none@1", "uri"),
    "another definition": read_manifest({"kpis": [stories.kpi(version="2")]}).items[0],
}


def answered(item: Item, state: State) -> object:
    try:
        return decide(item, state)
    except Rejection as refused:
        return refused.fault(item)


@pytest.mark.parametrize("item", CASES.values(), ids=CASES)
def test_deciding_changes_nothing_and_gives_the_same_again(item: Item) -> None:
    """Nothing of what is known, nor the item."""
    state = State()
    told(state, stories.churn())
    before, said = everything(state), copy.deepcopy(item)

    first, second = answered(item, state), answered(item, state)

    assert first == second
    assert everything(state) == before
    assert item == said


def test_a_layer_keeps_its_changes_to_itself_until_it_is_kept() -> None:
    """A refused command leaves no trace; an accepted one is known to those after it."""
    state = State()
    told(state, stories.churn())
    before = everything(state)

    layer = state.layer()
    told(
        layer,
        stories.datasets("dataset:new/thing@1"),
        stories.roll_out("deployment:churn/eu-prod@43", "2026-10-22T08:00:00Z"),
    )
    told_item(layer, stories.retract(stories.TRAINING))

    assert everything(state) == before
    assert layer.artifact("dataset:new/thing@1") is not None
    assert state.artifact("dataset:new/thing@1") is None
    state.keep(layer)
    assert state.artifact("dataset:new/thing@1") is not None
    assert "deployment:churn/eu-prod@43" in state.slot(stories.SLOT).roll_outs
    training = state.artifact(stories.TRAINING)
    assert training is not None
    assert not training.declared


def test_what_nobody_can_decide_is_a_defect() -> None:
    """A new type of item must be given its rule."""
    with pytest.raises(TypeError, match="no decision for Item"):
        decide(Item(path="x"), State())
