"""Inclusion proofs are those of RFC 6962; what is true verifies, and nothing else does."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.inclusion import inclusion_proof, inclusion_stretches, verify_inclusion
from evidence_graph.proof.subtrees import LARGEST_SIZE
from tests.reference_merkle import LoneLeafTree, ReferenceTree, leaves

TREE = ReferenceTree(leaves(300))
ENTRIES = st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


def bit_flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def test_every_entry_of_every_small_log_has_the_proof_of_the_definition() -> None:
    """Sizes 1 to 70: the path is that of 2.1.1, and it leads to the root."""
    for size in range(1, 71):
        for position in range(size):
            proof = inclusion_proof(position, size, TREE.subtree)

            assert proof == TREE.path(position, size)
            verify_inclusion(TREE.leaves[position], position, size, proof, TREE.root(size))


@given(ENTRIES, st.data())
def test_no_changed_bit_is_accepted(entry: tuple[int, int], data: st.DataObject) -> None:
    """Neither in the leaf, nor in the root, nor in any hash of the proof."""
    position, size = entry
    hashes = [TREE.leaves[position], TREE.root(size), *inclusion_proof(position, size, TREE.subtree)]
    changed = data.draw(st.integers(0, len(hashes) - 1))
    hashes[changed] = bit_flipped(hashes[changed], data.draw(st.integers(0, 255)))

    leaf, root, *proof = hashes
    with pytest.raises(ProofFailed, match=f"entry {position} in a log of {size}"):
        verify_inclusion(leaf, position, size, proof, root)


@given(ENTRIES, st.integers(0, 2**64))
def test_a_proof_holds_for_one_position_only(entry: tuple[int, int], other: int) -> None:
    """Neighbours are tried as well as positions far off."""
    position, size = entry
    proof = inclusion_proof(position, size, TREE.subtree)
    for wrong in {other, other % size, position ^ 1, position - 1, position + 1, size} - {position}:
        with pytest.raises(ProofFailed):
            verify_inclusion(TREE.leaves[position], wrong, size, proof, TREE.root(size))


@given(ENTRIES, st.data())
def test_a_proof_with_a_hash_more_less_or_elsewhere_is_refused(entry: tuple[int, int], data: st.DataObject) -> None:
    """Truncated, extended, doubled, reordered."""
    position, size = entry
    proof = inclusion_proof(position, size, TREE.subtree)
    place = data.draw(st.integers(0, len(proof)))
    damaged = [[*proof[:place], TREE.root(size), *proof[place:]], [*proof, TREE.leaves[position]]]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        damaged += [
            proof[:place],
            [*proof[:place], *proof[place + 1 :]],
            [*proof[:place], proof[place], *proof[place:]],
        ]
    if len(proof) > 1:
        damaged.append(proof[::-1])
    for one in damaged:
        with pytest.raises(ProofFailed):
            verify_inclusion(TREE.leaves[position], position, size, one, TREE.root(size))


@given(st.integers(1, LARGEST_SIZE).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_logs_of_any_size_have_short_proofs(entry: tuple[int, int]) -> None:
    """Up to 2^64 - 1 entries, at most 64 hashes, and only at the true position."""
    position, size = entry
    tree = LoneLeafTree(position)
    leaf, root = tree.subtree(0, position), tree.root(size)

    proof = inclusion_proof(position, size, tree.subtree)

    assert len(proof) <= 64
    verify_inclusion(leaf, position, size, proof, root)
    if size > 1:
        with pytest.raises(ProofFailed):
            verify_inclusion(leaf, position - 1 if position else 1, size, proof, root)


def test_the_last_entry_of_the_largest_log() -> None:
    """Position 2^64 - 2 of 2^64 - 1 entries: 63 perfect subtrees to its left."""
    tree = LoneLeafTree(LARGEST_SIZE - 1)
    proof = inclusion_proof(LARGEST_SIZE - 1, LARGEST_SIZE, tree.subtree)

    assert len(proof) == 63
    verify_inclusion(tree.subtree(0, LARGEST_SIZE - 1), LARGEST_SIZE - 1, LARGEST_SIZE, proof, tree.root(LARGEST_SIZE))


def test_an_inner_node_is_no_entry_and_a_tree_no_part_of_a_larger_one() -> None:
    """The path has exactly the length that position and size ask for, even where another length leads to the root."""
    proof = inclusion_proof(5, 8, TREE.subtree)

    with pytest.raises(ProofFailed, match="too few hashes"):
        verify_inclusion(TREE.subtree(1, 2), 5, 8, proof[1:], TREE.root(8))
    with pytest.raises(ProofFailed, match="too few hashes"):
        verify_inclusion(TREE.root(8), 5, 8, [], TREE.root(8))
    with pytest.raises(ProofFailed, match="too many hashes"):
        verify_inclusion(TREE.leaves[1], 0, 1, [TREE.leaves[0]], TREE.root(2))


@pytest.mark.parametrize(
    ("leaf", "root"), [(b"", b""), (b"x" * 31, b"x" * 31), (b"x" * 33, b"x" * 33), (b"", b"x" * 32)]
)
def test_what_is_no_hash_is_refused_before_it_can_equal_anything(leaf: bytes, root: bytes) -> None:
    """In a log of one entry the leaf is the root: an empty leaf would equal an empty root."""
    with pytest.raises(ProofFailed, match="bytes long, not 32"):
        verify_inclusion(leaf, 0, 1, [], root)


def test_a_hash_of_the_proof_has_32_bytes() -> None:
    """Two wrong lengths whose concatenation is that of the right hashes would give the same node."""
    left, right = TREE.leaves[:2]

    verify_inclusion(left, 0, 2, [right], TREE.root(2))
    with pytest.raises(ProofFailed, match="31 bytes long, not 32"):
        verify_inclusion(left, 0, 2, [right[:31]], TREE.root(2))


@pytest.mark.parametrize(("position", "size"), [(-1, 1), (0, 0), (1, 1), (5, 4), (0, 2**64), (2**64, 2**64 + 1)])
def test_there_is_no_proof_of_what_is_not_there(position: int, size: int) -> None:
    """Asked for, it is the asker's mistake; presented, it is refused."""
    with pytest.raises(InvalidInput) as asked:
        inclusion_stretches(position, size)
    assert asked.value.next_step
    with pytest.raises(ProofFailed):
        verify_inclusion(TREE.leaves[0], position, size, [], TREE.leaves[0])


def test_a_failure_says_where_and_not_what() -> None:
    """Position and size are named; the hashes, which help nobody, are not printed."""
    position, size = 123, 300
    proof = inclusion_proof(position, size, TREE.subtree)
    random.Random(6962).shuffle(proof)

    with pytest.raises(ProofFailed) as failed:
        verify_inclusion(TREE.leaves[position], position, size, proof, TREE.root(size))

    assert failed.value.message == "The inclusion proof of entry 123 in a log of 300 does not lead to the root."
    assert failed.value.next_step
