"""The entries by which a log has changed its signing key: who trusts one key of a log follows them to the next."""

from evidence_graph.lineage.artifact import ENTRIES_ABOUT, EntriesAbout
from evidence_graph.lineage.log_proofs import LoggedEntry, logged_entry
from evidence_graph.lineage.moment import read_head
from evidence_graph.record.events import LogKeyChanged
from evidence_graph.store.graph_store import GraphStore

MOST_CHANGES = 100


async def read_key_changes(store: GraphStore, after: int) -> list[LoggedEntry]:
    """The next changes of keys behind a log position, in their order; at most MOST_CHANGES. Raises RecordDamaged, StoreUnavailable."""
    head = await read_head(store)
    rows = await store.ask(ENTRIES_ABOUT, EntriesAbout([f"log:{head.origin}"], head.position))
    found = [logged_entry(row.position, row) for row in rows if row.position > after]
    return [one for one in found if isinstance(one.entry.event, LogKeyChanged)][:MOST_CHANGES]
