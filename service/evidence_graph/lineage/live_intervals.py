"""When given deployments were live, as known at a position, and what end was stated for each."""

from collections.abc import Iterable

import msgspec

from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import ROLL_OUTS_OF_SLOTS, RollOutsOfSlots, slots_in
from graph_schema import OPEN_END


class LiveTimes(msgspec.Struct, frozen=True):
    """Live over `[since, until)`, µs UTC; `until` is None while it is open, `stated_end` when nobody stated one."""

    since: int
    until: int | None
    stated_end: int | None

    def at(self, instant: int) -> bool:
        """Whether it was live at the instant."""
        return self.since <= instant and (self.until is None or instant < self.until)


async def read_live_times(store: GraphStore, deployments: Iterable[str], moment: Moment) -> dict[str, LiveTimes]:
    """The times of those deployments (URNs) that have begun to be described; stubs are left out."""
    slots = {urn: parse_urn(urn).slot for urn in deployments}
    if not slots:
        return {}
    rows = await store.ask(ROLL_OUTS_OF_SLOTS, RollOutsOfSlots(sorted(set(slots.values())), moment.position))
    known = slots_in(rows)
    times: dict[str, LiveTimes] = {}
    for slot, found in known.items():
        for urn, interval in found.live_intervals().items():
            if slots.get(urn) == slot:
                end = found.roll_outs[urn].end
                times[urn] = LiveTimes(interval.start, _or_none(interval.end), _or_none(end))
    return times


def _or_none(instant: int) -> int | None:
    return None if instant == OPEN_END else instant
