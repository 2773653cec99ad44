"""What a bundle claims about one artifact at a moment: its chain, and for a KPI window the verdict on the stream it belongs to.

Read with the questions of `lineage/` from whatever is asked: the store when a bundle is made, the entries of the bundle when it is checked.
As JSON it has camel-case names, RFC 3339 times, and every number of the answers.
"""

import re
from collections.abc import Mapping
from enum import Enum

import msgspec

from evidence_graph.errors import InvalidInput, NotRecorded, TooComplex
from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain import HIGHEST_LIMIT, Chain, read_chain
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.live_intervals import LiveTimes, read_live_times
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.verdict import Found, assess, completeness, read_gathered
from evidence_graph.lineage.verdict_parts import Verdict, verdict_of
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import Json, JsonObject, settled
from evidence_graph.record.urn import parse_urn, window_name
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import ANNOTATIONS, AnnotationRow, AnnotationsOf
from graph_schema import BEGINNING, DEPLOYMENT, KPI_WINDOW

INSTANTS = frozenset(
    {"known_at", "valid_at", "applies_from", "start", "end", "since", "until", "stated_end"}
    | {"suspected_since", "overdue_since"}
)


class Claim(msgspec.Struct, frozen=True):
    """The answers, and as JSON what a bundle says of them.

    `judged` is what the verdict was read about (a deployment or a model), None without a verdict.
    """

    chain: Chain
    judged: ArtifactView | None
    json: JsonObject

    @property
    def roots(self) -> list[ArtifactView]:
        """What was asked about by name: it must be on record."""
        return [*self.chain.roots, *([self.judged] if self.judged is not None else [])]

    @property
    def views(self) -> list[ArtifactView]:
        """Every artifact that is spoken of."""
        return [*self.chain.artifacts, *([self.judged] if self.judged is not None else [])]


async def read_claim(store: GraphStore, of: str, moment: Moment) -> Claim:
    """The claim about one artifact. A chain is taken whole or not at all.

    Without a valid time the chain is not filtered by it, and the verdict is that of the instant at which the position was recorded.
    Raises NotRecorded, TooComplex for a chain longer than any answer may be.
    """
    chain = await read_chain(store, [of], moment, limit=HIGHEST_LIMIT)
    if chain.completeness.truncated:
        raise TooComplex(
            f"The chain behind {of} has more than {HIGHEST_LIMIT:,} artifacts, or very many steps.",
            "Export the bundle of something nearer to its beginning.",
        )
    annotations = await _read_annotations(store, chain, moment)
    deployments = [view.urn for view in chain.artifacts if view.kind == DEPLOYMENT.name]
    live = await read_live_times(store, deployments, moment)
    found, verdict, silence = await _read_verdict(store, of, moment.at(moment.known_at))
    json: JsonObject = {
        "artifacts": [
            _artifact(view, chain.distances[view.urn], annotations.get(view.urn, {}), live.get(view.urn))
            for view in chain.artifacts
        ],
        "steps": _steps(chain),
        "completeness": as_json(chain.completeness),
        "verdict": None if verdict is None else settled(as_json(verdict), "verdict"),
        "noVerdictBecause": silence,
    }
    return Claim(chain, found.view if found is not None else None, json)


async def _read_verdict(store: GraphStore, of: str, moment: Moment) -> tuple[Found | None, Verdict | None, str | None]:
    """What was read about a window's stream and the verdict on it, or why there is none; three times None for all but windows."""
    urn = parse_urn(of)
    if urn.kind != KPI_WINDOW.name:
        return None, None, None
    name = window_name(urn)
    if name is None:
        return None, None, f"{of} does not say what it measures."
    try:
        found = await read_gathered(store, KpiStream(name.measured, name.kpi, name.segment), moment)
    except (NotRecorded, InvalidInput) as unknown:
        return None, None, unknown.message
    return found, verdict_of(assess(found.gathered, moment.existing_at), completeness(found, moment)), None


async def _read_annotations(store: GraphStore, chain: Chain, moment: Moment) -> dict[str, dict[str, AnnotationRow]]:
    """The newest value of each field by URN."""
    urns = sorted(view.urn for view in chain.artifacts)
    found: dict[str, dict[str, AnnotationRow]] = {}
    for row in await store.ask(ANNOTATIONS, AnnotationsOf(urns, moment.position)):
        found.setdefault(row.urn, {})[row.field] = row
    return found


def _artifact(
    view: ArtifactView, distance: int, annotations: Mapping[str, AnnotationRow], live: LiveTimes | None
) -> JsonObject:
    """An artifact as the entry at its position declares it. Annotations are told by the positions of the entries that state them.

    Nothing is repeated that stands in these entries. `erased` names what was stated and is gone; what is empty is left out.
    """
    more: JsonObject = {
        "annotations": {name: row.position for name, row in annotations.items() if row.value},
        "erased": [name for name in sorted(annotations) if not annotations[name].value],
        "live": None if live is None else as_json(live),
    }
    found: JsonObject = {"urn": view.urn, "declared": view.declared, "position": view.position, "distance": distance}
    return found | {name: value for name, value in more.items() if value}


def _steps(chain: Chain) -> list[Json]:
    """The relations between artifacts, which are named by their places, each with the position of the entry that says so."""
    places = {view.urn: place for place, view in enumerate(chain.artifacts)}
    return [
        {"relation": step.relation, "from": places[step.source], "to": places[step.target], "position": step.position}
        for step in chain.steps
    ]


def as_json(value: object) -> Json:
    """An answer of the read side as JSON: names in camel case, instants as RFC 3339."""
    match value:
        case msgspec.Struct():
            return {_camel(name): _member(name, getattr(value, name)) for name in value.__struct_fields__}
        case Enum():
            name = value.value
            assert isinstance(name, str)
            return name
        case list() | tuple():
            return [as_json(one) for one in value]
        case Mapping():
            return {str(key): as_json(one) for key, one in value.items()}
        case bool() | int() | float() | str() | None:
            return value
    raise TypeError(f"an answer holds a {type(value).__name__}")


def _member(name: str, value: object) -> Json:
    if name in INSTANTS and isinstance(value, int):
        return None if value == BEGINNING else format_instant(value)
    return as_json(value)


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
