"""Two models or deployments side by side."""

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.compare import Comparison, read_comparison
from evidence_graph.lineage.compare_kpi import Asked, KpiComparison
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import reference, reference_compare, reference_path, stories
from tests.declarations import KPI
from tests.histories import History
from tests.reference import Known
from tests.reference_path import Side
from tests.sayings import MODELS, ROLL_OUTS, SERVED, TRAINED, day
from tests.stories import urns


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Evidence, counterparts, leaks and windows; the same the other way round."""
    random = history.random
    left, right = random.sample(random.choice([MODELS, ROLL_OUTS, [*SERVED, *ROLL_OUTS], [*TRAINED, *MODELS]]), 2)
    instant = day(random.randrange(100))
    sides = [reference_path.side(known, urn, valid_at, 1_000) for urn in (left, right)]
    asked = Asked(KPI, "", instant) if moment.position else None
    if sides[0] is None or sides[1] is None:
        with pytest.raises(NotRecorded):
            await read_comparison(store, left, right, moment, asked=asked)
        return False
    found = await read_comparison(store, left, right, moment, asked=asked)
    about = f"{left} {right} {moment}"
    same_evidence(found, sides[0], sides[1], about)
    if found.kpi is not None:
        same_windows(found.kpi, left, right, known, valid_at, instant, about)
    back = await read_comparison(store, right, left, moment, asked=asked)
    turned = back.leaks, urns(back.only_left), urns(back.only_right)
    assert turned == (found.leaks, urns(found.only_right), urns(found.only_left)), about
    assert (back.kpi and back.kpi.comparable) == (found.kpi and found.kpi.comparable), about
    return bool(found.shared or found.only_left or found.only_right)


def same_evidence(found: Comparison, left: Side, right: Side, about: str) -> None:
    assert urns(found.shared) == [urn for urn in left.order if urn in right.order], about
    only_left = [urn for urn in left.order if urn not in right.order and urn != left.root]
    only_right = [urn for urn in right.order if urn not in left.order and urn != right.root]
    assert (urns(found.only_left), urns(found.only_right)) == (only_left, only_right), about
    leaks = {(leak.evaluated, leak.data, leak.trained) for leak in found.leaks}
    assert leaks == reference_compare.leaks(left, right), about
    assert found.completeness.truncated == (left.chain.truncated or right.chain.truncated), about
    placed = {urn for one in found.counterparts if one.role != "SAME_SERIES" for urn in (*one.left, *one.right)}
    wanted = reference_compare.same_series(set(only_left) - placed, set(only_right) - placed)
    stated = [(one.left, one.right) for one in found.counterparts if one.role == "SAME_SERIES"]
    assert sorted(stated) == wanted, about
    for one in found.counterparts:
        if len(one.left) == len(one.right) == 1:
            fields = {change.field: (change.before, change.after) for change in one.fields}
            assert fields == reference_path.differing(left, right, one.left[0], one.right[0]), about


def same_windows(
    found: KpiComparison, left: str, right: str, known: Known, valid_at: int | None, instant: int, about: str
) -> None:
    """Each on its own timeline; side by side when most of the shorter one lies inside the other."""
    for side, measured in (("left", left), ("right", right)):
        rows = [one for one in (getattr(row, side) for row in found.windows) if one is not None]
        assert [one.window.urn for one in rows] == reference_compare.windows(known, measured, KPI, valid_at), about
        interval = reference.live_interval(known, measured) if measured in known.states else None
        for one in rows:
            start, end = (stories.at(str(one.window.fields[name])) for name in ("start", "end"))
            assert one.mature == (end <= instant), about
            assert one.end - one.start == end - start, about
            if interval is not None:
                outside = start < interval[0] or (interval[1] is not None and end > interval[1])
                assert (one.start, one.outside_live) == (start - interval[0], outside), about
    for row in found.windows:
        if row.left and row.right:
            common = min(row.left.end, row.right.end) - max(row.left.start, row.right.start)
            assert 2 * common > min(row.left.end - row.left.start, row.right.end - row.right.start), about
