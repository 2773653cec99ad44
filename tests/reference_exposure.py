"""An exposure worked out from what is known at a position alone: loops over sets of relations until nothing changes any more.

Intervals are pairs (start, end) with plus and minus infinity where they are open. `covers` says what time the rows of some datasets cover:
no other part of the reference knows of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests import reference, stories
from tests.reference import ALWAYS, FOR_EVER, Known

MADE_FROM = {"DERIVED_FROM", "COMPUTED_FROM", "TRAINED_ON", "BUILT_FROM", "SERVES", "READS"}
JUDGED_ON = {"EVALUATED_ON", "COMPARED_WITH", "COMPUTED_FROM"}
Interval = tuple[float, float]
Edge = tuple[str, str, str]  # as recorded: source, relation, target
EVER: Interval = (ALWAYS, FOR_EVER)


@dataclass(frozen=True)
class Asked:
    """The arguments of an exposure."""

    to: Sequence[str]
    valid_at: int
    bad_time: Interval = EVER
    live_time: Interval = EVER


@dataclass(frozen=True)
class Exposed:
    """A deployment of the answer; windows by their beginning."""

    begin: float
    deployment: str
    until: float
    model: str | None
    still_live: bool
    learned: bool
    witness: tuple[Edge, ...]
    windows: tuple[str, ...]


@dataclass(frozen=True)
class ExposureAnswer:
    deployments: list[Exposed]
    judged_on: list[Exposed]
    bad: list[str]
    without_covers: int
    artifacts: int
    unresolved: set[str]


def exposure(known: Known, asked: Asked, covers: Mapping[str, Interval]) -> ExposureAnswer | None:
    """None when something that is asked about is not on record."""
    if not all(_on_record(known, urn) for urn in asked.to):
        return None
    bad = sorted(urn for urn in known.named if _is_bad(known, urn, asked, covers))
    silent = [urn for urn in bad if urn not in covers or urn not in known.declared]
    without = [urn for urn in silent if asked.bad_time != EVER and urn not in asked.to]
    touched = _Reached(dict.fromkeys(bad, 0), {})
    touched.walk(_made_from(known, asked))
    spans = {
        urn: span for urn in touched.distances if (span := _span(known, urn, touched.distances, asked)) is not None
    }
    judged = _judged(known, asked, touched, spans)
    deployments = [
        _exposed(known, asked, urn, span, touched.witness(urn), _learned(known, urn, touched.distances), windows)
        for urn, span in spans.items()
        if (windows := _windows(known, urn, span, asked)) is not None
    ]
    judged_on = [
        _exposed(known, asked, urn, live, judged.witness(urn), False, _judging(known, urn, judged, asked))
        for urn in judged.distances
        if urn not in touched.distances
        and known.existed(urn, asked.valid_at)
        and (live := _live(known, urn)) is not None
    ]
    shown = [_of_interest(found, known, asked) for found in (deployments, judged_on)]
    named = {*touched.distances}
    for one in [*shown[0], *shown[1]]:
        named |= {one.deployment, *one.windows, *([one.model] if one.model else [])}
    return ExposureAnswer(
        *shown,
        bad,
        len(without),
        len(touched.distances) - len(bad),
        {urn for urn in named if urn not in known.declared},
    )


class _Reached:
    """Distances from what is bad, and for each artifact the edge it was reached by first: by distance, then by URN."""

    def __init__(self, distances: dict[str, int], edges: dict[str, tuple[str, Edge]]) -> None:
        self.distances, self.edges = dict(distances), dict(edges)
        self.fixed = set(distances)

    def walk(self, edges: Iterable[tuple[str, str, Edge]]) -> None:
        """Over edges (from, to, as recorded), until nothing gets nearer; then the first of the nearest."""
        listed = sorted(edges)
        changed = True
        while changed:
            changed = False
            for near, far, _ in listed:
                if near in self.distances and far not in self.fixed:
                    distance = self.distances[near] + 1
                    if distance < self.distances.get(far, FOR_EVER):
                        self.distances[far] = distance
                        changed = True
        for near, far, edge in listed:
            new = far not in self.fixed and far not in self.edges and near in self.distances
            if new and self.distances[near] + 1 == self.distances[far]:
                self.edges[far] = (near, edge)

    def witness(self, urn: str) -> tuple[Edge, ...]:
        found: list[Edge] = []
        while urn in self.edges:
            urn, edge = self.edges[urn]
            found.insert(0, edge)
        return tuple(found)


def _on_record(known: Known, urn: str) -> bool:
    if "@" in urn:
        return known.on_record(urn)
    return any(name.rpartition("@")[0] == urn and known.on_record(name) for name in known.named)


def _is_bad(known: Known, urn: str, asked: Asked, covers: Mapping[str, Interval]) -> bool:
    if urn in asked.to:
        return True
    if urn.rpartition("@")[0] not in asked.to or not known.on_record(urn) or not known.existed(urn, asked.valid_at):
        return False
    return urn not in covers or urn not in known.declared or _meet(covers[urn], asked.bad_time) is not None


def _meet(one: Interval, other: Interval) -> Interval | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def _live(known: Known, urn: str) -> Interval | None:
    found = reference.live_interval(known, urn)
    return None if found is None else (found[0], FOR_EVER if found[1] is None else found[1])


def _made_from(known: Known, asked: Asked) -> list[tuple[str, str, Edge]]:
    """From evidence to what was made from it; a deployment that reads must have been live in the bad time."""
    found = []
    for source, name, target in known.relations:
        if name not in MADE_FROM or source.startswith("kpi_window:") or not known.existed(source, asked.valid_at):
            continue
        live = _live(known, source) if name == "READS" else None
        if name != "READS" or (live is not None and _meet(live, asked.bad_time) is not None):
            found.append((target, source, (source, name, target)))
    return found


def _learned(known: Known, urn: str, touched: Mapping[str, int]) -> bool:
    return any(source == urn and name == "SERVES" and target in touched for source, name, target in known.relations)


def _span(known: Known, urn: str, touched: Mapping[str, int], asked: Asked) -> Interval | None:
    live = _live(known, urn) if urn.startswith("deployment:") else None
    if live is None or _learned(known, urn, touched):
        return live
    return _meet(live, asked.bad_time)


def window_time(known: Known, window: str) -> Interval:
    """Its start as its URN says, its end as it was declared with."""
    compact = window.rpartition("@")[2].split(",")[1]
    day, clock = compact.split("T")
    start = f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:6]}Z"
    return stories.at(start), known.declared[window][1]


def _counting(known: Known, asked: Asked) -> set[str]:
    """Declared windows that existed, each in its highest revision."""
    existing = [urn for urn in known.declared if urn.startswith("kpi_window:") and known.existed(urn, asked.valid_at)]
    return {
        urn
        for urn in existing
        if not any(
            other.rpartition(",r")[0] == urn.rpartition(",r")[0]
            and int(other.rpartition(",r")[2]) > int(urn.rpartition(",r")[2])
            for other in existing
        )
    }


def _measuring(known: Known, measured: str, windows: Iterable[str]) -> list[str]:
    found = [urn for urn in windows if (urn, "MEASURES", measured) in known.relations]
    return sorted(found, key=lambda urn: (window_time(known, urn)[0], urn))


def _windows(known: Known, urn: str, span: Interval, asked: Asked) -> list[str]:
    measuring = _measuring(known, urn, _counting(known, asked))
    return [window for window in measuring if _meet(window_time(known, window), span) is not None]


def _judged(known: Known, asked: Asked, touched: _Reached, spans: Mapping[str, Interval]) -> _Reached:
    """On from what was touched and from the windows that measure it in that time."""
    judged = _Reached(touched.distances, touched.edges)
    for window, name, measured in known.relations:
        if name != "MEASURES" or window not in known.declared or not known.existed(window, asked.valid_at):
            continue
        span = spans.get(measured, EVER if measured.startswith("model:") else None)
        if measured in touched.distances and span is not None and _meet(window_time(known, window), span) is not None:
            judged.distances[window] = touched.distances[measured] + 1
            judged.edges[window] = (measured, (window, "MEASURES", measured))
    judged.fixed = set(judged.distances)
    judged.walk(_judged_on(known, asked, judged.fixed, touched.distances))
    return judged


def _judged_on(known: Known, asked: Asked, bad: set[str], touched: Mapping[str, int]) -> list[tuple[str, str, Edge]]:
    counting = _counting(known, asked)
    found = []
    for edge in known.relations:
        source, name, target = edge
        if name in JUDGED_ON and source.startswith(("model:", "kpi_window:")) and known.existed(source, asked.valid_at):
            found.append((target, source, edge))
        elif name == "MEASURES" and source in counting and source not in bad:
            found.append((source, target, edge))
        elif name == "SERVES" and target not in touched:
            found.append((target, source, edge))
    return found


def _judging(known: Known, urn: str, judged: _Reached, asked: Asked) -> list[str]:
    return _measuring(known, urn, (judged.distances.keys() - judged.fixed) & _counting(known, asked))


def _exposed(
    known: Known,
    asked: Asked,
    urn: str,
    span: Interval,
    witness: tuple[Edge, ...],
    learned: bool,
    windows: Sequence[str],
) -> Exposed:
    models = [target for source, name, target in known.relations if (source, name) == (urn, "SERVES")]
    live = reference.live_at(known, urn, asked.valid_at)
    return Exposed(span[0], urn, span[1], models[0] if models else None, live, learned, witness, tuple(windows))


def _of_interest(found: Iterable[Exposed], known: Known, asked: Asked) -> list[Exposed]:
    live: Callable[[str], Interval] = lambda urn: _live(known, urn) or (0, 0)  # noqa: E731
    kept = [one for one in found if _meet(live(one.deployment), asked.live_time) is not None]
    return sorted(kept, key=lambda one: (one.begin, one.deployment))
