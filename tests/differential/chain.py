"""Chains both ways, of any roots, with filters that stop or hide, bounds and groups."""

from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.chain import DOWNSTREAM, UPSTREAM, Chain, ChainFilter, read_chain
from evidence_graph.lineage.chain_filters import hidden
from evidence_graph.lineage.chain_groups import grouped
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import reference_chain
from tests.histories import History
from tests.reference import ALWAYS, WALKED, ChainAnswer, Known
from tests.reference_chain import KINDS, Filter
from tests.sayings import DATASETS
from tests.stories import urns

NO_FILTER = Filter()


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Artifacts, distances, steps, cuts and completeness; then what is shown of them."""
    random = history.random
    roots, upstream, depth = (
        some_roots(random, known),
        random.random() < 0.5,
        random.choice([None, None, 0, 1, 2, 3, 50]),
    )
    limit = random.choice([1000, 1000, 1000, len(roots), len(roots) + 1, len(roots) + 4, 12])
    stop = some_filter(random) if random.random() < 0.5 else NO_FILTER
    walk = UPSTREAM if upstream else DOWNSTREAM
    about = f"{roots} {upstream=} {depth=} {limit=} {stop=} {moment}"
    expected = reference_chain.stopped_chain(known, roots, valid_at, stop, upstream=upstream, depth=depth, limit=limit)
    asking = read_chain(
        store, roots, moment, walk=walk, depth=depth, limit=limit, stop=ChainFilter(stop.kinds, stop.relations)
    )
    if expected is None:
        with pytest.raises(NotRecorded):
            await asking
        return False
    found = await asking
    same_evidence(found, expected, known, about)
    if valid_at is None:
        cuts = reference_chain.cuts(known, expected, roots, stop, upstream=upstream, depth=depth)
        assert {(cut.at, cut.behind, cut.reason) for cut in found.cuts} == cuts, about
    if valid_at is None and depth is None and stop is NO_FILTER:
        assert set(found.completeness.truncated_at) == expected.truncated_at, about
    shown_alike(found, roots, some_filter(random), random.choice([1, 2, 3]), about)
    return len(found.artifacts) > len(roots)


def same_evidence(found: Chain, expected: ChainAnswer, known: Known, about: str) -> None:
    artifacts = [(found.distances[view.urn], view.urn, view.declared) for view in found.artifacts]
    assert artifacts == expected.artifacts, about
    steps = [(step.relation, step.source, step.target, step.position) for step in found.steps]
    assert len(steps) == len(set(steps)), about
    assert set(steps) == expected.steps, about
    completeness = found.completeness
    assert completeness.truncated == expected.truncated, about
    assert completeness.complete == (not expected.truncated and not expected.unresolved), about
    assert set(completeness.unresolved) == expected.unresolved, about
    assert completeness.undated == expected.undated, about
    for view in found.artifacts:
        if view.declared:
            declared_at, exists_from = known.declared[view.urn]
            assert (view.position, view.fields) == (declared_at, known.fields[view.urn]), about
            assert view.exists_from == (None if exists_from == ALWAYS else exists_from), about


def shown_alike(found: Chain, roots: list[str], hide: Filter, above: int, about: str) -> None:
    """What filters hide, and what groups hold."""
    shown = hidden(found, ChainFilter(hide.kinds, hide.relations))
    kept = [view.urn for view in found.artifacts if view.urn in roots or view.kind not in hide.kinds]
    about = f"{about} {hide=}"
    assert urns(shown.artifacts) == kept, about
    assert shown.filtered == len(found.artifacts) - len(kept), about
    assert steps_of(shown) == {
        one for one in steps_of(found) if one[1] not in hide.relations and one[0] in kept and one[2] in kept
    }, about
    groups = reference_chain.groups(kept, roots, above)
    together = grouped(shown, above)
    assert {group.label: group.members for group in together.groups} == groups, about
    members = {urn for some in groups.values() for urn in some}
    assert urns(together.chain.artifacts) == [urn for urn in kept if urn not in members], about
    inside = sum(step.count for step in together.steps)
    assert inside + len(together.chain.steps) == len(shown.steps), about
    assert all({step.source, step.target} & set(groups) for step in together.steps), about


def steps_of(chain: Chain) -> set[tuple[str, str, str]]:
    return {(step.source, step.relation, step.target) for step in chain.steps}


def some_roots(random: Random, known: Known) -> list[str]:
    """Mostly what much leads to or from; now and then what is not on record any more."""
    likely = [urn for urn in sorted(known.named) if known.on_record(urn)]
    pool = random.choice([likely, likely, likely, sorted(known.named)]) or DATASETS
    return sorted(set(random.choices(pool, k=random.choice([1, 1, 1, 2, 3]))))


def some_filter(random: Random) -> Filter:
    some = random.choice([0, 1, 1, 2])
    return Filter(
        frozenset(random.sample(KINDS, some if random.random() < 0.6 else 0)),
        frozenset(random.sample(sorted(WALKED), some if random.random() < 0.6 else 0)),
    )
