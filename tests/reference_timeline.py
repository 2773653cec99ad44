"""A timeline worked out from the accepted statements alone: every one is told again, and only then the events are picked and sorted."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests import reference
from tests.reference import (
    ALWAYS,
    Adjusted,
    DeclarationRetracted,
    Declared,
    DescriptionErased,
    Ended,
    Extended,
    Known,
    RelationsRetracted,
    Statement,
)


@dataclass(frozen=True)
class Event:
    """What happened to whom, when in the world, where in the log, and with whom."""

    what: str
    urn: str
    valid: int | None
    position: int | None
    related: str | None


@dataclass(frozen=True)
class Told:
    """An event with its place inside its entry."""

    event: Event
    about: str
    ordinal: int


def timeline(statements: Sequence[Statement], position: int, scope: str, *, by_valid_time: bool) -> list[Event]:
    """Everything in scope, sorted."""
    told = _tell(statements, position)
    if by_valid_time:
        told += _taken_over(reference.known_at(statements, position))
    kept = [one for one in told if in_scope(one.event.urn, scope)]
    kept.sort(key=lambda one: _by_valid_time(one, position) if by_valid_time else _by_position(one, position))
    return [one.event for one in kept]


def _by_position(one: Told, head: int) -> tuple[int, str, int]:
    at = one.event.position
    return head + 1 if at is None else at, one.about, one.ordinal


def _by_valid_time(one: Told, head: int) -> tuple[bool, int, int, str, int]:
    return one.event.valid is None, one.event.valid or 0, *_by_position(one, head)


def in_scope(urn: str, scope: str) -> bool:
    """By the parts of the URN; the windows of a deployment or model belong to it."""
    kind, _, rest = urn.partition(":")
    namespace, _, named = rest.partition("/")
    name, _, version = named.rpartition("@")
    if scope.endswith("/*"):
        return namespace == scope[:-2]
    wanted_kind, _, wanted = scope.partition(":")
    wanted_kind = "deployment" if wanted_kind == "slot" else wanted_kind
    series, _, wanted_version = wanted.partition("@")
    if kind == "kpi_window" and wanted_kind in ("deployment", "model"):
        measured, measured_kind = name.split(",")[:2]
        kind, name, version = measured_kind, measured, version.split(",")[0]
    return (kind, f"{namespace}/{name}") == (wanted_kind, series) and wanted_version in ("", version)


def _tell(statements: Sequence[Statement], position: int) -> list[Told]:
    """Every statement, with what was known before it."""
    told: list[Told] = []
    before = Known()
    for said in sorted(statements, key=lambda one: one.position or 0):
        if (said.position or 0) > position:
            break
        told += [Told(event, "", ordinal) for ordinal, event in enumerate(_events(said, before))]
        for name in sorted(_named_by(said)):
            if name not in before.named and name != said.urn:
                told.append(Told(Event("REFERRED_TO", name, None, said.position, said.urn), name, 0))
        reference.hear(before, said)
    return told


def _named_by(said: Statement) -> set[str]:
    return {target for _, target in said.relations} if isinstance(said, Declared | Extended) else set()


def _events(said: Statement, before: Known) -> list[Event]:
    def event(what: str, valid: int | None = None, related: str | None = None) -> Event:
        return Event(what, said.urn, valid, said.position, related)

    match said:
        case Declared():
            ends = [] if said.ends is None else [event("ENDED", said.ends)]
            what, valid, related = _declaration(said)
            if said.urn in before.ever_declared:
                what = "REDECLARED"
            return [event(what, valid, related), *ends]
        case Extended():
            new = sorted(pair for pair in said.relations if (said.urn, *pair) not in before.relations)
            added = [event("RELATION_ADDED", None, target) for _, target in new]
            ended = said.ends is not None and before.ends.get(said.urn) != said.ends
            described = said.described is not None
            return [*added, *([event("ENDED", said.ends)] * ended), *([event("ANNOTATED")] * described)]
        case Adjusted():
            return [event("ADJUSTED", said.at)]
        case Ended():
            return [event("ENDED", said.at)]
        case DeclarationRetracted():
            return [event("RETRACTED")]
        case DescriptionErased():
            return [event("ERASED")]
        case RelationsRetracted():
            gone = [
                target
                for source, name, target in sorted(before.relations)
                if (source, name) == (said.urn, said.relation) and said.target in (None, target)
            ]
            return [event("RELATION_RETRACTED", None, target) for target in gone]
    raise AssertionError(said)


def _declaration(said: Declared) -> tuple[str, int | None, str | None]:
    by_name = dict(sorted(said.relations, reverse=True))  # the first of each
    valid = None if said.exists_from == ALWAYS else int(said.exists_from)
    if said.urn.startswith("deployment:"):
        assert said.begins is not None
        return "ROLL_OUT_BEGAN", said.begins[0], by_name["SERVES"]
    if said.urn.startswith("kpi_window:"):
        return "WINDOW_RECORDED" if said.urn.endswith(",r0") else "WINDOW_REVISED", valid, by_name["MEASURES"]
    if "REVISES" in by_name:
        return "REVISED", valid, by_name["REVISES"]
    return "DECLARED", valid, None


def _taken_over(known: Known) -> list[Told]:
    """Every roll-out that ended although nobody said so, and who came then."""
    found = []
    for roll_out in known.states:
        interval = reference.live_interval(known, roll_out)
        if interval is None or interval[1] is None or roll_out in known.ends:
            continue
        (by,) = (
            other
            for other in known.states
            if other != roll_out
            and reference.slot_of(other) == reference.slot_of(roll_out)
            and interval[1] in reference.takes_over_at(known, other)
        )
        found.append(Told(Event("TAKEN_OVER", roll_out, interval[1], None, by), roll_out, 0))
    return found
