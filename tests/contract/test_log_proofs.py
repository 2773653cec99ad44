"""Proofs from the store: of any position, at any size, they lead to the roots that others have signed, and cost next to nothing."""

import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from evidence_graph.errors import InvalidInput, RecordDamaged, StoreUnavailable
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.log_proofs import (
    read_consistency,
    read_entry,
    read_inclusion,
    read_inclusions,
    read_tlog_proof,
)
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.checkpoint import verify_checkpoint
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.tlog_proof import parse_tlog_proof, verify_tlog_proof
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.record.rows import HeadMoved
from evidence_graph.store.graph_store import GraphStore, NoParameters, P, R, Transaction
from evidence_graph.store.log_tree import STORED_HASHES, HashSpans
from evidence_graph.store.named_queries import Question
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ENTRIES, SIGNED_HEAD, EntriesBetween
from tests import stories
from tests.reference_merkle import ReferenceTree
from tests.stories import record

SIZE = 600  # more than 16², so that hashes of two levels are kept

T = TypeVar("T")


class Counting:
    """A store that counts what it is asked, and the rows it gives."""

    def __init__(self, store: GraphStore) -> None:
        self._store, self.asked, self.rows = store, 0, 0

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        rows = await self._store.ask(question, parameters)
        if question.stem == STORED_HASHES.stem:
            self.asked, self.rows = self.asked + 1, self.rows + len(rows)
        return rows


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "log.key"


@pytest.fixture
async def grown(empty_store: GraphStore, key_file: Path) -> GraphStore:
    """A log of 600 entries that grew in portions of all sorts, so that tiles become complete in the middle of some."""
    await begin_log(empty_store, stories.ORIGIN, key_at(key_file), SimulatedClock(stories.at(stories.GENESIS)))
    size, chance = 1, random.Random(16)
    while size < SIZE:
        count = min(chance.choice((1, 5, 16, 90)), SIZE - size)
        await record(empty_store, stories.datasets(*(f"dataset:many/things@{size + n}" for n in range(count))))
        size += count
    return empty_store


async def tree_of(store: GraphStore) -> ReferenceTree:
    """The whole tree, from the entries alone."""
    rows = await store.ask(ENTRIES, EntriesBetween(0, (await read_head(store)).position))
    return ReferenceTree([leaf_hash(row.body.encode()) for row in rows])


def sizes(chance: random.Random, count: int) -> Sequence[int]:
    """Some sizes at the borders of tiles, the rest anywhere."""
    return [1, 15, 16, 17, 255, 256, 257, SIZE - 1, SIZE, *(chance.randint(1, SIZE) for _ in range(count))]


async def test_inclusion_proofs_are_those_of_the_whole_tree(grown: GraphStore) -> None:
    """Of random positions at random sizes; two signed heads away from each other make no difference."""
    tree, chance = await tree_of(grown), random.Random(1)

    for size in sizes(chance, 60):
        position = chance.randrange(size)
        proof = await read_inclusion(grown, position, size)
        assert (proof.position, proof.size, proof.leaf) == (position, size, tree.leaves[position])
        assert proof.hashes == tree.path(position, size)
        assert proof.root == tree.root(size)
        verify_inclusion(proof.leaf, position, size, proof.hashes, tree.root(size))


async def test_consistency_proofs_are_those_of_the_whole_tree(grown: GraphStore) -> None:
    """Between random sizes."""
    tree, chance = await tree_of(grown), random.Random(2)

    for second in sizes(chance, 60):
        first = chance.randint(1, second)
        proof = await read_consistency(grown, first, second)
        assert proof.hashes == tree.proof(first, second)
        assert (proof.first_root, proof.second_root) == (tree.root(first), tree.root(second))
        verify_consistency(first, second, proof.hashes, tree.root(first), tree.root(second))


async def test_many_proofs_are_read_by_one_question(grown: GraphStore) -> None:
    """A bundle's entries share what they have in common; the head's frontier is not read."""
    tree, counting = await tree_of(grown), Counting(grown)
    positions = random.Random(3).sample(range(SIZE), 50)

    proofs = await read_inclusions(counting, positions)  # type: ignore[arg-type]
    once = counting.rows
    assert counting.asked == 1
    for position in positions:
        await read_inclusion(counting, position)  # type: ignore[arg-type]

    assert [proof.hashes for proof in proofs] == [tree.path(position, SIZE) for position in positions]
    assert once <= SIZE + SIZE // 15
    assert once < (counting.rows - once) / 2
    assert counting.rows - once <= 50 * 3 * 16


async def test_hashes_are_read_by_ranges_of_a_key(grown: GraphStore) -> None:
    """Whatever the log's size; a plan that reads all entries would be found only when there are many."""
    plan = await grown.explain(STORED_HASHES)

    assert "SCAN entry" not in plan
    assert "SCAN kept" not in plan
    assert "Scan" not in plan
    assert plan.count("Seek") == 2 or plan.count("SEARCH") == 2


async def test_proofs_of_a_loaded_log_are_the_same(grown: GraphStore, tmp_path: Path) -> None:
    """Loading keeps the hashes that recording keeps."""
    await write_log_file(grown, tmp_path / "log.gz")
    copy = SqliteStore(tmp_path / "copy.db")
    await copy.open()
    await load_log_file(copy, tmp_path / "log.gz")

    everything = HashSpans(
        [{"first": 0, "last": SIZE}], [{"level": level, "first": 0, "last": SIZE} for level in (4, 8, 12)]
    )
    kept = [await store.ask(STORED_HASHES, everything) for store in (grown, copy)]
    await copy.close()

    assert sorted(map(msgspec.structs.astuple, kept[0])) == sorted(map(msgspec.structs.astuple, kept[1]))
    assert [sum(row.level == level for row in kept[0]) for level in (0, 4, 8, 12)] == [SIZE, 37, 2, 0]


async def test_entries_and_proofs_verify_under_signed_heads(grown: GraphStore, key_file: Path) -> None:
    """What an auditor does with an old checkpoint, a new one, and the printed key."""
    signer = HeadSigner(grown, key_file)
    key = parse_verifier_key((await read_head(grown)).key_text)
    notes = []
    for number in range(2):
        await record(grown, stories.datasets(*(f"dataset:more/things@{number}-{n}" for n in range(20))))
        await signer.sign()
        notes.append((await grown.ask(SIGNED_HEAD, NoParameters()))[0].note)
    early, late = (verify_checkpoint(note, [key]) for note in notes)

    proof = await read_consistency(grown, early.size, late.size)
    verify_consistency(early.size, late.size, proof.hashes, early.root, late.root)
    for position in (0, 17, early.size - 1):
        entry = await read_entry(grown, position)
        inclusion = await read_inclusion(grown, position, early.size)
        verify_inclusion(leaf_hash(entry.body.encode()), position, early.size, inclusion.hashes, early.root)
        whole = parse_tlog_proof((await read_tlog_proof(grown, position)).text)
        assert verify_tlog_proof(whole, entry.body.encode(), [key]) == late


async def test_no_proof_is_given_before_a_head_is_signed(grown: GraphStore, key_file: Path) -> None:
    """As text with a checkpoint: there is none yet, or none that covers the entry."""
    with pytest.raises(StoreUnavailable, match="No signed head covers position 3"):
        await read_tlog_proof(grown, 3)
    await HeadSigner(grown, key_file).sign()
    await record(grown, stories.datasets("dataset:more/things@1"))
    with pytest.raises(StoreUnavailable, match=f"No signed head covers position {SIZE}"):
        await read_tlog_proof(grown, SIZE)
    assert (await read_tlog_proof(grown, SIZE - 1)).position == SIZE - 1


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda store: read_entry(store, SIZE), "a log of 600 entries ends at 599"),
        (lambda store: read_entry(store, -1), "position is -1"),
        (lambda store: read_tlog_proof(store, SIZE), "a log of 600 entries ends at 599"),
        (lambda store: read_inclusion(store, 5, 5), "a log of 5 entries ends at 4"),
        (lambda store: read_inclusion(store, 5, SIZE + 1), "size is 601; the log has 600 entries"),
        (lambda store: read_inclusion(store, 0, 0), "size is 0; the log has 600 entries"),
        (lambda store: read_consistency(store, 0, 5), "from is 0"),
        (lambda store: read_consistency(store, 6, 5), "from is 6"),
        (lambda store: read_consistency(store, 1, SIZE + 1), "to is 601; the log has 600 entries"),
    ],
)
async def test_what_is_out_of_range_is_refused_with_the_size(
    grown: GraphStore, ask: Callable[[GraphStore], Awaitable[object]], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        await ask(grown)


async def test_a_store_whose_head_is_another_gives_no_proof(grown: GraphStore) -> None:
    """Found out here, not at the auditor's."""
    head = await read_head(grown)

    async def forge(transaction: Transaction) -> None:
        await transaction.put([HeadMoved(**msgspec.structs.asdict(head) | {"root": "ab" * 32})])

    await grown.write(forge)

    with pytest.raises(RecordDamaged, match="does not lead to the root"):
        await read_inclusion(grown, 3)
    with pytest.raises(RecordDamaged, match="does not lead to the second root"):
        await read_consistency(grown, 3)
