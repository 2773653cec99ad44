"""What a verdict is made of: the windows that count, those that are left out and why, what they are held against, and the answer."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from evidence_graph.kpi.plan import ErrorSplit, Plan
from evidence_graph.kpi.verdict import Judged, State
from evidence_graph.kpi.windows import Window
from evidence_graph.lineage.completeness import Completeness
from evidence_graph.lineage.kpi_definitions import Definition
from evidence_graph.lineage.kpi_windows import KpiStream, StatedWindow
from evidence_graph.record.roll_outs import LiveInterval, ProductionRun

MOST_USED_SHOWN, MOST_LEFT_OUT_SHOWN = 200, 50

REFERENCE, OTHER_VERSION, OTHER_STATISTICS = "REFERENCE", "OTHER_VERSION", "OTHER_STATISTICS"
OUTSIDE_LIVE, NOT_FULL_TRAFFIC = "OUTSIDE_LIVE", "NOT_FULL_TRAFFIC"
PROVISIONAL, OVERLAPPING, NO_CONTROL, NO_ERROR = "PROVISIONAL", "OVERLAPPING", "NO_CONTROL", "NO_ERROR"
LEFT_OUT = {
    REFERENCE: "The benchmark was established on it.",
    OTHER_VERSION: "It began before this version of the definition applies, or its segment is none of this version's.",
    OTHER_STATISTICS: "It holds other statistics than this version of the definition asks for.",
    OUTSIDE_LIVE: "It lies outside the time its deployment was live, as that is known at the moment asked about.",
    NOT_FULL_TRAFFIC: "Its deployment did not have all of the slot's production traffic throughout.",
    PROVISIONAL: "Its labels may still arrive.",
    OVERLAPPING: "It shares some time with a window before it.",
    NO_CONTROL: "Not exactly one window of the control has the very same span and statistics.",
    NO_ERROR: "It is an estimate without a standard error.",
}
NOT_COMPARABLE = frozenset({OTHER_STATISTICS, NO_CONTROL, NO_ERROR})  # it could count, were it of another make
STATES = {
    State.NO_BENCHMARK: "Nothing is on record that it could be held against.",
    State.NOT_COMPARABLE: "The windows cannot be held against the benchmark.",
    State.DEGRADED: "It is worse than its benchmark.",
    State.OVERDUE: "Windows have stopped coming.",
    State.IMPROVED: "It is better than its benchmark.",
    State.WITHIN_BENCHMARK: "It is as good as its benchmark, give or take the smallest change that matters.",
    State.INSUFFICIENT_DATA: "There is not enough data to tell.",
}


class LeftOut(msgspec.Struct, frozen=True):
    """A window that does not count, and why: a key of LEFT_OUT."""

    window: StatedWindow
    reason: str


class Subject(msgspec.Struct, frozen=True):
    """What is judged: a deployment with its live interval, a slot with the live intervals of its roll-outs, or a model without any.

    `runs` are those of a slot, None otherwise.
    """

    stream: KpiStream
    live: Mapping[str, LiveInterval]
    runs: Sequence[ProductionRun] | None = None

    def live_at(self, instant: int) -> bool:
        """Whether it was live at the instant; a slot, whether somebody had all of its production traffic; never a model."""
        spans = self.live.values() if self.runs is None else self.runs
        return any(span.start <= instant < span.end for span in spans)

    @property
    def live_since(self) -> int | None:
        """When it began to be live."""
        return min((span.start for span in (self.live.values() if self.runs is None else self.runs)), default=None)

    @property
    def live_until(self) -> int | None:
        """When it ceased to be live, OPEN_END while it has not; None when nobody says that it ever was."""
        return max((span.end for span in (self.live.values() if self.runs is None else self.runs)), default=None)


class Held(msgspec.Struct, frozen=True):
    """What windows are held against: those of the reference in time order, or by a window's URN the control's of the same span.

    `missing` names what the definition names and nobody declared.
    """

    reference: Sequence[StatedWindow] = ()
    controls: Mapping[str, StatedWindow] = {}
    missing: Sequence[str] = ()


class Gathered(msgspec.Struct, frozen=True):
    """All windows of a stream, sorted: `counted` are the `used` ones as statistics, `yardstick` those of the reference.

    `definition` and `plan` are None when no version applies; `last_end` is where the last window ends that belongs to the stream.
    """

    subject: Subject
    definition: Definition | None
    plan: Plan | None
    used: Sequence[StatedWindow] = ()
    counted: Sequence[Window] = ()
    left_out: Sequence[LeftOut] = ()
    held: Held = Held()
    yardstick: Sequence[Window] = ()

    @property
    def last_end(self) -> int | None:
        """Where the last window ends (µs), mature or not, of those that lie inside the time that is judged."""
        outside = (OUTSIDE_LIVE, NOT_FULL_TRAFFIC)
        ends = [one.window.end for one in self.left_out if one.reason not in outside]
        return max([window.end for window in self.used] + ends, default=None)

    @property
    def positions(self) -> list[int]:
        """The log positions of the definition and of every window that was counted or held against."""
        windows = [*self.used, *self.held.reference, *self.held.controls.values()]
        own = [self.definition.known_from] if self.definition is not None else []
        return sorted({*own, *(window.position for window in windows)})


class Assessment(msgspec.Struct, frozen=True):
    """What is known about one stream at one moment: the verdict after its last window that counts, and its state.

    `overdue_since` is since when a window is missing (µs).
    """

    gathered: Gathered
    last: Judged | None
    state: State
    overdue_since: int | None


class UsedWindow(msgspec.Struct, frozen=True):
    """A window that counted, with the control it was held against; times in µs UTC, `n` in observations (for COUNT, exposure)."""

    window: str
    position: int
    start: int
    end: int
    n: float
    mean: float
    control: str | None


class LeftOutWindow(msgspec.Struct, frozen=True):
    """A window that did not count, and why."""

    window: str
    position: int
    start: int
    end: int
    reason: str


class ReasonCount(msgspec.Struct, frozen=True):
    """How many windows were left out for one reason."""

    reason: str
    count: int


class Verdict(msgspec.Struct, frozen=True):
    """The state of one KPI of a deployment, slot or model, and what it rests on.

    Values as in `kpi.verdict.Judged`, whose last one it holds; None where no window counts. `used` and `left_out` are the newest of
    them with their numbers beside, `last` the newest that counts; `positions` are those of all inputs. `discovered` tells, of one in a
    portfolio, whether it is among those whose expected share of false alarms is bounded.
    """

    of: str
    kpi: str
    segment: str
    state: State
    definition: Definition | None
    n: float
    mean: float | None
    benchmark: float | None
    change: float | None
    lower: float | None
    upper: float | None
    needed: int | None
    e_value: float | None
    alarm: bool
    suspected_since: int | None
    overdue_since: int | None
    between_windows: float | None
    method: str | None
    error_level: float | None
    error: ErrorSplit | None
    assumptions: Sequence[str]
    last: UsedWindow | None
    used: list[UsedWindow]
    used_count: int
    left_out: list[LeftOutWindow]
    left_out_count: int
    left_out_reasons: list[ReasonCount]
    reference: list[str]
    reference_count: int
    segments: Sequence[str]
    positions: list[int]
    discovered: bool | None
    completeness: Completeness


def verdict_of(
    one: Assessment, completeness: Completeness, *, segments: Sequence[str] = (), discovered: bool | None = None
) -> Verdict:
    """The answer about one stream; `segments` are others that have windows, where this one has none."""
    last, found = one.last, one.gathered
    stream, used = found.subject.stream, _used(found)
    return Verdict(
        of=stream.of.text,
        kpi=stream.kpi,
        segment=stream.segment,
        state=one.state,
        definition=found.definition,
        n=last.n if last else 0.0,
        mean=last.mean if last else None,
        benchmark=last.benchmark if last else _stated_benchmark(found.plan),
        change=last.change if last else None,
        lower=last.lower if last else None,
        upper=last.upper if last else None,
        needed=last.needed if last else None,
        e_value=last.e_value if last else None,
        alarm=last.alarm if last else False,
        suspected_since=last.suspected_since if last else None,
        overdue_since=one.overdue_since,
        between_windows=last.between_windows if last else None,
        method=(last.method or None) if last else None,
        error_level=found.plan.error_level if found.plan else None,
        error=last.error if last else None,
        assumptions=last.assumptions if last else (),
        last=used[-1] if used else None,
        used=used,
        used_count=len(found.used),
        left_out=[_left_out(left) for left in found.left_out[-MOST_LEFT_OUT_SHOWN:]],
        left_out_count=len(found.left_out),
        left_out_reasons=_counted(found.left_out),
        reference=[window.urn for window in found.held.reference[-MOST_USED_SHOWN:]],
        reference_count=len(found.held.reference),
        segments=segments,
        positions=found.positions,
        discovered=discovered,
        completeness=completeness,
    )


def _stated_benchmark(plan: Plan | None) -> float | None:
    """The stated value, where it is one and no band."""
    return plan.low if plan is not None and plan.low == plan.high else None


def _used(found: Gathered) -> list[UsedWindow]:
    """The newest of those that counted."""
    pairs = list(zip(found.used, found.counted, strict=True))[-MOST_USED_SHOWN:]
    controls = found.held.controls
    return [
        UsedWindow(
            window.urn,
            window.position,
            window.start,
            window.end,
            counted.statistics.n,
            counted.statistics.mean,
            controls[window.urn].urn if window.urn in controls else None,
        )
        for window, counted in pairs
    ]


def _left_out(one: LeftOut) -> LeftOutWindow:
    window = one.window
    return LeftOutWindow(window.urn, window.position, window.start, window.end, one.reason)


def _counted(left_out: Sequence[LeftOut]) -> list[ReasonCount]:
    counts = Counter(one.reason for one in left_out)
    return [ReasonCount(reason, counts[reason]) for reason in LEFT_OUT if reason in counts]
