"""Which formats of the log and layouts of the graph beside it this version can serve, and that none serves what is not whole.

A log that is being loaded and a graph that is being rebuilt are marked by the format of the head, because every version refuses to record
under one that it does not know, earlier ones too.
"""

import secrets
from collections.abc import Sequence

from evidence_graph.errors import StoreOlder, StoreRebuilding, StoreRefused, StoreUnfinished
from evidence_graph.record.entry import FORMAT
from evidence_graph.store.graph_store import Head
from graph_schema.constraints import LAYOUT

UNFINISHED = 2**31 - 1  # the format of a head while a log is being loaded
MARKS = range(2**30, UNFINISHED)  # formats of a head while the graph is being rebuilt; each names one rebuild
REBUILDABLE = (2, 3)  # layouts of graphs that can be made anew as this one, from a log that is kept in the same way


def new_mark() -> int:
    """The format of a head whose graph is being rebuilt, by whoever made this mark."""
    return MARKS[secrets.randbelow(len(MARKS))]


def refuse_rebuilding(heads: Sequence[Head]) -> None:
    """Raises StoreRebuilding while the graph holds a part of what follows from the log."""
    if any(head.format in MARKS for head in heads):
        raise StoreRebuilding()


def refuse_newer_format(heads: Sequence[Head]) -> None:
    """Raises StoreRefused when the store was written by a later version, StoreUnfinished or StoreRebuilding when it is not whole."""
    refuse_rebuilding(heads)
    for head in heads:
        if head.format == UNFINISHED:
            raise StoreUnfinished(head.size)
        if head.format > FORMAT:
            raise StoreRefused(
                f"The store has format {head.format}; this version knows formats up to {FORMAT}.",
                "Install a newer evidence-graph, or name another store.",
            )


def refuse_other_layout(layouts: Sequence[int]) -> None:
    """Raises StoreRefused when the store keeps its graph in another way, StoreOlder when a rebuild changes that; one without any is new."""
    for layout in layouts:
        if layout == LAYOUT:
            continue
        writer = "an older" if layout < LAYOUT else "a newer"
        found = f"The store was made by {writer} version: its graph has layout {layout}, this version reads layout {LAYOUT}."
        if layout in REBUILDABLE:
            raise StoreOlder(found, "End every service of the older version, then run `evidence rebuild`.")
        raise StoreRefused(found, "Use the version that made it, or name a new store and register the manifests again.")
