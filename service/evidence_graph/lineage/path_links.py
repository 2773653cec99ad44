"""The links between two artifacts: which of many lie between them, the shortest way along them, how many ways there are. Pure.

A *path* leads from what rests to the evidence, link by link, and comes by no artifact twice. Two paths are distinct when they differ
in a link: where two relations join the same two artifacts, there are two.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

MOST_COUNTED = 1_000_000
MOST_SEARCHED = 200_000


class Link(Protocol):
    """One relation from an artifact to the evidence it rests on."""

    @property
    def relation(self) -> str:
        """Its name."""

    @property
    def source(self) -> str:
        """URN of what rests."""

    @property
    def target(self) -> str:
        """URN of the evidence."""


L = TypeVar("L", bound=Link)
Between = dict[str, list[L]]


class PathCount(msgspec.Struct, frozen=True):
    """How many paths there are: `exactly`, or `more_than` that many; the other is None."""

    exactly: int | None
    more_than: int | None


def between(links: Iterable[L], start: str, goal: str) -> dict[str, list[L]]:
    """The links that some way from `start` to `goal` takes, by source; none leads back to `start` or on from `goal`.

    Empty when there is no way.
    """
    own: dict[str, list[L]] = {}
    into: dict[str, list[str]] = {}
    for link in links:
        if link.target != start and link.source != goal:
            own.setdefault(link.source, []).append(link)
            into.setdefault(link.target, []).append(link.source)
    ahead = _reached(start, {source: [link.target for link in some] for source, some in own.items()})
    inside = ahead & _reached(goal, into) if goal in ahead else set()
    kept = {source: [link for link in own.get(source, ()) if link.target in inside] for source in inside}
    return {source: some for source, some in kept.items() if some}


def _reached(start: str, neighbours: Mapping[str, Sequence[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = [other for other in neighbours.get(waiting.pop(), ()) if other not in found]
        found.update(new)
        waiting += new
    return found


def shortest(way: Mapping[str, Sequence[L]], start: str, goal: str) -> list[L]:
    """The shortest path of a non-empty `between`; of several, the one whose URNs come first, then whose relations do."""
    left = _distances_to(goal, way)
    path: list[L] = []
    while start != goal:
        nearer = [link for link in way[start] if left[link.target] == left[start] - 1]
        path.append(min(nearer, key=lambda link: (link.target, link.relation)))
        start = path[-1].target
    return path


def _distances_to(goal: str, way: Mapping[str, Sequence[L]]) -> dict[str, int]:
    into: dict[str, list[str]] = {}
    for source, links in way.items():
        for link in links:
            into.setdefault(link.target, []).append(source)
    left, frontier = {goal: 0}, [goal]
    while frontier:
        beyond = []
        for urn in frontier:
            for source in into.get(urn, ()):
                if source not in left:
                    left[source] = left[urn] + 1
                    beyond.append(source)
        frontier = beyond
    return left


def count_paths(
    way: Mapping[str, Sequence[L]],
    start: str,
    goal: str,
    *,
    most: int = MOST_COUNTED,
    searched: int = MOST_SEARCHED,
) -> PathCount:
    """The number of paths of a non-empty `between`, exactly up to `most`.

    Artifacts that lead to each other form a knot; a path enters and leaves it once. Outside knots numbers are summed up in order,
    which costs no more than the links; inside, paths are followed one by one, `searched` links in all: what was found by then is
    the least that there are.
    """
    joined = {source: Counter(link.target for link in links) for source, links in way.items()}
    knots = _in_order(joined, start)
    tangled = sum(len(knot) > 1 for knot in knots)
    entering, whole = Counter({start: 1}), True
    for knot in knots:
        members = frozenset(knot)
        arriving = entering
        if len(knot) > 1:
            arriving, followed = _through(members, entering, joined, most, searched // tangled)
            whole = whole and followed
        for urn in knot:
            for target, links in joined.get(urn, {}).items():
                if target not in members:
                    entering[target] = min(entering[target] + arriving[urn] * links, most + 1)
    found = max(entering[goal], 1)
    if found > most:
        return PathCount(None, most)
    return PathCount(found, None) if whole else PathCount(None, found - 1)


def _through(
    knot: frozenset[str], entering: Mapping[str, int], joined: Mapping[str, Mapping[str, int]], most: int, budget: int
) -> tuple[Counter[str], bool]:
    """How many paths arrive at each artifact of a knot, from within or without, and whether all of them were followed."""
    arriving: Counter[str] = Counter()
    for urn in sorted(knot):
        if entering.get(urn):
            for reached, links in _paths_inside(knot, urn, joined):
                arriving[reached] = min(arriving[reached] + entering[urn] * links, most + 1)
                budget -= 1
                if budget < 0:
                    return arriving, False
    return arriving, True


def _paths_inside(
    knot: frozenset[str], start: str, joined: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, int]]:
    """Every path from `start` that stays inside, the empty one first: where it ends, and over how many choices of links."""
    yield start, 1
    on_path = {start}
    stack = [(start, 1, iter(sorted(joined[start].items())))]
    while stack:
        urn, links, onward = stack[-1]
        for target, more in onward:
            if target in knot and target not in on_path:
                yield target, links * more
                on_path.add(target)
                stack.append((target, links * more, iter(sorted(joined.get(target, {}).items()))))
                break
        else:
            stack.pop()
            on_path.discard(urn)


def _in_order(joined: Mapping[str, Mapping[str, int]], start: str) -> list[list[str]]:
    """Knots and single artifacts from `start` on, each before what it leads to (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {start: 0}
    lowest: dict[str, int] = {start: 0}
    open_ones, found = [start], []
    is_open = {start}
    stack = [(start, iter(joined.get(start, ())))]
    while stack:
        urn, onward = stack[-1]
        for target in onward:
            if target not in index:
                index[target] = lowest[target] = len(index)
                open_ones.append(target)
                is_open.add(target)
                stack.append((target, iter(joined.get(target, ()))))
                break
            if target in is_open:
                lowest[urn] = min(lowest[urn], index[target])
        else:
            stack.pop()
            if stack:
                lowest[stack[-1][0]] = min(lowest[stack[-1][0]], lowest[urn])
            if lowest[urn] == index[urn]:
                place = open_ones.index(urn)
                found.append(open_ones[place:])
                is_open.difference_update(found[-1])
                del open_ones[place:]
    return found[::-1]
