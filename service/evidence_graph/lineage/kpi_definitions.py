"""The versions of a KPI's definition as known at a position, and which of them applies at an instant."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

import msgspec
import orjson

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.urn import encode_part
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import DEFINITIONS, DefinitionsNamed


class Definition(msgspec.Struct, frozen=True):
    """One version of a KPI's definition; `applies_from` in µs, BEGINNING when it always did; `known_from` a log position."""

    version: str
    applies_from: int
    known_from: int
    fields: JsonObject

    def names(self, segment: str) -> bool:
        """Whether windows of a segment (in canonical form, '' for all) can be of this version."""
        named = self.fields.get("segments")
        return not isinstance(named, list) or set(segment_keys(segment)) <= {*named}


async def read_definitions(store: GraphStore, kpis: Sequence[str], moment: Moment) -> dict[str, list[Definition]]:
    """Every version of the named KPIs that is known at the moment, by name; KPIs nobody defined are left out."""
    found: dict[str, list[Definition]] = {}
    if kpis:
        for row in await store.ask(DEFINITIONS, DefinitionsNamed(list(kpis), moment.position)):
            one = Definition(row.version, row.applies_from, row.known_from, orjson.loads(row.fields))
            found.setdefault(row.name, []).append(one)
    return found


async def read_versions(store: GraphStore, kpi: str, moment: Moment) -> list[Definition]:
    """Every version of one KPI. Raises NotRecorded when nobody has defined it at the moment."""
    versions = (await read_definitions(store, [kpi], moment)).get(kpi)
    if not versions:
        raise NotRecorded(
            f"The KPI {kpi} is not defined at position {moment.position}.",
            "Check its name, namespace/name, or ask as of a later moment.",
        )
    return versions


def applying(definitions: Iterable[Definition], instant: int) -> Definition | None:
    """The version that applies at an instant (µs): the last to begin by then, among equals the one recorded last."""
    begun = [one for one in definitions if one.applies_from <= instant]
    return max(begun, key=lambda one: (one.applies_from, one.known_from, one.version), default=None)


def read_segment(text: str) -> str:
    """`key=value,key=value` in the form of window URNs, sorted by key. Raises InvalidInput."""
    pairs: dict[str, str] = {}
    for part in text.split(",") if text else ():
        key, equals, value = part.partition("=")
        if not equals or not key or unquote(key) in pairs:
            raise InvalidInput(
                f"segment has the part {part[:40]!r}.", "Write key=value, each key once, with a comma between two."
            )
        pairs[unquote(key)] = unquote(value)
    return ",".join(f"{encode_part(key)}={encode_part(pairs[key])}" for key in sorted(pairs))


def segment_keys(segment: str) -> list[str]:
    """The keys of a segment in canonical form."""
    return [unquote(part.partition("=")[0]) for part in segment.split(",")] if segment else []
