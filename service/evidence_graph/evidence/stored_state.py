"""Filling a State from the store: a few questions for a whole group of commands, however many items it has."""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.evidence.commands import Command, Declaration, Definition, Erasure, Item
from evidence_graph.evidence.state import WALKED_TOGETHER, AnnotationState, DefinitionState, State, known_artifact
from evidence_graph.evidence.window_neighbours import load_neighbours
from evidence_graph.record.urn import KPI, parse_urn
from evidence_graph.store.graph_store import Transaction
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import (
    ANNOTATIONS,
    DEFINITIONS,
    RELATIONS_FROM,
    ROLL_OUTS_OF_SLOTS,
    STORED_ARTIFACTS,
    WINDOW_REVISIONS,
    AnnotationsOf,
    DefinitionsNamed,
    RelationsFrom,
    RollOutsOfSlots,
    StoredArtifacts,
    StoredWindows,
    slots_in,
)


class Reaches(msgspec.Struct, frozen=True):
    starts: list[str]
    ends: list[str]
    relations: list[str]


class ReachedRow(msgspec.Struct, frozen=True):
    start: str
    reached: str


REACHES = Question("reaches", Reaches, ReachedRow)


async def load_state(transaction: Transaction, commands: Sequence[Command], position: int) -> State:
    """What the store knows at its head (`position`) of everything the commands speak of."""
    items = [item for command in commands for item in command.items]
    state = State()
    await _load_artifacts(transaction, items, state)
    await _load_relations(transaction, state, position)
    await _load_windows(transaction, items, state)
    await load_neighbours(transaction, items, state)
    await _load_slots(transaction, items, state, position)
    await _load_definitions(transaction, items, state, position)
    await _load_annotations(transaction, items, state, position)
    await _load_reached(transaction, items, state, position)
    return state


async def _load_artifacts(transaction: Transaction, items: Iterable[Item], state: State) -> None:
    """Subjects as they are, and of what they point to only that it exists."""
    subjects = {item.subject for item in items}
    targets = {
        target for item in items if isinstance(item, Declaration) for some in item.relations.values() for target in some
    }
    for row in await transaction.ask(STORED_ARTIFACTS, StoredArtifacts(sorted(subjects | targets))):
        state.artifacts[row.urn] = known_artifact(row)
        state.referred.add(row.urn)


async def _load_relations(transaction: Transaction, state: State, position: int) -> None:
    if not state.artifacts:
        return
    for row in await transaction.ask(RELATIONS_FROM, RelationsFrom(sorted(state.artifacts), position)):
        state.relations.setdefault(row.source, {})[row.relation, row.target] = row.known_from


async def _load_windows(transaction: Transaction, items: Iterable[Item], state: State) -> None:
    windows = {item.subject.rpartition(",r")[0] for item in items if item.subject.startswith("kpi_window:")}
    if not windows:
        return
    for row in await transaction.ask(WINDOW_REVISIONS, StoredWindows(sorted(windows))):
        known = known_artifact(row)
        state.artifacts.setdefault(row.urn, known)
        if known.declared:
            state.revisions.setdefault(row.window, {})[row.urn] = None


async def _load_slots(transaction: Transaction, items: Iterable[Item], state: State, position: int) -> None:
    deployments = {item.subject for item in items if item.subject.startswith("deployment:")}
    for item in items:
        if isinstance(item, Declaration) and item.kind == "kpi_window":
            deployments.update(urn for urn in item.relations["MEASURES"] if urn.startswith("deployment:"))
    slots = sorted({parse_urn(urn).slot for urn in deployments})
    if not slots:
        return
    rows = await transaction.ask(ROLL_OUTS_OF_SLOTS, RollOutsOfSlots(slots, position))
    state.slots = slots_in(rows)


async def _load_definitions(transaction: Transaction, items: Iterable[Item], state: State, position: int) -> None:
    names = {item.name for item in items if isinstance(item, Definition)}
    names |= {str(item.fields["kpi"]) for item in items if isinstance(item, Declaration) and item.kind == "kpi_window"}
    erased = [parse_urn(item.urn) for item in items if isinstance(item, Erasure)]
    names |= {f"{urn.namespace}/{urn.name}" for urn in erased if urn.kind == KPI}
    if not names:
        return
    for row in await transaction.ask(DEFINITIONS, DefinitionsNamed(sorted(names), position)):
        known = DefinitionState(row.content, row.fields, row.known_from)
        state.definitions.setdefault(row.name, {})[row.version] = known


async def _load_annotations(transaction: Transaction, items: Iterable[Item], state: State, position: int) -> None:
    subjects = {item.subject for item in items if item.plain or (isinstance(item, Declaration) and item.sensitivity)}
    if not subjects:
        return
    for row in await transaction.ask(ANNOTATIONS, AnnotationsOf(sorted(subjects), position)):
        state.annotations.setdefault((row.urn, row.field), []).append(AnnotationState(row.position, row.sealed()))


async def _load_reached(transaction: Transaction, items: Iterable[Item], state: State, position: int) -> None:
    """Which targets of new relations reach which of their sources: only between artifacts that are on record already."""
    declarations = [item for item in items if isinstance(item, Declaration)]
    for relations in WALKED_TOGETHER:
        new = {
            (item.urn, target)
            for item in declarations
            for relation, targets in item.relations.items()
            for target in targets
            if relation in relations and (relation, target) not in state.relations_from(item.urn)
        }
        ends = sorted({source for source, _ in new if source in state.artifacts})
        starts = sorted({target for _, target in new if target in state.artifacts})
        if not ends or not starts:
            continue
        rows = await transaction.ask(REACHES, Reaches(starts, ends, sorted(relations)))
        reached = {(row.start, row.reached) for row in rows if row.start != row.reached}
        circular = _circular(new | reached)
        for start, end in sorted(reached):
            if (start, end) in circular:
                await _load_way(transaction, state, start, end, relations, position)
            else:
                state.reached.setdefault((start, relations), set()).add(end)


def _circular(links: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The links left when those that lead nowhere or come from nowhere are taken away again and again: none without a cycle."""
    while links:
        left, entered = {start for start, _ in links}, {end for _, end in links}
        kept = {(start, end) for start, end in links if start in entered and end in left}
        if kept == links:
            break
        links = kept
    return links


async def _load_way(
    transaction: Transaction, state: State, start: str, end: str, relations: frozenset[str], position: int
) -> None:
    """The relations of every artifact on one shortest way, so that a refusal can name the whole cycle."""
    came_from, frontier = {start: ""}, [start]
    known: dict[str, dict[tuple[str, str], int]] = {}
    while frontier and end not in came_from:
        rows = await transaction.ask(RELATIONS_FROM, RelationsFrom(frontier, position))
        beyond: set[str] = set()
        for row in rows:
            known.setdefault(row.source, {})[row.relation, row.target] = row.known_from
            if row.relation in relations and row.target not in came_from:
                came_from[row.target] = row.source
                beyond.add(row.target)
        frontier = sorted(beyond)
    here = came_from.get(end, "")
    while here:
        state.relations.setdefault(here, known[here])
        here = came_from[here]
