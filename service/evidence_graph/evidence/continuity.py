"""Whether the log in a store still has every entry that an earlier head committed to."""

from evidence_graph.errors import RecordDamaged
from evidence_graph.proof.checkpoint import Checkpoint
from evidence_graph.proof.consistency import consistency_stretches, verify_consistency
from evidence_graph.proof.merkle import root_hash
from evidence_graph.proof.subtrees import stretch_hash
from evidence_graph.store.graph_store import Head
from evidence_graph.store.log_tree import Asked, frontier_of, read_tree

_NEXT_STEP = "Restore the store as it was, or keep the file of the last signed head elsewhere and let the log go on under a new origin."


async def require_continued(asked: Asked, earlier: Checkpoint, head: Head) -> None:
    """Refuse a log that does not begin with the entries of an earlier head (RFC 6962, section 2.1.2).

    Raises RecordDamaged when it is shorter, its head is not that of its tree, or hashes are missing, ProofFailed when entries differ.
    """
    if earlier.origin != head.origin and earlier.size > head.size:
        raise RecordDamaged(
            f"This key has signed another log, {earlier.origin[:80]}, of {earlier.size:,} entries.",
            "Give every log a key of its own: set EVIDENCE_SIGNING_KEY.",
        )
    if earlier.size > head.size:
        raise RecordDamaged(
            f"The log has {head.size:,} entries, and a head of {earlier.size:,} has been signed: entries were lost.",
            _NEXT_STEP,
        )
    root = bytes.fromhex(head.root)
    if root_hash(frontier_of(head)) != root:
        raise RecordDamaged("The head of the log is not that of its tree.", _NEXT_STEP)
    parts = consistency_stretches(earlier.size, head.size)
    tree = await read_tree(asked, head, parts)
    proof = [stretch_hash(part, tree) for part in parts]
    verify_consistency(earlier.size, head.size, proof, earlier.root, root)
