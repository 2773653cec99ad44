"""Random histories, random questions: exposure finds what a slow, plain reference works out, and agrees with itself under other bounds."""

from random import Random
from typing import Any

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.lineage import exposure_walk
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.exposure_parts import ExposedDeployment, Exposure, Span
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import format_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from graph_schema import BEGINNING, OPEN_END
from tests import reference, reference_exposure
from tests.histories import (
    DATASETS,
    DAY,
    FEATURES,
    KPI,
    MODELS,
    ROLL_OUTS,
    History,
    Saying,
    day,
    random_history,
    say,
    say_something,
    some_moment,
)
from tests.reference import ALWAYS, FOR_EVER, Declared, Extended
from tests.reference_exposure import Asked, Interval

QUESTIONS = 12
PARTS = [f"dataset:x/part@{number}" for number in range(5)]
SCORES = [f"dataset:x/scores@{number}" for number in range(3)]
SERVED = [f"deployment:x/slot@{number}" for number in range(4)]
TRAINED = [f"model:x/model@{number}" for number in range(3)]
COVERS: dict[str, Interval] = {
    PARTS[0]: (day(0), day(20)),
    PARTS[1]: (day(20), day(40)),
    PARTS[2]: (day(30), FOR_EVER),
    PARTS[3]: (ALWAYS, day(30)),
}


@pytest.mark.runs(100)
async def test_exposures_equal_those_of_the_reference(
    store: GraphStore, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any moment, of any artifacts and series, in any bad time; band by band too, and cut only where it says so."""
    history = await random_history(store, run, commands=30)
    for _ in range(60):
        if history.random.random() < 0.5:
            await say_something(store, history)
        else:
            history.clock += DAY
            await say(store, history, [say_more(history.random) for _ in range(history.random.randint(1, 3))])

    for _ in range(QUESTIONS):
        await compare(store, history, monkeypatch)


async def compare(store: GraphStore, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    moment, known, valid_at = await some_moment(store, history)
    if valid_at is None:
        valid_at = day(history.random.randrange(100))
    moment = moment.at(valid_at)
    asked = some_question(history.random, known, valid_at)
    expected = reference_exposure.exposure(known, asked, COVERS)
    if expected is None:
        with pytest.raises(NotRecorded):
            await ask(store, asked, moment)
        return
    found = await ask(store, asked, moment)
    assert [answer(one) for one in found.deployments] == expected.deployments, (asked, moment)
    assert [answer(one) for one in found.judged_on] == expected.judged_on, (asked, moment)
    assert found.bad == expected.bad, (asked, moment)
    totals = found.totals
    assert (totals.without_covers, totals.artifacts) == (expected.without_covers, expected.artifacts), (asked, moment)
    assert set(found.completeness.unresolved) == expected.unresolved, (asked, moment)
    assert found.completeness.complete == (not expected.unresolved), (asked, moment)
    for one in [*found.deployments, *found.judged_on]:
        for step in one.witness:
            assert step.position == known.relations[step.source, step.relation, step.target]
            assert step.recorded_at == history.recorded[step.position]
    with monkeypatch.context() as fewer:
        fewer.setattr(exposure_walk, "MOST_STEPS", 2)
        in_bands = await ask(store, asked, moment)
    if not in_bands.completeness.truncated:
        assert in_bands == found, (asked, moment)
    await compare_cut(store, history.random, asked, moment, found)


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


def some_question(random: Random, known: reference.Known, valid_at: int) -> Asked:
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


def say_more(random: Random) -> Saying:
    """What the usual histories lack: data that says what it covers, deployments that read it, benchmarks and revised labels."""
    return random.choice([say_part, say_scores, say_trained, say_reading, say_comparison, say_comparison])(random)


def told(section: str, item: dict[str, Any], statement: Declared) -> Saying:
    return Saying({section: [item]}, statement, Extended(statement.urn))


def say_part(random: Random) -> Saying:
    urn = random.choice(PARTS)
    item: dict[str, Any] = {"urn": urn}
    if urn in COVERS:
        start, end = COVERS[urn]
        sides = {"from": start, "to": end}
        item["covers"] = {name: format_instant(int(at)) for name, at in sides.items() if abs(at) != FOR_EVER}
    return told("datasets", item, Declared(urn))


def say_scores(random: Random) -> Saying:
    urn = random.choice(SCORES)
    variant = Random(urn)
    sources = variant.sample(SERVED, 2)
    item = {"urn": urn, "derivedFrom": sources, "occurredAt": format_instant(day(30))}
    return told("datasets", item, Declared(urn, None, frozenset(("DERIVED_FROM", one) for one in sources), day(30)))


def say_trained(random: Random) -> Saying:
    urn = random.choice(TRAINED)
    sources = Random(urn).sample([*SCORES, *PARTS, *DATASETS], 2)
    return told(
        "models",
        {"urn": urn, "trainedOn": sources},
        Declared(urn, None, frozenset(("TRAINED_ON", one) for one in sources)),
    )


def say_reading(random: Random) -> Saying:
    urn = random.choice(SERVED)
    variant = Random(urn)
    begin, serves = day(variant.randrange(60)), variant.choice([*TRAINED, *MODELS])
    reads = variant.sample([*PARTS, *PARTS, *SCORES, *FEATURES[:2]], 3)
    item = {"urn": urn, "serves": serves, "reads": sorted(set(reads)), "from": format_instant(begin)}
    relations = frozenset({("SERVES", serves), *(("READS", one) for one in reads)})
    return told("deployments", item, Declared(urn, None, relations, begin, (begin, "PRODUCTION", 1)))


def say_comparison(random: Random) -> Saying:
    """A window with labels, a benchmark's window or both; its later revision rests on other labels."""
    measured, kind = random.choice(
        [(random.choice([*ROLL_OUTS, *SERVED, *SERVED]), "deployment"), (random.choice([*MODELS, *TRAINED]), "model")]
    )
    revision = random.randrange(3)
    start = day(Random(measured).randrange(60))
    variant = Random(f"{measured} {revision}")
    end = start + variant.randint(1, 9) * DAY
    labels = variant.sample([*PARTS, *SCORES, *DATASETS], variant.randrange(2))
    other = variant.choice([*SERVED, *TRAINED])
    benchmarks = (
        [window_of(other, day(Random(other).randrange(60)), variant.randrange(2))] if variant.random() < 0.6 else []
    )
    if variant.random() < 0.2:
        benchmarks.append(variant.choice(PARTS))
    urn = window_of(measured, start, revision)
    item = {
        kind: measured,
        "kpi": KPI,
        "start": format_instant(start),
        "end": format_instant(end),
        "revision": revision,
        "n": 10,
        "successes": 1,
        "computedFrom": labels,
        "comparedWith": benchmarks,
    }
    relations = {("MEASURES", measured), *(("COMPUTED_FROM", one) for one in labels)}
    relations |= {("COMPARED_WITH", one) for one in benchmarks}
    return told(
        "windows",
        {name: value for name, value in item.items() if value != []},
        Declared(urn, None, frozenset(relations), end),
    )


def window_of(measured: str, start: int, revision: int) -> str:
    kind, _, rest = measured.partition(":")
    name, _, version = rest.rpartition("@")
    compact = format_instant(start)[:19].replace("-", "").replace(":", "") + "Z"
    return f"kpi_window:{name},{kind},{KPI}@{version},{compact},r{revision}"
