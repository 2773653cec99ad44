"""The heads of the log that witnesses have cosigned: for whoever shows, exports or verifies what others than the operator vouch for."""

from evidence_graph.errors import ProofFailed
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.cosigned_note import CosignedNote, parse_cosigned_note
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.store.graph_store import GraphStore, NoParameters
from evidence_graph.store.stored import COSIGNED_HEADS


async def read_cosigned(store: GraphStore, position: int) -> CosignedNote | None:
    """The cosigned checkpoint that vouches best for the entry at a log position; None when none covers it.

    Of those whose tree holds the position the one with the most witnesses, and of equally many the newest. `found.note.document` is the
    checkpoint as text (C2SP), `found.head` its size and root: make inclusion proofs for that size, not for the head. Its signatures by
    the log and by the witnesses were checked when it was stored; whoever relies on it checks them again, under keys of their own.
    Raises StoreUnavailable.
    """
    covering = [one for one in await read_cosigned_heads(store) if one.head.size > position]
    return max(covering, key=lambda one: (len(one.witnesses), one.head.size), default=None)


async def read_newest_cosigned(store: GraphStore, witnesses: int) -> CosignedNote | None:
    """The newest checkpoint that at least so many witnesses have cosigned. Raises StoreUnavailable."""
    return next((one for one in await read_cosigned_heads(store) if len(one.witnesses) >= witnesses), None)


async def read_cosigned_heads(store: GraphStore) -> list[CosignedNote]:
    """Every cosigned checkpoint that is kept and signed by the log's present key, the newest first; at most two for each witness.

    After a change of keys the older ones are left out: whoever trusts the present key alone could not check them. Raises StoreUnavailable.
    """
    head = await read_head(store)
    key = parse_verifier_key(head.key_text)
    notes = [_note(row.note) for row in await store.ask(COSIGNED_HEADS, NoParameters())]
    return [one for one in notes if one is not None and one.head.size <= head.size and one.is_signed_by(key)]


def _note(document: str) -> CosignedNote | None:
    """None for what somebody wrote into the store behind our back."""
    try:
        return parse_cosigned_note(document)
    except ProofFailed:
        return None
