"""Nothing lost: a backup taken at any time becomes the same log and graph on either engine, and says loudly when it cannot."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from evidence_graph.errors import EvidenceError, LogExists, NewOriginNeeded, RecordDamaged, StoreUnfinished
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at, key_in
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.log_file import ENTRIES_AT_ONCE, check_log_file
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.restore import Restored, open_for_restore, restore_log
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.events import LogContinued
from evidence_graph.store.graph_store import HEAD, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ANNOTATIONS, ENTRIES, SIGNED_HEAD, AnnotationsOf, EntriesBetween
from tests import stories
from tests.conftest import Engine
from tests.histories import random_history
from tests.stories import now, record

ORIGIN, WRITERS = "restore.example/log", 8
MANY = ENTRIES_AT_ONCE + 200


class Died(Exception):
    """What happens to a process."""


class Files:
    """Embedded stores, backups and a key in one folder."""

    def __init__(self, folder: Path, open_stores: AsyncExitStack) -> None:
        self.folder, self._open_stores = folder, open_stores
        self.key = folder / "log.key"

    async def store(self, name: str) -> SqliteStore:
        """An opened embedded store without a log, closed after the test."""
        store = SqliteStore(self.folder / f"{name}.db")
        await store.open()
        self._open_stores.push_async_callback(store.close)
        return store

    async def backup(self, store: GraphStore, name: str = "backup.gz") -> Path:
        """A backup of a store."""
        await write_log_file(store, self.folder / name)
        return self.folder / name

    async def signed(self, name: str, *urns: str) -> SqliteStore:
        """A store whose log has these datasets and a signed head."""
        store = await self.store(name)
        await begin_log(store, ORIGIN, key_at(self.key), SystemClock())
        await self.tell(store, *urns)
        return store

    async def tell(self, store: GraphStore, *urns: str) -> None:
        """More datasets, and the head signed again."""
        for urn in urns:
            await Recorder(store, SystemClock()).record(stories.command(stories.datasets(urn)))
        await HeadSigner(store, self.key).sign(leaving=True)

    async def restore(self, store: GraphStore, backup: Path, new_origin: str | None = None) -> Restored:
        """Restored, and its head signed, as the command does."""
        found = await restore_log(store, backup, self.key, new_origin, SystemClock(), lambda done, total: None)
        await HeadSigner(store, self.key).sign(leaving=True)
        return found


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[Files]:
    """A folder for them."""
    async with AsyncExitStack() as open_stores:
        yield Files(tmp_path, open_stores)


async def contents(store: GraphStore) -> list[object]:
    """Everything that a restore must bring back: head, entries, graph, and what stands beside the log."""
    head, moment = await read_head(store), await now(store)
    entries = await store.ask(ENTRIES, EntriesBetween(0, head.position))
    subjects = sorted({decode_entry(row.body.encode()).event.subject for row in entries})
    beside = await store.ask(ANNOTATIONS, AnnotationsOf(subjects, head.position))
    return [head, entries, await read_graph_digest(store, moment), beside]


@pytest.mark.runs(20)
async def test_there_and_back_again(store: GraphStore, files: Files, run: int) -> None:
    """From any engine to the embedded one and back: entries keep bytes and times, graph and log have the same digests."""
    await random_history(store, run)
    elsewhere, again = await files.store("elsewhere"), await files.store("again")

    await load_log_file(elsewhere, await files.backup(store))
    await load_log_file(again, await files.backup(elsewhere, "again.gz"))

    assert await contents(store) == await contents(elsewhere) == await contents(again)
    assert (files.folder / "backup.gz").read_bytes() == (files.folder / "again.gz").read_bytes()


async def test_a_log_of_the_embedded_engine_comes_to_any_other(empty_store: GraphStore, files: Files) -> None:
    """As when a record outgrows one file."""
    elsewhere = await files.store("elsewhere")
    await stories.begin(elsewhere)
    await random_history(elsewhere, 7)

    await load_log_file(empty_store, await files.backup(elsewhere))

    assert await contents(empty_store) == await contents(elsewhere)


async def test_a_backup_is_of_one_position_while_many_write(store: GraphStore, files: Files) -> None:
    """It holds the log up to the head it began with, whatever is recorded meanwhile."""
    recorder = Recorder(store, SystemClock())

    async def write(writer: int) -> None:
        for number in range(20):
            urn = f"dataset:writer-{writer}/d@{number}"
            await recorder.record(stories.command(stories.datasets(urn, description="Said meanwhile.")))

    writing, backups = asyncio.gather(*map(write, range(WRITERS))), list[Path]()
    while not writing.done():
        backups.append(await files.backup(store, f"{len(backups)}.gz"))
        await asyncio.sleep(0)
    await writing
    sizes = [check_log_file(backup).header.size for backup in backups]
    entries = await store.ask(ENTRIES, EntriesBetween(0, WRITERS * 20))
    for number, backup in enumerate(backups):
        copy = await files.store(f"copy-{number}")
        header = await load_log_file(copy, backup)
        assert await copy.ask(ENTRIES, EntriesBetween(0, header.size)) == entries[: header.size]
    assert len(set(sizes)) > 2, "it was written to meanwhile"


async def test_an_interrupted_restore_says_so_and_goes_on(engine: Engine, files: Files) -> None:
    """A part of a log is never taken for the whole: nobody opens it, begins a log in it, records or signs; the same file completes it."""
    long = await files.store("long")
    await stories.begin(long)
    many = [f"dataset:many/things@{number}" for number in range(MANY)]
    await record(long, stories.datasets(*many, description="One of many."))
    backup, interrupted = await files.backup(long), engine.another()
    await interrupted.open()

    def die(done: int, total: int) -> None:
        raise Died

    with pytest.raises(Died):
        await load_log_file(interrupted, backup, die)

    with pytest.raises(StoreUnfinished, match=r"1,000 entries .* run `evidence restore` again"):
        await engine.another().open()
    with pytest.raises(StoreUnfinished):
        await begin_log(interrupted, "own", new_private_key(), SystemClock())
    with pytest.raises(StoreUnfinished):
        await Recorder(interrupted, SystemClock()).record(stories.command(stories.datasets("dataset:a/b@1")))

    other = await files.store("other")
    await stories.begin(other)
    await record(other, stories.datasets(*many, "dataset:other/things@1"))
    with pytest.raises(LogExists, match="beginning of another log"):
        await load_log_file(interrupted, await files.backup(other, "other.gz"))

    after = engine.another()
    await open_for_restore(after)
    reported: list[tuple[int, int]] = []
    await load_log_file(after, backup, lambda done, total: reported.append((done, total)))
    whole = engine.another()
    await whole.open()
    assert reported == [(MANY + 1, MANY + 1)], "what was stored already is not stored again"
    assert (await contents(whole))[1:] == (await contents_of(files, backup))[1:]


async def contents_of(files: Files, backup: Path) -> list[object]:
    """What a backup becomes when nothing interrupts it."""
    store = await files.store("uninterrupted")
    await load_log_file(store, backup)
    return await contents(store)


async def test_a_damaged_backup_is_refused_and_nothing_is_stored(empty_store: GraphStore, files: Files) -> None:
    """Any byte of the file changed: gzip's own check finds it."""
    source = await files.signed("source", *(f"dataset:a/b@{number}" for number in range(20)))
    sound, random = (await files.backup(source)).read_bytes(), Random(6)
    damaged = files.folder / "damaged.gz"
    for _ in range(150):
        place = random.randrange(10, len(sound))  # before that stands only when and where the file was made
        damaged.write_bytes(sound[:place] + bytes([sound[place] ^ random.randrange(1, 256)]) + sound[place + 1 :])
        if says_the_same(damaged, sound):
            continue
        with pytest.raises(EvidenceError):
            await files.restore(empty_store, damaged)
    assert not await empty_store.ask(HEAD, NoParameters())


def says_the_same(damaged: Path, sound: bytes) -> bool:
    """Whether only bits were changed that gzip fills a byte with."""
    try:
        return gzip.decompress(damaged.read_bytes()) == gzip.decompress(sound)
    except (OSError, EOFError, zlib.error):
        return False


@pytest.mark.runs(100)
async def test_what_changed_inside_a_backup_is_found_out(files: Files, run: int) -> None:
    """Any byte of its text, with gzip's check made anew: it is refused, or it still says the very same."""
    source, random = await files.store("source"), Random(run)
    await stories.begin(source)
    await record(source, stories.churn())
    text = gzip.decompress((await files.backup(source)).read_bytes())
    accepted = 0
    for _ in range(20):
        place = random.randrange(len(text))
        changed = text[:place] + bytes([text[place] ^ random.randrange(1, 256)]) + text[place + 1 :]
        try:
            header = check_log_file(gzip.compress(changed, 1)).header
        except EvidenceError:
            continue
        accepted += 1
        copy = await files.store(f"copy-{accepted}")
        assert header.size == (await load_log_file(copy, gzip.compress(changed, 1))).size
        assert await contents(copy) == await contents(source)
    assert accepted < 3


async def test_a_restored_log_goes_on_as_it_was(empty_store: GraphStore, files: Files) -> None:
    """With its key here and everything that was signed."""
    lost = await files.signed("lost", "dataset:a/b@1", "dataset:a/b@2")
    before = await contents(lost)

    found = await files.restore(empty_store, await files.backup(lost))

    assert await contents(empty_store) == before
    assert (found.head, found.kept) == (await read_head(empty_store), None)
    await files.tell(empty_store, "dataset:a/b@3")
    assert [row.size for row in await empty_store.ask(SIGNED_HEAD, NoParameters())] == [4]


async def test_an_older_backup_goes_on_only_under_a_new_origin(empty_store: GraphStore, files: Files) -> None:
    """What was signed after it is lost, and the log says so; the key that signed it is kept with the last head it signed."""
    lost = await files.signed("lost", "dataset:a/b@1")
    backup, old = await files.backup(lost), key_at(files.key)
    await files.tell(lost, "dataset:a/b@2")
    signed = LastSigned(files.key).read()

    with pytest.raises(NewOriginNeeded, match=r"has 2 entries, and a head of 3 .*--new-origin"):
        await files.restore(empty_store, backup)
    assert not await empty_store.ask(HEAD, NoParameters())

    found = await files.restore(empty_store, backup, "another.example/log")
    last = (await empty_store.ask(ENTRIES, EntriesBetween(2, 2)))[0]
    event = decode_entry(last.body.encode()).event
    assert isinstance(event, LogContinued)
    assert (event.origin, event.size, found.head.size) == ("another.example/log", 2, 3)
    new = key_in(files.key)
    assert new is not None
    assert event.key == found.head.key_text == VerifierKey.of("another.example/log", new).text
    assert found.kept is not None
    assert key_at(found.kept).private_bytes_raw() == old.private_bytes_raw()
    assert LastSigned(found.kept).read() == signed
    await files.tell(empty_store, "dataset:a/b@3")
    assert [row.size for row in await empty_store.ask(SIGNED_HEAD, NoParameters())] == [4]


async def test_a_backup_of_another_history_is_not_what_was_signed(files: Files) -> None:
    """As large as the signed log, under the same key and origin, with other entries."""
    await files.signed("lost", "dataset:a/b@1")
    forged = await files.store("forged")
    await begin_log(forged, ORIGIN, key_at(files.key), SystemClock())
    await Recorder(forged, SystemClock()).record(stories.command(stories.datasets("dataset:a/forged@1")))

    with pytest.raises(NewOriginNeeded, match="other entries than those that were signed"):
        await files.restore(await files.store("restored"), await files.backup(forged))


async def test_without_its_key_a_log_goes_on_under_one_that_has_never_signed(files: Files) -> None:
    """One is made where there is none; one that an operator has put there is used."""
    lost = await files.signed("lost", "dataset:a/b@1")
    backup = await files.backup(lost)
    files.key = files.folder / "elsewhere.key"
    with pytest.raises(NewOriginNeeded, match="private key is not here"):
        await files.restore(await files.store("first"), backup)
    assert not files.key.exists()
    made = await files.restore(await files.store("second"), backup, "made.example/log")

    files.key = files.folder / "operators.key"
    key_at(files.key)
    with pytest.raises(NewOriginNeeded, match="not the one that the backup names"):
        await files.restore(await files.store("third"), backup)
    operators = key_at(files.key)
    used = await files.restore(await files.store("fourth"), backup, "used.example/log")

    assert (made.kept, used.kept) == (None, None)
    assert used.head.key_text == VerifierKey.of("used.example/log", operators).text


async def test_a_store_with_a_log_is_refused_before_the_backup_is_read(store: GraphStore, files: Files) -> None:
    """A log is never written over."""
    before = await read_head(store)

    with pytest.raises(LogExists, match="Name an empty store"):
        await files.restore(store, files.folder / "no such file")
    assert await read_head(store) == before


async def test_a_backup_of_a_store_with_a_changed_entry_is_refused(store: GraphStore, files: Files) -> None:
    """Such a backup would be found out only when it is needed."""
    await record(store, stories.churn())
    sound = await files.backup(store)
    lines = gzip.decompress(sound.read_bytes()).splitlines()
    forged = gzip.compress(b"\n".join([*lines[:3], lines[3].replace(b"customers", b"customerz"), *lines[4:]]) + b"\n")

    with pytest.raises(RecordDamaged, match="Position 2: The entry does not have its leaf hash"):
        check_log_file(forged)
