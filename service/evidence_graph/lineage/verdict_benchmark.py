"""What a version of a definition holds the windows of one segment against: reference windows, or a control's beside each. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.kpi.plan import Plan, read_plan
from evidence_graph.kpi.windows import Statistics, Window, read_statistics
from evidence_graph.lineage.kpi_definitions import Definition
from evidence_graph.lineage.kpi_windows import KpiStream, StatedWindow
from evidence_graph.lineage.verdict_pool import Pool, outside, subject_of
from evidence_graph.record.instants import from_text
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.roll_outs import PRODUCTION
from evidence_graph.record.urn import Urn, parse_urn, window_of


class Named(msgspec.Struct, frozen=True):
    """What a definition's benchmark names: windows `of` something in `[start, end)` (µs), an evaluation, or a control."""

    of: Urn | None = None
    start: int = 0
    end: int = 0
    evaluation: str = ""
    against: Urn | None = None
    mode: str = PRODUCTION


def named_by(fields: JsonObject) -> Named:
    """What the benchmark in a definition's fields names."""
    benchmark = fields.get("benchmark")
    match benchmark:
        case {"windows": {"of": str(of), "from": str(start), "to": str(end)}}:
            return Named(parse_urn(of), from_text(start), from_text(end))
        case {"evaluation": str(evaluation)}:
            return Named(evaluation=evaluation)
        case {"against": str(against)}:
            assert isinstance(benchmark, dict)
            return Named(against=parse_urn(against), mode=str(benchmark.get("mode", PRODUCTION)))
    return Named()


class Controls:
    """The windows of a control by their spans."""

    def __init__(self, against: Urn, mode: str, kpi: str, segment: str, pool: Pool) -> None:
        self._against, self._mode, self._pool = against, mode, pool
        self._by_span: dict[tuple[int, int], list[StatedWindow]] = {}
        for window in pool.of(KpiStream(against, kpi, segment)):
            if self._in_mode(window):
                self._by_span.setdefault((window.start, window.end), []).append(window)

    def beside(self, window: StatedWindow) -> StatedWindow | None:
        """The control's window of the same span; nothing is its own control, and of several nobody could say which counts."""
        measured = window.measured
        found = [one for one in self._by_span.get((window.start, window.end), ()) if one.measured != measured]
        return found[0] if len(found) == 1 else None

    def _in_mode(self, window: StatedWindow) -> bool:
        """Whether what it measures was live throughout, and in a slot also in the mode asked for."""
        measured = parse_urn(window.measured)
        slot = self._pool.slots.get(measured.slot)
        live = slot.live(measured.text) if slot is not None else None
        if slot is None or live is None:
            return self._against == measured  # nobody knows of a stub when it was live, nor in which mode
        if not live.start <= window.start < window.end <= live.end:
            return False
        stretches = slot.roll_outs[measured.text].stretches()
        met = {run.state.mode for run in stretches if run.start < window.end and window.start < run.end}
        return self._against == measured or met == {self._mode}


class Benchmark(msgspec.Struct, frozen=True):
    """One version of a definition in one segment, at an instant (µs): the same for every stream it judges.

    `reference` are the windows the benchmark is measured on, in time order, and `yardstick` the same as statistics; `controls` those of
    a concurrent control. `missing` names an evaluation that is not on record. `names_segment`: windows of the segment can be its.
    """

    definition: Definition
    plan: Plan
    instant: int
    names_segment: bool
    reference: Sequence[StatedWindow]
    yardstick: Sequence[Window]
    controls: Controls | None
    missing: Sequence[str]

    def mature(self, window: StatedWindow) -> bool:
        """Whether all labels of a window have arrived."""
        return window.end + self.plan.label_horizon <= self.instant


def benchmark_of(definition: Definition, kpi: str, segment: str, pool: Pool, instant: int) -> Benchmark:
    """What a definition holds windows of a segment against."""
    plan, named = read_plan(definition.fields), named_by(definition.fields)
    pairs = list(_telling(_reference(named, kpi, segment, pool), plan, instant))
    unknown = named.evaluation and window_of(named.evaluation) not in pool.evaluations
    return Benchmark(
        definition,
        plan,
        instant,
        definition.names(segment),
        [window for window, _ in pairs],
        [Window(window.urn, window.start, window.end, statistics) for window, statistics in pairs],
        Controls(named.against, named.mode, kpi, segment, pool) if named.against is not None else None,
        [named.evaluation] if unknown else [],
    )


def _reference(named: Named, kpi: str, segment: str, pool: Pool) -> list[StatedWindow]:
    """The evaluation, or the windows inside the reference's interval."""
    if named.evaluation:
        found = pool.evaluations.get(window_of(named.evaluation))
        return [found] if found is not None else []
    if named.of is None:
        return []
    stream = KpiStream(named.of, kpi, segment)
    subject = subject_of(stream, pool.slots)
    return [
        window
        for window in pool.of(stream)
        if named.start <= window.start and window.end <= named.end and outside(subject, window) is None
    ]


def _telling(windows: Iterable[StatedWindow], plan: Plan, instant: int) -> Iterable[tuple[StatedWindow, Statistics]]:
    """Those that are mature and hold the statistics that are asked for."""
    for window in windows:
        statistics = statistics_of(plan, window)
        if statistics is not None and window.end + plan.label_horizon <= instant:
            yield window, statistics


def statistics_of(plan: Plan, window: StatedWindow) -> Statistics | None:
    """What a window holds; None when that is not what the plan asks for, or nothing was observed."""
    return observed(window) if window.aggregate == plan.aggregate.value else None


def observed(window: StatedWindow) -> Statistics | None:
    """What a window holds; None for nothing: records older than the rules of today may have such windows."""
    size = window.fields.get("exposure" if "events" in window.fields else "n", 1)
    return read_statistics(window.fields) if isinstance(size, int | float) and size > 0 else None
