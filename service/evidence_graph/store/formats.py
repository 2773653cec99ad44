"""Which formats of the log this version can serve."""

from collections.abc import Sequence

from evidence_graph.errors import StoreRefused
from evidence_graph.record.entry import FORMAT
from evidence_graph.store.graph_store import Head


def refuse_newer_format(heads: Sequence[Head]) -> None:
    """Raises StoreRefused when the store was written by a later version."""
    for head in heads:
        if head.format > FORMAT:
            raise StoreRefused(
                f"The store has format {head.format}; this version knows formats up to {FORMAT}.",
                "Install a newer evidence-graph, or name another store.",
            )
