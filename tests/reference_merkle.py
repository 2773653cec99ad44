"""The Merkle tree of RFC 6962, section 2.1, defined as the text defines it, over a list of leaf hashes: slow and obvious."""

from functools import cached_property, lru_cache
from hashlib import sha256


def leaves(count: int, seed: str = "entry") -> list[bytes]:
    """Different leaf hashes, the same in every run."""
    return [sha256(f"{seed} {n}".encode()).digest() for n in range(count)]


class ReferenceTree:
    """A whole tree; every part of it is hashed where the definition asks for it (and remembered, or 10^5 leaves would take minutes)."""

    def __init__(self, leaf_hashes: list[bytes]) -> None:
        self.leaves = leaf_hashes
        self.part = lru_cache(maxsize=None)(self._part)

    @cached_property
    def size(self) -> int:
        return len(self.leaves)

    def _part(self, begin: int, end: int) -> bytes:
        """MTH(D[begin:end])."""
        if begin == end:
            return sha256(b"").digest()
        if end - begin == 1:
            return self.leaves[begin]
        k = _split(end - begin)
        return sha256(b"\x01" + self.part(begin, begin + k) + self.part(begin + k, end)).digest()

    def root(self, size: int) -> bytes:
        """MTH(D[0:size])."""
        return self.part(0, size)

    def subtree(self, level: int, number: int) -> bytes:
        """The hash of the perfect subtree of 2^level leaves."""
        return self.part(number << level, (number + 1) << level)

    def path(self, position: int, size: int) -> list[bytes]:
        """PATH(position, D[0:size]), 2.1.1."""
        return self._path(position, 0, size)

    def _path(self, m: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        k = _split(end - begin)
        if m < k:
            return [*self._path(m, begin, begin + k), self.part(begin + k, end)]
        return [*self._path(m - k, begin + k, end), self.part(begin, begin + k)]

    def proof(self, first: int, second: int) -> list[bytes]:
        """PROOF(first, D[0:second]), 2.1.2."""
        return self._subproof(first, 0, second, whole=True)

    def _subproof(self, m: int, begin: int, end: int, whole: bool) -> list[bytes]:
        if m == end - begin:
            return [] if whole else [self.part(begin, end)]
        k = _split(end - begin)
        if m <= k:
            return [*self._subproof(m, begin, begin + k, whole), self.part(begin + k, end)]
        return [*self._subproof(m - k, begin + k, end, whole=False), self.part(begin, begin + k)]


def _split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


class LoneLeafTree:
    """A tree of any size up to 2^64 - 1 in which one leaf is unlike all others: what cannot be built can still be computed."""

    def __init__(self, position: int) -> None:
        self.position = position
        self._alike = [sha256(b"alike").digest()]
        for _ in range(64):
            self._alike.append(sha256(b"\x01" + self._alike[-1] * 2).digest())
        self.subtree = lru_cache(maxsize=None)(self._subtree)

    def _subtree(self, level: int, number: int) -> bytes:
        """The hash of the perfect subtree of 2^level leaves."""
        if self.position >> level != number:
            return self._alike[level]
        if level == 0:
            return sha256(b"unlike").digest()
        return sha256(b"\x01" + self.subtree(level - 1, 2 * number) + self.subtree(level - 1, 2 * number + 1)).digest()

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves, from the subtree of each bit of the size."""
        begin, parts = 0, []
        for level in reversed(range(64)):
            if size >> level & 1:
                parts.append(self.subtree(level, begin >> level))
                begin += 1 << level
        root = parts.pop()
        while parts:
            root = sha256(b"\x01" + parts.pop() + root).digest()
        return root
