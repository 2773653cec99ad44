"""Stretches of the log as perfect subtrees: what roots and proofs are put together from.

RFC 6962, section 2.1: a tree of n entries splits at k, the largest power of two below n. So every part of a tree begins at a multiple of
its size rounded up to a power of two, and is a row of perfect subtrees, largest first. Subtree (level, number) covers the 2^level
entries from number · 2^level on; leaves are level 0.
"""

from collections.abc import Callable
from typing import NamedTuple

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.merkle import HASH_BYTES, root_hash

LARGEST_SIZE = 2**64 - 1  # sizes and positions are unsigned 64-bit numbers in every text and vector we read

SubtreeHash = Callable[[int, int], bytes]
"""Gives the hash of the perfect subtree (level, number)."""


class Subtree(NamedTuple):
    """A perfect subtree: the 2^level entries from number · 2^level on."""

    level: int
    number: int


class Stretch(NamedTuple):
    """The entries at positions [begin, end), a part of a tree as RFC 6962 splits it."""

    begin: int
    end: int


def split_of(part: Stretch) -> int:
    """The position at which a part of at least two entries splits: its largest power of two below its length, from its begin."""
    return part.begin + (1 << ((part.end - part.begin - 1).bit_length() - 1))


def subtrees_of(part: Stretch) -> list[Subtree]:
    """The perfect subtrees that make up a part of a tree, largest first: one for each bit set in its length."""
    found, begin = [], part.begin
    for level in reversed(range((part.end - part.begin).bit_length())):
        if (part.end - part.begin) >> level & 1:
            found.append(Subtree(level, begin >> level))
            begin += 1 << level
    return found


def stretch_hash(part: Stretch, hash_of: SubtreeHash) -> bytes:
    """The Merkle tree hash of a part of a tree (RFC 6962, 2.1); of the empty one, the hash of nothing."""
    return root_hash(tuple(hash_of(level, number) for level, number in subtrees_of(part)))


def require_hash(value: bytes, what: str) -> None:
    """Refuse what cannot be a SHA-256 hash: an empty "leaf" would verify against an empty "root". Raises ProofFailed."""
    if len(value) != HASH_BYTES:
        raise ProofFailed(f"{what} is {len(value)} bytes long, not {HASH_BYTES}.")
