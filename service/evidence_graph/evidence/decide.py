"""`decide`: what one item of a command does to the record: an event, nothing new, or a refusal that says what to do instead. Pure."""

from evidence_graph.evidence.commands import (
    Adjustment,
    Declaration,
    Definition,
    Ending,
    Erasure,
    Fault,
    Item,
    Retraction,
)
from evidence_graph.evidence.decide_erasure import decide_erasure
from evidence_graph.evidence.decide_roll_out import decide_adjustment, decide_ending, new_end, refuse_clash
from evidence_graph.evidence.decide_window import refuse_window
from evidence_graph.evidence.decision import (
    COMPLETED,
    CREATED,
    EXTENDED,
    REVISED,
    UNCHANGED,
    Accepted,
    Rejection,
    new_annotations,
    position_on_record,
)
from evidence_graph.evidence.state import WALKED_TOGETHER, ArtifactState, State, differing, same_content
from evidence_graph.record.events import ArtifactDeclared, ArtifactExtended, KpiDefined, Relations, Retracted
from evidence_graph.record.json_values import Json
from evidence_graph.record.project import SENSITIVITY, content_digest
from evidence_graph.record.urn import parse_urn, revision_of, window_of
from graph_schema import RELATIONS

NOT_ASKED = {"result": "NOT_ASKED"}
SENSITIVITIES = ("PUBLIC", "INTERNAL", "CONFIDENTIAL", "PERSONAL")
GROWING = frozenset(relation.name for relation in RELATIONS if relation.growing)


def decide(item: Item, state: State) -> Accepted:
    """What the item does to the record as `state` knows it. Raises Rejection."""
    match item:
        case Declaration():
            return _decide_declaration(item, state)
        case Definition():
            return _decide_definition(item, state)
        case Adjustment():
            return decide_adjustment(item, state)
        case Ending():
            return decide_ending(item, state)
        case Retraction():
            return _decide_retraction(item, state)
        case Erasure():
            return decide_erasure(item, state)
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
        refuse_clash(item, state)
    if item.kind == "kpi_window":
        refuse_window(item, state)
    event = ArtifactDeclared(
        urn=item.urn,
        fields=item.fields,
        relations=_new_relations(item, state),
        annotations=new_annotations(item, state),
        sensitivity=_raised(item, state),
        to=new_end(item, state),
        gate=dict[str, Json](NOT_ASKED) if item.kind == "deployment" else {},
    )
    return Accepted(_declared_outcome(item, known, state), event)


def _declared_outcome(item: Declaration, known: ArtifactState | None, state: State) -> str:
    if item.kind == "kpi_window" and any(
        urn != item.urn and revision_of(urn) < revision_of(item.urn) for urn in state.revisions_of(window_of(item.urn))
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
        free = 1 + max(revision_of(urn) for urn in state.revisions_of(window_of(item.urn)))
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
        annotations=new_annotations(item, state),
        sensitivity=_raised(item, state),
        to=new_end(item, state),
    )
    if event == ArtifactExtended(urn=item.urn):
        return Accepted(UNCHANGED, position=position_on_record(item, state))
    if event.to is not None:
        refuse_clash(item, state)
    return Accepted(EXTENDED, event)


def _pairs(relations: Relations) -> list[tuple[str, str]]:
    return [(relation, target) for relation, targets in relations.items() for target in targets]


def _new_relations(item: Declaration, state: State) -> Relations:
    known = state.relations_from(item.urn)
    found: Relations = {}
    for relation, target in _pairs(item.relations):
        if (relation, target) not in known:
            found.setdefault(relation, []).append(target)
    return found


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


def _decide_definition(item: Definition, state: State) -> Accepted:
    known = state.definitions_of(item.name).get(item.version)
    if known is not None and content_digest(item.fields) != known.content:
        other = ", ".join(differing(item.fields, known.stated()))
        raise Rejection(
            Fault.CONFLICT,
            f"{item.subject} is on record with other {other}.",
            "version",
            "Define it under a new version that states from, the instant since when it applies.",
        )
    annotations = new_annotations(item, state)
    if known is None:
        _refuse_same_beginning(item, state)
        return Accepted(CREATED, KpiDefined(item.name, item.version, item.fields, annotations))
    if annotations:
        return Accepted(EXTENDED, ArtifactExtended(urn=item.subject, annotations=annotations))
    return Accepted(UNCHANGED, position=position_on_record(item, state))


def _refuse_same_beginning(item: Definition, state: State) -> None:
    """At every instant one version of a KPI applies: with two that begin together, nobody could say which benchmark counts."""
    for version, other in state.definitions_of(item.name).items():
        if other.stated().get("from") == item.fields.get("from") and other.content != content_digest(item.fields):
            since = item.fields.get("from", "the beginning")
            raise Rejection(
                Fault.CONFLICT,
                f"Version {version} of {item.name} applies from {since} too, and says something else.",
                "from",
                "State from: the instant since when this version applies in its place; it may lie long ago.",
            )


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
