"""Which formats of the log and layouts of the graph beside it this version can serve, and that none serves a log that is not whole yet."""

from collections.abc import Sequence

from evidence_graph.errors import StoreRefused, StoreUnfinished
from evidence_graph.record.entry import FORMAT
from evidence_graph.store.graph_store import Head

UNFINISHED = 2**31 - 1  # the format of a head while a log is being loaded: every version refuses it, earlier ones too
LAYOUT = 2  # of tables, labels, properties and indexes; 2 keeps the URNs of both ends in every relation, and tile hashes of the log


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


def refuse_other_layout(layouts: Sequence[int]) -> None:
    """Raises StoreRefused when the store keeps its graph in another way; a store without any is new."""
    for layout in layouts:
        if layout != LAYOUT:
            writer = "an older" if layout < LAYOUT else "a newer"
            raise StoreRefused(
                f"The store was made by {writer} version: its graph has layout {layout}, this version reads layout {LAYOUT}.",
                "Use the version that made it, or name a new store and register the manifests again.",
            )
