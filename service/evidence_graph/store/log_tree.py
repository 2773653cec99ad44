"""The Merkle tree of the log as the store keeps it: any hash of it for a few rows, whatever the log's size.

`proof/tiles.py` says which hashes are kept. Whatever is asked together, one proof or many, is read by one question.
"""

from collections.abc import Iterable
from typing import Protocol

import msgspec
import orjson

from evidence_graph.errors import RecordDamaged
from evidence_graph.proof.merkle import HASH_BYTES
from evidence_graph.proof.subtrees import Stretch, Subtree
from evidence_graph.proof.tiles import StoredHash, StoredHashes, StoredSpan, frontier_hashes, spans_for
from evidence_graph.store.graph_store import Head, P, R
from evidence_graph.store.named_queries import Question


class HashSpans(msgspec.Struct, frozen=True):
    """Spans of leaf hashes (`first` and `last` log position) and of kept hashes (`level`, `first` and `last` number), all inclusive."""

    leaf_spans: list[dict[str, int]]
    tile_spans: list[dict[str, int]]


class HashRow(msgspec.Struct, frozen=True):
    """One hash (hexadecimal) of the tree: of the 2^level entries from number · 2^level on."""

    level: int
    number: int
    hash: str


STORED_HASHES = Question("stored_hashes", HashSpans, HashRow)


class Asked(Protocol):
    """A store, or a transaction of one."""

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        """As GraphStore.ask."""


def frontier_of(head: Head) -> tuple[bytes, ...]:
    """The frontier of the head's tree, largest subtree first. Raises RecordDamaged when it is not one of a tree of that size."""
    frontier = tuple(map(_hash, orjson.loads(head.frontier)))
    if len(frontier) != head.size.bit_count():
        raise _damaged()
    return frontier


async def read_tree(asked: Asked, head: Head, parts: Iterable[Stretch]) -> StoredHashes:
    """What gives the hashes of these parts of the tree at `head`, or of any subtree inside them. Raises RecordDamaged."""
    known: dict[Subtree, bytes] = frontier_hashes(head.size, frontier_of(head))
    spans = spans_for(parts, known)
    rows = await asked.ask(STORED_HASHES, _named(spans)) if spans else []
    return StoredHashes((StoredHash(row.level, row.number, _hash(row.hash)) for row in rows), known)


def _hash(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise _damaged() from None
    if len(value) != HASH_BYTES:
        raise _damaged()
    return value


def _damaged() -> RecordDamaged:
    return RecordDamaged("A hash of the log's tree is not one.", "Run `evidence verify --store`.")


def _named(spans: Iterable[StoredSpan]) -> HashSpans:
    leaves = [{"first": span.first, "last": span.last} for span in spans if span.level == 0]
    tiles = [{"level": span.level, "first": span.first, "last": span.last} for span in spans if span.level]
    return HashSpans(leaves, tiles)
