"""Everything that is live, with the state of each of its KPIs, the worst first; streams are those for all of the traffic."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.plan import ERROR_LEVEL
from evidence_graph.kpi.portfolio import discoveries
from evidence_graph.kpi.verdict import State
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.deployments import LIVE_ROLL_OUTS, RollOutsFrom
from evidence_graph.lineage.kpi_definitions import Definition, applying, read_definitions
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.portfolio_windows import PortfolioWindows, read_portfolio_windows
from evidence_graph.lineage.verdict import assess, check_subject, read_evaluations, read_slots, read_subject
from evidence_graph.lineage.verdict_benchmark import Named, benchmark_of, named_by
from evidence_graph.lineage.verdict_parts import Assessment, Verdict, verdict_of
from evidence_graph.lineage.verdict_pool import Pool, merged, subject_of
from evidence_graph.lineage.verdict_windows import gather
from evidence_graph.record.roll_outs import Slot
from evidence_graph.record.urn import SLOT, Urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import slots_in

WORST_FIRST = (
    State.DEGRADED,
    State.OVERDUE,
    State.NOT_COMPARABLE,
    State.NO_BENCHMARK,
    State.INSUFFICIENT_DATA,
    State.WITHIN_BENCHMARK,
    State.IMPROVED,
)


class StateCount(msgspec.Struct, frozen=True):
    """How many streams are in a state."""

    state: State
    count: int


class Portfolio(msgspec.Struct, frozen=True):
    """A page of verdicts, the worst first, `more` when others follow; all else is about the whole portfolio.

    `deployments` is how many are live, `unwatched` how many of them have no window for all of the traffic.
    """

    verdicts: list[Verdict]
    more: bool
    streams: int
    states: list[StateCount]
    deployments: int
    unwatched: int
    completeness: Completeness


class _Scope(msgspec.Struct, frozen=True):
    """What is looked at: `of` alone, or everything live; `measured` is what windows may measure; slots by URN."""

    of: Urn | None
    measured: Sequence[str]
    slots: Mapping[str, Slot]


class _Assessed(msgspec.Struct, frozen=True):
    assessment: Assessment
    discovered: bool | None

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        stream = self.assessment.gathered.subject.stream
        return stream.of.text, stream.kpi

    @property
    def rank(self) -> tuple[int, int, bool, float, float, str, str]:
        """Where it stands among all, the worst first: by state, what is overdue longest, then by evidence, then by size of the change.

        Evidence is compared in three digits: what is certain is certain, and then the larger change is worse.
        """
        one = self.assessment
        state = WORST_FIRST.index(one.state)
        overdue = one.overdue_since or 0 if one.state is State.OVERDUE else 0
        evidence = one.last.e_value if one.last is not None and one.last.e_value is not None else -1.0
        return state, overdue, not self.discovered, -float(f"{evidence:.3g}"), -_severity(one), *self.key


def _severity(one: Assessment) -> float:
    """The change in units of the smallest one that matters, else as a share of the benchmark."""
    plan, last = one.gathered.plan, one.last
    if plan is None or last is None or last.change is None or last.benchmark is None:
        return 0.0
    unit = plan.relevant_change(last.benchmark) or abs(last.benchmark)
    return abs(last.change) / unit if unit > 0 else 0.0


async def read_degraded(
    store: GraphStore,
    moment: Moment,
    *,
    namespace: str = "",
    of: Urn | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Portfolio:
    """At most `limit` verdicts after that on a KPI (`after`: URN, KPI), on all that is live at the moment's valid time, or on `of`.

    '' stands for every namespace. Raises NotRecorded, InvalidInput for an `of` as `read_verdict`; InvalidInput for an `after` that is
    none of its streams.
    """
    scope = await _scope(store, moment, namespace, of)
    found = await read_portfolio_windows(store, scope.measured, moment)
    streams = _streams(scope, found)
    versions = await read_definitions(store, sorted({stream.kpi for stream in streams}), moment)
    applied = {kpi: applying(known, moment.existing_at) for kpi, known in versions.items()}
    pool, cut = await _pool(store, scope, found, applied, moment)
    ranked = await asyncio.to_thread(_ranked, streams, applied, pool, moment)  # long: others are answered meanwhile
    begin = _place_after(after, ranked)
    cuts = [urn for urn in (found.cut_from, cut) if urn is not None]
    return Portfolio(
        verdicts=[_verdict(one, cuts, moment) for one in ranked[begin : begin + limit]],
        more=len(ranked) > begin + limit,
        streams=len(ranked),
        states=_counted(ranked),
        deployments=len(scope.measured),
        unwatched=len({*scope.measured} - {stream.of.text for stream in found.windows}),
        completeness=_completeness((one.assessment for one in ranked), cuts, moment),
    )


async def _scope(store: GraphStore, moment: Moment, namespace: str, of: Urn | None) -> _Scope:
    if of is None:
        instant = moment.existing_at
        rows = await store.ask(LIVE_ROLL_OUTS, RollOutsFrom("", namespace, instant, moment.position))
        slots = slots_in(rows)
        live = [
            urn
            for slot in slots.values()
            for urn, interval in slot.live_intervals().items()
            if interval.start <= instant < interval.end
        ]
        return _Scope(None, sorted(live), slots)
    check_subject(of)
    slots = await read_slots(store, [of], moment)
    await read_subject(store, of, slots, moment)
    if of.kind != SLOT:
        return _Scope(of, [of.text], slots)
    return _Scope(of, sorted({run.deployment for run in slots[of.text].production_runs()}), slots)


def _streams(scope: _Scope, found: PortfolioWindows) -> list[KpiStream]:
    """One for each KPI that something has windows of; a slot's run through its roll-outs."""
    if scope.of is None or scope.of.kind != SLOT:
        return list(found.windows)
    return [KpiStream(scope.of, kpi, "") for kpi in sorted({stream.kpi for stream in found.windows})]


async def _pool(
    store: GraphStore,
    scope: _Scope,
    found: PortfolioWindows,
    applied: Mapping[str, Definition | None],
    moment: Moment,
) -> tuple[Pool, str | None]:
    """What was found, and what the definitions hold it against: one question for all windows, and one for all evaluations."""
    named = [named_by(one.fields) if one is not None else Named() for one in applied.values()]
    others = [urn for one in named for urn in (one.of, one.against) if urn is not None]
    slots = {**scope.slots, **await read_slots(store, others, moment)}
    wanted = {urn for other in others for urn in _measured(other, slots)} - {*scope.measured}
    held = await read_portfolio_windows(store, wanted, moment)
    evaluations = await read_evaluations(store, [one.evaluation for one in named if one.evaluation], moment)
    return Pool(merged([found.windows, held.windows]), evaluations, slots), held.cut_from


def _measured(other: Urn, slots: Mapping[str, Slot]) -> Iterable[str]:
    if other.kind != SLOT:
        return [other.text]
    return slots[other.text].roll_outs if other.text in slots else ()


def _ranked(
    streams: Sequence[KpiStream], applied: Mapping[str, Definition | None], pool: Pool, moment: Moment
) -> list[_Assessed]:
    """Every stream, with what is discovered among those that could be judged, the worst first."""
    instant = moment.existing_at
    benchmarks = {
        kpi: benchmark_of(one, kpi, "", pool, instant) if one is not None else None for kpi, one in applied.items()
    }
    assessments = [
        assess(gather(subject_of(stream, pool.slots), benchmarks.get(stream.kpi), pool), instant) for stream in streams
    ]
    evidence = [one.last.e_value if one.last is not None else None for one in assessments]
    picked = iter(discoveries([value for value in evidence if value is not None], ERROR_LEVEL))
    found = [
        _Assessed(one, next(picked) if value is not None else None)
        for one, value in zip(assessments, evidence, strict=True)
    ]
    return sorted(found, key=lambda one: one.rank)


def _place_after(after: tuple[str, str] | None, ranked: Sequence[_Assessed]) -> int:
    if after is None:
        return 0
    for place, one in enumerate(ranked):
        if one.key == after:
            return place + 1
    raise InvalidInput("`after` is no cursor of this portfolio.", "Keep `namespace` and `of` while you turn pages.")


def _verdict(one: _Assessed, cuts: Sequence[str], moment: Moment) -> Verdict:
    return verdict_of(one.assessment, _completeness([one.assessment], cuts, moment), discovered=one.discovered)


def _counted(ranked: Sequence[_Assessed]) -> list[StateCount]:
    counts = Counter(one.assessment.state for one in ranked)
    return [StateCount(state, counts[state]) for state in WORST_FIRST if state in counts]


def _completeness(assessments: Iterable[Assessment], cuts: Sequence[str], moment: Moment) -> Completeness:
    gathered = [one.gathered for one in assessments]
    positions = (position for one in gathered for position in one.positions)
    missing = (urn for one in gathered for urn in one.held.missing)
    return completeness_of(moment, (), truncated=bool(cuts), truncated_at=cuts, positions=positions, missing=missing)
