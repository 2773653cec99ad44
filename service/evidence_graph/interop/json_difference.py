"""Where two JSON values differ first, for people who look for it."""

from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.json_values import Json


def first_difference(one: Json, other: Json, place: str) -> str:
    """The place of the first value that differs, by names in order, such as `claim.artifacts[2].urn`; '' when their JCS are the same."""
    match one, other:
        case dict(), dict():
            for name in sorted(one.keys() | other.keys()):
                inside = f"{place}.{name}"
                both = name in one and name in other
                found = first_difference(one[name], other[name], inside) if both else inside
                if found:
                    return found
            return ""
        case list(), list():
            for index, parts in enumerate(zip(one, other, strict=False)):
                found = first_difference(*parts, f"{place}[{index}]")
                if found:
                    return found
            return "" if len(one) == len(other) else f"{place}[{min(len(one), len(other))}]"
    return "" if canonical_bytes(one) == canonical_bytes(other) else place
