"""Weeks of a KPI as manifests tell them, and how a verdict on them is asked for."""

from collections.abc import Sequence
from typing import Any

import msgspec

from evidence_graph.lineage.kpi_definitions import read_segment
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.verdict import read_verdict
from evidence_graph.lineage.verdict_parts import Verdict
from evidence_graph.record.instants import format_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import stories

DAY = 86_400_000_000
WEEK = 7 * DAY
FIRST = "2026-06-01T00:00:00Z"
SLOT = "slot:c/eu"
LIVE = "deployment:c/eu@1"
SHADOW = "deployment:c/eu@shadow"
MODEL = "model:c/m@1"
KPI = "c/conversion"
GOOD, BAD = 0.05, 0.04


def after(weeks: float, since: str = FIRST) -> str:
    """The instant so many weeks after the story begins."""
    return format_instant(stories.at(since) + round(weeks * WEEK))


def definition(**fields: Any) -> dict[str, Any]:
    """A conversion of 5 % that is waited for a week; a change by a twentieth of it matters."""
    stated = {
        "benchmark": {"mean": 0.05},
        "smallestRelevantChange": {"relative": 0.05},
        "labelHorizon": "P7D",
    } | fields
    return stories.kpi(KPI, **{name: value for name, value in stated.items() if value is not None})


def week(of: str, number: int, rate: float = GOOD, n: int = 20_000, **fields: Any) -> dict[str, Any]:
    """Week `number` of something, from 0."""
    kind = of.partition(":")[0]
    measured = {kind: of, "kpi": KPI, "start": after(number), "end": after(number + 1)}
    return measured | {"n": n, "successes": round(n * rate)} | fields


def weeks(of: str, rates: Sequence[float], first: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """Weeks one after the other."""
    return [week(of, first + number, rate, **fields) for number, rate in enumerate(rates)]


def one_deployment(rates: Sequence[float], **definition_fields: Any) -> stories.ManifestDocument:
    """A roll-out that is live since the story begins, and its weeks."""
    return {
        "kpis": [definition(**definition_fields)],
        "deployments": [{"urn": LIVE, "serves": MODEL, "from": FIRST}],
        "windows": weeks(LIVE, rates),
    }


def stream(of: str = LIVE, segment: str = "", kpi: str = KPI) -> KpiStream:
    return KpiStream(parse_urn(of), kpi, read_segment(segment))


async def verdict(
    store: GraphStore, weeks_later: float, of: str = LIVE, segment: str = "", at_position: int | None = None
) -> Verdict:
    """The verdict so many weeks after the story begins."""
    return await read_verdict(store, stream(of, segment), await moment(store, weeks_later, at_position))


async def moment(store: GraphStore, weeks_later: float, at_position: int | None = None) -> Moment:
    if at_position is None:
        return await stories.now(store, after(weeks_later))
    return await stories.as_of(store, at_position, after(weeks_later))


def as_json(found: msgspec.Struct) -> bytes:
    """Every bit of an answer."""
    return msgspec.json.encode(found)


def reasons(found: Verdict) -> dict[str, int]:
    """Why windows were left out, and how many."""
    return {one.reason: one.count for one in found.left_out_reasons}


def used_starts(found: Verdict) -> list[float]:
    """The weeks that count, by number."""
    return [(one.start - stories.at(FIRST)) / WEEK for one in found.used]
