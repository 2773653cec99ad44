"""Merkle tree of the evidence log: leaf hashes, the frontier that grows entry by entry, and the root.

RFC 6962, section 2.1 (hashes); SHA-256. A frontier holds the roots of the perfect subtrees that make up a tree, largest first: one hash
for each bit set in its size. Positions count from 0; a tree of `size` entries ends at `size - 1`.
"""

from collections.abc import Iterable
from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"  # different prefixes (2.1), so that an inner node can never pass for an entry
HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry as a leaf."""
    return sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(NODE + left + right).digest()


def append(frontier: tuple[bytes, ...], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """The frontier of the tree of `size` entries after one more leaf hash: equal neighbours merge, like carrying a bit."""
    nodes = [*frontier, leaf]
    while size & 1:
        right = nodes.pop()
        nodes[-1] = node_hash(nodes[-1], right)
        size >>= 1
    return tuple(nodes)


def root_hash(frontier: tuple[bytes, ...]) -> bytes:
    """Root of the tree with this frontier; of the empty tree it is the hash of nothing (2.1)."""
    if not frontier:
        return sha256().digest()
    root = frontier[-1]
    for node in reversed(frontier[:-1]):
        root = node_hash(node, root)
    return root


def tree_root(entries: Iterable[bytes]) -> bytes:
    """Root over whole entries, in order."""
    frontier: tuple[bytes, ...] = ()
    for size, entry in enumerate(entries):
        frontier = append(frontier, size, leaf_hash(entry))
    return root_hash(frontier)
