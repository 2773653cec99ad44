"""Which windows a verdict must count, worked out the slow and obvious way over `tests/reference.py`: no product code.

Windows are plain facts; what they say is judged by the product's own statistics, which have references of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests import reference
from tests.reference import Known


@dataclass(frozen=True)
class Fact:
    """One revision of a window, as it was declared at a position."""

    urn: str
    position: int
    measured: str
    segment: str
    start: int
    end: int
    revision: int
    n: int
    successes: int


@dataclass(frozen=True)
class Version:
    """One version of the KPI's definition; `benchmark` is a kind with what it names."""

    version: str
    position: int
    since: float
    horizon: int
    cadence: int | None
    benchmark: tuple[str, ...]
    reference: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Asked:
    of: str
    segment: str
    instant: int


@dataclass(frozen=True)
class Expected:
    """What is counted with its control, what is left out and why, what the benchmark is measured on, and whether it is overdue."""

    version: Version | None
    used: list[tuple[Fact, Fact | None]]
    left_out: list[tuple[str, str]]
    reference: list[Fact]
    overdue_since: int | None
    live: bool


@dataclass(frozen=True)
class Record:
    """Everything known at one position."""

    known: Known
    facts: Sequence[Fact]  # the declared revisions of windows
    versions: Sequence[Version]

    def windows(self, measured: str, segment: str, instant: int) -> list[Fact]:
        """Each in its highest revision that is declared, still measures it, and has ended."""
        standing = [
            fact
            for fact in self.facts
            if (fact.measured, fact.segment) == (measured, segment)
            and (fact.urn, "MEASURES", measured) in self.known.relations
            and fact.end <= instant
        ]
        return sorted(
            (one for one in standing if not any(_supersedes(other, one) for other in standing)),
            key=lambda one: (one.start, one.urn),
        )

    def version(self, instant: int) -> Version | None:
        begun = [one for one in self.versions if one.since <= instant]
        return max(begun, key=lambda one: (one.since, one.position), default=None)


def _supersedes(other: Fact, one: Fact) -> bool:
    return other.start == one.start and other.revision > one.revision


def expected(record: Record, asked: Asked) -> Expected:
    version = record.version(asked.instant)
    windows = list(_windows(record, asked))
    if version is None:
        return Expected(None, [], [(one.urn, "OTHER_VERSION") for one in windows], [], None, False)
    measured_on = _reference(record, version, asked)
    used: list[tuple[Fact, Fact | None]] = []
    left_out: list[tuple[str, str]] = []
    for one in windows:
        reason = "REFERENCE" if one in measured_on else _reason(record, version, asked, one)
        if reason is None and used and one.start < used[-1][0].end:
            reason = "OVERLAPPING"
        control = _control(record, version, asked, one) if version.benchmark[0] == "against" else None
        if reason is None and version.benchmark[0] == "against" and control is None:
            reason = "NO_CONTROL"
        if reason is None:
            used.append((one, control))
        else:
            left_out.append((one.urn, reason))
    outside = {urn for urn, reason in left_out if reason in ("OUTSIDE_LIVE", "NOT_FULL_TRAFFIC")}
    last_end = max((one.end for one in windows if one.urn not in outside), default=None)
    overdue = _overdue(record, version, asked, last_end)
    return Expected(version, used, left_out, measured_on, overdue, _live(record.known, asked.of, asked.instant))


def _windows(record: Record, asked: Asked) -> Iterator[Fact]:
    if not asked.of.startswith("slot:"):
        yield from record.windows(asked.of, asked.segment, asked.instant)
        return
    had_all = [
        roll_out
        for roll_out in record.known.states
        if reference.slot_of(roll_out) == asked.of
        and any(_has_all(record.known, roll_out, at) for at in _instants(record.known))
    ]
    found = [one for urn in had_all for one in record.windows(urn, asked.segment, asked.instant)]
    yield from sorted(found, key=lambda one: (one.start, one.urn))


def _instants(known: Known) -> list[int]:
    return sorted({at for states in known.states.values() for at in states} | {*known.ends.values()})


def _has_all(known: Known, roll_out: str, instant: int) -> bool:
    full = reference.state_at(known, roll_out, instant) == ("PRODUCTION", 1)
    return full and reference.live_at(known, roll_out, instant)


def _throughout(known: Known, one: Fact) -> list[int]:
    """Every instant of a window at which anything may have changed."""
    return [one.start, *(at for at in _instants(known) if one.start < at < one.end)]


def _reason(record: Record, version: Version, asked: Asked, one: Fact) -> str | None:
    known = record.known
    if one.start < version.since:
        return "OTHER_VERSION"
    if _begun(known, one.measured) and not all(
        reference.live_at(known, one.measured, at) for at in _throughout(known, one)
    ):
        return "OUTSIDE_LIVE"
    if asked.of.startswith("slot:") and not all(_has_all(known, one.measured, at) for at in _throughout(known, one)):
        return "NOT_FULL_TRAFFIC"
    return "PROVISIONAL" if one.end + version.horizon > asked.instant else None


def _begun(known: Known, measured: str) -> bool:
    return measured.startswith("deployment:") and reference.live_interval(known, measured) is not None


def _reference(record: Record, version: Version, asked: Asked) -> list[Fact]:
    kind, *named = version.benchmark
    if kind == "windows":
        start, end = version.reference
        found = [
            one
            for one in record.windows(named[0], asked.segment, asked.instant)
            if start <= one.start and one.end <= end
            and not (
                _begun(record.known, named[0])
                and not all(reference.live_at(record.known, named[0], at) for at in _throughout(record.known, one))
            )
        ]  # fmt: skip
    elif kind == "evaluation":
        everything = {one.measured for one in record.facts}
        segments = {one.segment for one in record.facts}
        found = [
            one
            for measured in everything
            for segment in segments
            for one in record.windows(measured, segment, asked.instant)
            if one.urn.rpartition(",r")[0] == named[0].rpartition(",r")[0]
        ]
    else:
        return []
    return [one for one in found if one.end + version.horizon <= asked.instant]


def _control(record: Record, version: Version, asked: Asked, one: Fact) -> Fact | None:
    _, against, mode = version.benchmark
    known = record.known
    of_slot = [urn for urn in known.states if reference.slot_of(urn) == against]
    beside = of_slot if against.startswith("slot:") else [against]
    found = []
    for urn in beside:
        for other in record.windows(urn, asked.segment, asked.instant):
            if (other.start, other.end) != (one.start, one.end) or other.measured == one.measured:
                continue
            instants = _throughout(known, other)
            if _begun(known, urn) and not all(reference.live_at(known, urn, at) for at in instants):
                continue
            if against.startswith("slot:") and {_mode(known, urn, at) for at in instants} != {mode}:
                continue
            found.append(other)
    return found[0] if len(found) == 1 else None


def _mode(known: Known, roll_out: str, instant: int) -> str | None:
    state = reference.state_at(known, roll_out, instant)
    return state[0] if state is not None else None


def _live(known: Known, of: str, instant: int) -> bool:
    if of.startswith("slot:"):
        return any(reference.slot_of(urn) == of and _has_all(known, urn, instant) for urn in known.states)
    return of.startswith("deployment:") and of in known.states and reference.live_at(known, of, instant)


def _overdue(record: Record, version: Version, asked: Asked, last_end: int | None) -> int | None:
    if version.cadence is None:
        return None
    known = record.known
    alive: Mapping[int, bool] = {at: _live(known, asked.of, at) for at in _instants(known)}
    begun = [at for at, live in alive.items() if live]
    last = last_end if last_end is not None else min(begun, default=None)
    if last is None:
        return None
    over = min((at for at in alive if begun and at > max(begun)), default=None)
    if over is not None and over < last + version.cadence:
        return None
    due = last + version.cadence + version.horizon
    return due if due < asked.instant else None
