"""The KPI windows of what was touched: those in the time it was touched, of each window the highest known revision."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView, views_of
from evidence_graph.lineage.chain_parts import Step
from evidence_graph.lineage.exposure_parts import EXPOSURE_WINDOWS, Span, WindowsOf
from evidence_graph.lineage.exposure_walk import step_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import parse_instant
from evidence_graph.record.urn import highest_revisions
from evidence_graph.store.graph_store import GraphStore


class Measuring(msgspec.Struct, frozen=True):
    """A window (one revision) with the step to what it measures."""

    view: ArtifactView
    step: Step

    @property
    def time(self) -> Span:
        """The time it measures."""
        return time_of(self.view)


class Windows(msgspec.Struct, frozen=True):
    """By what they measure, every revision, in the order of their URNs; from `cut_from` on, what is measured may have more."""

    by_measured: dict[str, list[Measuring]]
    cut_from: str | None = None

    def within(self, spans: Mapping[str, Span]) -> list[Measuring]:
        """Every revision of the windows that overlap the span of what they measure."""
        return [
            one
            for measured, span in spans.items()
            for one in self.by_measured.get(measured, ())
            if one.time.meet(span) is not None
        ]

    def counted(self, measured: str, span: Span) -> list[ArtifactView]:
        """The windows of one artifact that overlap a span, each in its highest revision, by their beginning."""
        highest = in_highest_revisions(one.view for one in self.by_measured.get(measured, ()))
        found = [view for view in highest if time_of(view).meet(span) is not None]
        return sorted(found, key=lambda view: (time_of(view).start, view.urn))


async def read_windows(store: GraphStore, measured: Sequence[str], moment: Moment, most: int) -> Windows:
    """The windows of deployments and models that existed at the moment, of at most so many."""
    if not measured:
        return Windows({})
    rows = await store.ask(EXPOSURE_WINDOWS, WindowsOf(sorted(measured), moment.position, most + 1))
    views = await views_of(store, rows, moment)
    found: dict[str, list[Measuring]] = {}
    for row in rows[:most]:
        view = views[row.urn]
        if view.declared and view.existed(moment):
            for step in row.steps:
                found.setdefault(step.other, []).append(Measuring(view, step_of(step, row.urn, step.other)))
    return Windows(found, rows[-1].steps[0].other if len(rows) > most else None)


def in_highest_revisions(windows: Iterable[ArtifactView]) -> list[ArtifactView]:
    """Of each window the revision with the highest number."""
    by_urn = {view.urn: view for view in windows}
    return [by_urn[urn] for urn in highest_revisions(by_urn)]


def time_of(window: ArtifactView) -> Span:
    """The time a declared window measures."""
    start, end = (parse_instant(str(window.fields[name]), name) for name in ("start", "end"))
    return Span(start, end)
