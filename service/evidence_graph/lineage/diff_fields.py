"""Which fields of an artifact differ between two versions of it, or between two moments, each named by its place: `source.commit`."""

from collections.abc import Iterator

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.live_intervals import LiveTimes
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import Json, JsonObject
from graph_schema import KINDS

DECLARED, POSITION = "declared", "position"
_ORDER = {
    name: place for place, name in enumerate(dict.fromkeys(field.name for kind in KINDS for field in kind.all_fields))
}
_OPENED = ("covers", "segment", "source", "source.parameters", "sums", "gate")  # objects that are compared part by part


class FieldChange(msgspec.Struct, frozen=True):
    """A field by its place in the manifest, and its value on either side; None where it is not stated."""

    field: str
    before: Json
    after: Json


def field_changes(
    before: ArtifactView, after: ArtifactView, live_before: LiveTimes | None, live_after: LiveTimes | None
) -> list[FieldChange]:
    """What differs in what was stated, whether anybody declared it first; annotations are no content and left out.

    For one artifact at two moments `position` tells that it was retracted and declared anew.
    """
    old, new = _stated(before, live_before), _stated(after, live_after)
    names = sorted(old.keys() | new.keys(), key=_place)
    changes = [FieldChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]
    if before.urn == after.urn and before.declared and after.declared and before.position != after.position:
        changes.append(FieldChange(POSITION, before.position, after.position))
    return changes


def _stated(view: ArtifactView, times: LiveTimes | None) -> dict[str, Json]:
    stated: dict[str, Json] = {DECLARED: view.declared, **dict(_flat("", view.fields))}
    if times is not None and times.stated_end is not None:
        stated["to"] = format_instant(times.stated_end)
    return stated


def _flat(prefix: str, fields: JsonObject) -> Iterator[tuple[str, Json]]:
    for name, value in fields.items():
        place = f"{prefix}{name}"
        if place in _OPENED and isinstance(value, dict):
            yield from _flat(f"{place}.", value)
        else:
            yield place, value


def _place(name: str) -> tuple[bool, int, str]:
    """Whether it was declared first, then in the order of the declarations."""
    return name != DECLARED, _ORDER.get(name.partition(".")[0], len(_ORDER)), name
