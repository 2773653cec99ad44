"""The log: appending entries to the tree, beginning a log, and going on with one under a new key."""

from hashlib import sha256

import msgspec
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ClockRefused
from evidence_graph.evidence.clock import SIMULATED, TOLERANCE, Clock
from evidence_graph.proof.merkle import append, leaf_hash, root_hash
from evidence_graph.proof.signing_key import signature, verifier_key
from evidence_graph.record.canonical import canonical_bytes, canonical_digest
from evidence_graph.record.entry import FORMAT, Entry, encode_entry
from evidence_graph.record.events import LogContinued, LogCreated, to_payload
from evidence_graph.record.instants import format_instant
from evidence_graph.record.rows import EntryPut, HeadMoved, in_batches
from evidence_graph.store.graph_store import GraphStore, Head, Transaction

OPERATOR = "operator"  # the actor of entries about the log itself


class Tree:
    """The growing end of the log inside one transaction."""

    def __init__(self, head: Head | None) -> None:
        self.head = head
        self.size = head.size if head else 0
        self.frontier = tuple(bytes.fromhex(node) for node in orjson.loads(head.frontier)) if head else ()
        self.simulated = head.simulated if head else 0
        self.origin, self.key_text = (head.origin, head.key_text) if head else ("", "")

    def add(self, entry: Entry) -> EntryPut:
        """The row of the next entry; the tree grows by it."""
        body = encode_entry(entry)
        leaf = leaf_hash(body)
        self.frontier = append(self.frontier, self.size, leaf)
        self.size += 1
        if entry.clock == SIMULATED:
            self.simulated = self.size
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
            return head
        event = LogCreated(FORMAT, origin, verifier_key(origin, key))
        return await _about_the_log(transaction, event, None, clock)

    return await store.write(begin)


async def continue_log(store: GraphStore, origin: str, key: Ed25519PrivateKey, clock: Clock) -> Head:
    """Go on with a log whose private key is elsewhere: an entry names the new origin and key, signed by the new key."""

    async def go_on(transaction: Transaction) -> Head:
        head = await transaction.lock_head()
        assert head is not None
        unsigned = LogContinued(origin, verifier_key(origin, key), head.size, head.root, "")
        message = canonical_bytes(to_payload(unsigned))
        event = msgspec.structs.replace(unsigned, signature=signature(key, message))
        return await _about_the_log(transaction, event, head, clock)

    return await store.write(go_on)


async def _about_the_log(
    transaction: Transaction, event: LogCreated | LogContinued, head: Head | None, clock: Clock
) -> Head:
    tree = Tree(head)
    tree.origin, tree.key_text = event.origin, event.key
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
    for batch in in_batches([tree.add(entry), tree.moved(entry.recorded_at)]):
        await transaction.put(batch)
    moved = await transaction.lock_head()
    assert moved is not None
    return moved
