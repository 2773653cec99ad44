"""Which artifact of one chain has taken the place of which of another: versions of one series, matched the same way every time. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence

from evidence_graph.lineage.chain import Chain
from evidence_graph.record.urn import parse_urn

Pair = tuple[str, str]
Role = tuple[tuple[str, str], ...]


def pairs_of(before: Chain, after: Chain, old_root: str, new_root: str, succession: Collection[Pair]) -> list[Pair]:
    """Pairs (before, after) among what only one of the chains holds; each artifact stands in one pair at most.

    Two roots of one kind are always a pair, also when the other chain holds one of them. Then, in one series: what says that it succeeds
    (pairs (later, earlier) in `succession`); what plays the same role; and what is left, nearest first, then by URN.
    """
    pairs = [(old_root, new_root)] if _are_a_pair(old_root, new_root) else []
    olds = [urn for urn in before.distances if urn not in after.distances]
    news = [urn for urn in after.distances if urn not in before.distances]
    pairs += _stated(*_left(olds, news, pairs), succession)
    roles_before, roles_after = _roles(before), _roles(after)
    pairs += _in_step(
        *_left(olds, news, pairs), lambda urn: roles_before.get(urn, ()), lambda urn: roles_after.get(urn, ())
    )
    return pairs + _in_step(*_left(olds, news, pairs), lambda urn: (), lambda urn: ())


def _are_a_pair(old_root: str, new_root: str) -> bool:
    return old_root != new_root and parse_urn(old_root).kind == parse_urn(new_root).kind


def _stated(olds: Sequence[str], news: Sequence[str], succession: Collection[Pair]) -> list[Pair]:
    """Each earlier version with the first later one that says it succeeds it."""
    place = {new: number for number, new in enumerate(news)}
    later: dict[str, list[str]] = {}
    for new, old in sorted((pair for pair in succession if pair[0] in place), key=lambda pair: place[pair[0]]):
        later.setdefault(old, []).append(new)
    waiting, pairs = set(news), []
    for old in olds:
        fitting = [new for new in later.get(old, ()) if new in waiting and _series(new) == _series(old)]
        if fitting:
            waiting.remove(fitting[0])
            pairs.append((old, fitting[0]))
    return pairs


def _left(olds: Sequence[str], news: Sequence[str], pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    """What has no place in a pair yet."""
    old_ones, new_ones = {old for old, _ in pairs}, {new for _, new in pairs}
    return [urn for urn in olds if urn not in old_ones], [urn for urn in news if urn not in new_ones]


def _in_step(
    olds: Iterable[str], news: Iterable[str], role_before: Callable[[str], Role], role_after: Callable[[str], Role]
) -> list[Pair]:
    """The first of each series and role with the first, the second with the second."""
    waiting: dict[tuple[str, Role], list[str]] = {}
    for new in news:
        waiting.setdefault((_series(new), role_after(new)), []).append(new)
    pairs = []
    for old in olds:
        some = waiting.get((_series(old), role_before(old)))
        if some:
            pairs.append((old, some.pop(0)))
    return pairs


def _roles(chain: Chain) -> dict[str, Role]:
    """What rests on an artifact in its chain, and how: relation and series."""
    found: dict[str, set[tuple[str, str]]] = {}
    for step in chain.steps:
        found.setdefault(step.target, set()).add((step.relation, _series(step.source)))
    return {urn: tuple(sorted(roles)) for urn, roles in found.items()}


def _series(urn: str) -> str:
    return parse_urn(urn).series
