"""Why there is no path between two artifacts at a moment: because of time, of knowledge, or because there never was one."""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.lineage.artifact import read_artifacts_by_urn
from evidence_graph.lineage.moment import Moment, read_head
from evidence_graph.lineage.path_links import between, shortest
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from graph_schema import RelationClass
from graph_schema.relations import names_of

MOST_LINKS, MOST_TRIED = 100_000, 200
TIME, KNOWLEDGE, STRUCTURE, UNDECIDED = "TIME", "KNOWLEDGE", "STRUCTURE", "UNDECIDED"
REASONS = {
    TIME: "There is one on record, but not all of it existed at validAt.",
    KNOWLEDGE: "There is one at another log position: it was recorded later, or has been retracted.",
    STRUCTURE: "There never was one, as far as anything on record tells.",
    UNDECIDED: "The walk met its limit before it found one.",
}
_WALKED = sorted(names_of(RelationClass.MADE_FROM, RelationClass.JUDGED_ON))


class Absence(msgspec.Struct, frozen=True):
    """Why there is no path, judged from the log up to `judged_at`; `final` when no later entry can change that.

    TIME: `not_yet` names artifacts of the shortest path that did not exist at the valid time. KNOWLEDGE: at the log position `at_position`
    there is a path, if valid time does not filter.
    """

    reason: str
    sentence: str
    judged_at: int
    final: bool
    not_yet: tuple[str, ...] = ()
    at_position: int | None = None


class PathEver(msgspec.Struct, frozen=True):
    """Where the walk begins, the relations it follows, the last log position that counts, how many rows at most."""

    start: str
    relations: list[str]
    position: int
    limit: int


class LinkRow(msgspec.Struct, frozen=True):
    """One relation, known at the log positions `[known_from, known_to)`."""

    source: str
    relation: str
    target: str
    known_from: int
    known_to: int

    def known_at(self, position: int) -> bool:
        """Whether it was known at a log position."""
        return self.known_from <= position < self.known_to


PATH_EVER = Question("path_ever", PathEver, LinkRow)


class _Ways(msgspec.Struct, frozen=True):
    """The links that ever lay between two artifacts, in each direction; `cut` when there may be more."""

    ways: list[tuple[str, str, list[LinkRow]]]
    cut: bool

    def path_at(self, position: int) -> list[str]:
        """The URNs of the shortest path at a position; empty when there is none."""
        for near, far, links in self.ways:
            path = _path_at(links, near, far, position)
            if path:
                return [near, *(link.target for link in path)]
        return []

    def lost_between(self, first: int, last: int) -> set[int]:
        """The last positions of links that were retracted in `(first, last]`: a path that is gone was there at one of them."""
        return {link.known_to - 1 for _, _, links in self.ways for link in links if first < link.known_to <= last}


def undecided(judged_at: int, *, final: bool) -> Absence:
    """The answer when not everything was seen."""
    sentence = f"{REASONS[UNDECIDED]} Ask about two artifacts that are nearer to each other."
    return Absence(UNDECIDED, sentence, judged_at, final)


async def read_absence(store: GraphStore, start: str, goal: str, moment: Moment) -> Absence:
    """Why neither rests on the other at a moment, when all that could tell was seen.

    What was on record by then is asked first: a reason found there holds for ever. Only then what was recorded since.
    """
    if start == goal:
        return await _not_yet(store, [start], moment)
    then = await _ways(store, start, goal, moment.position)
    path = then.path_at(moment.position) if moment.valid_at is not None else []
    if path:
        return await _not_yet(store, path, moment)
    retracted = sorted(then.lost_between(0, moment.position), reverse=True)
    found = next((at for at in retracted[:MOST_TRIED] if then.path_at(at)), None)
    if found is not None:
        return _elsewhere(found, "It was there before something was retracted", moment.position, final=True)
    if then.cut or len(retracted) > MOST_TRIED:
        return undecided(moment.position, final=True)
    return await _since(store, start, goal, moment)


async def _since(store: GraphStore, start: str, goal: str, moment: Moment) -> Absence:
    """Whether there is one at the head of the log, or was one after the moment until something was retracted."""
    head = max((await read_head(store)).position, moment.position)
    if head > moment.position:
        now = await _ways(store, start, goal, head)
        tried = [head, *sorted(now.lost_between(moment.position + 1, head))]
        found = next((at for at in tried[:MOST_TRIED] if now.path_at(at)), None)
        if found is not None:
            return _elsewhere(found, "It was recorded later", head, final=False)
        if now.cut or len(tried) > MOST_TRIED:
            return undecided(head, final=False)
    return Absence(STRUCTURE, REASONS[STRUCTURE], head, final=False)


async def _ways(store: GraphStore, start: str, goal: str, position: int) -> _Ways:
    ways, cut = [], False
    for near, far in ((start, goal), (goal, start)):
        rows = await store.ask(PATH_EVER, PathEver(near, _WALKED, position, MOST_LINKS))
        cut = cut or len(rows) >= MOST_LINKS - 1
        ways.append((near, far, [link for links in between(rows, near, far).values() for link in links]))
    return _Ways(ways, cut)


def _path_at(links: Iterable[LinkRow], near: str, far: str, position: int) -> Sequence[LinkRow]:
    """The shortest path among the links known at a position; empty when there is none."""
    way = between((link for link in links if link.known_at(position)), near, far)
    return shortest(way, near, far) if way else ()


async def _not_yet(store: GraphStore, path: list[str], moment: Moment) -> Absence:
    views = await read_artifacts_by_urn(store, path, moment)
    missing = tuple(urn for urn in path if not views[urn].existed(moment))
    sentence = f"{REASONS[TIME]} Ask without validAt to see it."
    return Absence(TIME, sentence, moment.position, final=True, not_yet=missing)


def _elsewhere(position: int, how: str, judged_at: int, *, final: bool) -> Absence:
    sentence = f"There is one at log position {position}. {how}: ask with atPosition {position} to see it."
    return Absence(KNOWLEDGE, sentence, judged_at, final, at_position=position)
