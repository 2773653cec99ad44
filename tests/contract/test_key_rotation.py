"""Changing the log's key: the log says so, signed by the old key; whoever trusts the first key can follow; nothing stops half-way."""

import gzip
import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import KeyMissing, ProofFailed, RecordDamaged, StoreUnavailable
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.key_file import key_at, key_in, next_key_path, old_key_path
from evidence_graph.evidence.key_rotation import Rotated, rotate_key
from evidence_graph.evidence.log import begin_log, change_key
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.checkpoint import verify_checkpoint
from evidence_graph.proof.merkle import leaf_hash, tree_root
from evidence_graph.proof.signing_key import new_private_key, verifier_key
from evidence_graph.proof.verifier_key import VerifierKey, parse_verifier_key
from evidence_graph.record.canonical import canonical_bytes, canonical_digest
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.events import LogKeyChanged
from evidence_graph.record.log_keys import LogKeys
from evidence_graph.store.graph_store import GraphStore, NoParameters, Transaction
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ENTRIES, SIGNED_HEAD, EntriesBetween
from tests import stories
from tests.stories import record


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "log.key"


@pytest.fixture
async def signed_store(empty_store: GraphStore, key_file: Path) -> GraphStore:
    """A store whose log has begun under the key in the file."""
    await begin_log(empty_store, stories.ORIGIN, key_at(key_file), SimulatedClock(stories.at(stories.GENESIS)))
    return empty_store


async def rotate(store: GraphStore, key_file: Path) -> Rotated:
    return await rotate_key(store, key_file, SimulatedClock((await read_head(store)).recorded_at))


async def keys_of(store: GraphStore) -> LogKeys:
    """As an outsider follows them through the entries."""
    keys = LogKeys()
    for row in await store.ask(ENTRIES, EntriesBetween(0, (await read_head(store)).position)):
        keys.follow(decode_entry(row.body.encode()).event)
    return keys


async def sign(store: GraphStore, key_file: Path) -> None:
    await HeadSigner(store, key_file).sign(leaving=True)


def public(key_file: Path) -> str:
    key = key_in(key_file)
    assert key is not None
    return VerifierKey.of(stories.ORIGIN, key).text


async def test_the_next_key_is_vouched_for_and_signs_from_then_on(signed_store: GraphStore, key_file: Path) -> None:
    """An entry of the log says so; the old key is kept under its key id; both files are their owner's alone."""
    await record(signed_store, stories.churn())
    await sign(signed_store, key_file)
    old = public(key_file)

    rotated = await rotate(signed_store, key_file)
    await sign(signed_store, key_file)

    head = await read_head(signed_store)
    (signed,) = await signed_store.ask(SIGNED_HEAD, NoParameters())
    assert (rotated.old, rotated.new, head.key_text) == (old, public(key_file), public(key_file))
    assert verify_checkpoint(signed.note, [parse_verifier_key(rotated.new)]).size == head.size
    with pytest.raises(ProofFailed):
        verify_checkpoint(signed.note, [parse_verifier_key(old)])
    assert public(rotated.kept) == old
    assert rotated.kept == old_key_path(key_file, parse_verifier_key(old).key_id)
    assert {stat.S_IMODE(os.stat(file).st_mode) for file in (key_file, rotated.kept)} == {0o600}
    assert not next_key_path(key_file).exists()
    current = (await keys_of(signed_store)).current
    assert current is not None
    assert current.text == rotated.new


async def test_a_log_with_changed_keys_is_loaded_and_goes_on(
    signed_store: GraphStore, key_file: Path, tmp_path: Path
) -> None:
    """Three keys long; the chain of keys is checked entry by entry."""
    for number in range(2):
        await rotate(signed_store, key_file)
        await record(signed_store, stories.datasets(f"dataset:a/b@{number}"))
    await write_log_file(signed_store, tmp_path / "log.gz")
    copy = SqliteStore(tmp_path / "copy.db")
    await copy.open()

    await load_log_file(copy, tmp_path / "log.gz")

    assert await read_head(copy) == await read_head(signed_store)
    await sign(copy, key_file)
    await copy.close()


async def test_a_key_that_the_old_one_did_not_vouch_for_is_refused(
    signed_store: GraphStore, key_file: Path, tmp_path: Path
) -> None:
    """Whoever can write a log file cannot put a key of their own into it; nor name another in its header."""
    rotated = await rotate(signed_store, key_file)
    await write_log_file(signed_store, tmp_path / "log.gz")
    header, genesis, changed = gzip.decompress((tmp_path / "log.gz").read_bytes()).splitlines()
    theirs = verifier_key(stories.ORIGIN, new_private_key())

    def forged(entry: bytes, key: str) -> bytes:
        bodies = [json.loads(genesis)["entry"], json.loads(entry)["entry"]]
        head = json.loads(header) | {"root": tree_root(body.encode() for body in bodies).hex(), "key": key}
        return gzip.compress(b"\n".join([json.dumps(head).encode(), genesis, entry, b""]))

    assert await loads(forged(changed, rotated.new), tmp_path / "good.db") is None
    body = json.loads(changed)["entry"].replace(rotated.new, theirs)
    statement = json.loads(body)
    statement["subject"][0]["digest"]["sha256"] = canonical_digest(statement["predicate"]["payload"])
    body = canonical_bytes(statement).decode()
    line = json.dumps({"entry": body, "leaf": leaf_hash(body.encode()).hex()}).encode()
    assert "Position 1: The log's new key is not vouched for" in str(
        await loads(forged(line, theirs), tmp_path / "a.db")
    )
    assert "names another origin or key" in str(await loads(forged(changed, theirs), tmp_path / "b.db"))


async def loads(file: bytes, database: Path) -> RecordDamaged | None:
    """What loading it into a new store says against it."""
    store = SqliteStore(database)
    await store.open()
    try:
        await load_log_file(store, file)
    except RecordDamaged as damage:
        return damage
    finally:
        await store.close()
    return None


async def say_so(store: GraphStore, key_file: Path, new: Ed25519PrivateKey) -> None:
    """The step of a change that is a transaction."""
    old, clock = key_in(key_file), SimulatedClock((await read_head(store)).recorded_at)
    assert old is not None

    async def change(transaction: Transaction) -> None:
        head = await transaction.lock_head()
        assert head is not None
        await change_key(transaction, head, old, new, clock)

    await store.write(change)


@pytest.mark.parametrize("after", ["the new key is made", "the log says so", "the old key is kept"])
async def test_an_interrupted_change_is_finished_by_doing_it_again(
    signed_store: GraphStore, key_file: Path, after: str
) -> None:
    """Killed anywhere between: the second time makes no second key and no second entry. In between nothing is signed wrongly."""
    await sign(signed_store, key_file)
    old = public(key_file)

    steps = ["the new key is made", "the log says so", "the old key is kept"]
    done = steps[: steps.index(after) + 1]
    new = key_at(next_key_path(key_file))
    if "the log says so" in done:
        await say_so(signed_store, key_file, new)
    if "the old key is kept" in done:
        os.link(key_file, old_key_path(key_file, parse_verifier_key(old).key_id))
    waiting = public(next_key_path(key_file))
    said = (await read_head(signed_store)).key_text == waiting
    assert said == (after != "the new key is made")
    if said:
        with pytest.raises(KeyMissing, match="rotate-key"):
            await sign(signed_store, key_file)

    rotated = await rotate(signed_store, key_file)
    await sign(signed_store, key_file)

    assert (rotated.old, rotated.new, public(key_file)) == (old, waiting, waiting)
    assert (await read_head(signed_store)).size == 2
    entries = await signed_store.ask(ENTRIES, EntriesBetween(1, 1))
    assert isinstance(decode_entry(entries[0].body.encode()).event, LogKeyChanged)


async def test_only_who_has_the_key_may_change_it(signed_store: GraphStore, key_file: Path, tmp_path: Path) -> None:
    """No key, the key of another log, a log that lost what the key has signed."""
    with pytest.raises(KeyMissing, match="is not here"):
        await rotate(signed_store, tmp_path / "none.key")
    key_at(tmp_path / "other.key")
    with pytest.raises(KeyMissing, match="not the one that the log names"):
        await rotate(signed_store, tmp_path / "other.key")
    await write_log_file(signed_store, tmp_path / "old.gz")
    await record(signed_store, stories.churn())
    await sign(signed_store, key_file)
    older = SqliteStore(tmp_path / "older.db")
    await older.open()
    with pytest.raises(StoreUnavailable, match="not begun"):
        await rotate_key(older, key_file, SimulatedClock(0))
    await load_log_file(older, tmp_path / "old.gz")
    with pytest.raises(RecordDamaged, match="entries were lost"):
        await rotate(older, key_file)
    await older.close()
