"""Verdicts as the command line reads and tells them."""

from collections.abc import Mapping, Sequence

import msgspec

from evidence_graph.cli.answers import Completeness
from evidence_graph.cli.terminal import shown
from evidence_graph.cli.words import counted, instant, number
from evidence_graph.record.json_values import Json
from evidence_graph.record.urn import encode_part

BREACHES = ("DEGRADED", "OVERDUE")
STYLES = {"DEGRADED": "bold red", "OVERDUE": "bold yellow", "IMPROVED": "green", "WITHIN_BENCHMARK": "green"}


class Definition(msgspec.Struct, frozen=True, rename="camel"):
    """The version of a definition that applies."""

    version: str
    direction: str
    aggregate: str
    benchmark: Mapping[str, Json] | None = None
    band: Mapping[str, float] | None = None
    unit: str | None = None
    label_horizon: str | None = None
    cadence: str | None = None


class Window(msgspec.Struct, frozen=True, rename="camel"):
    """A window that counts."""

    window: str
    start: str
    end: str
    n: float
    mean: float
    control: str | None = None


class LeftOut(msgspec.Struct, frozen=True, rename="camel"):
    """A window that does not count."""

    window: str
    start: str
    end: str
    reason: str


class ReasonCount(msgspec.Struct, frozen=True):
    """How many windows do not count for a reason."""

    reason: str
    count: int


class ErrorSplit(msgspec.Struct, frozen=True):
    """How the error level is shared out."""

    sequence: float
    look: float
    alarm: float
    reference: float

    def in_words(self) -> str:
        """`2.00% interval, 1.00% first look, 2.00% alarm`."""
        shares = {"interval": self.sequence, "first look": self.look, "alarm": self.alarm, "benchmark": self.reference}
        return ", ".join(f"{share:.2%} {name}" for name, share in shares.items() if share)


class Verdict(msgspec.Struct, frozen=True, rename="camel"):
    """What is known about one KPI; a portfolio asks for less of it."""

    of: str
    kpi: str
    state: str
    n: float
    used_count: int
    left_out_count: int
    left_out_reasons: Sequence[ReasonCount]
    segment: str | None = None
    definition: Definition | None = None
    mean: float | None = None
    benchmark: float | None = None
    change: float | None = None
    lower: float | None = None
    upper: float | None = None
    needed: int | None = None
    e_value: float | None = None
    alarm: bool = False
    suspected_since: str | None = None
    overdue_since: str | None = None
    between_windows: float | None = None
    method: str | None = None
    error_level: float | None = None
    error_split: ErrorSplit | None = None
    assumptions: Sequence[str] = ()
    last: Window | None = None
    used: Sequence[Window] = ()
    left_out: Sequence[LeftOut] = ()
    reference_count: int = 0
    segments: Sequence[str] = ()
    positions: Sequence[int] = ()
    discovered: bool | None = None


class WholeVerdict(Verdict, frozen=True, rename="camel"):
    """A verdict asked for alone."""

    completeness: Completeness = msgspec.field(default_factory=lambda: _missing())


def _missing() -> Completeness:
    raise TypeError("a verdict that was asked for alone says how complete it is")


def is_breach(verdict: Verdict) -> bool:
    """Whether somebody has to act."""
    return verdict.state in BREACHES


def state_in_words(state: str | None) -> str:
    """`within benchmark`."""
    return "" if state is None else state.lower().replace("_", " ")


def benchmark_in_words(verdict: Verdict) -> str:
    """What it is held against."""
    definition = verdict.definition
    if definition is not None and definition.band is not None:
        return f"{number(definition.band['from'])} to {number(definition.band['to'])}"
    if verdict.benchmark is None:
        return "nothing known" if definition is None or definition.benchmark is None else "nothing yet"
    against = (definition.benchmark or {}).get("against") if definition is not None else None
    return f"{number(verdict.benchmark)}{f' ({shown(against)})' if against else ''}"


def change_in_words(verdict: Verdict) -> str:
    """The change with its interval: `-0.0045 (-0.0071 to -0.0019)`."""
    if verdict.change is None:
        return "–"
    if verdict.lower is None or verdict.upper is None:
        return signed(verdict.change)
    return f"{signed(verdict.change)} ({signed(verdict.lower)} to {signed(verdict.upper)})"


def signed(value: float) -> str:
    """With its sign, three digits."""
    return f"{value:+.3g}"


def size_in_words(verdict: Verdict) -> str:
    """How much there is, and how much a test would take where it does not suffice."""
    if verdict.state == "INSUFFICIENT_DATA" and verdict.needed is not None:
        return f"{number(verdict.n)} of about {number(verdict.needed)}"
    return number(verdict.n)


def since_in_words(verdict: Verdict) -> str:
    """Since when it is suspected to be worse, or overdue."""
    if verdict.state == "DEGRADED" and verdict.suspected_since:
        return f"{instant(verdict.suspected_since)}{' (alarm)' if verdict.alarm else ''}"
    return f"overdue {instant(verdict.overdue_since)}" if verdict.overdue_since else ""


def reasons_in_words(verdict: Verdict) -> str:
    """`3 left out: 2 provisional, 1 outside live`."""
    if not verdict.left_out_count:
        return ""
    reasons = ", ".join(f"{one.count} {state_in_words(one.reason)}" for one in verdict.left_out_reasons)
    return f"{counted(verdict.left_out_count, 'window')} left out: {reasons}"


def encoded_segment(parts: Sequence[str] | None) -> str | None:
    """Keys and values as people write them, in the form of a URN. Raises ValueError for a part that is not KEY=VALUE."""
    return ",".join(map(_encoded, parts)) if parts else None


def _encoded(part: str) -> str:
    key, equals, value = part.partition("=")
    if not equals:
        raise ValueError(f"--segment {part!r} is not KEY=VALUE.")
    return f"{encode_part(key)}={encode_part(value)}"
