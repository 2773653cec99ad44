"""One item of a command in the record's words and in those of the reference, by what all items of its kind have in common."""

from dataclasses import dataclass
from typing import Any

from evidence_graph.evidence.commands import Item
from evidence_graph.record.instants import format_instant
from tests import stories
from tests.reference import ALWAYS, Declared, Extended, Statement

KPI = "k/kpi"
FIELDS = {
    "DERIVED_FROM": "derivedFrom",
    "COMPUTED_FROM": "computedFrom",
    "COMPARED_WITH": "comparedWith",
    "TRAINED_ON": "trainedOn",
    "EVALUATED_ON": "evaluatedOn",
    "BUILT_FROM": "builtFrom",
    "REVISES": "revises",
    "READS": "reads",
}
Relations = set[tuple[str, str]]


@dataclass
class Saying:
    """One item in the record's words and in the reference's; `more` is how the reference hears it when it only adds."""

    told: Item | dict[str, Any]
    statement: Statement
    more: Statement


def stated(relations: Relations) -> dict[str, Any]:
    """Relations as the fields of an item; their order is of no account."""
    found: dict[str, Any] = {}
    for name, target in sorted(relations):
        if name in FIELDS:
            found.setdefault(FIELDS[name], []).append(target)
    return found


def declaration(section: str, urn: str, relations: Relations, fields: dict[str, Any]) -> Saying:
    """An artifact's item; repeated, it only adds the relations that may grow."""
    grows = frozenset(pair for pair in relations if pair[0] == "EVALUATED_ON")
    exists_from = stories.at(fields["occurredAt"]) if "occurredAt" in fields else ALWAYS
    return Saying(
        {section: [{"urn": urn, **stated(relations), **fields}]},
        Declared(urn, None, frozenset(relations), exists_from, fields=fields),
        Extended(urn, None, grows),
    )


def roll_out(urn: str, relations: Relations, begins: tuple[int, str, float], ends: int | None) -> Saying:
    """A roll-out, asked for by nobody; repeated, it only adds an end."""
    begin, mode, traffic = begins
    (serves,) = (target for name, target in relations if name == "SERVES")
    fields = {"from": format_instant(begin), "mode": mode, "traffic": traffic}
    item = {"urn": urn, "serves": serves, **stated(relations), **fields}
    if ends is not None:
        item["to"] = format_instant(ends)
    fields["gate"] = {"result": "NOT_ASKED"}
    return Saying(
        {"deployments": [item]},
        Declared(urn, None, frozenset(relations), begin, begins, ends, fields=fields),
        Extended(urn, None, frozenset(), ends),
    )


def window(measured: str, start: int, end: int, revision: int, relations: Relations, successes: int) -> Saying:
    """A window over ten; the reference forms its URN by hand."""
    urn = window_of(measured, start, revision)
    fields = {
        "kpi": KPI,
        "start": format_instant(start),
        "end": format_instant(end),
        "revision": revision,
        "n": 10,
        "successes": successes,
    }
    return Saying(
        {"windows": [{measured.partition(":")[0]: measured, **fields, **stated(relations)}]},
        Declared(urn, None, frozenset({("MEASURES", measured), *relations}), end, fields=fields),
        Extended(urn),
    )


def window_of(measured: str, start: int, revision: int) -> str:
    """The URN of a window without a segment."""
    kind, _, rest = measured.partition(":")
    name, _, version = rest.rpartition("@")
    compact = format_instant(start)[:19].replace("-", "").replace(":", "") + "Z"
    return f"kpi_window:{name},{kind},{KPI}@{version},{compact},r{revision}"
