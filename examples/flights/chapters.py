"""The chapters of the KPI's story: one stretch of weeks for each thing it was held against, as people saw it then."""

from collections.abc import Sequence
from typing import NamedTuple

from evidence_graph.evidence.log_file import Chapter
from evidence_graph.kpi.windows import Window
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import read_moment
from evidence_graph.lineage.verdict import read_gathered
from evidence_graph.lineage.verdict_parts import Gathered
from evidence_graph.record.instants import parse_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from examples.flights.naive import cries, spread, spread_of_change
from examples.flights.plot import SLOT
from examples.flights.scoring import BRIER


class Look(NamedTuple):
    """What somebody looked at, and when: after its last week was counted."""

    held_against: str
    of: str
    at: str


LOOKS = (
    Look("the lab: model 1 on held-out flights", f"deployment:{SLOT}@1", "2013-07-18T15:30:00Z"),
    Look("its own first twelve weeks", f"slot:{SLOT}", "2013-09-12T15:30:00Z"),
    Look("model 1 on the same flights", f"deployment:{SLOT}@2", "2013-11-01T00:00:00Z"),
    Look("model 2 on the same flights", f"deployment:{SLOT}@3", "2014-01-10T00:00:00Z"),
)


async def read_chapters(store: GraphStore) -> tuple[Chapter, ...]:
    """Each look with what naive rules cry over the very windows that the verdict counts."""
    found = [await _read_look(store, look) for look in LOOKS]
    lab = found[0].yardstick
    return tuple(_chapter(look, gathered, lab) for look, gathered in zip(LOOKS, found, strict=True))


async def _read_look(store: GraphStore, look: Look) -> Gathered:
    at = parse_instant(look.at, "the look")
    moment = await read_moment(store, valid_at=at, known_at=at)
    return (await read_gathered(store, KpiStream(parse_urn(look.of), BRIER, ""), moment)).gathered


def _chapter(look: Look, found: Gathered, lab: Sequence[Window]) -> Chapter:
    assert found.plan is not None
    return Chapter(
        look.held_against,
        look.of,
        BRIER,
        look.at,
        dict(cries(found.counted, found.yardstick, lab, found.plan.direction)),
        spread(found.counted),
        spread_of_change(found.counted),
    )
