"""Inclusion: the proof that one entry is in the log at one position, made and checked.

RFC 6962, section 2.1.1 (the path); RFC 9162, section 2.1.3.2 (how a verifier walks it); SHA-256. A proof is the hashes of the parts of the
tree beside the way from the leaf to the root, the leaf's sibling first.
"""

from collections.abc import Sequence

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.merkle import node_hash
from evidence_graph.proof.subtrees import LARGEST_SIZE, Stretch, SubtreeHash, require_hash, split_of, stretch_hash


def inclusion_stretches(position: int, size: int) -> list[Stretch]:
    """The parts of a tree of `size` entries whose hashes prove the entry at `position`, the leaf's sibling first.

    At most 64, and at most one of them (at the tree's growing end) is no perfect subtree. Raises InvalidInput when there is no such entry.
    """
    if not 0 <= position < size <= LARGEST_SIZE:
        raise InvalidInput(
            f"position {position} is not in a log of {size} entries.", "Positions run from 0 to the size - 1."
        )
    found, part = [], Stretch(0, size)
    while part.end - part.begin > 1:
        split = split_of(part)
        left, right = Stretch(part.begin, split), Stretch(split, part.end)
        part, beside = (left, right) if position < split else (right, left)
        found.append(beside)
    return found[::-1]


def inclusion_proof(position: int, size: int, hash_of: SubtreeHash) -> list[bytes]:
    """PATH(position, D[size]) of RFC 6962, 2.1.1. Raises InvalidInput when the log has no such entry at that size."""
    return [stretch_hash(part, hash_of) for part in inclusion_stretches(position, size)]


def verify_inclusion(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse a leaf hash that is not at `position` of the tree with this size and root. Raises ProofFailed naming the position.

    Take the leaf hash of the very bytes presented, and size and root from one verified checkpoint: the path alone does not
    bind the size, because at the growing end trees of several sizes have paths of one shape.
    """
    place = f"entry {position} in a log of {size}"
    if not 0 <= position < size <= LARGEST_SIZE:
        raise ProofFailed(f"There is no {place}.")
    require_hash(leaf, f"The leaf hash of {place}")
    require_hash(root, f"The root of {place}")
    node, last, computed = position, size - 1, leaf  # fn, sn and r of RFC 9162
    for sibling in proof:
        require_hash(sibling, f"A hash of the inclusion proof of {place}")
        if last == 0:
            raise ProofFailed(f"The inclusion proof of {place} has too many hashes.")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while node and not node & 1:  # the last node of a level without a sibling is its own parent
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofFailed(f"The inclusion proof of {place} has too few hashes.")
    if computed != root:
        raise ProofFailed(f"The inclusion proof of {place} does not lead to the root.")
