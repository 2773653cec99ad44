"""Which windows of a stream count, and why others do not. Pure."""

from collections.abc import Sequence

from evidence_graph.kpi.plan import Aggregate
from evidence_graph.kpi.windows import Statistics, Window
from evidence_graph.lineage.kpi_windows import StatedWindow
from evidence_graph.lineage.verdict_benchmark import Benchmark, statistics_of
from evidence_graph.lineage.verdict_parts import (
    NO_CONTROL,
    NO_ERROR,
    OTHER_STATISTICS,
    OTHER_VERSION,
    OVERLAPPING,
    PROVISIONAL,
    REFERENCE,
    Gathered,
    Held,
    LeftOut,
    Subject,
)
from evidence_graph.lineage.verdict_pool import Pool, outside


def gather(subject: Subject, benchmark: Benchmark | None, pool: Pool) -> Gathered:
    """The windows of a stream under the version of its definition that applies; None when none does."""
    windows = pool.of(subject.stream)
    if subject.runs is not None:
        had_all = {run.deployment for run in subject.runs}
        windows = [window for window in windows if window.measured in had_all]
    if benchmark is None:
        return Gathered(subject, None, None, left_out=[LeftOut(window, OTHER_VERSION) for window in windows])
    return _Sieve(subject, benchmark).sift(windows)


class _Sieve:
    """Puts each window of a stream where it belongs."""

    def __init__(self, subject: Subject, benchmark: Benchmark) -> None:
        self.subject, self.benchmark, self.plan = subject, benchmark, benchmark.plan
        self.referred = {window.urn for window in benchmark.reference}
        self.used: list[StatedWindow] = []
        self.counted: list[Window] = []
        self.left_out: list[LeftOut] = []
        self.controls: dict[str, StatedWindow] = {}

    def sift(self, windows: Sequence[StatedWindow]) -> Gathered:
        """Everything about the stream; windows come in time order."""
        for window in windows:
            self.place(window)
        benchmark = self.benchmark
        held = Held(benchmark.reference, self.controls, benchmark.missing)
        return Gathered(
            self.subject,
            benchmark.definition,
            self.plan,
            self.used,
            self.counted,
            self.left_out,
            held,
            benchmark.yardstick,
        )

    def place(self, window: StatedWindow) -> None:
        """Count a window, or leave it out."""
        statistics = statistics_of(self.plan, window)
        reason = self.reason(window, statistics)
        control = None
        if reason is None and self.benchmark.controls is not None:
            control = self.control(window)
            reason = NO_CONTROL if control is None else None
        if reason is not None or statistics is None:
            self.left_out.append(LeftOut(window, reason or OTHER_STATISTICS))
            return
        # in the stream of a slot a window says whose it is, because a change is likelier between two roll-outs
        roll_out = window.measured if self.subject.runs is not None else ""
        self.used.append(window)
        self.counted.append(Window(window.urn, window.start, window.end, statistics, control, roll_out))

    def control(self, window: StatedWindow) -> Statistics | None:
        """What the control says over the same span."""
        assert self.benchmark.controls is not None
        other = self.benchmark.controls.beside(window)
        statistics = statistics_of(self.plan, other) if other is not None else None
        if other is not None and statistics is not None:
            self.controls[window.urn] = other
        return statistics

    def reason(self, window: StatedWindow, statistics: Statistics | None) -> str | None:
        """Why a window does not count, whatever there is beside it; None when it may."""
        if window.urn in self.referred:
            return REFERENCE
        if not self.benchmark.names_segment or window.start < self.benchmark.definition.applies_from:
            return OTHER_VERSION
        if statistics is None:
            return OTHER_STATISTICS
        place = outside(self.subject, window)
        if place is not None:
            return place
        if not self.benchmark.mature(window):
            return PROVISIONAL
        if self.used and window.start < self.used[-1].end:
            return OVERLAPPING
        if self.plan.aggregate is Aggregate.ESTIMATE and not statistics.standard_error:
            return NO_ERROR
        return None
