"""The log: appending entries to the tree, beginning a log, and going on with one under a new key."""

from hashlib import sha256

import msgspec
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ClockRefused
from evidence_graph.evidence.clock import SIMULATED, TOLERANCE, Clock
from evidence_graph.proof.merkle import leaf_hash, root_hash
from evidence_graph.proof.signing_key import signature, verifier_key
from evidence_graph.proof.tiles import StoredHash, grow
from evidence_graph.record.canonical import canonical_digest
from evidence_graph.record.entry import FORMAT, Entry, encode_entry
from evidence_graph.record.events import Event, LogContinued, LogCreated, LogKeyChanged, to_payload
from evidence_graph.record.instants import format_instant
from evidence_graph.record.log_keys import message_to_sign
from evidence_graph.record.rows import EntryPut, HeadMoved, Row, TileHashPut, in_batches
from evidence_graph.store.formats import refuse_newer_format
from evidence_graph.store.graph_store import GraphStore, Head, Transaction
from evidence_graph.store.log_tree import frontier_of

OPERATOR = "operator"  # the actor of entries about the log itself


class Tree:
    """The growing end of the log inside one transaction."""

    def __init__(self, head: Head | None) -> None:
        self.head = head
        self.size = head.size if head else 0
        self.frontier = frontier_of(head) if head else ()
        self.completed: list[StoredHash] = []
        self.simulated = head.simulated if head else 0
        self.origin, self.key_text = (head.origin, head.key_text) if head else ("", "")

    def add(self, entry: Entry) -> EntryPut:
        """The row of the next entry; the tree grows by it."""
        body = encode_entry(entry)
        leaf = leaf_hash(body)
        self.frontier, self.size, completed = grow(self.frontier, self.size, (leaf,))
        self.completed += completed
        if entry.clock == SIMULATED:
            self.simulated = self.size
        self._name(entry.event)
        return EntryPut(
            position=self.size - 1,
            recorded_at=entry.recorded_at,
            actor=entry.actor,
            command=entry.command,
            command_digest=entry.command_digest,
            item=entry.item,
            event_type=entry.event.event_type,
            subject=entry.event.subject,
            outcome=entry.outcome,
            leaf=leaf.hex(),
            body=body.decode(),
        )

    def _name(self, event: Event) -> None:
        """Entries about the log itself say whose it is from now on."""
        if isinstance(event, LogCreated | LogContinued):
            self.origin, self.key_text = event.origin, event.key
        elif isinstance(event, LogKeyChanged):
            self.key_text = event.key

    def grown(self, recorded_at: int) -> list[Row]:
        """The rows about the tree itself: the hashes to keep, and the new head."""
        kept: list[Row] = [TileHashPut(level, number, value.hex()) for level, number, value in self.completed]
        return [*kept, self.moved(recorded_at)]

    def moved(self, recorded_at: int) -> HeadMoved:
        """The row of the new head."""
        return HeadMoved(
            format=FORMAT,
            size=self.size,
            root=root_hash(self.frontier).hex(),
            frontier=orjson.dumps([node.hex() for node in self.frontier]).decode(),
            recorded_at=recorded_at,
            simulated=self.simulated,
            origin=self.origin,
            key_text=self.key_text,
        )


def next_instant(clock: Clock, head: Head | None) -> int:
    """`recordedAt` of this transaction (µs): the clock's time, at least the head's + 1. Raises ClockRefused."""
    now = clock.now()
    if head is None:
        return now
    if clock.kind == SIMULATED and head.simulated < head.size:
        raise ClockRefused(
            "The log has entries of a real clock.", "A simulated clock may not follow them; use another store."
        )
    if now + TOLERANCE < head.recorded_at:
        raise ClockRefused(
            f"This machine's clock says {format_instant(now)}; the record's last entry is of {format_instant(head.recorded_at)}.",
            "Set the clock, then try again.",
        )
    return max(now, head.recorded_at + 1)


async def begin_log(store: GraphStore, origin: str, key: Ed25519PrivateKey, clock: Clock) -> Head:
    """The head of the store's log; a store without one gets its genesis entry, with the public half of `key`."""

    async def begin(transaction: Transaction) -> Head:
        head = await transaction.lock_head()
        if head is not None:
            refuse_newer_format([head])
            return head
        event = LogCreated(FORMAT, origin, verifier_key(origin, key))
        return await _about_the_log(transaction, event, None, clock)

    return await store.write(begin)


async def continue_log(store: GraphStore, origin: str, key: Ed25519PrivateKey, clock: Clock) -> Head:
    """Go on with a log whose private key is elsewhere: an entry names the new origin and key, signed by the new key."""

    async def go_on(transaction: Transaction) -> Head:
        head = await transaction.lock_head()
        assert head is not None
        return await continue_from(transaction, head, origin, key, clock)

    return await store.write(go_on)


async def continue_from(
    transaction: Transaction, head: Head, origin: str, key: Ed25519PrivateKey, clock: Clock
) -> Head:
    """As continue_log, inside a transaction that holds the head."""
    unsigned = LogContinued(origin, verifier_key(origin, key), head.size, head.root, "")
    event = msgspec.structs.replace(unsigned, signature=signature(key, message_to_sign(unsigned)))
    return await _about_the_log(transaction, event, head, clock)


async def change_key(
    transaction: Transaction, head: Head, old: Ed25519PrivateKey, new: Ed25519PrivateKey, clock: Clock
) -> Head:
    """From the next entry on the log is signed by `new`, which `old`, the key at `head`, vouches for."""
    unsigned = LogKeyChanged(verifier_key(head.origin, new), "")
    event = msgspec.structs.replace(unsigned, signature=signature(old, message_to_sign(unsigned)))
    return await _about_the_log(transaction, event, head, clock)


async def _about_the_log(
    transaction: Transaction, event: LogCreated | LogContinued | LogKeyChanged, head: Head | None, clock: Clock
) -> Head:
    tree = Tree(head)
    digest = canonical_digest(to_payload(event))
    entry = Entry(
        event=event,
        recorded_at=next_instant(clock, head),
        clock=clock.kind,
        actor=OPERATOR,
        via="OPERATION",
        command=sha256(digest.encode()).hexdigest()[:32],
        command_digest=digest,
        item="log",
        outcome="CREATED",
    )
    for batch in in_batches([tree.add(entry), *tree.grown(entry.recorded_at)]):
        await transaction.put(batch)
    moved = await transaction.lock_head()
    assert moved is not None
    return moved
