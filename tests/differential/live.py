"""What was live at an instant."""

from evidence_graph.lineage.deployments import LiveDeployment
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import reference
from tests.histories import History
from tests.reference import Known
from tests.sayings import SLOTS, day


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Everywhere, in one slot, or in one namespace."""
    random = history.random
    moment = moment.at(day(random.randrange(100)))
    slot = random.choice(["", "", "slot:x/slot", *(f"slot:{name}" for name in SLOTS)])
    namespace = "" if slot else random.choice(["", "one", "x"])
    expected = {
        one
        for one in reference.live(known, moment.existing_at, slot)
        if one.deployment.startswith(f"deployment:{namespace}")
    }

    found = await read_live(store, moment, slot=slot, namespace=namespace)

    assert {answer(one) for one in found.deployments} == expected, (slot, namespace, moment)
    order = [
        (one.slot, ["PRODUCTION", "CANARY", "SHADOW"].index(one.mode), one.deployment.urn) for one in found.deployments
    ]
    assert order == sorted(set(order)), (slot, namespace, moment)
    assert set(found.completeness.unresolved) == {one.model for one in expected if one.model} - known.declared.keys()
    return bool(expected)


def answer(one: LiveDeployment) -> reference.LiveAnswer:
    """In the reference's words."""
    model = one.model.urn if one.model else None
    return reference.LiveAnswer(one.since, one.deployment.urn, one.until, one.mode, one.traffic, model)
