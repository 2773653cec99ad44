"""Which hashes are kept, so that a proof costs next to nothing in a log of any size, and how proofs are made from them.

After C2SP tlog-tiles, with tiles of height 4 in place of 8. The leaf hash of every entry is stored with it (level 0). Beside them the
roots of complete subtrees of 16, 16², 16³… entries are kept (levels 4, 8, 12…): one hash more in every 15 entries, and no hashing more,
because the growing tree passes through them anyway.

A proof is made of the subtrees beside one way from a leaf to the root. Those of levels 4t to 4t + 3 are made of one tile: 16 neighbours
of level 4t. So a proof reads at most one tile for each of the ⌈log16 n⌉ tile levels, at 10^6 entries 5 times 16 hashes in five range
reads; and, unless the frontier of that size is at hand, at most as much again for the tree's growing end. Tiles of 256, as logs serve them
whole, would be kept in fewer hashes (one in 255), but each is six times as much to read from a database, which is what a proof costs.
"""

from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from evidence_graph.errors import RecordDamaged
from evidence_graph.proof.merkle import append, node_hash
from evidence_graph.proof.subtrees import Stretch, Subtree, subtrees_of

TILE_HEIGHT = 4
TILE_WIDTH = 1 << TILE_HEIGHT


class StoredHash(NamedTuple):
    """The hash of a complete subtree of 2^level entries, level a multiple of 4; at level 0, the leaf hash of entry `number`."""

    level: int
    number: int
    hash: bytes


class StoredSpan(NamedTuple):
    """Neighbouring stored hashes of one level, from number `first` to `last`, both included."""

    level: int
    first: int
    last: int


class Grown(NamedTuple):
    """A tree after some more entries: its frontier and size, and the hashes above the leaves that have become complete."""

    frontier: tuple[bytes, ...]
    size: int
    completed: tuple[StoredHash, ...]


def grow(frontier: tuple[bytes, ...], size: int, leaves: Iterable[bytes]) -> Grown:
    """The tree of `size` entries after these leaf hashes, in order, and what is to be stored beside them."""
    completed: list[StoredHash] = []
    for leaf in leaves:
        plain = (size + 1) % TILE_WIDTH != 0
        frontier = append(frontier, size, leaf) if plain else _append_and_keep(frontier, size, leaf, completed)
        size += 1
    return Grown(frontier, size, tuple(completed))


def _append_and_keep(
    frontier: tuple[bytes, ...], size: int, leaf: bytes, completed: list[StoredHash]
) -> tuple[bytes, ...]:
    """As `merkle.append`; notes the nodes of stored levels that the merging passes through."""
    nodes, level = [*frontier, leaf], 0
    while size >> level & 1:
        right = nodes.pop()
        nodes[-1] = node_hash(nodes[-1], right)
        level += 1
        if level % TILE_HEIGHT == 0:
            completed.append(StoredHash(level, size >> level, nodes[-1]))
    return tuple(nodes)


def stored_count(size: int, level: int) -> int:
    """How many hashes of a stored level a log of `size` entries has: its complete subtrees of 2^level entries."""
    return size >> level


def tile_path(tile: int) -> str:
    """How C2SP tlog-tiles spells the number of a tile in an address: groups of three digits, all but the last after an `x`."""
    groups: list[str] = []
    while tile or not groups:
        tile, group = divmod(tile, 1000)
        groups.append(f"{group:03}")
    return "/".join([*(f"x{group}" for group in groups[:0:-1]), groups[0]])


def frontier_hashes(size: int, frontier: tuple[bytes, ...]) -> dict[Subtree, bytes]:
    """The frontier of a tree by subtree: what need not be read for proofs at that size."""
    return dict(zip(subtrees_of(Stretch(0, size)), frontier, strict=True))


def spans_for(parts: Iterable[Stretch], known: Container[Subtree] = ()) -> list[StoredSpan]:
    """The stored hashes that proofs made of these parts need, `known` subtrees apart; by level and number, none twice.

    Parts of any number of proofs may be given together. A gap of one is read too: it is the way to the leaf, between its siblings.
    """
    wanted = {_span_of(subtree) for part in parts for subtree in subtrees_of(part) if subtree not in known}
    spans: list[StoredSpan] = []
    for level, first, last in sorted(wanted):
        if spans and spans[-1].level == level and first <= spans[-1].last + 2:
            spans[-1] = StoredSpan(level, spans[-1].first, max(last, spans[-1].last))
        else:
            spans.append(StoredSpan(level, first, last))
    return spans


def _span_of(subtree: Subtree) -> StoredSpan:
    """The stored hashes that a subtree is made of: those of the next stored level at or below its own."""
    above = subtree.level % TILE_HEIGHT
    first = subtree.number << above
    return StoredSpan(subtree.level - above, first, first + (1 << above) - 1)


class StoredHashes:
    """Gives the hash of any subtree that follows from the stored ones it was handed; hashes each inner node once."""

    def __init__(self, stored: Iterable[StoredHash], known: Mapping[Subtree, bytes] | None = None) -> None:
        self._hashes = {(level, number): value for (level, number), value in (known or {}).items()}
        for level, number, value in stored:
            self._hashes[level, number] = value

    def __call__(self, level: int, number: int) -> bytes:
        """Hash of the subtree (level, number). Raises RecordDamaged when a stored hash it needs is missing."""
        found = self._hashes.get((level, number))
        if found is None:
            if level % TILE_HEIGHT == 0:
                raise RecordDamaged(
                    f"The hash of entries {number << level} to {((number + 1) << level) - 1} is missing from the store.",
                    "Run `evidence verify --store`.",
                )
            found = node_hash(self(level - 1, 2 * number), self(level - 1, 2 * number + 1))
            self._hashes[level, number] = found
        return found
