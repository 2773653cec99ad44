"""What the record must answer, worked out the slow and obvious way from the accepted statements alone.

No product code: only the list of what was said, where each statement stands in the log, and loops over sets. A question is answered by
replaying every statement up to its position. Instants are plain integers; positions are log positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

ALWAYS, FOR_EVER = float("-inf"), float("inf")
WALKED = {
    "DERIVED_FROM",
    "COMPUTED_FROM",
    "TRAINED_ON",
    "BUILT_FROM",
    "SERVES",
    "READS",
    "MEASURES",
    "EVALUATED_ON",
    "COMPARED_WITH",
}  # made from and judged on; succession (REPLACES, REVISES) is never walked


@dataclass(frozen=True)
class Statement:
    """One accepted statement; `position` is None until the record has said where it stands."""

    urn: str
    position: int | None = None


@dataclass(frozen=True)
class Declared(Statement):
    """An artifact and what it was made from; `begins` is (instant, mode, traffic) for a roll-out, `fields` what is fixed besides."""

    relations: frozenset[tuple[str, str]] = frozenset()
    exists_from: float = ALWAYS
    begins: tuple[int, str, float] | None = None
    ends: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    described: str | None = None


@dataclass(frozen=True)
class Extended(Statement):
    """More about an artifact, declared or not."""

    relations: frozenset[tuple[str, str]] = frozenset()
    ends: int | None = None
    described: str | None = None


@dataclass(frozen=True)
class Adjusted(Statement):
    at: int = 0
    mode: str = ""
    traffic: float = 0


@dataclass(frozen=True)
class Ended(Statement):
    at: int = 0


@dataclass(frozen=True)
class DeclarationRetracted(Statement):
    pass


@dataclass(frozen=True)
class RelationsRetracted(Statement):
    relation: str = ""
    target: str | None = None


@dataclass(frozen=True)
class DescriptionErased(Statement):
    """Whatever it was described as is gone, whenever one asks, and stays gone whatever is said of it later."""


def standing_at(statement: Statement, position: int) -> Statement:
    return replace(statement, position=position)


@dataclass
class Known:
    """Everything known at one position."""

    named: dict[str, int] = field(default_factory=dict)  # urn -> the position that named it first
    ever_declared: set[str] = field(default_factory=set)
    declared: dict[str, tuple[int, float]] = field(default_factory=dict)  # urn -> (position, exists_from)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)  # of what is declared
    described: dict[str, str | None] = field(default_factory=dict)  # None when that was erased
    erased: set[str] = field(default_factory=set)  # at any position
    relations: dict[tuple[str, str, str], int] = field(default_factory=dict)  # (source, relation, target) -> position
    states: dict[str, dict[int, tuple[str, float]]] = field(
        default_factory=dict
    )  # roll-out -> instant -> (mode, traffic)
    ends: dict[str, int] = field(default_factory=dict)

    def on_record(self, urn: str) -> bool:
        """Named, and not only by a declaration that was retracted."""
        if urn not in self.named:
            return False
        touched = any(urn in (source, target) for source, _, target in self.relations)
        return urn in self.declared or urn not in self.ever_declared or touched

    def there(self) -> list[str]:
        """Everything on record."""
        return sorted(urn for urn in self.named if self.on_record(urn))

    def existed(self, urn: str, valid_at: int | None) -> bool:
        """A stub exists always, and everything does when nobody asks about valid time."""
        return valid_at is None or urn not in self.declared or self.declared[urn][1] <= valid_at


def known_at(statements: Sequence[Statement], position: int) -> Known:
    """Replay, in the order of the log, what was said up to a position."""
    known = Known(erased={one.urn for one in statements if isinstance(one, DescriptionErased)})
    for statement in sorted(statements, key=lambda one: one.position or 0):
        if (statement.position or 0) <= position:
            hear(known, statement)
    return known


def hear(known: Known, said: Statement) -> None:
    """One more statement, the next in the order of the log."""
    position = said.position or 0
    match said:
        case Declared():
            known.ever_declared.add(said.urn)
            known.declared[said.urn] = (position, said.exists_from)
            known.fields[said.urn] = said.fields
            _add(known, said, position)
            if said.begins is not None:
                instant, mode, traffic = said.begins
                known.states.setdefault(said.urn, {})[instant] = (mode, traffic)
        case Extended():
            _add(known, said, position)
        case Adjusted():
            known.states[said.urn][said.at] = (said.mode, said.traffic)
        case Ended():
            known.ends[said.urn] = said.at
        case DeclarationRetracted():
            _forget_declaration(known, said.urn)
        case RelationsRetracted():
            _forget_relations(known, said)


def _forget_declaration(known: Known, urn: str) -> None:
    """With the relations that came with it, and everything about it as a roll-out."""
    declared_at, _ = known.declared.pop(urn)
    known.fields.pop(urn)
    for relation, since in list(known.relations.items()):
        if relation[0] == urn and since == declared_at:
            del known.relations[relation]
    known.states.pop(urn, None)
    known.ends.pop(urn, None)


def _forget_relations(known: Known, said: RelationsRetracted) -> None:
    for source, name, target in list(known.relations):
        if source == said.urn and name == said.relation and said.target in (None, target):
            del known.relations[source, name, target]


def _add(known: Known, said: Declared | Extended, position: int) -> None:
    """What a declaration may state and an addition too."""
    known.named.setdefault(said.urn, position)
    for name, target in said.relations:
        known.named.setdefault(target, position)
        known.relations.setdefault((said.urn, name, target), position)
    if said.ends is not None:
        known.ends[said.urn] = said.ends
    if said.described is not None:
        known.described[said.urn] = None if said.urn in known.erased else said.described


@dataclass(frozen=True)
class ChainAnswer:
    """Artifacts by (distance, URN), each with whether it is declared; steps with the position that recorded each."""

    artifacts: list[tuple[int, str, bool]]
    steps: set[tuple[str, str, str, int]]
    truncated: bool
    truncated_at: set[str]
    unresolved: set[str]
    undated: int


def chain(
    known: Known, roots: Sequence[str], valid_at: int | None, *, upstream: bool, depth: int | None, limit: int
) -> ChainAnswer | None:
    """The whole chain, sorted, and only then cut; None when a root is not on record."""
    if not all(known.on_record(root) for root in roots):
        return None
    neighbours: dict[str, set[str]] = {}
    for source, name, target in known.relations:
        if name in WALKED:
            near, far = (source, target) if upstream else (target, source)
            neighbours.setdefault(near, set()).add(far)
    distances = dict.fromkeys(roots, 0)
    changed = True
    while changed:
        changed = False
        for near, distance in list(distances.items()):
            for far in neighbours.get(near, ()):
                if not known.existed(far, valid_at) or (depth is not None and distance + 1 > depth):
                    continue
                if distance + 1 < distances.get(far, FOR_EVER):
                    distances[far] = distance + 1
                    changed = True
    order = sorted((distance, urn) for urn, distance in distances.items())
    kept = {urn for _, urn in order[:limit]}
    return ChainAnswer(
        artifacts=[(distance, urn, urn in known.declared) for distance, urn in order[:limit]],
        steps={
            (name, source, target, position)
            for (source, name, target), position in known.relations.items()
            if name in WALKED and source in kept and target in kept
        },
        truncated=len(order) > limit,
        truncated_at={urn for urn in kept if len(order) > limit and not neighbours.get(urn, set()) <= kept},
        unresolved={urn for urn in kept if urn not in known.declared},
        undated=sum(1 for urn in kept if urn in known.declared and known.declared[urn][1] == ALWAYS),
    )


def slot_of(roll_out: str) -> str:
    return roll_out.rpartition("@")[0].replace("deployment:", "slot:", 1)


def state_at(known: Known, roll_out: str, instant: float) -> tuple[str, float] | None:
    """Mode and traffic as stated for an instant, whether or not another roll-out has taken over."""
    begun = [at for at in known.states.get(roll_out, {}) if at <= instant]
    if not begun or instant >= known.ends.get(roll_out, FOR_EVER):
        return None
    return known.states[roll_out][max(begun)]


def takes_over_at(known: Known, roll_out: str) -> list[int]:
    """The instants at which it becomes full-traffic production."""
    found = []
    before = None
    for at in sorted(known.states.get(roll_out, {})):
        state = state_at(known, roll_out, at)
        if state == ("PRODUCTION", 1) and before != ("PRODUCTION", 1):
            found.append(at)
        before = state
    return found


def live_at(known: Known, roll_out: str, instant: float) -> bool:
    """Begun, not at its stated end, and not taken over since it last came to full production traffic for good."""
    if state_at(known, roll_out, instant) is None:
        return False
    if roll_out in known.ends:
        return True
    last = known.states[roll_out][max(known.states[roll_out])]
    if last != ("PRODUCTION", 1):
        return True
    own = max(takes_over_at(known, roll_out))
    return not any(
        own < at <= instant
        for other in known.states
        if other != roll_out and slot_of(other) == slot_of(roll_out)
        for at in takes_over_at(known, other)
    )


def live_interval(known: Known, roll_out: str) -> tuple[int, int | None] | None:
    """Since when and until when, tried at every instant at which anything changes."""
    instants = sorted({at for states in known.states.values() for at in states} | set(known.ends.values()))
    alive = [at for at in instants if live_at(known, roll_out, at)]
    if not alive:
        return None
    dead = [at for at in instants if at > max(alive)]
    assert all(live_at(known, roll_out, at) for at in instants if min(alive) <= at <= max(alive)), "no gap"
    return min(alive), dead[0] if dead else None


@dataclass(frozen=True, order=True)
class LiveAnswer:
    """One deployment with its live interval, the state asked about, and what it serves."""

    since: int
    deployment: str
    until: int | None
    mode: str
    traffic: float
    model: str | None


def live(known: Known, instant: int, slot: str = "") -> set[LiveAnswer]:
    """What was live at an instant."""
    found = set()
    for roll_out in known.states:
        if live_at(known, roll_out, instant) and slot in ("", slot_of(roll_out)):
            state = state_at(known, roll_out, instant)
            assert state is not None
            found.add(_live_answer(known, roll_out, state))
    return found


def deployments(known: Known, start: int | None, end: int | None, valid_at: int | None) -> list[LiveAnswer]:
    """What was live at some time of [start, end), by (since, URN), each in the state it had last."""
    found = []
    for roll_out in known.states:
        interval = live_interval(known, roll_out)
        if interval is None:
            continue
        since, until = interval
        if end is not None and since >= end:
            continue
        if start is not None and until is not None and until <= start:
            continue
        if valid_at is not None and since > valid_at:
            continue
        stated = [at for at in known.states[roll_out] if at < known.ends.get(roll_out, FOR_EVER)]
        found.append(_live_answer(known, roll_out, known.states[roll_out][max(stated)]))
    return sorted(found)


def _live_answer(known: Known, roll_out: str, state: tuple[str, float]) -> LiveAnswer:
    interval = live_interval(known, roll_out)
    assert interval is not None
    models = [target for source, name, target in known.relations if (source, name) == (roll_out, "SERVES")]
    return LiveAnswer(interval[0], roll_out, interval[1], *state, models[0] if models else None)
