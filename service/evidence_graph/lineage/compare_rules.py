"""Whether the windows of two streams of one KPI may be held against each other, and which stand side by side. Pure; no statistics."""

from collections.abc import Iterator, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.kpi_definitions import Definition
from evidence_graph.lineage.kpi_windows import HELD
from evidence_graph.record.json_values import Json, JsonObject

NO_WINDOWS, SEGMENT, DEFINITION, BENCHMARK = "NO_WINDOWS", "SEGMENT", "DEFINITION", "BENCHMARK"
AGGREGATE, LABEL_HORIZON, IMMATURE, OUTSIDE_LIVE = "AGGREGATE", "LABEL_HORIZON", "IMMATURE", "OUTSIDE_LIVE"
COMPARABILITY = {
    NO_WINDOWS: "One of the two has no window of the KPI.",
    SEGMENT: "One of the two has windows of the KPI in other segments only.",
    DEFINITION: "Different versions of the definition apply to the windows.",
    BENCHMARK: "Different benchmarks apply, or they were established on different evidence, or there is none.",
    AGGREGATE: "The windows hold different statistics.",
    LABEL_HORIZON: "Labels are waited for differently long.",
    IMMATURE: "Labels of windows may still arrive.",
    OUTSIDE_LIVE: "Windows lie outside the time their deployment was live, as it is known now.",
}


class Reason(msgspec.Struct, frozen=True):
    """Why two streams may not be compared; when it does not `prevent`, only what to keep in mind."""

    code: str
    prevents: bool
    sentence: str


class ComparedWindow(msgspec.Struct, frozen=True):
    """One window, `[start, end)` in µs after the beginning of what it measures.

    `mature`: its labels have all arrived. `outside_live`: it lies outside the live interval as known now. `version` is the definition
    that applies where it begins, None when none does.
    """

    window: ArtifactView
    start: int
    end: int
    mature: bool
    outside_live: bool
    version: str | None

    @property
    def counts(self) -> bool:
        """Whether it may be held against another."""
        return self.mature and not self.outside_live


class Stream(msgspec.Struct, frozen=True):
    """The windows of one side by their starts, what they were compared with, and the segments that have windows where this has none."""

    urn: str
    windows: list[ComparedWindow]
    elsewhere: list[str]
    compared_with: frozenset[str]


class AlignedWindows(msgspec.Struct, frozen=True):
    """Windows of the same time after each one's own beginning; None where a side has none then."""

    left: ComparedWindow | None
    right: ComparedWindow | None


def reasons_of(left: Stream, right: Stream, definitions: Sequence[Definition]) -> list[Reason]:
    """In the order of COMPARABILITY."""
    found = [*_without_windows(left), *_without_windows(right)]
    if not found:
        found += [*_by_definition(left, right, definitions), *_benchmarks_established(left, right)]
        found += _statistics(left, right)
        found += [reason for stream in (left, right) for reason in _windows_left_out(stream)]
    return sorted(found, key=lambda reason: list(COMPARABILITY).index(reason.code))


def _without_windows(stream: Stream) -> Iterator[Reason]:
    if stream.windows:
        return
    if stream.elsewhere:
        yield Reason(SEGMENT, True, f"{stream.urn} has no window of this segment, but of {_listed(stream.elsewhere)}.")
    else:
        yield Reason(NO_WINDOWS, True, f"{stream.urn} has no window of this KPI.")


def _by_definition(left: Stream, right: Stream, definitions: Sequence[Definition]) -> Iterator[Reason]:
    """What differs between the versions that apply to the windows of either side."""
    by_version = {one.version: one for one in definitions}
    mine, others = (_versions(stream) for stream in (left, right))
    if len(mine | others) > 1:
        yield Reason(
            DEFINITION,
            True,
            f"Version {_listed(sorted(mine))} applies to the windows of {left.urn}, {_listed(sorted(others))} to those of "
            f"{right.urn}.",
        )
    applied = [by_version[version].fields for version in sorted(mine | others) if version in by_version]
    yield from _differing("benchmark", BENCHMARK, "benchmark", applied)
    yield from _differing("aggregate", AGGREGATE, "aggregate", applied)
    yield from _differing("labelHorizon", LABEL_HORIZON, "label horizon", applied)
    if applied and not any("benchmark" in fields for fields in applied):
        yield Reason(BENCHMARK, False, "The definition states no benchmark: they can only be held against each other.")


def _versions(stream: Stream) -> set[str]:
    return {one.version or "none" for one in stream.windows}


def _differing(field: str, code: str, words: str, applied: Sequence[JsonObject]) -> Iterator[Reason]:
    values = list(dict.fromkeys(_plain(fields.get(field)) for fields in applied))
    if len(values) > 1:
        yield Reason(code, True, f"Those versions differ in their {words}: {' and '.join(values)}.")


def _plain(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in sorted(value.items()))
    return "none" if value is None else str(value)


def _benchmarks_established(left: Stream, right: Stream) -> Iterator[Reason]:
    if left.compared_with != right.compared_with:
        mine, others = (_listed(sorted(stream.compared_with)) or "nothing" for stream in (left, right))
        yield Reason(
            BENCHMARK,
            False,
            f"The benchmark of the windows of {left.urn} was established on {mine}, that of {right.urn} on {others}.",
        )


def _statistics(left: Stream, right: Stream) -> Iterator[Reason]:
    held = [sorted({_held(one) for one in stream.windows}) for stream in (left, right)]
    if len({*held[0], *held[1]}) > 1:
        yield Reason(
            AGGREGATE,
            True,
            f"Windows of {left.urn} hold {_listed(held[0])}, those of {right.urn} {_listed(held[1])}.",
        )


def _held(one: ComparedWindow) -> str:
    return next((aggregate for field, aggregate in HELD.items() if field in one.window.fields), "nothing")


def _windows_left_out(stream: Stream) -> Iterator[Reason]:
    """What is left out keeps the rest from nothing, unless nothing is left."""
    none_left = not any(one.counts for one in stream.windows)
    immature = sum(not one.mature for one in stream.windows)
    outside = sum(one.outside_live for one in stream.windows)
    of_all = f"of {len(stream.windows)} windows of {stream.urn}"
    if immature:
        yield Reason(IMMATURE, none_left, f"{immature} {of_all}: labels may still arrive.")
    if outside:
        yield Reason(OUTSIDE_LIVE, none_left, f"{outside} {of_all}: outside the time it was live.")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def aligned(left: Sequence[ComparedWindow], right: Sequence[ComparedWindow]) -> list[AlignedWindows]:
    """Both in the order of time after the beginning; two stand side by side when they share more than half of the shorter one."""
    found, mine, others = [], list(left), list(right)
    while mine and others:
        one, other = mine[0], others[0]
        if _side_by_side(one, other):
            found.append(AlignedWindows(mine.pop(0), others.pop(0)))
        elif (one.end, one.start) <= (other.end, other.start):
            found.append(AlignedWindows(mine.pop(0), None))
        else:
            found.append(AlignedWindows(None, others.pop(0)))
    return [*found, *(AlignedWindows(one, None) for one in mine), *(AlignedWindows(None, one) for one in others)]


def _side_by_side(one: ComparedWindow, other: ComparedWindow) -> bool:
    common = min(one.end, other.end) - max(one.start, other.start)
    return 2 * common > min(one.end - one.start, other.end - other.start)
