"""Changing the log's key: the old key vouches for the new one in an entry of the log, and signs no more."""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import KeyMissing, StoreUnavailable
from evidence_graph.evidence.clock import Clock
from evidence_graph.evidence.continuity import require_continued
from evidence_graph.evidence.key_file import key_at, key_in, next_key_path, put_in_place
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import change_key
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.store.graph_store import GraphStore, Head, Transaction


class Rotated(msgspec.Struct, frozen=True):
    """The verifier keys before and after, where the old private key is kept, and the head of the log."""

    old: str
    new: str
    kept: Path
    head: Head


async def rotate_key(store: GraphStore, key_file: Path, clock: Clock) -> Rotated:
    """Make a new key, let the old one vouch for it in the log, and put it in the old one's place.

    What was interrupted is finished, not begun anew. Raises KeyMissing when the file does not hold the log's key, RecordDamaged or
    ProofFailed when the log does not continue what the old key has signed.
    """
    old = key_to_change(key_file)
    new = key_at(next_key_path(key_file))
    head = await store.write(lambda transaction: _changed(transaction, LastSigned(key_file), old, new, clock))
    before, after = (VerifierKey.of(head.origin, key) for key in (old, new))
    return Rotated(before.text, after.text, put_in_place(key_file, before.key_id), head)


def key_to_change(key_file: Path) -> Ed25519PrivateKey:
    """The key that signs now. Raises KeyMissing when it is not in the file."""
    key = key_in(key_file)
    if key is None:
        raise KeyMissing("The log's private key is not here.", "Set EVIDENCE_SIGNING_KEY to where it is.")
    return key


async def _changed(
    transaction: Transaction, last_signed: LastSigned, old: Ed25519PrivateKey, new: Ed25519PrivateKey, clock: Clock
) -> Head:
    """The head after the log has said it; it may have been said already."""
    head = await transaction.lock_head()
    if head is None:
        raise StoreUnavailable("The log has not begun yet.", "Record something first.")
    if head.key_text == VerifierKey.of(head.origin, new).text:
        return head
    if head.key_text != VerifierKey.of(head.origin, old).text:
        raise KeyMissing("The signing key is not the one that the log names.", "Check EVIDENCE_SIGNING_KEY.")
    last = last_signed.read()
    if last is not None and last.binds(old, head.origin):
        await require_continued(transaction, last.head, head)
    return await change_key(transaction, head, old, new, clock)
