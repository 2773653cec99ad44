"""Whether a KPI of a deployment, a slot or a model is worse than its benchmark: the windows that count at the moment, judged.

Maturity, the version of the definition and OVERDUE are decided at the moment's valid time, which must be given; everything else is as
known at its position, so the same question at the same position has the same answer for ever.
"""

import msgspec

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.kpi.plan import BenchmarkKind
from evidence_graph.kpi.verdict import Judged, State, judge, overdue_since, state_when_overdue
from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn, views_of
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.kpi_definitions import applying, read_versions
from evidence_graph.lineage.kpi_windows import (
    NEWEST_FIRST,
    KpiStream,
    StatedWindow,
    read_segments,
    read_stream,
    stated,
)
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.verdict_benchmark import Named, benchmark_of, named_by
from evidence_graph.lineage.verdict_parts import NOT_COMPARABLE, Assessment, Gathered, Verdict, verdict_of
from evidence_graph.lineage.verdict_pool import Pool, merged, subject_of
from evidence_graph.lineage.verdict_windows import gather
from evidence_graph.record.instants import format_compact
from evidence_graph.record.roll_outs import Slot
from evidence_graph.record.urn import SLOT, Urn, highest_revisions, window_of
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import ROLL_OUTS_OF_SLOTS, WINDOW_REVISIONS, RollOutsOfSlots, StoredWindows, slots_in
from graph_schema import DEPLOYMENT, MODEL, OPEN_END

MOST_REVISIONS = 20_000  # of the windows of one stream, the newest


class Found(msgspec.Struct, frozen=True):
    """A stream with everything that was read about it; `cut` when it has more windows than are read."""

    gathered: Gathered
    view: ArtifactView | None
    cut: bool


async def read_verdict(store: GraphStore, stream: KpiStream, moment: Moment) -> Verdict:
    """The state of one stream. Raises NotRecorded for what nobody has recorded or defined at the moment, InvalidInput for other kinds."""
    found = await read_gathered(store, stream, moment)
    nothing = not found.gathered.used and not found.gathered.left_out
    segments = await read_segments(store, stream, moment) if nothing and stream.of.kind != SLOT else []
    return verdict_of(assess(found.gathered, moment.existing_at), completeness(found, moment), segments=segments)


async def read_gathered(store: GraphStore, stream: KpiStream, moment: Moment) -> Found:
    """The windows of a stream under the version that applies. Raises as `read_verdict`."""
    check_subject(stream.of)
    definition = applying(await read_versions(store, stream.kpi, moment), moment.existing_at)
    named = named_by(definition.fields) if definition is not None else Named()
    others = [urn for urn in (named.of, named.against) if urn is not None]
    slots = await read_slots(store, [stream.of, *others], moment)
    view = await read_subject(store, stream.of, slots, moment)
    pool, cut = await _read_pool(store, stream, named, slots, moment)
    benchmark = None
    if definition is not None:
        benchmark = benchmark_of(definition, stream.kpi, stream.segment, pool, moment.existing_at)
    return Found(gather(subject_of(stream, slots), benchmark, pool), view, cut)


def check_subject(of: Urn) -> None:
    """Raises InvalidInput unless it is something that has KPIs."""
    if of.kind == SLOT and not of.version:
        return
    if of.kind not in (DEPLOYMENT.name, MODEL.name) or not of.version:
        raise InvalidInput(
            f"`of` is {of.text[:80]!r}; a KPI is that of a deployment, a model or a slot.",
            "Name one version of a deployment or a model, or slot:namespace/name.",
        )


async def read_slots(store: GraphStore, of: list[Urn], moment: Moment) -> dict[str, Slot]:
    """All roll-outs of the slots that are named, or that deployments run in."""
    names = {urn.text if urn.kind == SLOT else urn.slot for urn in of if urn.kind in (SLOT, DEPLOYMENT.name)}
    if not names:
        return {}
    rows = await store.ask(ROLL_OUTS_OF_SLOTS, RollOutsOfSlots(sorted(names), moment.position))
    return slots_in(rows)


async def read_subject(store: GraphStore, of: Urn, slots: dict[str, Slot], moment: Moment) -> ArtifactView | None:
    """What is judged; None for a slot, which is on record with its roll-outs. Raises NotRecorded."""
    if of.kind == SLOT:
        view, known = None, of.text in slots
    else:
        view = (await read_artifacts_by_urn(store, [of.text], moment)).get(of.text)
        known = view is not None
    if not known:
        raise NotRecorded(
            f"{of.text} is not on record at position {moment.position}.", "Check the URN, or ask as of a later moment."
        )
    return view


async def _read_pool(
    store: GraphStore, stream: KpiStream, named: Named, slots: dict[str, Slot], moment: Moment
) -> tuple[Pool, bool]:
    """The windows of a stream, and those its definition holds them against; whether there are more of either."""
    own, cut = await _read_windows(store, stream, moment)
    found = [own]
    if named.of is not None:
        reference = stream._replace(of=named.of)
        windows, more = await _read_windows(store, reference, moment, _begun_between(reference, named.start, named.end))
        found, cut = [*found, windows], cut or more
    if named.against is not None and named.against != stream.of:
        windows, more = await _read_windows(store, stream._replace(of=named.against), moment)
        found, cut = [*found, windows], cut or more
    evaluations = await read_evaluations(store, [named.evaluation] if named.evaluation else [], moment)
    return Pool(merged(found), evaluations, slots), cut


async def _read_windows(
    store: GraphStore, stream: KpiStream, moment: Moment, between: tuple[str, str] | None = None
) -> tuple[dict[KpiStream, list[StatedWindow]], bool]:
    """By stream of what they measure, each by start: a slot's roll-outs have one each."""
    views, cut = await read_stream(store, stream, moment, way=NEWEST_FIRST, limit=MOST_REVISIONS, between=between)
    found: dict[KpiStream, list[StatedWindow]] = {}
    for view in views:
        window = stated(view)
        found.setdefault(stream.measuring(window), []).append(window)
    return found, cut


def _begun_between(stream: KpiStream, start: int, end: int) -> tuple[str, str]:
    """After which URN and before which its windows stand that begin in an interval; a few others may stand there too."""
    first, last = (f"{stream.urns[0]}{format_compact(instant)[:15]}" for instant in (start, end))
    return first, f"{last}["  # what follows Z, so that all that begin in the last second are there


async def read_evaluations(store: GraphStore, urns: list[str], moment: Moment) -> dict[str, StatedWindow]:
    """The windows that are named, each in its highest revision, by their URNs without the revision."""
    if not urns:
        return {}
    rows = await store.ask(WINDOW_REVISIONS, StoredWindows(sorted({window_of(urn) for urn in urns})))
    views = await views_of(store, rows, moment)
    existing = [urn for urn, view in views.items() if view.declared and view.existed(moment)]
    return {window_of(urn): stated(views[urn]) for urn in highest_revisions(existing)}


def assess(found: Gathered, instant: int) -> Assessment:
    """The verdict on the windows that count, at an instant (µs)."""
    last = None
    if found.plan is not None and found.counted:
        last = judge(found.plan, found.counted, found.yardstick)
    return assessment(found, last, instant)


def assessment(found: Gathered, last: Judged | None, instant: int) -> Assessment:
    """The state of a stream whose last window was judged."""
    state = last.state if last is not None else _state_without_windows(found)
    overdue = _overdue(found, instant)
    if overdue is not None and found.subject.live_at(instant) and state is not State.NO_BENCHMARK:
        state = state_when_overdue(last) if state is not State.NOT_COMPARABLE else state
    return Assessment(found, last, state, overdue)


def _state_without_windows(found: Gathered) -> State:
    """Where no window counts: nothing to hold any against, some that cannot be held against it, or none yet."""
    plan = found.plan
    measured = plan is not None and plan.benchmark in (BenchmarkKind.REFERENCE, BenchmarkKind.EVALUATION)
    if plan is None or plan.benchmark is BenchmarkKind.NONE or (measured and not found.yardstick):
        return State.NO_BENCHMARK
    if any(one.reason in NOT_COMPARABLE for one in found.left_out):
        return State.NOT_COMPARABLE
    return State.INSUFFICIENT_DATA


def _overdue(found: Gathered, instant: int) -> int | None:
    """Since when a window is missing (µs)."""
    last_end = found.last_end if found.last_end is not None else found.subject.live_since
    if found.plan is None or last_end is None:
        return None
    until = found.subject.live_until
    return overdue_since(found.plan, last_end, None if until == OPEN_END else until, instant)


def completeness(found: Found, moment: Moment) -> Completeness:
    """How complete one stream is: a stub that is judged, and what the benchmark names and nobody declared, are missing."""
    views = [found.view] if found.view is not None else []
    gathered = found.gathered
    return completeness_of(
        moment,
        views,
        truncated=found.cut,
        truncated_at=[gathered.subject.stream.of.text] if found.cut else [],
        positions=gathered.positions,
        missing=gathered.held.missing,
    )
