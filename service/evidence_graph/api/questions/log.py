"""The log itself: its head, signed; its entries; and the proofs that let others check both."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.context import Info, RequestContext, question
from evidence_graph.api.scalars import DateTime, Long, read_long
from evidence_graph.errors import InvalidInput
from evidence_graph.lineage import log_proofs
from evidence_graph.lineage.cosigned_heads import read_cosigned_heads
from evidence_graph.lineage.key_changes import read_key_changes
from evidence_graph.lineage.log_proofs import (
    LoggedEntry,
    read_consistency,
    read_entry,
    read_inclusion,
    read_signed_head,
    read_tlog_proof,
)
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.cosigned_note import CosignedNote
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.store.graph_store import Head
from evidence_graph.store.stored import SignedHead

Position = Annotated[Long, argument(description="Log position of the entry, from 0.")]


@strawberry.type(description="One entry of the log, exactly as it was hashed into it.")
class LogEntry:
    """What a verifier hashes, and a few words about it."""

    position: Long = strawberry.field(description="Log position.")
    recorded_at: DateTime = strawberry.field(description="When it was recorded.")
    event_type: str = strawberry.field(description="What kind of event it records, with its version.")
    subject: str = strawberry.field(description="The URN it speaks of, or log: and the origin of the log.")
    actor: str = strawberry.field(description="Pseudonymous id of who recorded it.")
    leaf_hash: str = strawberry.field(
        description="Its leaf hash in the tree, hexadecimal: SHA-256 of 0x00 and the body."
    )
    body: str = strawberry.field(
        description="Its bytes, UTF-8: an in-toto Statement v1 in canonical JSON (RFC 8785). Free text is sealed in it, never told."
    )


@strawberry.type(description="That one entry is in the log at one position (RFC 6962, section 2.1.1).")
class InclusionProof:
    """Hashes are hexadecimal."""

    position: Long = strawberry.field(description="Log position of the entry.")
    size: Long = strawberry.field(description="Number of entries of the log it is proven for.")
    leaf_hash: str = strawberry.field(
        description="Leaf hash of the entry, hexadecimal; compute it from the entry's body."
    )
    hashes: list[str] = strawberry.field(description="The path to the root, the leaf's sibling first, hexadecimal.")
    root_hash: str = strawberry.field(description="Root of the tree of that size, hexadecimal.")


@strawberry.type(
    description="That the log at one size begins with all it held at an earlier one (RFC 6962, section 2.1.2)."
)
class ConsistencyProof:
    """Hashes are hexadecimal."""

    first: Long = strawberry.field(name="from", description="The earlier size.")
    second: Long = strawberry.field(name="to", description="The later size.")
    hashes: list[str] = strawberry.field(description="The proof, hexadecimal; empty for equal sizes.")
    from_root_hash: str = strawberry.field(description="Root of the tree of the earlier size, hexadecimal.")
    to_root_hash: str = strawberry.field(description="Root of the tree of the later size, hexadecimal.")


@strawberry.type(
    description="A signed head of the log that witnesses have cosigned: each found it to continue every head it saw before "
    "(C2SP tlog-cosignature)."
)
class CosignedCheckpoint:
    """Who vouches for a head beside the operator."""

    size: Long = strawberry.field(description="Number of entries that it covers.")
    checkpoint: str = strawberry.field(
        description="The checkpoint with the signature of the log and the cosignature of every witness, each with its time "
        "(C2SP signed-note)."
    )
    witnesses: list[str] = strawberry.field(
        description="Names of the witnesses; check their cosignatures under verifier keys that they gave you themselves."
    )


@strawberry.type(description="The log of everything recorded, a Merkle tree (RFC 6962).")
class Log:
    """Head of the log; entries and proofs are read when they are selected."""

    size: Long = strawberry.field(description="Number of entries; the newest has position size - 1.")
    root_hash: str = strawberry.field(description="Root of the tree over all entries, hexadecimal.")
    origin: str = strawberry.field(description="Name of the log, the first line of its checkpoints.")
    public_key: str = strawberry.field(description="The key that signs its head, as a verifier key (C2SP signed-note).")
    key_id: str = strawberry.field(description="Key id of that key, hexadecimal.")
    checkpoint: str | None = strawberry.field(
        description="The last signed head, a checkpoint (C2SP tlog-checkpoint); null before the first. It follows the newest entry "
        "within a second."
    )
    checkpoint_size: Long | None = strawberry.field(
        description="Number of entries that the checkpoint covers; null like it."
    )
    unsigned_because: str | None = strawberry.field(
        description="Why this service does not sign the newest entries; null when they are signed, or will be in a moment."
    )

    @question("An entry of the log.")
    async def entry(self, info: Info, position: Position) -> LogEntry | None:
        return _entry(await read_entry(info.context.store, _whole(position, "position")))

    @question(
        "The next entries that change the key which signs the log, in its order; at most 100. Each is signed by the key before it."
    )
    async def key_changes(
        self,
        info: Info,
        after: Annotated[Long, argument(description="Only those behind this log position.")],
    ) -> list[LogEntry] | None:
        return [_entry(one) for one in await read_key_changes(info.context.store, _whole(after, "after"))]

    @question(
        "Heads that witnesses have cosigned, the newest first: for every number of witnesses the newest that has so many, and the "
        "newest of every witness; so at most two for each. They are signed by the key that signs now."
    )
    async def cosigned_checkpoints(self, info: Info) -> list[CosignedCheckpoint] | None:
        return [_cosigned(one) for one in await read_cosigned_heads(info.context.store)]

    @question("The proof that an entry is in the log.")
    async def inclusion_proof(
        self,
        info: Info,
        position: Position,
        size: Annotated[
            Long | None,
            argument(description="In the log when it had this many entries; as it stands now unless given."),
        ] = UNSET,
    ) -> InclusionProof | None:
        store = info.context.store
        return _inclusion(await read_inclusion(store, _whole(position, "position"), read_long(size, "size")))

    @question("The proof that nothing the log held at one size was changed or removed later.")
    async def consistency_proof(
        self,
        info: Info,
        first: Annotated[Long, argument(name="from", description="The earlier size, at least 1.")],
        second: Annotated[
            Long | None,
            argument(name="to", description="The later size; that of the log as it stands now unless given."),
        ] = UNSET,
    ) -> ConsistencyProof | None:
        store = info.context.store
        return _consistency(await read_consistency(store, _whole(first, "from"), read_long(second, "to")))

    @question(
        "An entry's whole proof as text (C2SP tlog-proof): position, path and the last checkpoint. With the entry's body "
        "and the log's key it is all that a verifier needs."
    )
    async def tlog_proof(self, info: Info, position: Position) -> str | None:
        return (await read_tlog_proof(info.context.store, _whole(position, "position"))).text


@strawberry.type
class LogQuestion:
    """What everything else is a projection of."""

    @question("The head of the log, its entries, and proofs about them.")
    async def log(self, info: Info) -> Log | None:
        context = info.context
        context.pinned = False
        await context.ready()
        head = await read_head(context.store)
        signed = await read_signed_head(context.store)
        context.saw(head.position)
        return _log(head, signed, context)


def _log(head: Head, signed: SignedHead | None, context: RequestContext) -> Log:
    covered = signed is not None and (signed.size, signed.root) == (head.size, head.root)
    return Log(
        size=Long(head.size),
        root_hash=head.root,
        origin=head.origin,
        public_key=head.key_text,
        key_id=parse_verifier_key(head.key_text).key_id.hex(),
        checkpoint=signed.note if signed else None,
        checkpoint_size=Long(signed.size) if signed else None,
        unsigned_because=None if covered else context.why_unsigned(),
    )


def _entry(found: LoggedEntry) -> LogEntry:
    return LogEntry(
        position=Long(found.position),
        recorded_at=DateTime(found.entry.recorded_at),
        event_type=found.entry.event.event_type,
        subject=found.entry.event.subject,
        actor=found.entry.actor,
        leaf_hash=found.leaf.hex(),
        body=found.body,
    )


def _cosigned(found: CosignedNote) -> CosignedCheckpoint:
    return CosignedCheckpoint(
        size=Long(found.head.size),
        checkpoint=found.note.document,
        witnesses=[line.name for line in found.witness_lines],
    )


def _inclusion(found: log_proofs.InclusionProof) -> InclusionProof:
    return InclusionProof(
        position=Long(found.position),
        size=Long(found.size),
        leaf_hash=found.leaf.hex(),
        hashes=[one.hex() for one in found.hashes],
        root_hash=found.root.hex(),
    )


def _consistency(found: log_proofs.ConsistencyProof) -> ConsistencyProof:
    return ConsistencyProof(
        first=Long(found.first),
        second=Long(found.second),
        hashes=[one.hex() for one in found.hashes],
        from_root_hash=found.first_root.hex(),
        to_root_hash=found.second_root.hex(),
    )


def _whole(value: object, field: str) -> int:
    number = read_long(value, field)
    if number is None:
        raise InvalidInput(f"{field} is missing.", "Give a whole number.")
    return number
