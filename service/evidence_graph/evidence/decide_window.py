"""Deciding KPI windows: they need a KPI that fits, and lie inside the live interval of what they measure."""

from evidence_graph.evidence.commands import Declaration, Fault
from evidence_graph.evidence.decision import Rejection
from evidence_graph.evidence.state import State
from evidence_graph.evidence.window_statistics import aggregate_of
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import Json
from evidence_graph.record.urn import parse_urn


def refuse_window(item: Declaration, state: State) -> None:
    """A window needs a KPI that fits, and lies inside the live interval of what it measures."""
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
