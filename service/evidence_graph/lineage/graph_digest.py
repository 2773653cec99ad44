"""One digest of the whole graph as known at a position: equal for equal knowledge, in whatever order it was told."""

from hashlib import sha256

import orjson

from evidence_graph.lineage.artifact import ArtifactView, annotate, read_artifacts
from evidence_graph.lineage.deployments import ROLL_OUTS, RollOutsIn
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.json_values import Json
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import DEFINITIONS, RELATIONS_FROM, DefinitionsNamed, RelationsFrom

PAGE = 1_000


async def read_graph_digest(store: GraphStore, moment: Moment) -> str:
    """SHA-256, hexadecimal, of artifacts, relations, roll-outs and definitions; positions, recorded times and annotations aside."""
    digest = sha256()
    after = ""
    while True:
        page, more = await read_artifacts(store, moment, after=after, limit=PAGE)
        for line in await _artifact_lines(store, page, moment):
            digest.update(_line(line))
        if not more:
            break
        after = page[-1].urn
    roll_outs = await store.ask(ROLL_OUTS, RollOutsIn("", moment.position))
    for one in sorted((row.deployment, row.change, row.at, row.mode, row.traffic) for row in roll_outs):
        digest.update(_line(list(one)))
    for row in await store.ask(DEFINITIONS, DefinitionsNamed([], moment.position)):
        digest.update(_line([row.name, row.version, row.content]))
    return digest.hexdigest()


async def _artifact_lines(store: GraphStore, page: list[ArtifactView], moment: Moment) -> list[list[Json]]:
    await annotate(store, page, moment)
    relations: dict[str, list[str]] = {}
    for row in await store.ask(RELATIONS_FROM, RelationsFrom([view.urn for view in page], moment.position)):
        relations.setdefault(row.source, []).append(f"{row.relation} {row.target}")
    return [
        [
            view.urn,
            view.declared,
            view.fields,
            view.annotations.get("sensitivity"),
            *sorted(relations.get(view.urn, [])),
        ]
        for view in page
    ]


def _line(parts: list[Json]) -> bytes:
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS) + b"\n"
