"""What was live at some time of a range, page by page."""

from evidence_graph.lineage.deployments import LiveDeployment, read_deployments
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import reference
from tests.differential.live import answer
from tests.histories import History
from tests.reference import Known
from tests.sayings import SLOTS, day


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    random = history.random
    start, end = random.choice([None, day(random.randrange(90))]), random.choice([None, day(random.randrange(90))])
    slot = random.choice(["", "", f"slot:{random.choice(SLOTS)}"])
    expected = [
        one
        for one in reference.deployments(known, start, end, valid_at)
        if slot in ("", reference.slot_of(one.deployment))
    ]
    size = random.choice([1, 3, 50])
    found: list[LiveDeployment] = []
    after, more = None, True
    while more:
        page, more = await read_deployments(store, moment, slot=slot, start=start, end=end, after=after, limit=size)
        assert len(page) == size or not more
        found += page
        after = (found[-1].since, found[-1].deployment.urn) if found else None

    assert [answer(one) for one in found] == expected, (slot, start, end, moment)
    return bool(expected)
