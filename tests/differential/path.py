"""How two artifacts are connected."""

from itertools import islice
from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.path import PathAnswer, read_path
from evidence_graph.lineage.path_links import PathCount
from evidence_graph.store.graph_store import GraphStore
from tests import reference_path
from tests.histories import History
from tests.reference import WALKED, Known
from tests.reference_path import Step
from tests.sayings import DATASETS
from tests.stories import urns

COUNTED = 2_000


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """The direction, the path, their number, and why there is none."""
    start, goal = some_ends(history.random, known)
    about = f"{start} {goal} {moment}"
    if not (known.on_record(start) and known.on_record(goal)):
        with pytest.raises(NotRecorded):
            await read_path(store, start, goal, moment)
        return False
    found = await read_path(store, start, goal, moment)
    well_formed(found)
    steps = reference_path.steps_known(known, valid_at)
    forward, back = (reference_path.connected(steps, *ends) for ends in ((start, goal), (goal, start)))
    exist = known.existed(start, valid_at) and known.existed(goal, valid_at)
    same = "SAME" if start == goal and exist else None
    expected = "FROM_RESTS_ON_TO" if forward else "TO_RESTS_ON_FROM" if back else same
    assert found.direction == expected, about
    assert found.both_ways == (forward and back), about
    if expected is None:
        assert found.absence is not None
        reason = reference_path.absence(history.statements, moment.position, history.head, start, goal, valid_at)
        assert found.absence.reason == reason, about
    elif start != goal:
        near, far = (start, goal) if forward else (goal, start)
        same_paths(found, steps, known, near, far, about)
    return forward or back


def same_paths(found: PathAnswer, steps: list[Step], known: Known, near: str, far: str, about: str) -> None:
    """The one that is shown, how many there are, and the stubs on all of them."""
    told = tuple((step.relation, step.source, step.target) for step in found.steps)
    assert told == reference_path.shortest(steps, near, far), about
    number = sum(1 for _ in islice(reference_path.paths(steps, near, far), COUNTED))
    assert found.paths is not None
    assert number == COUNTED or found.paths == PathCount(number, None), about
    assert number < COUNTED or (found.paths.exactly or found.paths.more_than or 0) >= COUNTED, about
    onward = [step for step in steps if step[2] != near and step[1] != far]
    between_them = [step[1] for step in onward if on_a_way(onward, near, step[1], far)]
    stubs = {urn for urn in (*between_them, near, far) if urn not in known.declared}
    assert set(found.completeness.unresolved) == stubs, about


def well_formed(found: PathAnswer) -> None:
    """Steps join the artifacts from what rests to the evidence; there is a path, or a reason."""
    assert [(step.source, step.target) for step in found.steps] == list(
        zip(urns(found.artifacts), urns(found.artifacts)[1:], strict=False)
    )
    assert (found.direction is None) == (found.absence is not None) == (found.paths is None) == (not found.artifacts)


def on_a_way(steps: list[Step], near: str, urn: str, far: str) -> bool:
    return reference_path.connected(steps, near, urn) and reference_path.connected(steps, urn, far)


def some_ends(random: Random, known: Known) -> tuple[str, str]:
    """Mostly something and what it rests on, some relations away, in either order; now and then any two."""
    named = sorted(known.named) or DATASETS
    walked = sorted(one for one in known.relations if one[1] in WALKED)
    ends = [random.choice(named), random.choice(named)]
    if walked and random.random() < 0.7:
        source, _, target = random.choice(walked)
        for _ in range(random.randrange(5)):
            onward = [far for near, _, far in walked if near == target]
            target = random.choice(onward or [target])
        ends = [source, target]
    random.shuffle(ends)
    return ends[0], ends[1]
