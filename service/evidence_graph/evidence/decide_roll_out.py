"""Deciding roll-outs: when they begin, change and end, and which of them cannot stand beside each other."""

from evidence_graph.evidence.commands import Adjustment, Declaration, Ending, Fault
from evidence_graph.evidence.decision import (
    EXTENDED,
    UNCHANGED,
    Accepted,
    Rejection,
    new_annotations,
    position_on_record,
)
from evidence_graph.evidence.state import State
from evidence_graph.record.events import DeploymentAdjusted, DeploymentEnded
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.roll_outs import RollOut, RollOutState, Slot, state_at
from evidence_graph.record.urn import parse_urn
from graph_schema import OPEN_END


def refuse_clash(item: Declaration, state: State) -> None:
    """Raises Rejection when the roll-out would end before it begins, or clash with another of its slot."""
    slot, roll_out = _roll_out(item, state)
    if roll_out.states and roll_out.end <= roll_out.states[0].at:
        raise Rejection(Fault.INVALID, f"{item.urn} would end before it begins.", "to", "`to` must be after `from`.")
    _refuse_slot_clash(slot, roll_out, state, "from")


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


def new_end(item: Declaration, state: State) -> str | None:
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


def decide_adjustment(item: Adjustment, state: State) -> Accepted:
    """Another mode or share of traffic from an instant at which the roll-out is live. Raises Rejection."""
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


def decide_ending(item: Ending, state: State) -> Accepted:
    """The end of a roll-out, also instead of the end stated before. Raises Rejection."""
    slot, known = _declared_roll_out(item.urn, state)
    end = parse_instant(item.to, "to")
    if end <= known.states[0].at:
        raise Rejection(Fault.INVALID, f"{item.urn} would end before it begins.", "to", "`to` must be after `from`.")
    if known.end == end and not new_annotations(item, state):
        return Accepted(UNCHANGED, position=position_on_record(item, state))
    _refuse_slot_clash(slot, RollOut(item.urn, known.states, end), state, "to")
    return Accepted(EXTENDED, DeploymentEnded(item.urn, item.to, item.forms()))


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
