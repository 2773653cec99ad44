"""Rebuilding the graph of the store that the settings name."""

from evidence_graph.cli.backup_files import existing_store
from evidence_graph.cli.byte_progress import EntryProgress
from evidence_graph.evidence.rebuild import Rebuilt, open_for_rebuild, rebuild_graph
from evidence_graph.settings import Settings


async def rebuilt(settings: Settings) -> Rebuilt:
    """The head that the graph follows from now. Raises Failed, EvidenceError."""
    async with existing_store(settings, open_for_rebuild) as store:
        with EntryProgress("Rebuilding") as progress:
            return await rebuild_graph(store, progress.reached)
