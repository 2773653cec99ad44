"""What a relation may point to: one version of something, of a kind the schema allows, and never the artifact itself."""

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.plain_values import LONGEST_URN_TEXT, read_text
from evidence_graph.record.urn import Urn, parse_artifact_urn
from graph_schema import Relation


def read_target(urn: Urn, relation: Relation, target: object, field: str) -> str:
    """The canonical URN of what `urn` is related to. Raises InvalidInput naming `field`."""
    other = parse_artifact_urn(read_text(target, field, LONGEST_URN_TEXT), field)
    if other.kind not in {kind.name for kind in relation.targets}:
        allowed = " or ".join(kind.name for kind in relation.targets)
        raise InvalidInput(
            f"{field}: a {relation.source.name} is not {relation.name} a {other.kind}.", f"A {allowed} is wanted here."
        )
    if other.text == urn.text:
        raise InvalidInput(
            f"{field} names the artifact itself.", "Nothing rests on itself; name what it was made from."
        )
    return other.text
