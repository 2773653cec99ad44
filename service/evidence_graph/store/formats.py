"""Which formats of the log, and which layouts of the graph beside it, this version can serve."""

from collections.abc import Sequence

from evidence_graph.errors import StoreRefused
from evidence_graph.record.entry import FORMAT
from evidence_graph.store.graph_store import Head

LAYOUT = 2  # of tables, labels, properties and indexes; 2 keeps the URNs of both ends in every relation


def refuse_newer_format(heads: Sequence[Head]) -> None:
    """Raises StoreRefused when the store was written by a later version."""
    for head in heads:
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
