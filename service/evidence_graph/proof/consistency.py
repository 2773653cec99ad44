"""Consistency: the proof that a later log begins with every entry of an earlier one, made and checked.

RFC 6962, section 2.1.2 (the proof); RFC 9162, section 2.1.4.2 (how a verifier walks it); SHA-256. From the same hashes the verifier
computes both roots.
"""

from collections.abc import Sequence

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.merkle import node_hash
from evidence_graph.proof.subtrees import LARGEST_SIZE, Stretch, SubtreeHash, require_hash, split_of, stretch_hash


def consistency_stretches(first: int, second: int) -> list[Stretch]:
    """The parts of the tree of `second` entries whose hashes prove that it begins with the tree of `first`, smallest first.

    None when the sizes are equal. Raises InvalidInput when `first` is 0 (nothing begins with nothing in particular) or beyond `second`.
    """
    if not 0 < first <= second <= LARGEST_SIZE:
        raise InvalidInput(
            f"A log of {second} entries has no consistency proof from size {first}.",
            "Give two sizes, the first at least 1 and not above the second.",
        )
    found, part = [], Stretch(0, second)
    while part.end != first:
        split = split_of(part)
        left, right = Stretch(part.begin, split), Stretch(split, part.end)
        part, beside = (left, right) if first <= split else (right, left)
        found.append(beside)
    if part.begin:  # else the part is the whole first tree, whose root the verifier has
        found.append(part)
    return found[::-1]


def consistency_proof(first: int, second: int, hash_of: SubtreeHash) -> list[bytes]:
    """PROOF(first, D[second]) of RFC 6962, 2.1.2. Raises InvalidInput unless 0 < first <= second."""
    return [stretch_hash(part, hash_of) for part in consistency_stretches(first, second)]


def verify_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> None:
    """Refuse two tree heads of which the second does not continue the first. Raises ProofFailed naming the sizes.

    A first size of 0 is refused: it would prove nothing, and an empty "root" would pass. Sizes and roots come from checkpoints; of
    equal sizes the roots must be equal, and nothing is hashed.
    """
    place = f"from size {first} to {second}"
    if not 0 < first <= second <= LARGEST_SIZE:
        raise ProofFailed(f"Nothing can be proven {place}.")
    if first == second and proof:
        raise ProofFailed(f"The consistency proof {place} has too many hashes.")
    roots = (first_root, first_root) if first == second else _both_roots(first, second, proof, first_root, place)
    if roots[0] != first_root:
        raise ProofFailed(f"The consistency proof {place} does not lead to the first root.")
    if roots[1] != second_root:
        raise ProofFailed(f"The consistency proof {place} does not lead to the second root: the log was not continued.")


def _both_roots(first: int, second: int, proof: Sequence[bytes], first_root: bytes, place: str) -> tuple[bytes, bytes]:
    """The roots that the proof leads to, the first one the smaller tree's."""
    if not proof:
        raise ProofFailed(f"The consistency proof {place} has too few hashes.")
    for value in (first_root, *proof):
        require_hash(value, f"A hash of the consistency proof {place}")
    # A first size that is a power of two is a subtree of the second, so its root is where the walk begins (step 2).
    begin, *path = proof if first & (first - 1) else [first_root, *proof]
    node, last = first - 1, second - 1  # fn and sn of RFC 9162
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = begin
    for beside in path:
        if last == 0:
            raise ProofFailed(f"The consistency proof {place} has too many hashes.")
        if node & 1 or node == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofFailed(f"The consistency proof {place} has too few hashes.")
    return old, new
