"""Consistency proofs are those of RFC 6962; a log that was not continued has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.consistency import consistency_proof, consistency_stretches, verify_consistency
from evidence_graph.proof.merkle import node_hash
from evidence_graph.proof.subtrees import LARGEST_SIZE
from tests.reference_merkle import LoneLeafTree, ReferenceTree, leaves

TREE = ReferenceTree(leaves(300))
GROWN = st.integers(1, 300).flatmap(lambda second: st.tuples(st.integers(1, second), st.just(second)))


def bit_flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def test_every_two_sizes_of_a_small_log_have_the_proof_of_the_definition() -> None:
    """Sizes 1 to 50: the proof is that of 2.1.2, and it leads to both roots."""
    for second in range(1, 51):
        for first in range(1, second + 1):
            proof = consistency_proof(first, second, TREE.subtree)

            assert proof == TREE.proof(first, second)
            verify_consistency(first, second, proof, TREE.root(first), TREE.root(second))


@given(GROWN, st.data())
def test_no_changed_bit_is_accepted(sizes: tuple[int, int], data: st.DataObject) -> None:
    """Neither in one of the roots nor in any hash of the proof."""
    first, second = sizes
    hashes = [TREE.root(first), TREE.root(second), *consistency_proof(first, second, TREE.subtree)]
    changed = data.draw(st.integers(0, len(hashes) - 1))
    hashes[changed] = bit_flipped(hashes[changed], data.draw(st.integers(0, 255)))

    first_root, second_root, *proof = hashes
    with pytest.raises(ProofFailed, match=f"from size {first} to {second}"):
        verify_consistency(first, second, proof, first_root, second_root)


@given(GROWN, st.data())
def test_a_proof_with_a_hash_more_less_or_elsewhere_is_refused(sizes: tuple[int, int], data: st.DataObject) -> None:
    """Truncated, extended, doubled, reordered."""
    first, second = sizes
    proof = consistency_proof(first, second, TREE.subtree)
    place = data.draw(st.integers(0, len(proof)))
    damaged = [[*proof[:place], TREE.root(first), *proof[place:]], [*proof, TREE.root(second)]]
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
            verify_consistency(first, second, one, TREE.root(first), TREE.root(second))


@given(st.integers(0, 298), st.data())
def test_a_history_rewritten_behind_a_head_is_found(changed: int, data: st.DataObject) -> None:
    """One entry before the first head is another: no proof of the new history leads to the old root."""
    first = data.draw(st.integers(changed + 1, 299))
    rewritten = ReferenceTree([*TREE.leaves[:changed], bytes(32), *TREE.leaves[changed + 1 :]])

    proof = consistency_proof(first, 300, rewritten.subtree)

    verify_consistency(first, 300, proof, rewritten.root(first), rewritten.root(300))
    with pytest.raises(ProofFailed):
        verify_consistency(first, 300, proof, TREE.root(first), rewritten.root(300))


@given(st.integers(1, LARGEST_SIZE).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))))
def test_logs_of_any_size_have_short_proofs(sizes: tuple[int, int]) -> None:
    """Up to 2^64 - 1 entries, at most 65 hashes, wherever the one entry lies that is unlike the others."""
    first, second = sizes
    for tree in (LoneLeafTree(first - 1), LoneLeafTree(second - 1)):
        proof = consistency_proof(first, second, tree.subtree)

        assert len(proof) <= 65
        verify_consistency(first, second, proof, tree.root(first), tree.root(second))


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (0, 7), (-1, 4), (5, 4), (1, 2**64)])
def test_from_nothing_or_backwards_nothing_is_proven(first: int, second: int) -> None:
    """Asked for, it is the asker's mistake; presented, it is refused, equal roots or not."""
    with pytest.raises(InvalidInput) as asked:
        consistency_stretches(first, second)
    assert asked.value.next_step
    for proof in ([], [TREE.root(4)]):
        with pytest.raises(ProofFailed, match="Nothing can be proven"):
            verify_consistency(first, second, proof, TREE.root(4), TREE.root(4))


def test_a_tree_is_no_part_of_a_larger_one() -> None:
    """The proof has exactly the length that the sizes ask for, even where another length leads to both roots."""
    proof, more = consistency_proof(3, 4, TREE.subtree), bytes(32)
    larger = [node_hash(more, TREE.root(size)) for size in (3, 4)]

    with pytest.raises(ProofFailed, match="too many hashes"):
        verify_consistency(3, 4, [*proof, more], *larger)
    with pytest.raises(ProofFailed, match="too few hashes"):
        verify_consistency(4, 8, [], TREE.root(4), TREE.root(4))
    with pytest.raises(ProofFailed, match="too few hashes"):
        verify_consistency(3, 8, proof, TREE.root(3), TREE.root(4))


def test_equal_sizes_have_equal_roots_and_no_proof() -> None:
    """An empty proof, and nothing else."""
    verify_consistency(3, 3, [], TREE.root(3), TREE.root(3))
    with pytest.raises(ProofFailed, match="second root"):
        verify_consistency(3, 3, [], TREE.root(3), TREE.root(4))
    with pytest.raises(ProofFailed, match="too many"):
        verify_consistency(3, 3, [TREE.root(3)], TREE.root(3), TREE.root(3))


@pytest.mark.parametrize("first", [4, 5])
def test_what_is_no_hash_is_refused(first: int) -> None:
    """Roots and hashes of the proof have 32 bytes, whether or not the first size is a power of two."""
    proof = consistency_proof(first, 7, TREE.subtree)

    verify_consistency(first, 7, proof, TREE.root(first), TREE.root(7))
    with pytest.raises(ProofFailed, match="31 bytes long, not 32"):
        verify_consistency(first, 7, [proof[0][:31], *proof[1:]], TREE.root(first), TREE.root(7))
    with pytest.raises(ProofFailed, match="0 bytes long, not 32"):
        verify_consistency(first, 7, proof, b"", TREE.root(7))
    with pytest.raises(ProofFailed, match="second root"):
        verify_consistency(first, 7, proof, TREE.root(first), b"")
