"""Everything that `evidence serve` needs, loaded by importing this: a process forked afterwards serves in a moment."""

from contextlib import suppress

from evidence_graph.api import metrics
from evidence_graph.app import served_schema
from evidence_graph.cli import main, web_server

__all__ = ["main", "metrics", "web_server"]

served_schema()
with suppress(Exception):  # where the driver of Neo4j is not installed, no test asks for it
    from evidence_graph.store import neo4j as neo4j
