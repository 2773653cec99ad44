"""The state of every live deployment: 1,000 of them with 52 weekly windows each, in a namespace with as many that are over."""

import time
from collections.abc import Iterator

from evidence_graph.kpi.verdict import judge_series
from evidence_graph.lineage.degraded import read_degraded
from evidence_graph.lineage.kpi_series import read_kpi_series
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import read_moment
from evidence_graph.lineage.verdict import read_gathered, read_verdict
from evidence_graph.record.events import ArtifactDeclared, KpiDefined
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.urn import parse_urn, window_urn
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.measuring import Figure, medians, show
from tests.benchmarks.shop import FIRST_DAY
from tests.benchmarks.telling import Saying, tell

WEEK = 7 * 86_400_000_000  # µs
DEPLOYMENTS, WEEKS, LONG = 1_000, 52, 520
KPI, LONG_KPI = "shop/conversion", "shop/clicks"
LONGEST_LIVE = "deployment:shop/slot0@2"
NOW = FIRST_DAY + (LONG + 60) * WEEK


async def measure_portfolio() -> None:
    """Print the table."""
    figures = []
    for engine in engine_names():
        async with fresh_store(engine) as store:
            await tell(store, _portfolio())
            moment = await read_moment(store, NOW)
            stream = KpiStream(parse_urn(LONGEST_LIVE), LONG_KPI, "")
            gathered = (await read_gathered(store, stream, moment)).gathered
            assert gathered.plan is not None
            assert len(gathered.counted) == LONG
            begin = time.process_time()
            judge_series(gathered.plan, gathered.counted, gathered.yardstick)
            in_judging = time.process_time() - begin
            everything, one, series = await medians(
                lambda: read_degraded(store, moment, namespace="shop"),  # noqa: B023
                lambda: read_verdict(store, stream, moment),  # noqa: B023
                lambda: read_kpi_series(store, stream, moment),  # noqa: B023
                rounds=5,
                warm=1,
            )
            begin = time.process_time()
            seen = await read_degraded(store, moment, namespace="shop")
            in_all = time.process_time() - begin
            assert (seen.streams, seen.deployments) == (DEPLOYMENTS + 1, DEPLOYMENTS)
            note = f"{DEPLOYMENTS * WEEKS:,} windows; {in_all:.2f} s of CPU in this process"
            figures += [
                Figure(f"{engine}: degraded, {DEPLOYMENTS:,} live", everything, 2.0, "≤ 1 on SQLite", note),
                Figure(
                    f"{engine}: verdict, {LONG} windows", one, in_judging, "none", "against judging the series alone"
                ),
                Figure(f"{engine}: kpiSeries, a page of {LONG}", series, in_judging, "none", "against judging alone"),
            ]
    show("The state of everything that is live", figures)


def _portfolio() -> Iterator[Saying]:
    stated: JsonObject = {
        "aggregate": "PROPORTION",
        "benchmark": {"mean": 0.05},
        "direction": "HIGHER_IS_BETTER",
        "labelHorizon": "P7D",
        "smallestRelevantChange": {"relative": 0.05},
    }
    for kpi in (KPI, LONG_KPI):
        yield Saying(KpiDefined(kpi, "1", stated))
    for number in range(DEPLOYMENTS):
        for version, weeks in ((1, 10), (2, WEEKS)):
            deployment = f"deployment:shop/slot{number}@{version}"
            first = FIRST_DAY + (LONG - WEEKS) * WEEK if version == 2 and number else FIRST_DAY
            yield _deployed(deployment, first + version)
            for week in range(weeks):
                yield _measured(deployment, KPI, first + version + week * WEEK, 950 + number * week % 100)
    for week in range(LONG):
        yield _measured(LONGEST_LIVE, LONG_KPI, FIRST_DAY + 2 + week * WEEK, 960 + week % 80)


def _deployed(urn: str, at: int) -> Saying:
    fields: JsonObject = {"from": format_instant(at), "mode": "PRODUCTION", "traffic": 1}
    return Saying(ArtifactDeclared(urn, fields, {"SERVES": ["model:shop/m@1"]}, gate={"result": "NOT_ASKED"}))


def _measured(deployment: str, kpi: str, start: int, successes: int) -> Saying:
    name = format_instant(start).replace("-", "").replace(":", "")
    fields: JsonObject = {
        "start": format_instant(start),
        "end": format_instant(start + WEEK),
        "kpi": kpi,
        "n": 20_000,
        "successes": successes,
        "revision": 0,
    }
    urn = window_urn(parse_urn(deployment), kpi, (), name, 0).text
    return Saying(ArtifactDeclared(urn, fields, {"MEASURES": [deployment]}))
