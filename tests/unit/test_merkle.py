"""The tree over the log is RFC 6962's, grown entry by entry."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.proof.merkle import append, leaf_hash, node_hash, root_hash, tree_root


@pytest.mark.external
def test_roots_are_the_published_ones(shared_data: Path) -> None:
    """Facts of transparency-dev/merkle: sizes 0 to 8, and the inner nodes of the whole tree."""
    vectors = json.loads((shared_data / "merkle" / "rfc6962_roots.json").read_text())
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaf_inputs"]]

    for size, root in enumerate(vectors["root_by_tree_size"]):
        assert tree_root(leaves[:size]).hex() == root
    level = [leaf_hash(leaf) for leaf in leaves]
    for expected in vectors["perfect_node_hashes_by_level"]:
        assert [node.hex() for node in level] == expected
        level = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]


def defined(entries: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\x01" + defined(entries[:split]) + defined(entries[split:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_frontier_gives_the_root_of_the_definition(entries: list[bytes]) -> None:
    """At every size on the way, with one node for each bit set in it."""
    frontier: tuple[bytes, ...] = ()
    for size, entry in enumerate(entries):
        frontier = append(frontier, size, leaf_hash(entry))
        assert len(frontier) == (size + 1).bit_count()

    assert root_hash(frontier) == tree_root(entries) == defined(entries)


def test_a_node_never_passes_for_an_entry() -> None:
    """Different prefixes: the bytes of two hashes as an entry give another hash than their node."""
    left, right = leaf_hash(b"left"), leaf_hash(b"right")

    assert leaf_hash(left + right) != node_hash(left, right)
