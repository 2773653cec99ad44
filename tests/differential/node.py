"""Anything by its id, as it is on record now: what `artifact` says of it at the head of the log."""

from evidence_graph.lineage.moment import Moment
from evidence_graph.store.graph_store import GraphStore
from tests import over_graphql
from tests.histories import History
from tests.reference import Known
from tests.sayings import DATASETS, NOTES


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """Over GraphQL, because only there is a node a thing of its own; the moment is of no account."""
    now = history.known_at(history.head)
    urn = history.random.choice([*sorted(now.named), *NOTES, *DATASETS])

    found = await over_graphql.ask(store, "node", history.clock, id=urn)

    if not now.on_record(urn):
        assert found is None, urn
        return False
    declared = urn in now.declared
    position = now.declared[urn][0] if declared else now.named[urn]
    assert (found["id"], found["urn"]) == (urn, urn)
    assert found["__typename"] == {"kpi_window": "KpiWindow"}.get(kind := urn.partition(":")[0], kind.capitalize())
    assert (found["declared"], found["position"]) == (declared, position), urn
    assert found["description"] == now.described.get(urn), urn
    fields = now.fields.get(urn, {})
    assert found["occurredAt"] == fields.get("occurredAt"), urn
    for name in ("covers", "source"):
        stated = {name: value for name, value in (found[name] or {}).items() if value is not None}
        assert stated == fields.get(name, {}), urn
    return True
