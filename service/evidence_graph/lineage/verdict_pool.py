"""Everything that was read to judge streams: windows, evaluations and roll-outs, and when things were live. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from evidence_graph.lineage.kpi_windows import KpiStream, StatedWindow
from evidence_graph.lineage.verdict_parts import NOT_FULL_TRAFFIC, OUTSIDE_LIVE, Subject
from evidence_graph.record.roll_outs import Slot
from evidence_graph.record.urn import SLOT, parse_urn

Windows = Mapping[KpiStream, Sequence[StatedWindow]]


class Pool(msgspec.Struct, frozen=True):
    """Everything that was read: windows by stream, each stream's by start, evaluations by URN without revision, and slots by URN."""

    windows: Windows
    evaluations: Mapping[str, StatedWindow]
    slots: Mapping[str, Slot]

    def of(self, stream: KpiStream) -> Sequence[StatedWindow]:
        """The windows of a stream; of a slot's all that measure its roll-outs."""
        if stream.of.kind != SLOT:
            return self.windows.get(stream, ())
        roll_outs = self.slots[stream.of.text].roll_outs if stream.of.text in self.slots else ()
        found = [window for urn in roll_outs for window in self.of(stream._replace(of=parse_urn(urn)))]
        return sorted(found, key=lambda window: (window.start, window.urn))


def merged(found: Sequence[Windows]) -> dict[KpiStream, list[StatedWindow]]:
    """Windows that were read in several goes, each once, every stream's by start."""
    by_urn: dict[KpiStream, dict[str, StatedWindow]] = {}
    for part in found:
        for stream, windows in part.items():
            by_urn.setdefault(stream, {}).update((window.urn, window) for window in windows)
    return {
        stream: sorted(windows.values(), key=lambda window: (window.start, window.urn))
        for stream, windows in by_urn.items()
    }


def subject_of(stream: KpiStream, slots: Mapping[str, Slot]) -> Subject:
    """What is judged, with when it was live as known."""
    if stream.of.kind == SLOT:
        slot = slots.get(stream.of.text, Slot({}))
        return Subject(stream, slot.live_intervals(), slot.production_runs())
    known = slots.get(stream.of.slot)
    live = known.live(stream.of.text) if known is not None else None
    return Subject(stream, {stream.of.text: live} if live is not None else {})


def outside(subject: Subject, window: StatedWindow) -> str | None:
    """Whether a window lies outside the time that is judged, as that is known; nobody knows of a stub when it was live."""
    measured = subject.stream.of.text if subject.runs is None else window.measured
    live = subject.live.get(measured)
    if live is not None and not live.start <= window.start < window.end <= live.end:
        return OUTSIDE_LIVE
    if subject.runs is None:
        return None
    inside = any(
        run.deployment == measured and run.start <= window.start and window.end <= run.end for run in subject.runs
    )
    return None if inside else NOT_FULL_TRAFFIC
