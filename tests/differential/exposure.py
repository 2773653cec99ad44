"""What ran on bad data: equal to the reference at any moment, and in agreement with itself under other bounds."""

from random import Random

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage import exposure_walk
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.exposure_parts import ExposedDeployment, Exposure, Span
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from graph_schema import BEGINNING, OPEN_END
from tests import reference_exposure
from tests.histories import History
from tests.reference import ALWAYS, FOR_EVER, Known
from tests.reference_exposure import Asked, ExposureAnswer, Interval
from tests.sayings import COVERS, PARTS, day


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Of any artifacts and series, in any bad time; band by band too, and cut only where it says so."""
    if valid_at is None:
        valid_at = day(history.random.randrange(100))
    moment = moment.at(valid_at)
    asked = some_question(history.random, known, valid_at)
    expected = reference_exposure.exposure(known, asked, COVERS)
    if expected is None:
        with pytest.raises(NotRecorded):
            await ask(store, asked, moment)
        return False
    found = await ask(store, asked, moment)
    same_exposure(found, expected, history, known, f"{asked} {moment}")
    if history.random.random() < 0.5:
        await compare_bands(store, asked, moment, found)
        await compare_cut(store, history.random, asked, moment, found)
    return bool(found.deployments)


def same_exposure(found: Exposure, expected: ExposureAnswer, history: History, known: Known, about: str) -> None:
    assert [answer(one) for one in found.deployments] == expected.deployments, about
    assert [answer(one) for one in found.judged_on] == expected.judged_on, about
    assert found.bad == expected.bad, about
    totals = found.totals
    assert (totals.without_covers, totals.artifacts) == (expected.without_covers, expected.artifacts), about
    assert set(found.completeness.unresolved) == expected.unresolved, about
    assert found.completeness.complete == (not expected.unresolved), about
    for one in [*found.deployments, *found.judged_on]:
        for step in one.witness:
            assert step.position == known.relations[step.source, step.relation, step.target], about
            assert step.recorded_at == history.recorded[step.position], about


async def compare_bands(store: GraphStore, asked: Asked, moment: Moment, whole: Exposure) -> None:
    """The same when hardly any artifact's steps come at once."""
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(exposure_walk, "MOST_STEPS", 2)
        in_bands = await ask(store, asked, moment)
    if not in_bands.completeness.truncated:
        assert in_bands == whole, (asked, moment)


async def compare_cut(store: GraphStore, random: Random, asked: Asked, moment: Moment, whole: Exposure) -> None:
    """A lower limit finds a part of it, and says so."""
    limit = max(1, len(whole.bad) + random.randrange(12))
    cut = await ask(store, asked, moment, limit=limit)
    if cut.completeness.truncated:
        assert cut.totals.artifacts <= whole.totals.artifacts
        assert {one.deployment.urn for one in cut.deployments} <= {one.deployment.urn for one in whole.deployments}
    else:
        assert cut == whole


async def ask(store: GraphStore, asked: Asked, moment: Moment, limit: int = 1_000) -> Exposure:
    return await read_exposure(
        store,
        [parse_urn(urn) for urn in asked.to],
        moment,
        bad_time=span(asked.bad_time),
        live_time=span(asked.live_time),
        limit=limit,
    )


def span(interval: Interval) -> Span:
    start, end = interval
    return Span(BEGINNING if start == ALWAYS else int(start), OPEN_END if end == FOR_EVER else int(end))


def answer(one: ExposedDeployment) -> reference_exposure.Exposed:
    return reference_exposure.Exposed(
        one.begin,
        one.deployment.urn,
        FOR_EVER if one.until is None else one.until,
        one.model.urn if one.model else None,
        one.still_live,
        one.learned,
        tuple((step.source, step.relation, step.target) for step in one.witness),
        tuple(view.urn for view in one.windows),
    )


def some_question(random: Random, known: Known, valid_at: int) -> Asked:
    pool = sorted(urn for urn in known.named if urn.startswith(("dataset:", "feature:", "model:"))) or PARTS
    series = sorted({urn.rpartition("@")[0] for urn in pool})
    to = [random.choice(random.choice([pool, pool, series])) for _ in range(random.choice([1, 1, 1, 2, 4]))]
    if random.random() < 0.3:
        to.append("dataset:x/part")
    return Asked(
        to, valid_at, some_interval(random), some_interval(random) if random.random() < 0.3 else (ALWAYS, FOR_EVER)
    )


def some_interval(random: Random) -> Interval:
    start = random.choice([ALWAYS, day(random.randrange(80))])
    end = random.choice([FOR_EVER, day(random.randrange(90))])
    return (start, end) if start < end else (ALWAYS, FOR_EVER)
