"""How two artifacts are connected and how two chains differ, worked out the slow and obvious way from the accepted statements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_graph.record.instants import format_instant
from tests.reference import WALKED, ChainAnswer, Known, Statement, chain, known_at, live_interval

Step = tuple[str, str, str]  # relation, source, target


def steps_known(known: Known, valid_at: int | None) -> list[Step]:
    """Everything that is walked and exists."""
    return [
        (name, source, target)
        for source, name, target in known.relations
        if name in WALKED and known.existed(source, valid_at) and known.existed(target, valid_at)
    ]


def connected(steps: list[Step], start: str, goal: str) -> bool:
    """Whether `start` rests on `goal`."""
    return start != goal and goal in _behind(steps, start)


def _behind(steps: list[Step], start: str) -> set[str]:
    found = {start}
    while True:
        more = {target for _, source, target in steps if source in found} - found
        if not more:
            return found
        found |= more


def paths(steps: list[Step], start: str, goal: str) -> Iterator[tuple[Step, ...]]:
    """Every path from `start` to `goal` that comes by no artifact twice, one by one."""
    useful = [step for step in steps if step[2] == goal or connected(steps, step[2], goal)]

    def onward(path: tuple[Step, ...], at: str) -> Iterator[tuple[Step, ...]]:
        if at == goal:
            yield path
            return
        come_by = {start, *(target for _, _, target in path)}
        for step in useful:
            if step[1] == at and step[2] not in come_by:
                yield from onward((*path, step), step[2])

    return onward((), start)


def shortest(steps: list[Step], start: str, goal: str) -> tuple[Step, ...]:
    """Of all paths of the least length the first by URNs, then by relations."""
    ways: list[tuple[Step, ...]] = [()]
    while True:
        ways = [(*way, step) for way in ways for step in steps if step[1] == (way[-1][2] if way else start)]
        arrived = [way for way in ways if way[-1][2] == goal]
        if arrived:
            return min(arrived, key=lambda way: ([step[2] for step in way], [step[0] for step in way]))


def absence(
    statements: Sequence[Statement], position: int, head: int, start: str, goal: str, valid_at: int | None
) -> str:
    """Why there is no path, tried at every position there is."""

    def known_then(at: int) -> bool:
        steps = steps_known(known_at(statements, at), None)
        return start == goal or connected(steps, start, goal) or connected(steps, goal, start)

    if valid_at is not None and known_then(position):
        return "TIME"
    return "KNOWLEDGE" if any(known_then(at) for at in range(head + 1)) else "STRUCTURE"


@dataclass
class Side:
    """One chain of a comparison."""

    known: Known
    root: str
    chain: ChainAnswer

    @property
    def order(self) -> list[str]:
        return [urn for _, urn, _ in self.chain.artifacts]

    @property
    def steps(self) -> set[Step]:
        return {(name, source, target) for name, source, target, _ in self.chain.steps}

    def distance(self, urn: str) -> int:
        return next(distance for distance, other, _ in self.chain.artifacts if other == urn)

    def role(self, urn: str) -> set[tuple[str, str]]:
        return {(name, series(source)) for name, source, target in self.steps if target == urn}

    def stated(self, urn: str) -> dict[str, object]:
        """Everything that may differ by its place: whether it is declared, how it was made, a stated end that counts."""
        found: dict[str, object] = {"declared": urn in self.known.declared}
        for name, value in self.known.fields.get(urn, {}).items():
            found |= parts(name, value) if name in ("covers", "source", "gate") else {name: value}
        if urn in self.known.states and urn in self.known.ends and live_interval(self.known, urn):
            found["to"] = format_instant(self.known.ends[urn])
        return found


def side(known: Known, root: str, valid_at: int | None, limit: int) -> Side | None:
    """None when the root is not on record."""
    found = chain(known, [root], valid_at, upstream=True, depth=None, limit=limit)
    return None if found is None else Side(known, root, found)


def parts(name: str, value: dict[str, Any]) -> dict[str, object]:
    """What an object holds, named from outside."""
    found: dict[str, object] = {}
    for inner, one in value.items():
        place = f"{name}.{inner}"
        found |= parts(place, one) if isinstance(one, dict) else {place: one}
    return found


def differing(before: Side, after: Side, old: str, new: str) -> dict[str, tuple[object, object]]:
    """Places with what stands there before and after; of one artifact also that it was declared anew."""
    was, is_now = before.stated(old), after.stated(new)
    found = {
        place: (was.get(place), is_now.get(place)) for place in {*was, *is_now} if was.get(place) != is_now.get(place)
    }
    positions = tuple(side.known.declared.get(urn, (None,))[0] for side, urn in ((before, old), (after, new)))
    if old == new and None not in positions and positions[0] != positions[1]:
        found["position"] = (positions[0], positions[1])
    return found


def series(urn: str) -> str:
    return urn.rpartition("@")[0]


def kind(urn: str) -> str:
    return urn.partition(":")[0]


Change = tuple[str, int, str | None, str | None]


def diff(before: Side, after: Side) -> list[Change]:
    """(change, distance, URN before, URN after), in order."""
    pairs = _pairs(before, after)
    changes: list[Change] = [
        ("REPLACED", min(before.distance(old), after.distance(new)), old, new) for old, new in pairs
    ]
    taken_old, taken_new = {old for old, _ in pairs}, {new for _, new in pairs}
    for old in before.order:
        if old not in after.order and old not in taken_old:
            changes.append(("REMOVED", before.distance(old), old, None))
    for new in after.order:
        if new not in before.order and new not in taken_new:
            changes.append(("ADDED", after.distance(new), None, new))
    for both in before.order:
        if both in after.order and both not in taken_old | taken_new and differing(before, after, both, both):
            changes.append(("CHANGED", min(before.distance(both), after.distance(both)), both, both))
    ranks = ["deployment", "model", "feature", "dataset", "kpi_window"]

    def place(change: Change) -> tuple[int, bool, int, str, str]:
        urn = change[3] or change[2] or ""
        return change[1], urn not in (before.root, after.root), ranks.index(kind(urn)), urn, change[0]

    return sorted(changes, key=place)


def _pairs(before: Side, after: Side) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    if before.root != after.root and kind(before.root) == kind(after.root):
        pairs.append((before.root, after.root))

    def succeeds(old: str, new: str) -> bool:
        return any((new, name, old) in after.known.relations for name in ("REVISES", "REPLACES"))

    def same_role(old: str, new: str) -> bool:
        return before.role(old) == after.role(new)

    for fits in (succeeds, same_role, lambda old, new: True):
        for old in before.order:
            for new in after.order:
                free = old not in [one for one, _ in pairs] and new not in [one for _, one in pairs]
                apart = old not in after.order and new not in before.order
                if free and apart and series(old) == series(new) and fits(old, new):
                    pairs.append((old, new))
    return pairs
