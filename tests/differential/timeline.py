"""Everything that happened to something, in either order, page by page."""

from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.timeline import KNOWN, VALID, Place, TimelineEvent, read_timeline
from evidence_graph.lineage.timeline_scope import scope_of
from evidence_graph.store.graph_store import GraphStore
from tests import reference_timeline
from tests.histories import History
from tests.reference import Known
from tests.reference_timeline import Event
from tests.sayings import DATASETS, FEATURES, MODELS, NOTES, PARTS, ROLL_OUTS, SERVED, SLOTS


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Of an artifact, a series, a slot or a namespace."""
    random = history.random
    of, order = some_scope(random), random.choice([KNOWN, VALID])
    everything = reference_timeline.timeline(history.statements, moment.position, of, by_valid_time=order == VALID)
    expected = [one for one in everything if valid_at is None or one.valid is None or one.valid <= valid_at]
    about = f"{of} {order} {moment}"
    if not everything:
        with pytest.raises(NotRecorded):
            await happened(store, of, moment, order=order)
        return False

    found = await happened(store, of, moment, order=order, first=random.choice([1, 3, 7, 1_000]))

    events = [Event(one.what, one.urn, one.valid_time, one.position, one.related) for one in found]
    assert events == expected, about
    for one in found:
        assert one.position is None or one.recorded_at == history.recorded[one.position], about
    return bool(expected)


async def happened(
    store: GraphStore, of: str, moment: Moment, *, order: str = KNOWN, first: int = 1_000
) -> list[TimelineEvent]:
    """All events, page by page."""
    found: list[TimelineEvent] = []
    after: Place | None = None
    while True:
        page = await read_timeline(store, scope_of(of), moment, order=order, after=after, limit=first)
        assert len(page.events) == first or not page.more
        found += [one.event for one in page.events]
        if not page.more:
            return found
        after = page.events[-1].place


def some_scope(random: Random) -> str:
    artifact = random.choice([*DATASETS, *FEATURES, *MODELS, *ROLL_OUTS, *SERVED, *PARTS, *NOTES])
    scopes = [
        artifact,
        artifact.partition("@")[0],
        f"slot:{random.choice(SLOTS)}",
        f"{random.choice('dfmx')}/*",
        "one/*",
    ]
    return random.choice(scopes)
