"""`decide`: what one item of a command does to the record: an event, nothing new, or a refusal that says what to do instead. Pure."""

import msgspec

from evidence_graph.evidence.commands import Adjustment, Declaration, Definition, Ending, Fault, Item, Retraction
from evidence_graph.evidence.state import WALKED_TOGETHER, ArtifactState, State, differing, same_content
from evidence_graph.evidence.window_statistics import aggregate_of
from evidence_graph.record.events import (
    ArtifactDeclared,
    ArtifactExtended,
    DeploymentAdjusted,
    DeploymentEnded,
    Event,
    KpiDefined,
    Relations,
    Retracted,
    SealedFields,
)
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import Json
from evidence_graph.record.project import SENSITIVITY, content_digest
from evidence_graph.record.roll_outs import RollOut, RollOutState, Slot, state_at
from evidence_graph.record.urn import parse_urn
from graph_schema import OPEN_END, RELATIONS

CREATED, UNCHANGED, COMPLETED, EXTENDED, REVISED = "CREATED", "UNCHANGED", "COMPLETED", "EXTENDED", "REVISED"
NOT_ASKED = {"result": "NOT_ASKED"}
SENSITIVITIES = ("PUBLIC", "INTERNAL", "CONFIDENTIAL", "PERSONAL")
GROWING = frozenset(relation.name for relation in RELATIONS if relation.growing)


class Accepted(msgspec.Struct, frozen=True):
    """The item goes on record as `event`; `event` is None when all of it is there already, at `position`."""

    outcome: str
    event: Event | None = None
    position: int | None = None


class Rejection(Exception):
    """The item is refused: code INVALID or CONFLICT, the field at fault, and what to do."""

    def __init__(self, code: str, message: str, field: str = "", next_step: str = "") -> None:
        self.code, self.message, self.field, self.next_step = code, message, field, next_step
        super().__init__(message)

    def fault(self, item: Item) -> Fault:
        """The refusal with the place of its item."""
        field = f"{item.path}.{self.field}" if self.field else item.path
        return Fault(self.code, self.message, field, self.next_step, item.path, item.subject)


def decide(item: Item, state: State) -> Accepted:
    """What the item does to the record as `state` knows it. Raises Rejection."""
    match item:
        case Declaration():
            return _decide_declaration(item, state)
        case Definition():
            return _decide_definition(item, state)
        case Adjustment():
            return _decide_adjustment(item, state)
        case Ending():
            return _decide_ending(item, state)
        case Retraction():
            return _decide_retraction(item, state)
    raise TypeError(f"no decision for {type(item).__name__}")


def _decide_declaration(item: Declaration, state: State) -> Accepted:
    known = state.artifact(item.urn)
    if item.declares and (known is None or not known.declared):
        return _declare(item, known, state)
    if item.declares and known is not None:
        _refuse_other_content(item, known, state)
    return _extend(item, known, state)


def _declare(item: Declaration, known: ArtifactState | None, state: State) -> Accepted:
    _refuse_cycles(item, state)
    if item.kind == "deployment":
        _refuse_clash(item, state)
    if item.kind == "kpi_window":
        _refuse_window(item, state)
    event = ArtifactDeclared(
        urn=item.urn,
        fields=item.fields,
        relations=_new_relations(item, state),
        annotations=_new_annotations(item, state),
        sensitivity=_raised(item, state),
        to=_new_end(item, state),
        gate=dict[str, Json](NOT_ASKED) if item.kind == "deployment" else {},
    )
    return Accepted(_declared_outcome(item, known, state), event)


def _declared_outcome(item: Declaration, known: ArtifactState | None, state: State) -> str:
    if item.kind == "kpi_window" and any(
        urn != item.urn and _revision(urn) < _revision(item.urn) for urn in state.revisions_of(_window(item))
    ):
        return REVISED
    before = state.below.artifact(item.urn) if state.below is not None else known
    return COMPLETED if before is not None and not before.declared_before else CREATED


def _refuse_other_content(item: Declaration, known: ArtifactState, state: State) -> None:
    """How a thing was made is fixed: the same again is fine, anything else is a conflict."""
    stated = {pair for pair in _pairs(item.relations) if pair[0] not in GROWING}
    on_record = {pair for pair in state.relations_from(item.urn) if pair[0] not in GROWING}
    if stated == on_record and same_content(item.fields, known):
        return
    fixed = {name: value for name, value in known.fixed().items() if name != "gate"}
    other = differing(item.fields, fixed) + sorted({relation for relation, _ in stated ^ on_record})
    if item.kind == "kpi_window":
        free = 1 + max(_revision(urn) for urn in state.revisions_of(_window(item)))
        raise Rejection(
            Fault.CONFLICT,
            f"{item.urn} is on record with other {', '.join(other)}.",
            "revision",
            f"State the new numbers as revision: {free}.",
        )
    raise Rejection(
        Fault.CONFLICT,
        f"{item.urn} is on record with other {', '.join(other)}.",
        "urn",
        f'Declare a new version of {parse_urn(item.urn).series} with revises: ["{item.urn}"].',
    )


def _extend(item: Declaration, known: ArtifactState | None, state: State) -> Accepted:
    """Growing fields, annotations and a higher sensitivity: what is there already is left out."""
    _refuse_cycles(item, state)
    event = ArtifactExtended(
        urn=item.urn,
        relations=_new_relations(item, state),
        annotations=_new_annotations(item, state),
        sensitivity=_raised(item, state),
        to=_new_end(item, state),
    )
    if event == ArtifactExtended(urn=item.urn):
        return Accepted(UNCHANGED, position=position_on_record(item, state))
    if event.to is not None:
        _refuse_clash(item, state)
    return Accepted(EXTENDED, event)


def position_on_record(item: Item, state: State, last: int = OPEN_END) -> int | None:
    """The position, up to `last`, that holds what was said again: the declaration or definition, or the newest relation of a stub."""
    if isinstance(item, Definition):
        definition = state.definitions_of(item.name).get(item.version)
        return definition.position if definition is not None and definition.position <= last else None
    known = state.artifact(item.subject)
    if known is not None and known.declared_from <= last and known.declared:
        return known.declared_from
    return max((at for at in state.relations_from(item.subject).values() if at <= last), default=None)


def _pairs(relations: Relations) -> list[tuple[str, str]]:
    return [(relation, target) for relation, targets in relations.items() for target in targets]


def _new_relations(item: Declaration, state: State) -> Relations:
    known = state.relations_from(item.urn)
    found: Relations = {}
    for relation, target in _pairs(item.relations):
        if (relation, target) not in known:
            found.setdefault(relation, []).append(target)
    return found


def _new_annotations(item: Item, state: State) -> SealedFields:
    return {
        field: {"sealed": sealed.commitment}
        for field, sealed in item.sealed.items()
        if (newest := state.annotation(item.subject, field)) is None or newest.commitment != sealed.commitment
    }


def _raised(item: Declaration, state: State) -> str | None:
    """The stated sensitivity when it is higher than the one known."""
    if item.sensitivity is None:
        return None
    known = state.annotation(item.urn, SENSITIVITY)
    level = SENSITIVITIES.index(str(known.value)) if known else -1
    return item.sensitivity if SENSITIVITIES.index(item.sensitivity) > level else None


def _refuse_cycles(item: Declaration, state: State) -> None:
    """Nothing is made from itself, nor succeeds itself, by however long a way."""
    if not state.is_referred(item.urn):
        return
    news = _pairs(_new_relations(item, state))
    for relations in WALKED_TOGETHER:
        for relation, target in news:
            way = state.path(target, item.urn, relations) if relation in relations else None
            if way is not None:
                raise Rejection(
                    Fault.INVALID,
                    f"{relation} closes a cycle: {' → '.join([item.urn, *way])}.",
                    "",
                    "Check which of these versions was made first; pin versions instead of names that move.",
                )


def _roll_out(item: Declaration, state: State) -> tuple[str, RollOut]:
    """The roll-out as it would be known with this item."""
    urn = parse_urn(item.urn)
    known = state.slot(urn.slot).roll_outs.get(item.urn, RollOut(item.urn))
    states = known.states
    if "from" in item.fields and not states:  # what is on record may have been adjusted at its very beginning
        traffic = item.fields["traffic"]
        assert isinstance(traffic, int | float)
        begin = RollOutState(parse_instant(str(item.fields["from"]), "from"), str(item.fields["mode"]), float(traffic))
        states = (begin,)
    end = parse_instant(item.to, "to") if item.to is not None else known.end
    return urn.slot, RollOut(item.urn, states, end)


def _refuse_clash(item: Declaration, state: State) -> None:
    slot, roll_out = _roll_out(item, state)
    if roll_out.states and roll_out.end <= roll_out.states[0].at:
        raise Rejection(Fault.INVALID, f"{item.urn} would end before it begins.", "to", "`to` must be after `from`.")
    _refuse_slot_clash(slot, roll_out, state, "from")


def _refuse_slot_clash(slot: str, roll_out: RollOut, state: State, field: str) -> None:
    """No roll-out takes full traffic inside another's stated interval; an open end is derived, so it is no obstacle."""
    clash = Slot({**state.slot(slot).roll_outs, roll_out.deployment: roll_out}).clash(roll_out.deployment)
    if clash is None:
        return
    other, run = clash
    until = f" until {format_instant(run.end)}" if run.end != OPEN_END else ""
    raise Rejection(
        Fault.CONFLICT,
        f"{slot} has all its production traffic on {other} from {format_instant(run.start)}{until}.",
        field,
        "Begin when that roll-out ends, correct its end with endDeployment, or record this one as CANARY or SHADOW.",
    )


def _new_end(item: Declaration, state: State) -> str | None:
    """The stated end of a roll-out when it is news; another one than is known is a conflict."""
    if item.to is None:
        return None
    known = state.slot(parse_urn(item.urn).slot).roll_outs.get(item.urn)
    if known is None or known.end == OPEN_END:
        return item.to
    if known.end == parse_instant(item.to, "to"):
        return None
    raise Rejection(
        Fault.CONFLICT,
        f"{item.urn} is on record as ending at {format_instant(known.end)}.",
        "to",
        "Correct it with endDeployment.",
    )


def _window(item: Declaration) -> str:
    return item.urn.rpartition(",r")[0]


def _revision(urn: str) -> int:
    return int(urn.rpartition(",r")[2])


def _refuse_window(item: Declaration, state: State) -> None:
    """A window needs a KPI that fits, and lies inside the live interval of what it measures."""
    kpi = str(item.fields["kpi"])
    versions = state.definitions_of(kpi)
    if not versions:
        raise Rejection(
            Fault.INVALID, f"Nobody defined the KPI {kpi}.", "kpi", "Define it under kpis, or with defineKpi."
        )
    aggregate, segment = aggregate_of(item.fields), item.fields.get("segment", {})
    assert isinstance(segment, dict)
    stated = [version.stated() for version in versions.values()]
    if not any(_fits(definition, aggregate, segment) for definition in stated):
        wanted = sorted({str(definition.get("aggregate")) for definition in stated})
        raise Rejection(
            Fault.INVALID,
            f"The window holds a {aggregate} for segment {segment or 'all'}; {kpi} is defined as {' or '.join(wanted)}.",
            "kpi",
            "State the statistics of that aggregate and the segments the definition names.",
        )
    _refuse_outside_live(item, state)


def _fits(definition: dict[str, Json], aggregate: str | None, segment: dict[str, Json]) -> bool:
    names = definition.get("segments")
    return definition.get("aggregate") == aggregate and (not isinstance(names, list) or set(segment) <= set(names))


def _refuse_outside_live(item: Declaration, state: State) -> None:
    measured = parse_urn(item.relations["MEASURES"][0])
    live = state.slot(measured.slot).live(measured.text) if measured.kind == "deployment" else None
    if live is None:
        return
    start, end = (parse_instant(str(item.fields[name]), name) for name in ("start", "end"))
    if start < live.start:
        raise Rejection(
            Fault.INVALID,
            f"The window begins before {measured} was live.",
            "start",
            f"Cut it at {format_instant(live.start)}.",
        )
    if end > live.end:
        raise Rejection(
            Fault.INVALID,
            f"The window ends after {measured} was live.",
            "end",
            f"Cut it at {format_instant(live.end)}.",
        )


def _decide_definition(item: Definition, state: State) -> Accepted:
    known = state.definitions_of(item.name).get(item.version)
    if known is not None and content_digest(item.fields) != known.content:
        other = ", ".join(differing(item.fields, known.stated()))
        raise Rejection(
            Fault.CONFLICT,
            f"{item.subject} is on record with other {other}.",
            "version",
            "Define it under a new version.",
        )
    annotations = _new_annotations(item, state)
    if known is None:
        return Accepted(CREATED, KpiDefined(item.name, item.version, item.fields, annotations))
    if annotations:
        return Accepted(EXTENDED, ArtifactExtended(urn=item.subject, annotations=annotations))
    return Accepted(UNCHANGED, position=position_on_record(item, state))


def _declared_roll_out(urn: str, state: State) -> tuple[str, RollOut]:
    parsed = parse_urn(urn)
    roll_out = state.slot(parsed.slot).roll_outs.get(urn)
    if roll_out is None or not roll_out.states:
        raise Rejection(
            Fault.INVALID,
            f"{urn} is not on record as a roll-out.",
            "urn",
            "Record it first, with deploy or a manifest.",
        )
    return parsed.slot, roll_out


def _decide_adjustment(item: Adjustment, state: State) -> Accepted:
    slot, known = _declared_roll_out(item.urn, state)
    at = parse_instant(item.at, "from")
    before = state_at(known, at)
    if before is None:
        raise Rejection(
            Fault.INVALID,
            f"{item.urn} is not live at {item.at}.",
            "from",
            "Choose an instant inside its stated interval.",
        )
    mode = item.mode or before.mode
    traffic = before.traffic if item.traffic is None else item.traffic
    if RollOutState(at, mode, traffic) in known.states:
        return Accepted(UNCHANGED, position=position_on_record(item, state))
    states = (*(one for one in known.states if one.at != at), RollOutState(at, mode, traffic))
    _refuse_slot_clash(slot, RollOut(item.urn, tuple(sorted(states)), known.end), state, "from")
    return Accepted(EXTENDED, DeploymentAdjusted(item.urn, item.at, mode, traffic))


def _decide_ending(item: Ending, state: State) -> Accepted:
    slot, known = _declared_roll_out(item.urn, state)
    end = parse_instant(item.to, "to")
    if end <= known.states[0].at:
        raise Rejection(Fault.INVALID, f"{item.urn} would end before it begins.", "to", "`to` must be after `from`.")
    if known.end == end and not _new_annotations(item, state):
        return Accepted(UNCHANGED, position=position_on_record(item, state))
    _refuse_slot_clash(slot, RollOut(item.urn, known.states, end), state, "to")
    return Accepted(EXTENDED, DeploymentEnded(item.urn, item.to, item.forms()))


def _decide_retraction(item: Retraction, state: State) -> Accepted:
    known = state.artifact(item.urn)
    if known is None:
        raise Rejection(Fault.INVALID, f"{item.urn} is not on record.", "urn", "Check the URN; nothing was retracted.")
    relations = state.relations_from(item.urn)
    if item.relation is not None:
        return _retract_relations(item, relations)
    if not known.declared:
        return Accepted(UNCHANGED)
    made_by_it = [pair for pair, position in relations.items() if position == known.declared_from]
    return Accepted(EXTENDED, Retracted(item.urn, True, _grouped(made_by_it), item.forms()))


def _retract_relations(item: Retraction, relations: dict[tuple[str, str], int]) -> Accepted:
    chosen = [pair for pair in relations if pair[0] == item.relation and item.to in (None, pair[1])]
    if not chosen:
        raise Rejection(
            Fault.INVALID,
            f"{item.urn} has no such {item.relation} on record.",
            "relation",
            "Check relation and to; nothing was retracted.",
        )
    return Accepted(EXTENDED, Retracted(item.urn, False, _grouped(chosen), item.forms()))


def _grouped(pairs: list[tuple[str, str]]) -> Relations:
    found: Relations = {}
    for relation, target in sorted(pairs):
        found.setdefault(relation, []).append(target)
    return found
