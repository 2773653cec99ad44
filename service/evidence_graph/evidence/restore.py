"""Restoring a log from its backup: first whether it may go on as the log it was, then the store, then the key it goes on under.

A log goes on as it was when its private key is here and the backup has every entry of the head that this key signed last. Otherwise its
next head would be signed by somebody else, or contradict what others have seen: then it goes on only under a new origin. The last entry
of the restored log says so, put in the very transaction that makes the log whole. A key that has signed before is kept beside the new one.
"""

import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import NewOriginNeeded, StoreUnfinished
from evidence_graph.evidence.clock import Clock
from evidence_graph.evidence.key_file import key_at, key_in, next_key_path, old_key_path, put_in_place
from evidence_graph.evidence.last_signed import LastSigned
from evidence_graph.evidence.log import continue_from
from evidence_graph.evidence.log_file import Header, Report, check_log_file, read_header
from evidence_graph.evidence.log_loading import store_log, unfinished_size
from evidence_graph.proof.checkpoint import Checkpoint
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters, Transaction


class Restored(msgspec.Struct, frozen=True):
    """What the backup held, and the head of the log in the store; `kept` is where a key that signs no more is."""

    header: Header
    head: Head
    kept: Path | None


async def open_for_restore(store: GraphStore) -> None:
    """Open a store that may hold a part of a log. Raises as GraphStore.open."""
    try:
        await store.open()
    except StoreUnfinished:
        return  # an earlier restore was interrupted: this one goes on with it


async def restore_log(
    store: GraphStore,
    source: Path,
    key_file: Path,
    new_origin: str | None,
    clock: Clock,
    report: Report,
) -> Restored:
    """Check a backup, then store its log in a store without one; under `new_origin` when that is given.

    `report` hears of twice as many entries as there are: each is checked, then stored. Raises RecordDamaged when the backup is not what it
    says, LogExists, and NewOriginNeeded when the log cannot go on as it was.
    """

    def checked(done: int, total: int) -> None:
        report(done, 2 * total)

    def stored(done: int, total: int) -> None:
        report(total + done, 2 * total)

    await unfinished_size(store)  # a store with a log is refused before the backup is read
    last = _last_signed(key_file, read_header(source).origin)
    contents = check_log_file(source, last.size if last else 0, checked)
    if new_origin is None:
        _require_continuable(contents.header, contents.root, key_in(key_file), last)
        await store_log(store, contents.header, source, stored)
        return Restored(contents.header, await _head(store), None)
    key, replaced = _key_for_new_origin(contents.header, key_file)

    async def go_on(transaction: Transaction, head: Head) -> None:
        await continue_from(transaction, head, new_origin, key, clock)

    await store_log(store, contents.header, source, stored, go_on)
    return Restored(contents.header, await _head(store), _kept(key_file, replaced) if replaced else None)


def _last_signed(key_file: Path, origin: str) -> Checkpoint | None:
    """The last head that was signed here for this log."""
    last, key = LastSigned(key_file).read(), key_in(key_file)
    if last is None or not (last.head.origin == origin or (key is not None and last.binds(key, origin))):
        return None
    return last.head


def _require_continuable(
    header: Header, root: str | None, key: Ed25519PrivateKey | None, last: Checkpoint | None
) -> None:
    """Raises NewOriginNeeded saying why the log cannot go on as it was."""
    if key is None:
        raise _needed("The log's private key is not here.", "Put it where EVIDENCE_SIGNING_KEY says")
    if VerifierKey.of(header.origin, key).text != header.key:
        raise _needed("The signing key is not the one that the backup names.", "Set EVIDENCE_SIGNING_KEY to that one")
    if last is None:
        return
    if last.origin != header.origin:
        raise _needed(
            f"This key has signed another log, {last.origin[:80]}.", "Set EVIDENCE_SIGNING_KEY to another one"
        )
    if last.size > header.size:
        what = f"The backup has {header.size:,} entries, and a head of {last.size:,} has been signed."
        raise _needed(what, "Use a later backup")
    if root != last.root.hex():
        raise _needed("The backup holds other entries than those that were signed.", "Use another backup")


def _needed(what: str, other_way: str) -> NewOriginNeeded:
    return NewOriginNeeded(
        what, f"{other_way}, or say --new-origin: an entry says that the log goes on as another one."
    )


def _key_for_new_origin(header: Header, key_file: Path) -> tuple[Ed25519PrivateKey, VerifierKey | None]:
    """A key that has never signed: the one in its file, or a new one beside it; and which key that one replaces."""
    found = key_in(key_file)
    if found is None:
        return key_at(key_file), None
    own, last = VerifierKey.of(header.origin, found), LastSigned(key_file).read()
    if own.text != header.key and (last is None or not last.binds(found, header.origin)):
        return found, None
    return key_at(next_key_path(key_file)), own


def _kept(key_file: Path, replaced: VerifierKey) -> Path:
    """The new key takes its place; the old one is kept, with the last head it has signed."""
    last, kept = LastSigned(key_file).path, LastSigned(old_key_path(key_file, replaced.key_id)).path
    if last.exists() and not kept.exists():
        os.link(last, kept)
    return put_in_place(key_file, replaced.key_id)


async def _head(store: GraphStore) -> Head:
    return (await store.ask(HEAD, NoParameters()))[0]
