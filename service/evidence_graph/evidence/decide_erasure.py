"""What an erasure does to the record: which values beside the log it empties, and that there is anything to empty."""

from evidence_graph.evidence.commands import Erasure, Fault
from evidence_graph.evidence.decision import ERASED, UNCHANGED, Accepted, Rejection
from evidence_graph.evidence.state import State
from evidence_graph.record.erasure import UNLESS_NAMED
from evidence_graph.record.events import Erased
from evidence_graph.record.urn import KPI, parse_urn


def decide_erasure(item: Erasure, state: State) -> Accepted:
    """Every value of the fields that is still there goes, however old; none left is UNCHANGED. Raises Rejection."""
    if not _on_record(item.urn, state):
        raise Rejection(Fault.INVALID, f"{item.urn} is not on record.", "urn", "Check the URN; nothing was erased.")
    kept = {field: _kept(item.urn, field, state) for field in sorted(set(item.fields or UNLESS_NAMED))}
    values = {field: number for field, number in kept.items() if number}
    if not values:
        return Accepted(UNCHANGED)
    return Accepted(ERASED, Erased(item.urn, values, item.forms()))


def _on_record(urn: str, state: State) -> bool:
    """Whether anybody spoke of it: a stub counts, and so does what was retracted."""
    parsed = parse_urn(urn)
    if parsed.kind == KPI:
        return parsed.version in state.definitions_of(f"{parsed.namespace}/{parsed.name}")
    return state.artifact(urn) is not None


def _kept(urn: str, field: str, state: State) -> int:
    """How many values of a field are there."""
    return sum(not known.sealed.erased for known in state.annotation_history(urn, field))
