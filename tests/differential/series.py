"""A name with all its versions, newest first."""

from evidence_graph.lineage.artifact import read_series
from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests.declarations import KPI
from tests.histories import History
from tests.reference import ALWAYS, Known
from tests.sayings import DATASETS, FEATURES, MODELS, NOTES, PARTS, ROLL_OUTS


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """By when they came to exist, or when nobody said that, by when they were recorded."""
    windows = [f"kpi_window:one/slot,deployment,{KPI}@", f"kpi_window:m/model,model,{KPI}@"]
    urn = history.random.choice([*DATASETS, *FEATURES, *MODELS, *NOTES, *PARTS, *ROLL_OUTS, *windows])
    series = urn.rpartition("@")[0]

    def age(urn: str) -> tuple[float, int, str]:
        position, exists_from = known.declared.get(urn, (known.named[urn], ALWAYS))
        return history.recorded[position] if exists_from == ALWAYS else exists_from, position, urn

    versions = [urn for urn in known.named if urn.rpartition("@")[0] == series]
    expected = [urn for urn in versions if known.on_record(urn) and known.existed(urn, valid_at)]

    found = await read_series(store, series, moment)

    assert [view.urn for view in found] == sorted(expected, key=age, reverse=True), (series, moment)
    return bool(expected)
