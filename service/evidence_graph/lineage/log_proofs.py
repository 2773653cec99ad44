"""Entries of the log as they stand in it, and proofs about them: what an outsider checks without trusting us.

A proof costs a few hashes, whatever the log's size (`proof/tiles.py`); those of many proofs are read together. Every proof is checked
against the root before it is given away, so that a store somebody has edited is found out here and not at the auditor's.
"""

from collections.abc import Sequence

import msgspec

from evidence_graph.errors import InvalidInput, ProofFailed, RecordDamaged, StoreUnavailable
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.consistency import consistency_stretches, verify_consistency
from evidence_graph.proof.inclusion import inclusion_stretches, verify_inclusion
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.subtrees import Stretch, stretch_hash
from evidence_graph.proof.tiles import StoredHashes
from evidence_graph.proof.tlog_proof import TlogProof
from evidence_graph.record.entry import Entry, decode_entry
from evidence_graph.store.graph_store import GraphStore, Head, NoParameters
from evidence_graph.store.log_tree import read_tree
from evidence_graph.store.stored import ENTRIES, SIGNED_HEAD, EntriesBetween, EntryRow, SignedHead

_AUDIT = "Run `evidence verify --store`."


class LoggedEntry(msgspec.Struct, frozen=True):
    """One entry: where it stands, its leaf hash, its canonical bytes as text, and what they say."""

    position: int
    leaf: bytes
    body: str
    entry: Entry


class InclusionProof(msgspec.Struct, frozen=True):
    """That the entry with this leaf hash is at `position` of the log of `size` entries with this root; the leaf's sibling first."""

    position: int
    size: int
    leaf: bytes
    hashes: list[bytes]
    root: bytes


class ConsistencyProof(msgspec.Struct, frozen=True):
    """That the log of `second` entries begins with that of `first`, with the roots of both."""

    first: int
    second: int
    hashes: list[bytes]
    first_root: bytes
    second_root: bytes


async def read_signed_head(store: GraphStore) -> SignedHead | None:
    """The head as it was last signed, by whichever process; None when none has been yet."""
    return next(iter(await store.ask(SIGNED_HEAD, NoParameters())), None)


async def read_entry(store: GraphStore, position: int) -> LoggedEntry:
    """The entry at a position. Raises InvalidInput when there is none, RecordDamaged when it is not what was recorded."""
    head = await read_head(store)
    _require_position(position, head.size)
    rows = await store.ask(ENTRIES, EntriesBetween(position, position))
    return logged_entry(position, rows[0] if rows else None)


def logged_entry(position: int, row: EntryRow | None) -> LoggedEntry:
    """What a stored entry says. Raises RecordDamaged when it is not what was recorded."""
    body = row.body if row else ""
    leaf = leaf_hash(body.encode())
    if row is None or leaf.hex() != row.leaf:
        raise RecordDamaged(f"The entry at position {position} is not the one that was recorded.", _AUDIT)
    return LoggedEntry(position, leaf, body, decode_entry(body.encode()))


async def read_inclusion(store: GraphStore, position: int, size: int | None = None) -> InclusionProof:
    """The proof of one entry in the log at a size, or as it stands now. Raises InvalidInput, RecordDamaged."""
    (proof,) = await read_inclusions(store, [position], size)
    return proof


async def read_inclusions(store: GraphStore, positions: Sequence[int], size: int | None = None) -> list[InclusionProof]:
    """The proofs of many entries at one size, in their order; hashes they share are read once. Raises as `read_inclusion`."""
    head = await read_head(store)
    size = _size_within(head, head.size if size is None else size, "size")
    for position in positions:
        _require_position(position, size)
    parts = {position: inclusion_stretches(position, size) for position in positions}
    leaves = [Stretch(position, position + 1) for position in positions]
    whole = Stretch(0, size)
    tree = await read_tree(store, head, [whole, *leaves, *(part for path in parts.values() for part in path)])
    root = _root(tree, head, size)
    proofs = [
        InclusionProof(place, size, tree(0, place), [stretch_hash(part, tree) for part in parts[place]], root)
        for place in positions
    ]
    for proof in proofs:
        _require_sound(proof)
    return proofs


async def read_consistency(store: GraphStore, first: int, second: int | None = None) -> ConsistencyProof:
    """The proof between two sizes of the log, the second as it stands now unless given. Raises InvalidInput, RecordDamaged."""
    head = await read_head(store)
    second = _size_within(head, head.size if second is None else second, "to")
    if not 1 <= first <= second:
        raise InvalidInput(
            f"from is {first}; it is the smaller of two sizes, and to is {second}.", "Give from 1 to `to`."
        )
    parts = consistency_stretches(first, second)
    tree = await read_tree(store, head, [Stretch(0, first), Stretch(0, second), *parts])
    hashes = [stretch_hash(part, tree) for part in parts]
    proof = ConsistencyProof(first, second, hashes, _root(tree, head, first), _root(tree, head, second))
    try:
        verify_consistency(first, second, hashes, proof.first_root, proof.second_root)
    except ProofFailed as error:
        raise RecordDamaged(error.message, _AUDIT) from error
    return proof


async def read_tlog_proof(store: GraphStore, position: int) -> TlogProof:
    """One entry's whole proof under the published checkpoint. Raises InvalidInput, RecordDamaged, StoreUnavailable while none covers it."""
    _require_position(position, (await read_head(store)).size)
    signed = await read_signed_head(store)
    if signed is None or signed.size <= position:
        raise StoreUnavailable(f"No signed head covers position {position} yet.")
    proof = await read_inclusion(store, position, signed.size)
    if proof.root.hex() != signed.root:
        raise RecordDamaged(f"The log of {signed.size} entries is not the one that was signed.", _AUDIT)
    return TlogProof(position, tuple(proof.hashes), signed.note)


def _require_position(position: int, size: int) -> None:
    if not 0 <= position < size:
        raise InvalidInput(
            f"position is {position}; a log of {size} entries ends at {size - 1}.", f"Choose one from 0 to {size - 1}."
        )


def _size_within(head: Head, size: int, field: str) -> int:
    if not 1 <= size <= head.size:
        raise InvalidInput(f"{field} is {size}; the log has {head.size} entries.", f"Choose from 1 to {head.size}.")
    return size


def _root(tree: StoredHashes, head: Head, size: int) -> bytes:
    """At the head the one that it states, so that a proof is held against what gets signed."""
    return bytes.fromhex(head.root) if size == head.size else stretch_hash(Stretch(0, size), tree)


def _require_sound(proof: InclusionProof) -> None:
    try:
        verify_inclusion(proof.leaf, proof.position, proof.size, proof.hashes, proof.root)
    except ProofFailed as error:
        raise RecordDamaged(error.message, _AUDIT) from error
