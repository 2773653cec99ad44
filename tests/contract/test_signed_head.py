"""The signed head: one process signs, late by a moment at most, and nothing that contradicts what was signed before."""

import asyncio
import json
import os
import shutil
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from evidence_graph.errors import KeyMissing, ProofFailed, RecordDamaged, StoreUnavailable
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.key_file import key_at, key_in
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import Tree, begin_log, continue_log
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.signed_head import SECONDS_BETWEEN, HeadSigner
from evidence_graph.evidence.signing_lease import LEASE, SigningLease
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.checkpoint import Checkpoint, verify_checkpoint
from evidence_graph.proof.merkle import root_hash
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.record.entry import Entry
from evidence_graph.record.events import KpiDefined
from evidence_graph.record.instants import SECOND
from evidence_graph.record.rows import HeadMoved, Row, SignedHeadPut
from evidence_graph.store.graph_store import GraphStore, Head, NoParameters, Transaction
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import SIGNED_HEAD, SIGNING, Signing
from tests import stories
from tests.conftest import Engine
from tests.stories import record

T = TypeVar("T")
FORGED = {"frontier": json.dumps(["ab" * 32] * 6), "root": root_hash((bytes.fromhex("ab" * 32),) * 6).hex()}


class Died(Exception):
    """What happens to a process."""


class Hands:
    """A clock and a watch that stand still until they are moved."""

    def __init__(self) -> None:
        self.clock, self.watch = 1_790_000_000 * SECOND, 50.0

    def move(self, seconds: float) -> None:
        self.clock += int(seconds * SECOND)
        self.watch += seconds

    def lease(self) -> SigningLease:
        """The lease of another process."""
        return SigningLease(lambda: self.clock, lambda: self.watch)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "log.key"


@pytest.fixture
async def signed_store(empty_store: GraphStore, key_file: Path) -> GraphStore:
    """A store whose log has begun under the key in the file."""
    await begin_log(empty_store, stories.ORIGIN, key_at(key_file), SimulatedClock(stories.at(stories.GENESIS)))
    return empty_store


Restored = Callable[[Path], Awaitable[GraphStore]]


@pytest.fixture
async def emptied(
    engine: Engine, wipe: Callable[[str], None], tmp_path: Path
) -> AsyncIterator[Callable[[], Awaitable[GraphStore]]]:
    """A place without a log: for Neo4j the same one, so what was there is gone; for SQLite another file each time."""
    async with AsyncExitStack() as open_stores:

        async def emptied() -> GraphStore:
            wipe(engine.name)
            file = tmp_path / f"restored-{len(os.listdir(tmp_path))}.db"
            store = SqliteStore(file) if engine.name == "sqlite" else engine.another()
            open_stores.push_async_callback(store.close)
            await store.open()
            return store

        yield emptied


@pytest.fixture
def restored(emptied: Callable[[], Awaitable[GraphStore]]) -> Restored:
    """The store as a log file has it, in the place of what was there."""

    async def restored(file: Path) -> GraphStore:
        store = await emptied()
        await load_log_file(store, file)
        return store

    return restored


def copied_key(key_file: Path, folder: Path) -> Path:
    """The same key on another machine, without the last signed head beside it."""
    folder.mkdir()
    return Path(shutil.copy(key_file, folder))


async def published(store: GraphStore) -> Checkpoint | None:
    """The head that anybody who trusts the log's key finds signed."""
    rows = await store.ask(SIGNED_HEAD, NoParameters())
    key = parse_verifier_key((await read_head(store)).key_text)
    return verify_checkpoint(rows[0].note, [key]) if rows else None


async def signing(store: GraphStore) -> Signing:
    return (await store.ask(SIGNING, NoParameters()))[0]


def head_of(head: Head) -> Checkpoint:
    return Checkpoint(head.origin, head.size, bytes.fromhex(head.root))


async def put(store: GraphStore, *rows: Row) -> None:
    """Edit the store behind its back."""

    async def edit(transaction: Transaction) -> None:
        for row in rows:
            await transaction.put([row])

    await store.write(edit)


async def sign(store: GraphStore, key_file: Path) -> None:
    """By a process that ends then."""
    await HeadSigner(store, key_file).sign(leaving=True)


async def grow(store: GraphStore, first: int, count: int) -> None:
    await record(store, stories.datasets(*(f"dataset:many/things@{number}" for number in range(first, first + count))))


async def grow_without_keeping_hashes(store: GraphStore, count: int) -> None:
    """As a version did that kept only the entries."""
    head = await read_head(store)
    tree = Tree(head)
    now = head.recorded_at + 1
    entries = [
        Entry(KpiDefined("a/b", str(number)), now, "SIMULATED", "ana", "TEST", "k", "ab" * 32, "kpis[0]", "CREATED")
        for number in range(count)
    ]
    await put(store, *(tree.add(entry) for entry in entries), tree.moved(now))


async def test_the_head_is_signed_and_verifies_with_the_logs_key(signed_store: GraphStore, key_file: Path) -> None:
    """A C2SP checkpoint of exactly the head; what is signed already is left alone."""
    signer = HeadSigner(signed_store, key_file)
    assert await published(signed_store) is None

    await signer.sign()
    first = await published(signed_store)
    await record(signed_store, stories.churn())
    await signer.sign()

    assert first is not None
    assert first.size == 1
    head = await read_head(signed_store)
    assert await published(signed_store) == head_of(head)
    before = await signing(signed_store)
    await signer.sign()
    assert await signing(signed_store) == before


async def test_what_is_signed_lies_beside_the_key_before_it_is_published(
    signed_store: GraphStore, key_file: Path
) -> None:
    """Read from the disk at the very moment the store is told; readable by its owner alone."""
    seen: list[tuple[str, str]] = []

    class Watched:
        def __init__(self, transaction: Transaction) -> None:
            self.lock_head, self.ask, self._put = transaction.lock_head, transaction.ask, transaction.put

        async def put(self, rows: list[Row]) -> None:
            seen.extend(
                (row.note, LastSigned(key_file).path.read_text()) for row in rows if isinstance(row, SignedHeadPut)
            )
            await self._put(rows)

    class WatchedStore:
        ask = staticmethod(signed_store.ask)

        async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
            return await signed_store.write(lambda transaction: work(Watched(transaction)))

    signer = HeadSigner(WatchedStore(), key_file)  # type: ignore[arg-type]
    for number in range(3):
        await grow(signed_store, number, 1)
        await signer.sign()

    assert len(seen) == 3
    assert all(note == on_disk for note, on_disk in seen)
    assert stat.S_IMODE(LastSigned(key_file).path.stat().st_mode) == 0o600
    assert not any("draft" in name for name in os.listdir(key_file.parent))


async def test_a_signature_whose_publication_failed_is_published_the_next_time(
    signed_store: GraphStore, key_file: Path
) -> None:
    """As when the machine dies between the two: what lies beside the key is ahead, and the store catches up."""
    await sign(signed_store, key_file)
    await record(signed_store, stories.churn())

    class Dying:
        ask = staticmethod(signed_store.ask)

        async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
            async def die(transaction: Transaction) -> T:
                await work(transaction)
                raise Died

            return await signed_store.write(die)

    with pytest.raises(Died):
        await sign(Dying(), key_file)  # type: ignore[arg-type]
    last, behind = LastSigned(key_file).read(), await published(signed_store)
    assert last is not None
    assert behind is not None
    assert (behind.size, last.head) == (1, head_of(await read_head(signed_store)))

    await sign(signed_store, key_file)

    assert (await signed_store.ask(SIGNED_HEAD, NoParameters()))[0].note == last.note.document


async def test_a_store_restored_from_an_older_copy_is_refused(
    signed_store: GraphStore, engine: Engine, key_file: Path, restored: Restored, tmp_path: Path
) -> None:
    """Behind our back: with fewer entries, with as many others, and with more; and signed again as soon as it is what it was."""
    await record(signed_store, stories.churn())
    await write_log_file(signed_store, tmp_path / "old.gz")
    await grow(signed_store, 0, 40)
    await sign(signed_store, key_file)
    await write_log_file(signed_store, tmp_path / "new.gz")
    kept = LastSigned(key_file).path.read_bytes()
    signed = await read_head(signed_store)

    older = await restored(tmp_path / "old.gz")
    signer = HeadSigner(older, key_file)
    with pytest.raises(RecordDamaged, match=f"a head of {signed.size} has been signed"):
        await signer.sign()
    await grow(older, 100, 39)
    with pytest.raises(RecordDamaged, match="entries were lost"):
        await signer.sign()
    await grow(older, 200, 1)
    assert (await read_head(older)).size == signed.size
    with pytest.raises(ProofFailed, match="does not lead to the"):
        await signer.sign()
    await grow(older, 300, 100)
    with pytest.raises(ProofFailed, match="does not lead to the"):
        await signer.sign()
    assert await older.ask(SIGNED_HEAD, NoParameters()) == []
    assert LastSigned(key_file).path.read_bytes() == kept

    again = await restored(tmp_path / "new.gz")
    await grow(again, 40, 3)
    await sign(again, key_file)
    assert await published(again) == head_of(await read_head(again))


async def test_who_refuses_keeps_the_lease_and_says_why(
    signed_store: GraphStore, key_file: Path, restored: Restored, hands: Hands, tmp_path: Path
) -> None:
    """Another machine, which does not know what was signed here, must not sign in its place."""
    await write_log_file(signed_store, tmp_path / "old.gz")
    await record(signed_store, stories.churn())
    await sign(signed_store, key_file)
    older = await restored(tmp_path / "old.gz")
    knowing = HeadSigner(older, key_file, hands.lease())
    ignorant = HeadSigner(older, copied_key(key_file, tmp_path / "elsewhere"), hands.lease())

    await knowing.keep_up()
    await ignorant.keep_up()

    assert knowing.problem is not None
    assert (knowing.problem.refused, "entries were lost" in knowing.problem.reason) == (True, True)
    assert ignorant.problem is None
    assert await published(older) is None


async def test_a_contradiction_is_seen_also_while_another_process_signs(
    signed_store: GraphStore, key_file: Path, restored: Restored, hands: Hands, tmp_path: Path
) -> None:
    """It cannot be prevented then, but it is not passed over in silence."""
    await write_log_file(signed_store, tmp_path / "old.gz")
    await record(signed_store, stories.churn())
    await sign(signed_store, key_file)
    older = await restored(tmp_path / "old.gz")
    await HeadSigner(older, copied_key(key_file, tmp_path / "elsewhere"), hands.lease()).sign()

    signer = HeadSigner(older, key_file, hands.lease())
    await signer.keep_up()

    assert signer.problem is not None
    assert signer.problem.refused


async def test_another_machine_goes_by_the_head_in_the_store(
    signed_store: GraphStore, key_file: Path, restored: Restored, tmp_path: Path
) -> None:
    """It has the key and not the file beside it; a published head that the log does not continue is enough to refuse."""
    await write_log_file(signed_store, tmp_path / "old.gz")
    await record(signed_store, stories.churn())
    await sign(signed_store, key_file)
    (signed,) = await signed_store.ask(SIGNED_HEAD, NoParameters())
    older = await restored(tmp_path / "old.gz")
    await put(older, SignedHeadPut(signed.size, signed.root, signed.note))

    with pytest.raises(RecordDamaged, match="entries were lost"):
        await sign(older, copied_key(key_file, tmp_path / "elsewhere"))


async def test_a_published_head_that_nobody_signed_binds_nobody(signed_store: GraphStore, key_file: Path) -> None:
    """Whoever can write to the store could else stop the signing for good."""
    await sign(signed_store, key_file)
    (signed,) = await signed_store.ask(SIGNED_HEAD, NoParameters())
    await put(signed_store, SignedHeadPut(99, "ab" * 32, signed.note.replace("\n1\n", "\n99\n")))

    await sign(signed_store, key_file)

    assert await published(signed_store) == head_of(await read_head(signed_store))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"root": "ab" * 32}, "is not that of its tree"),
        ({"frontier": "[]"}, "is not one"),
        ({"frontier": '["xy"]', "size": 256}, "is not one"),
        (FORGED, "does not lead to the second root"),
    ],
)
async def test_a_head_that_is_not_that_of_its_tree_is_refused(
    signed_store: GraphStore, key_file: Path, damage: dict[str, Any], words: str
) -> None:
    """Somebody edited it."""
    await grow(signed_store, 0, 20)
    await sign(signed_store, key_file)
    await grow(signed_store, 20, 200)
    head = await read_head(signed_store)
    await put(signed_store, HeadMoved(**msgspec.structs.asdict(head) | damage))

    with pytest.raises((RecordDamaged, ProofFailed), match=words):
        await sign(signed_store, key_file)


async def test_a_log_whose_hashes_were_not_kept_is_refused(signed_store: GraphStore, key_file: Path) -> None:
    """Nobody can tell whether it continues what was signed."""
    await grow(signed_store, 0, 20)
    await sign(signed_store, key_file)
    await grow_without_keeping_hashes(signed_store, 200)

    with pytest.raises(RecordDamaged, match="missing from the store"):
        await sign(signed_store, key_file)


async def test_copies_of_a_store_cannot_both_be_signed(
    signed_store: GraphStore, key_file: Path, restored: Restored, tmp_path: Path
) -> None:
    """They have one key and one origin; the first to go its own way is the log, the other is refused."""
    await grow(signed_store, 0, 3)
    await write_log_file(signed_store, tmp_path / "copy.gz")
    copy = await restored(tmp_path / "copy.gz")
    await sign(copy, key_file)
    await grow(copy, 10, 1)
    await sign(copy, key_file)

    await grow(copy, 11, 1)
    with LastSigned(key_file).held(), pytest.raises(StoreUnavailable, match="is signing with this key"):
        await sign(copy, key_file)
    other = await restored(tmp_path / "copy.gz")
    await grow(other, 20, 1)
    with pytest.raises((RecordDamaged, ProofFailed)):
        await sign(other, key_file)


async def test_without_the_key_nothing_is_signed_and_what_is_published_stays(
    signed_store: GraphStore, key_file: Path, tmp_path: Path
) -> None:
    """A process that has none, or one of another log, serves what others have signed."""
    await sign(signed_store, key_file)
    await record(signed_store, stories.churn())
    other = tmp_path / "other.key"
    key_at(other)

    with pytest.raises(KeyMissing, match="not here"):
        await sign(signed_store, tmp_path / "none.key")
    with pytest.raises(KeyMissing, match="not the one that the log names"):
        await sign(signed_store, other)

    signed = await published(signed_store)
    assert signed is not None
    assert signed.size == 1
    assert not LastSigned(other).path.exists()


async def test_a_key_that_signed_another_log_is_refused(
    signed_store: GraphStore, engine: Engine, key_file: Path, emptied: Callable[[], Awaitable[GraphStore]]
) -> None:
    """As when a new store is begun beside the key of an old one; a file of another key's head is of no account."""
    await record(signed_store, stories.churn())
    await sign(signed_store, key_file)
    fresh = await emptied()
    key = key_in(key_file)
    assert key is not None
    await begin_log(fresh, "another.example/log", key, SimulatedClock(stories.at(stories.GENESIS)))

    signer = HeadSigner(fresh, key_file)
    with pytest.raises(RecordDamaged, match=r"signed another log, stories\.example/log"):
        await signer.sign()

    os.unlink(key_file)
    await continue_log(
        fresh, "third.example/log", key_at(key_file), SimulatedClock((await read_head(fresh)).recorded_at)
    )
    await signer.sign()
    assert await published(fresh) == head_of(await read_head(fresh))


async def test_a_last_head_that_cannot_be_read_stops_the_signing(signed_store: GraphStore, key_file: Path) -> None:
    """Without it nobody could tell what was signed; the words say how to go on."""
    await sign(signed_store, key_file)
    (signed,) = await signed_store.ask(SIGNED_HEAD, NoParameters())
    LastSigned(key_file).path.write_text("torn")
    await grow(signed_store, 0, 1)

    with pytest.raises(KeyMissing, match="Put the published checkpoint"):
        await sign(signed_store, key_file)

    LastSigned(key_file).path.write_text(signed.note)
    await sign(signed_store, key_file)
    assert await published(signed_store) == head_of(await read_head(signed_store))


async def test_of_several_processes_one_signs(engine: Engine, signed_store: GraphStore, key_file: Path) -> None:
    """Each with a store and a recorder of its own; the others leave it to the one that began."""
    stores = [engine.another() for _ in range(3)]
    for store in stores:
        await store.open()
    signers = [HeadSigner(store, key_file) for store in stores]
    holders = set()

    for number in range(6):
        await grow(stores[number % 3], number, 1)
        for signer in signers:
            await signer.keep_up()
        assert all(signer.problem is None for signer in signers)
        assert await published(stores[number % 3]) == head_of(await read_head(signed_store))
        holders.add((await signing(signed_store)).holder)

    assert len(holders) == 1


async def test_the_lease_of_a_killed_process_passes_on(signed_store: GraphStore, key_file: Path, hands: Hands) -> None:
    """Once it has ended, and not before; whoever leaves in order lets go at once."""
    killed, other = (HeadSigner(signed_store, key_file, hands.lease()) for _ in range(2))
    await killed.sign()
    holder = (await signing(signed_store)).holder
    await grow(signed_store, 0, 1)

    hands.move(LEASE / SECOND - 0.1)
    await other.sign()
    assert (await signing(signed_store)).holder == holder
    hands.move(0.2)
    await other.sign()

    assert (await signing(signed_store)).holder not in ("", holder)
    assert await published(signed_store) == head_of(await read_head(signed_store))
    await other.finish()
    assert (await signing(signed_store)).holder == ""
    await grow(signed_store, 1, 1)
    await killed.finish()
    assert await published(signed_store) == head_of(await read_head(signed_store))
    assert (await signing(signed_store)).holder == ""


async def test_a_head_is_signed_within_a_second_while_others_write(
    engine: Engine, signed_store: GraphStore, key_file: Path
) -> None:
    """In the background, for entries of this process and of another; at the end everything is signed."""
    signer, other = HeadSigner(signed_store, key_file), engine.another()
    await other.open()
    signer.start()
    for number in range(3):
        await grow((signed_store, other)[number % 2], number, 1)
        size = (await read_head(signed_store)).size
        async with asyncio.timeout(1):
            while (await signing(signed_store)).signed_size < size:  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.02)
    await grow(other, 10, 1)
    await signer.finish()

    assert SECONDS_BETWEEN < 1
    assert await published(signed_store) == head_of(await read_head(signed_store))
