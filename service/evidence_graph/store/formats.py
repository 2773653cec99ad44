"""Which formats of the log this version can serve, and the one that none can: a log that is not whole yet."""

from collections.abc import Sequence

from evidence_graph.errors import StoreRefused, StoreUnfinished
from evidence_graph.record.entry import FORMAT
from evidence_graph.store.graph_store import Head

UNFINISHED = 2**31 - 1  # the format of a head while a log is being loaded: every version refuses it, earlier ones too


def refuse_newer_format(heads: Sequence[Head]) -> None:
    """Raises StoreRefused when the store was written by a later version, StoreUnfinished when it holds a part of a log."""
    for head in heads:
        if head.format == UNFINISHED:
            raise StoreUnfinished(head.size)
        if head.format > FORMAT:
            raise StoreRefused(
                f"The store has format {head.format}; this version knows formats up to {FORMAT}.",
                "Install a newer evidence-graph, or name another store.",
            )
