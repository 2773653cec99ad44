"""What a rebuild throws away and what it keeps: every stored thing is one or the other, on both engines."""

import re

from evidence_graph.store.named_queries import named_query
from graph_schema.constraints import STORED

OF_THE_LOG = {"log_head", "entry", "signed_head", "cosigned_head", "signing_lease"}
BESIDE_THE_LOG = {"annotation"}  # the only copy of the values; a rebuild corrects them one by one
OF_THE_FILES = {"purged"}
KEPT = OF_THE_LOG | BESIDE_THE_LOG | OF_THE_FILES


def test_every_table_that_follows_from_the_log_is_made_anew() -> None:
    """A table nobody thought of would keep what an insider wrote there, or take everything twice."""
    dropped = re.findall(r"DROP TABLE IF EXISTS (\w+)", named_query("sql", "clear_graph").text)

    assert set(dropped) == {stored.table for stored in STORED} - KEPT
    assert len(dropped) == len(set(dropped))


def test_every_node_that_follows_from_the_log_is_made_anew() -> None:
    """Relations have no label, and all of them go."""
    (labels,) = re.findall(r"MATCH \(n:([\w|]+)\)", named_query("cypher", "clear_graph").text)

    assert set(labels.split("|")) == {stored.label for stored in STORED if stored.label and stored.table not in KEPT}
    assert "MATCH ()-[r]->()" in named_query("cypher", "clear_graph").text
