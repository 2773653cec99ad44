"""Proofs made from the few hashes that are kept are those of the whole tree, and few are read for them."""

import itertools
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import RecordDamaged
from evidence_graph.proof.consistency import consistency_proof, consistency_stretches
from evidence_graph.proof.inclusion import inclusion_proof, inclusion_stretches
from evidence_graph.proof.subtrees import Stretch, Subtree, stretch_hash, subtrees_of
from evidence_graph.proof.tiles import (
    Grown,
    StoredHash,
    StoredHashes,
    StoredSpan,
    frontier_hashes,
    grow,
    spans_for,
    stored_count,
    tile_path,
)
from tests.reference_merkle import ReferenceTree, leaves

SIZE = 66_500  # more than 16⁴, so that there are hashes of level 16, and a tree of five tile levels
MOST_TILES = 5


@pytest.fixture(autouse=True, scope="module")
def built() -> None:
    """Before the first example is timed."""
    stored()
    tree().root(SIZE)


@cache
def tree() -> ReferenceTree:
    return ReferenceTree(leaves(SIZE))


@cache
def stored() -> dict[tuple[int, int], bytes]:
    """Everything that is kept of the log: its leaves, and what growing says is complete."""
    kept = {(0, n): leaf for n, leaf in enumerate(tree().leaves)}
    kept |= {(level, number): value for level, number, value in grow((), 0, tree().leaves).completed}
    return kept


def read(spans: list[StoredSpan]) -> list[StoredHash]:
    """What a store gives for the spans; it has nothing else."""
    return [
        StoredHash(level, number, stored()[level, number])
        for level, first, last in spans
        for number in range(first, last + 1)
    ]


def frontier(size: int) -> tuple[bytes, ...]:
    """What the log's head held at that size."""
    return tuple(tree().subtree(*subtree) for subtree in subtrees_of(Stretch(0, size)))


SIZES = st.integers(1, SIZE) | st.sampled_from(
    [1, 15, 16, 17, 31, 32, 255, 256, 257, 65_535, 65_536, 65_537, 65_552, SIZE]
)
ENTRIES = SIZES.flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))
GROWN = SIZES.flatmap(lambda second: st.tuples(st.integers(1, second), st.just(second)))


def test_growing_keeps_every_complete_subtree_of_the_stored_levels_and_nothing_else() -> None:
    """4,156 hashes of level 4, and fewer above, beside 66,500 leaves: one more in 15."""
    above = {place: value for place, value in stored().items() if place[0]}

    counts = {4: 4_156, 8: 259, 12: 16, 16: 1}
    assert sorted(above) == [(level, n) for level, count in counts.items() for n in range(count)]
    assert [stored_count(SIZE, level) for level in (0, *counts, 20)] == [SIZE, *counts.values(), 0]
    assert all(value == tree().subtree(*place) for place, value in above.items())


@given(st.lists(st.integers(0, 700), max_size=6))
def test_a_tree_grows_the_same_in_any_portions(portions: list[int]) -> None:
    """Frontier, size and completed hashes do not depend on how many entries a transaction brings."""
    grown, completed = Grown((), 0, ()), []
    for count in portions:
        grown = grow(grown.frontier, grown.size, tree().leaves[grown.size : grown.size + count])
        completed += grown.completed

    whole = grow((), 0, tree().leaves[: sum(portions)])
    assert (whole.frontier, whole.size, list(whole.completed)) == (grown.frontier, grown.size, completed)
    assert whole.frontier == frontier(sum(portions))


@given(ENTRIES)
def test_inclusion_proofs_from_tiles_are_those_of_the_whole_tree(entry: tuple[int, int]) -> None:
    """Made from nothing but the spans asked for; at most two tiles a tile level are read."""
    spans = spans_for(inclusion_stretches(*entry))
    rows = read(spans)

    assert inclusion_proof(*entry, StoredHashes(rows)) == tree().path(*entry)
    assert len(rows) <= 2 * 16 * MOST_TILES


@given(GROWN)
def test_consistency_proofs_from_tiles_are_those_of_the_whole_tree(sizes: tuple[int, int]) -> None:
    """Made from nothing but the spans asked for; at most two tiles a tile level are read."""
    rows = read(spans_for(consistency_stretches(*sizes)))

    assert consistency_proof(*sizes, StoredHashes(rows)) == tree().proof(*sizes)
    assert len(rows) <= 2 * 16 * MOST_TILES


@given(ENTRIES)
def test_with_the_frontier_at_hand_the_growing_end_is_not_read(entry: tuple[int, int]) -> None:
    """One tile a tile level, each read at once."""
    position, size = entry
    known = frontier_hashes(size, frontier(size))
    spans = spans_for(inclusion_stretches(position, size), known)
    rows = read(spans)

    assert inclusion_proof(position, size, StoredHashes(rows, known)) == tree().path(position, size)
    assert len(spans) <= MOST_TILES
    assert len({span.level for span in spans}) == len(spans)
    assert len(rows) <= 16 * len(spans)


@given(GROWN)
def test_consistency_with_the_newer_frontier_reads_one_tile_a_level(sizes: tuple[int, int]) -> None:
    """The way to the end of the older log is one way from leaf to root."""
    first, second = sizes
    known = frontier_hashes(second, frontier(second))
    spans = spans_for(consistency_stretches(first, second), known)

    assert consistency_proof(first, second, StoredHashes(read(spans), known)) == tree().proof(first, second)
    assert all(span.first >> 4 == span.last >> 4 for span in spans)
    assert len(spans) <= 2 * MOST_TILES


@given(SIZES)
def test_the_root_of_any_earlier_size_follows_from_the_tiles(size: int) -> None:
    """So an old head can be checked without reading the log."""
    whole = Stretch(0, size)
    rows = read(spans_for([whole]))

    assert stretch_hash(whole, StoredHashes(rows)) == tree().root(size)
    assert len(rows) <= 15 * MOST_TILES


@given(st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=30))
def test_many_proofs_share_what_they_read(positions: set[int]) -> None:
    """Spans of one call never overlap, and give every proof."""
    parts = [part for position in positions for part in inclusion_stretches(position, SIZE)]
    spans = spans_for(parts)
    hash_of = StoredHashes(read(spans))

    assert all(left.level < right.level or left.last + 1 < right.first for left, right in itertools.pairwise(spans))
    assert all(inclusion_proof(n, SIZE, hash_of) == tree().path(n, SIZE) for n in positions)


@pytest.mark.parametrize("level", [0, 4])
def test_a_hash_that_is_missing_from_the_store_is_named(level: int) -> None:
    """By the entries it stands for."""
    rows = read(spans_for(inclusion_stretches(300, SIZE)))
    number = 301 >> level ^ bool(level)  # the sibling at this level
    rest = [row for row in rows if (row.level, row.number) != (level, number)]
    assert len(rest) == len(rows) - 1

    with pytest.raises(RecordDamaged, match="entries 301 to 301 " if level == 0 else "entries 304 to 319 "):
        inclusion_proof(300, SIZE, StoredHashes(rest))


def test_a_frontier_of_another_size_is_noticed() -> None:
    """It would give hashes of other subtrees."""
    grown = grow((), 0, tree().leaves[:7])

    assert frontier_hashes(7, grown.frontier)[Subtree(1, 2)] == tree().subtree(1, 2)
    with pytest.raises(ValueError, match="argument"):
        frontier_hashes(8, grown.frontier)


@pytest.mark.parametrize(("tile", "path"), [(0, "000"), (999, "999"), (1000, "x001/000"), (1_000_000, "x001/x000/000")])
def test_tile_numbers_are_spelled_in_groups_of_three(tile: int, path: str) -> None:
    """C2SP tlog-tiles."""
    assert tile_path(tile) == path
