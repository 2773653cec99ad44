"""What a chain with filters, groups and cuts must answer, worked out the slow and obvious way over `tests/reference.py`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tests import reference
from tests.reference import ChainAnswer, Known

KINDS = ("dataset", "feature", "model", "deployment", "kpi_window")


@dataclass(frozen=True)
class Filter:
    """Kinds and names of relations."""

    kinds: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()


def kind(urn: str) -> str:
    return urn.split(":")[0]


def stopped_chain(
    known: Known,
    roots: Sequence[str],
    valid_at: int | None,
    stop: Filter,
    *,
    upstream: bool,
    depth: int | None,
    limit: int,
) -> ChainAnswer | None:
    """The chain of a record without the relations that are stopped, and without those on from what is stopped."""
    if not all(known.on_record(root) for root in roots):
        return None
    less = replace(
        known, relations={one: at for one, at in known.relations.items() if not is_stopped(one, roots, stop, upstream)}
    )
    found = reference.chain(less, roots, valid_at, upstream=upstream, depth=depth, limit=limit)
    # a root that only a stopped relation keeps on record is a root all the same
    return found or reference.chain(
        replace(less, named=known.named, ever_declared=set()),
        roots,
        valid_at,
        upstream=upstream,
        depth=depth,
        limit=limit,
    )


def is_stopped(relation: tuple[str, str, str], roots: Collection[str], stop: Filter, upstream: bool) -> bool:
    source, name, target = relation
    near = source if upstream else target
    return name in stop.relations or (kind(near) in stop.kinds and near not in roots)


def cuts(
    known: Known, found: ChainAnswer, roots: Sequence[str], stop: Filter, *, upstream: bool, depth: int | None
) -> set[tuple[str, int, str]]:
    """Of each artifact the relations that are walked and not in the answer, and those that are stopped."""
    expected = set()
    shown = {(source, name, target) for name, source, target, _ in found.steps}
    for distance, urn, _ in found.artifacts:
        own = [one for one in known.relations if one[1] in reference.WALKED and one[0 if upstream else 2] == urn]
        stopped = [one for one in own if is_stopped(one, roots, stop, upstream)]
        behind = len(own) - len(stopped) - sum(one in shown for one in own)
        if stopped:
            expected.add((urn, len(stopped), "STOP"))
        if behind and distance == depth:
            expected.add((urn, behind, "DEPTH"))
        elif behind and found.truncated:
            expected.add((urn, behind, "LIMIT"))
    return expected


def group_name(urn: str) -> str:
    """Versions of one series; a window's version is that of what it measures, its start and its revision."""
    series, _, version = urn.rpartition("@")
    return f"{series}@{version.rsplit(',', 2)[0]}" if kind(urn) == "kpi_window" else series


def groups(urns: Sequence[str], roots: Collection[str], above: int) -> dict[str, list[str]]:
    """Names of groups with their members, in the order given."""
    found: dict[str, list[str]] = {}
    for urn in urns:
        if urn not in roots:
            found.setdefault(group_name(urn), []).append(urn)
    return {name: members for name, members in found.items() if len(members) > above}
