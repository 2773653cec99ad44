"""What a proof costs in a log of 10^6 entries, in memory: hashes read from the tiles, hashing, checking; and what keeping tiles costs."""

import random
from collections.abc import Callable
from hashlib import sha256
from statistics import mean

from rich.console import Console
from rich.table import Table

from evidence_graph.proof.consistency import consistency_proof, consistency_stretches, verify_consistency
from evidence_graph.proof.inclusion import inclusion_proof, inclusion_stretches, verify_inclusion
from evidence_graph.proof.merkle import append, root_hash
from evidence_graph.proof.subtrees import Stretch, Subtree, stretch_hash
from evidence_graph.proof.tiles import StoredHash, StoredHashes, StoredSpan, frontier_hashes, grow, spans_for
from tests.benchmarks.measuring import Figure, in_thread, medians, show

SIZES = (1_000, 1_000_000)
PROOFS = 200
LIMIT_MS = 5


class MemoryLog:
    """A log in memory: the leaves, the stored hashes above them, and the frontier of its head."""

    def __init__(self, size: int) -> None:
        self.size = size
        leaves = [sha256(n.to_bytes(8, "big")).digest() for n in range(size)]
        grown = grow((), 0, leaves)
        self.frontier = grown.frontier
        self.root = root_hash(grown.frontier)
        self.levels = {0: leaves}
        for level, _, value in grown.completed:
            self.levels.setdefault(level, []).append(value)
        self.known = frontier_hashes(size, grown.frontier)

    def read(self, spans: list[StoredSpan]) -> list[StoredHash]:
        """The rows a store would give."""
        return [
            StoredHash(level, first + n, value)
            for level, first, last in spans
            for n, value in enumerate(self.levels[level][first : last + 1])
        ]

    def proof(self, parts: list[Stretch], known: dict[Subtree, bytes]) -> list[bytes]:
        """The proof made of these parts, all that is needed read from the tiles."""
        hash_of = StoredHashes(self.read(spans_for(parts, known)), known)
        return [stretch_hash(part, hash_of) for part in parts]


async def measure_proofs() -> None:
    """Proofs at the head, with its frontier at hand, and of earlier sizes without; growing with and without tiles."""
    small, large = (MemoryLog(size) for size in SIZES)
    chance = random.Random(6962)
    await _show_times(small, large, chance)
    _show_reads(large, chance)
    _verify_everything(large, chance)


async def _show_times(small: MemoryLog, large: MemoryLog, chance: random.Random) -> None:
    figures = []
    for what, parts_of, at_head in (
        ("inclusion at the head", lambda log: inclusion_stretches(chance.randrange(log.size), log.size), True),
        ("inclusion at an earlier size", lambda log: _earlier_inclusion(log, chance), False),
        ("100 scattered inclusions at once", lambda log: _scattered(log, chance), True),
        ("consistency with the head", lambda log: consistency_stretches(chance.randint(1, log.size), log.size), True),
        ("consistency of two earlier sizes", lambda log: _earlier_consistency(log, chance), False),
    ):
        times = await medians(
            *(in_thread(_prover(log, parts_of, at_head)) for log in (large, small)), rounds=PROOFS, warm=20
        )
        limit = f"≤ {LIMIT_MS} ms" if "100" not in what else ""
        figures.append(Figure(what, *times, limit, f"in {large.size:,} entries, against {small.size:,}"))
    leaves = large.levels[0][:100_000]
    with_tiles, without = await medians(
        in_thread(lambda: grow((), 0, leaves)), in_thread(lambda: _plain(leaves)), rounds=7, warm=1
    )
    figures.append(Figure("growing by 100,000 entries, keeping tiles", with_tiles, without, "", "against without"))
    show("Proofs from tiles, in memory", figures)


def _prover(log: MemoryLog, parts_of: Callable[[MemoryLog], list[Stretch]], at_head: bool) -> Callable[[], object]:
    return lambda: log.proof(parts_of(log), log.known if at_head else {})


def _earlier_inclusion(log: MemoryLog, chance: random.Random) -> list[Stretch]:
    size = chance.randint(1, log.size)
    return inclusion_stretches(chance.randrange(size), size)


def _scattered(log: MemoryLog, chance: random.Random) -> list[Stretch]:
    """What a bundle needs of a chain whose entries lie far from each other: the worst case for reading whole tiles."""
    return [part for n in chance.sample(range(log.size), 100) for part in inclusion_stretches(n, log.size)]


def _earlier_consistency(log: MemoryLog, chance: random.Random) -> list[Stretch]:
    second = chance.randint(1, log.size)
    return consistency_stretches(chance.randint(1, second), second)


def _plain(leaves: list[bytes]) -> object:
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = append(frontier, size, leaf)
    return frontier


def _show_reads(log: MemoryLog, chance: random.Random) -> None:
    """How many stored hashes proofs need, in how many range reads."""
    table = Table(title=f"Stored hashes read for one proof in {log.size:,} entries", title_justify="left")
    for column in ("proof", "mean", "most", "most ranges"):
        table.add_column(column, justify="left" if column == "proof" else "right")
    for what, parts_of, known in (
        ("inclusion at the head", lambda: inclusion_stretches(chance.randrange(log.size), log.size), log.known),
        ("inclusion at an earlier size", lambda: _earlier_inclusion(log, chance), {}),
        ("consistency with the head", lambda: consistency_stretches(chance.randint(1, log.size), log.size), log.known),
        ("consistency of two earlier sizes", lambda: _earlier_consistency(log, chance), {}),
    ):
        spans = [spans_for(parts_of(), known) for _ in range(2_000)]
        counts = [sum(span.last - span.first + 1 for span in one) for one in spans]
        table.add_row(what, f"{mean(counts):.0f}", f"{max(counts)}", f"{max(map(len, spans))}")
    above = sum(len(values) for level, values in log.levels.items() if level)
    table.caption = f"{above:,} hashes are kept above {log.size:,} leaves."
    Console(width=140).print(table)


def _verify_everything(log: MemoryLog, chance: random.Random) -> None:
    """What was timed is true: proofs from tiles verify."""
    hash_of = StoredHashes(log.read([StoredSpan(level, 0, len(kept) - 1) for level, kept in log.levels.items()]))
    for _ in range(PROOFS):
        position = chance.randrange(log.size)
        proof = inclusion_proof(position, log.size, hash_of)
        assert proof == log.proof(inclusion_stretches(position, log.size), log.known)
        verify_inclusion(log.levels[0][position], position, log.size, proof, log.root)
        first = chance.randint(1, log.size)
        first_root = stretch_hash(Stretch(0, first), hash_of)
        verify_consistency(first, log.size, consistency_proof(first, log.size, hash_of), first_root, log.root)
