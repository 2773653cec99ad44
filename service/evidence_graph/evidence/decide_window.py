"""Deciding KPI windows: they fit a KPI, lie inside the live interval of what they measure, and overlap no other of their stream."""

from bisect import bisect_left
from collections.abc import Iterator

from evidence_graph.evidence.commands import Declaration, Fault
from evidence_graph.evidence.decision import Rejection
from evidence_graph.evidence.state import State
from evidence_graph.evidence.window_spans import Span
from evidence_graph.evidence.window_statistics import aggregate_of
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import Json
from evidence_graph.record.urn import parse_urn, stream_of


def refuse_window(item: Declaration, state: State) -> None:
    """Raises Rejection for a window without a KPI that fits, outside the live interval, or in the time of another."""
    kpi = str(item.fields["kpi"])
    versions = state.definitions_of(kpi)
    if not versions:
        raise Rejection(
            Fault.INVALID, f"Nobody defined the KPI {kpi}.", "kpi", "Define it under kpis, or with defineKpi."
        )
    aggregate, segment = aggregate_of(item.fields), item.fields.get("segment", {})
    assert isinstance(segment, dict)
    stated = [version.stated() for version in versions.values()]
    if not any(_fits(definition, aggregate, segment) for definition in stated):
        wanted = sorted({str(definition.get("aggregate")) for definition in stated})
        raise Rejection(
            Fault.INVALID,
            f"The window holds a {aggregate} for segment {segment or 'all'}; {kpi} is defined as {' or '.join(wanted)}.",
            "kpi",
            "State the statistics of that aggregate and the segments the definition names.",
        )
    _refuse_outside_live(item, state)
    _refuse_overlap(Span(item.urn, str(item.fields["start"]), str(item.fields["end"])), state)


def _fits(definition: dict[str, Json], aggregate: str | None, segment: dict[str, Json]) -> bool:
    names = definition.get("segments")
    return definition.get("aggregate") == aggregate and (not isinstance(names, list) or set(segment) <= set(names))


def _refuse_outside_live(item: Declaration, state: State) -> None:
    measured = parse_urn(item.relations["MEASURES"][0])
    live = state.slot(measured.slot).live(measured.text) if measured.kind == "deployment" else None
    if live is None:
        return
    start, end = (parse_instant(str(item.fields[name]), name) for name in ("start", "end"))
    if start < live.start:
        raise Rejection(
            Fault.INVALID,
            f"The window begins before {measured} was live.",
            "start",
            f"Cut it at {format_instant(live.start)}.",
        )
    if end > live.end:
        raise Rejection(
            Fault.INVALID,
            f"The window ends after {measured} was live.",
            "end",
            f"Cut it at {format_instant(live.end)}.",
        )


def _refuse_overlap(new: Span, state: State) -> None:
    """No two windows of a stream share some time, in whatever revision and order they come.

    A window is named by its start, so revisions of one window may end at different instants and are no overlap. All of them count against
    other windows, also those superseded: so it makes no difference which came first, and whether the newest is retracted again.
    """
    for other in _beside(new, state):
        if other.overlaps(new):
            after = other.start < new.start
            cut = f"Begin it at {other.end}" if after else f"Cut it at {other.start}"
            raise Rejection(
                Fault.CONFLICT,
                f"The window shares some time with {other.urn}, from {other.start} until {other.end}.",
                "start" if after else "end",
                f"{cut}, or retract that one.",
            )


def _beside(new: Span, state: State) -> Iterator[Span]:
    """Every declared revision of the last window that begins before `new`, and of the other ones that begin inside it."""
    own = new.window
    for windows in state.windows_of(stream_of(own)):
        place = bisect_left(windows, (new.start, ""))
        for index in range(place - 1, -1, -1):
            if state.revisions_of(windows[index][1]):
                yield from state.spans_of(windows[index][1])
                break
        for index in range(place, bisect_left(windows, (new.end, ""), lo=place)):
            if windows[index][1] != own:
                yield from state.spans_of(windows[index][1])
