"""Random histories, random questions: the windows that count are those a slow, plain reference selects from the replayed statements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from evidence_graph.errors import NotRecorded
from evidence_graph.kpi.plan import read_plan
from evidence_graph.kpi.verdict import State, judge, judge_series, state_when_overdue
from evidence_graph.kpi.windows import Window, proportion
from evidence_graph.lineage.degraded import read_degraded
from evidence_graph.lineage.kpi_series import read_kpi_series
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.lineage.verdict import assess, read_gathered, read_verdict
from evidence_graph.record.instants import format_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import reference, reference_verdict, stories
from tests.declarations import KPI, Saying
from tests.histories import History, random_history, say
from tests.reference import DeclarationRetracted, Declared, Extended, Known, RelationsRetracted
from tests.reference_verdict import Asked, Expected, Fact, Record, Version
from tests.sayings import (
    DAY,
    MODELS,
    ROLL_OUTS,
    SLOTS,
    day,
    say_adjustment,
    say_end,
    say_model,
    say_retraction,
    say_roll_out,
)

WEEK = 7 * DAY
SEGMENTS = ["", "country=DE"]
QUESTIONS = 12
SUBJECTS = [*ROLL_OUTS[:4] * 2, *ROLL_OUTS[4:6], *MODELS[:1] * 3, *(f"slot:{slot}" for slot in SLOTS[:1] * 4 + SLOTS)]


@dataclass
class Told:
    """A history with what its windows hold and how its KPI is defined."""

    history: History
    versions: list[Version] = field(default_factory=list)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def known_at(self, position: int) -> Record:
        known = self.history.known_at(position)
        versions = [version for version in self.versions if version.position <= position]
        return Record(known, list(facts_of(known)), versions)


def facts_of(known: Known) -> Iterator[Fact]:
    """The windows that are declared."""
    for urn, fields in known.fields.items():
        if urn.startswith("kpi_window:"):
            segment = ",".join(f"{key}={value}" for key, value in fields.get("segment", {}).items())
            span = stories.at(fields["start"]), stories.at(fields["end"])
            numbers = fields["revision"], fields["n"], fields["successes"]
            yield Fact(urn, known.declared[urn][0], measured_by(urn), segment, *span, *numbers)


def measured_by(window: str) -> str:
    series, _, version = window.removeprefix("kpi_window:").rpartition("@")
    name, kind, *_ = series.split(",")
    return f"{kind}:{name}@{version.partition(',')[0]}"


@pytest.mark.runs(100)
async def test_verdicts_count_the_windows_of_the_reference(store: GraphStore, run: int) -> None:
    """At any moment, of deployments, slots and models, against every kind of benchmark; the statistics follow from them."""
    told = await tell(store, run)

    for _ in range(QUESTIONS):
        await compare(store, told)
    await compare_portfolio(store, told)


async def tell(store: GraphStore, seed: int) -> Told:
    told = Told(await random_history(store, seed, commands=0))
    told.versions.append(Version("1", 1, reference.ALWAYS, 0, None, ("none",)))
    told.definitions["1"] = stories.kpi(KPI)
    random = told.history.random
    for _ in range(100):
        told.history.clock += DAY
        if random.random() < 0.05:
            await define(store, told)
        else:
            await say_some(store, told)
    return told


async def define(store: GraphStore, told: Told) -> None:
    """Another version of the KPI, of any kind of benchmark."""
    random, number = told.history.random, len(told.versions) + 1
    since, horizon = day(random.randrange(-30, 12)), random.choice([0, 7])
    cadence = random.choice([None, 7])
    kind, benchmark, named, span = some_benchmark(random)
    fields: dict[str, Any] = {"version": str(number), "from": format_instant(since), "labelHorizon": f"P{horizon}D"}
    fields |= {"smallestRelevantChange": {"absolute": 0.01}, "benchmark": benchmark, "segments": ["country"]}
    fields |= {"cadence": f"P{cadence}D"} if cadence else {}
    receipt = await stories.attempt(
        store, {"kpis": [stories.kpi(KPI, **fields)]}, when=format_instant(told.history.clock)
    )
    if receipt.faults or receipt.position is None:
        return
    told.history.recorded[receipt.position] = told.history.clock
    version = Version(
        str(number), receipt.position, since, horizon * DAY, cadence * DAY if cadence else None, (kind, *named), span
    )
    told.versions.append(version)
    told.definitions[str(number)] = stories.kpi(KPI, **fields)


def some_benchmark(random: Random) -> tuple[str, dict[str, Any], tuple[str, ...], tuple[int, int]]:
    kind = random.choice(["mean", "windows", "evaluation", "against", "against"])
    if kind == "mean":
        return kind, {"mean": 0.5}, (), (0, 0)
    if kind == "windows":
        of, start, end = random.choice(ROLL_OUTS[:4] + MODELS[:1] * 3), day(random.randrange(20)), day(35)
        return (
            kind,
            {"windows": {"of": of, "from": format_instant(start), "to": format_instant(end)}},
            (of,),
            (start, end),
        )
    if kind == "evaluation":
        window = window_urn(MODELS[0], random.choice(SEGMENTS), day(7 * random.randrange(3)), 0)
        return kind, {"evaluation": window}, (window,), (0, 0)
    against = random.choice([*ROLL_OUTS[:4], *(f"slot:{slot}" for slot in SLOTS)])
    mode = random.choice(["PRODUCTION", "SHADOW", "CANARY"]) if against.startswith("slot:") else "PRODUCTION"
    stated = {"against": against} | ({"mode": mode} if mode != "PRODUCTION" else {})
    return kind, stated, (against, mode), (0, 0)


async def say_some(store: GraphStore, told: Told) -> None:
    """Windows of a week in a grid, several at once; roll-outs begin, change, end; anything is retracted."""
    random = told.history.random
    makers = [say_roll_out, say_adjustment, say_end, say_model, say_loss]
    several = [say_week(random) for _ in range(random.randint(2, 12))]
    sayings = several if random.random() < 0.6 else [random.choice(makers)(random)]
    await say(store, told.history, [sayings])


def say_week(random: Random) -> Saying:
    """Mostly of roll-outs, mostly the whole week; the same window often comes again in another revision, and with other numbers."""
    measured = random.choice(ROLL_OUTS[:4] * 4 + ROLL_OUTS[4:6] + MODELS[:1] * 4)
    segment, start = random.choice(SEGMENTS[:1] * 3 + SEGMENTS), day(7 * random.randrange(9))
    end = start + (WEEK if random.random() < 0.9 else 5 * DAY)
    revision = random.choice([0, 0, 0, 1, 2])
    urn = window_urn(measured, segment, start, revision)
    told: dict[str, Any] = {measured.partition(":")[0]: measured, "kpi": KPI, "revision": revision}
    told |= {"start": format_instant(start), "end": format_instant(end), "n": 2_000}
    told["successes"] = random.choice([1_000, 1_000, 990, 1_020, 800])
    if segment:
        told["segment"] = dict([segment.split("=")])
    declared = Declared(urn, None, frozenset({("MEASURES", measured)}), end, fields=told)
    return Saying({"windows": [told]}, declared, Extended(urn))


def window_urn(measured: str, segment: str, start: int, revision: int) -> str:
    kind, _, rest = measured.partition(":")
    name, _, version = rest.rpartition("@")
    compact = format_instant(start)[:19].replace("-", "").replace(":", "") + "Z"
    parts = ",".join(part for part in (name, kind, KPI, segment) if part)
    return f"kpi_window:{parts}@{version},{compact},r{revision}"


def say_loss(random: Random) -> Saying:
    """Of a roll-out, of a window, or of what a window measures."""
    if random.random() < 0.3:
        return say_retraction(random, random.choice(ROLL_OUTS))
    measured = random.choice(ROLL_OUTS[:6])
    urn = window_urn(measured, "", day(7 * random.randrange(9)), random.randrange(2))
    if random.random() < 0.5:
        return Saying(stories.retract(urn), DeclarationRetracted(urn), DeclarationRetracted(urn))
    lost = RelationsRetracted(urn, None, "MEASURES", None)
    return Saying(stories.retract(urn, "MEASURES"), lost, lost)


async def some_moment(store: GraphStore, told: Told) -> Moment:
    random, history = told.history.random, told.history
    position = random.choice([history.head, history.head, random.randint(history.head // 2, history.head)])
    instant = day(random.randrange(15, 90)) + random.choice([-1, 0, 0, 1])
    return await read_moment(store, instant, at_position=position)


async def compare(store: GraphStore, told: Told) -> None:
    random = told.history.random
    moment = await some_moment(store, told)
    record = told.known_at(moment.position)
    asked = Asked(random.choice(SUBJECTS), random.choice(SEGMENTS[:1] * 2 + SEGMENTS), moment.existing_at)
    stream = KpiStream(parse_urn(asked.of), KPI, asked.segment)
    if not on_record(record, asked.of):
        with pytest.raises(NotRecorded):
            await read_verdict(store, stream, moment)
        return
    wanted = reference_verdict.expected(record, asked)
    found = (await read_gathered(store, stream, moment)).gathered

    assert (found.definition.version if found.definition else None) == (
        wanted.version.version if wanted.version else None
    )
    controls = [found.held.controls.get(one.urn) for one in found.used]
    pairs = [(one.urn, control and control.urn) for one, control in zip(found.used, controls, strict=True)]
    assert pairs == [(one.urn, control and control.urn) for one, control in wanted.used], (asked, moment)
    assert [(one.window.urn, one.reason) for one in found.left_out] == wanted.left_out, (asked, moment)
    assert [one.urn for one in found.held.reference] == [one.urn for one in wanted.reference], (asked, moment)
    assert {one.position for one, _ in wanted.used} <= set(found.positions)
    assert assess(found, moment.existing_at).overdue_since == wanted.overdue_since, (asked, moment)
    await compare_statistics(store, told, wanted, stream, moment)


def on_record(record: Record, of: str) -> bool:
    if of.startswith("slot:"):
        named = {*record.known.states, *record.known.ends}
        return any(reference.slot_of(urn) == of for urn in named)
    return record.known.on_record(of)


async def compare_statistics(
    store: GraphStore, told: Told, wanted: Expected, stream: KpiStream, moment: Moment
) -> None:
    """The verdict, and the series, on the windows of the reference."""
    found = await read_verdict(store, stream, moment)
    series = await read_kpi_series(store, stream, moment, limit=1_000)
    assert series.state is found.state
    assert [one.window for one in series.points if one.left_out is None] == [one.urn for one, _ in wanted.used]
    assert len(series.points) == len(wanted.used) + len(wanted.left_out)
    if wanted.version is None:
        assert found.state is State.NO_BENCHMARK
        return
    if not wanted.used:
        assert found.n == 0
        return
    plan = read_plan(told.definitions[wanted.version.version])
    windows = [judged(one, control, stream) for one, control in wanted.used]
    yardstick = [judged(one, None, stream) for one in wanted.reference]
    last = judge(plan, windows, yardstick)
    assert last is not None
    overdue = wanted.overdue_since is not None and wanted.live
    assert found.state is (state_when_overdue(last) if overdue else last.state)
    assert (found.lower, found.upper, found.e_value, found.n) == (last.lower, last.upper, last.e_value, last.n)
    states = [one.state for one in judge_series(plan, windows, yardstick)]
    assert [one.state for one in series.points if one.left_out is None] == states


def judged(one: Fact, control: Fact | None, stream: KpiStream) -> Window:
    beside = proportion(control.n, control.successes) if control is not None else None
    roll_out = one.measured if stream.of.kind == "slot" else ""
    return Window(one.urn, one.start, one.end, proportion(one.n, one.successes), beside, roll_out)


async def compare_portfolio(store: GraphStore, told: Told) -> None:
    """Everything live has each of its verdicts exactly once, and it is the one given alone."""
    moment = await some_moment(store, told)
    record = told.known_at(moment.position)
    live = {urn for urn in record.known.states if reference.live_at(record.known, urn, moment.existing_at)}
    watched = {urn for urn in live if record.windows(urn, "", moment.existing_at)}

    found = await read_degraded(store, moment, limit=1_000)

    assert sorted(one.of for one in found.verdicts) == sorted(watched)
    assert (found.deployments, found.unwatched) == (len(live), len(live - watched))
    for one in found.verdicts:
        alone = await read_verdict(store, KpiStream(parse_urn(one.of), KPI, ""), moment)
        assert (one.state, one.lower, one.upper, one.e_value) == (alone.state, alone.lower, alone.upper, alone.e_value)
        assert (one.positions, one.left_out, one.used) == (alone.positions, alone.left_out, alone.used)
