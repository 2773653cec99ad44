"""The service's own schema asked in this process, over a store that is open already."""

from typing import Any

from evidence_graph.api.context import RequestContext
from evidence_graph.api.execution import Operation, answer
from evidence_graph.app import served_schema
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.purging import Purger
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.resources import query_text
from evidence_graph.store.graph_store import GraphStore


async def ask(store: GraphStore, stem: str, now: int, **variables: Any) -> Any:
    """The root field of a document of `queries/graphql`, asked at the instant `now` (µs)."""
    clock = SimulatedClock(now)
    context = RequestContext(store, Recorder(store, clock), Purger(store), clock, _is_open, "ana", "TEST", "one")
    body = (await answer(served_schema(), Operation(query_text("graphql", stem), variables), context)).body
    assert "errors" not in body, body
    data = body["data"]
    assert isinstance(data, dict)
    (found,) = data.values()
    return found


async def _is_open() -> None:
    """The store is."""
