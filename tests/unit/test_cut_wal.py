"""Whatever part of SQLite's WAL is left: the store opens at a position that was on record, or refuses, and is never signed anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from evidence_graph.errors import RecordDamaged, StoreRefused, StoreUnavailable
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.evidence.store_audit import audit_store
from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ENTRIES, EntriesBetween, EntryRow
from tests import stories
from tests.reference_merkle import ReferenceTree

COMMITS = 40
CHECKPOINTED = 3  # commits, of which the WAL has nothing any more


@dataclass(frozen=True)
class Recorded:
    """The files as they were while the store was open, its whole log, how long it was after each commit, and its key."""

    files: dict[str, bytes]
    entries: list[EntryRow]
    sizes: set[int]
    key_file: Path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A store with a signed head, most of whose commits are in the WAL."""
    return asyncio.run(_record(tmp_path_factory.mktemp("recorded")))


async def _record(folder: Path) -> Recorded:
    store, key_file, sizes = SqliteStore(folder / "evidence.db"), folder / "key", set[int]()
    await store.open()
    await begin_log(store, stories.ORIGIN, key_at(key_file), SystemClock())
    for commit in range(COMMITS):
        await Recorder(store, SystemClock()).record(stories.command(_told(commit)))
        sizes.add((await read_head(store)).size)
        if commit == CHECKPOINTED:
            await store.close()
            store, sizes = SqliteStore(folder / "evidence.db"), {max(sizes)}
            await store.open()
    await HeadSigner(store, key_file).sign(leaving=True)
    files = {ending: (folder / f"evidence.db{ending}").read_bytes() for ending in ("", "-wal", "-shm")}
    entries = await store.ask(ENTRIES, EntriesBetween(0, max(sizes)))
    await store.close()
    return Recorded(files, entries, sizes, key_file)


def _told(commit: int) -> stories.ManifestDocument:
    if commit == 0:
        return stories.churn()
    urn, sources = f"dataset:many/things@{commit}", (stories.CUSTOMERS, f"dataset:many/things@{commit - 1}")
    more = {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [urn]}]} if commit % 3 == 0 else {}
    return stories.derived(urn, *sources, description=f"The {commit}th.") | more


@pytest.fixture
async def open_stores() -> AsyncIterator[AsyncExitStack]:
    """Closes what a test has opened."""
    async with AsyncExitStack() as stack:
        yield stack


async def _opened(file: Path, open_stores: AsyncExitStack) -> SqliteStore:
    store = SqliteStore(file)
    open_stores.push_async_callback(store.close)
    await store.open()
    return store


def test_the_commits_are_in_the_wal(recorded: Recorded) -> None:
    """Else there would be nothing to cut."""
    assert len(recorded.files["-wal"]) > 50 * 4_096
    assert len(recorded.sizes) == COMMITS - CHECKPOINTED


@pytest.mark.runs(200)
async def test_a_cut_wal_is_a_position_that_was_on_record(
    recorded: Recorded, run: int, tmp_path: Path, open_stores: AsyncExitStack
) -> None:
    """Cut anywhere, or with changed bytes, with or without the index beside it: a prefix of the log, with its root and its graph."""
    _left_behind(recorded, Random(run), tmp_path / "evidence.db")

    try:
        store = await _opened(tmp_path / "evidence.db", open_stores)
    except (StoreRefused, StoreUnavailable):
        return

    size = await _prefix(store, recorded)
    replay = await _opened(tmp_path / "replay.db", open_stores)
    assert (await audit_store(store, replay, None)).findings == []
    await _never_signed_anew(store, recorded, size)


def _left_behind(recorded: Recorded, random: Random, file: Path) -> None:
    """What a machine leaves: a part of the WAL, or one in which something went wrong."""
    wal = bytearray(recorded.files["-wal"])
    if random.random() < 0.7:
        del wal[random.randrange(len(wal) + 1) :]
    if wal and random.random() < 0.5:
        for _ in range(random.randint(1, 3)):
            wal[random.randrange(len(wal))] ^= random.randrange(1, 256)
    file.write_bytes(recorded.files[""])
    file.with_name(f"{file.name}-wal").write_bytes(wal)
    if random.random() < 0.5:
        file.with_name(f"{file.name}-shm").write_bytes(recorded.files["-shm"])


async def _prefix(store: GraphStore, recorded: Recorded) -> int:
    """How many entries there are, which are the first ones of those that were recorded, as their root says."""
    (head,) = await store.ask(HEAD, NoParameters())
    entries = await store.ask(ENTRIES, EntriesBetween(0, len(recorded.entries)))
    assert head.size in recorded.sizes
    assert entries == recorded.entries[: head.size]
    leaves = [sha256(b"\x00" + row.body.encode()).digest() for row in entries]
    assert head.root == ReferenceTree(leaves).root(head.size).hex()
    return head.size


async def _never_signed_anew(store: GraphStore, recorded: Recorded, size: int) -> None:
    """A shorter log is refused, and what was signed stays what it is; also when it has grown again with something else."""
    signer, signed = HeadSigner(store, recorded.key_file), LastSigned(recorded.key_file).read()
    if size == len(recorded.entries):
        await signer.sign(leaving=True)
        return
    with pytest.raises(RecordDamaged, match=f"a head of {len(recorded.entries)} has been signed: entries were lost"):
        await signer.sign()
    names = [f"dataset:instead/things@{number}" for number in range(len(recorded.entries) - size)]
    await Recorder(store, SystemClock()).record(stories.command(stories.datasets(*names)))
    await signer.keep_up()
    assert signer.problem is not None
    assert signer.problem.refused
    assert LastSigned(recorded.key_file).read() == signed


async def test_a_store_that_lost_everything_is_not_signed_as_the_log_it_was(
    recorded: Recorded, tmp_path: Path, open_stores: AsyncExitStack
) -> None:
    """Neither file is there any more: the log that begins in its place is another one, and the key has signed the first."""
    store = await _opened(tmp_path / "evidence.db", open_stores)
    await begin_log(store, "another.example/log", key_at(recorded.key_file), SystemClock())

    with pytest.raises(RecordDamaged, match="This key has signed another log"):
        await HeadSigner(store, recorded.key_file).sign()
