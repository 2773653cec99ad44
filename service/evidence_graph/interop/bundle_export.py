"""Making an evidence bundle from the store: the claim, the entries it rests on with their proofs, and the log's signature over all of it.

The claim is worked out twice, from the store and from the entries that go out, so that a store which somebody has edited is found out here
and not at the auditor's. How much is read follows the chain, not the log.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput, KeyMissing, ProofFailed, RecordDamaged, StoreUnavailable
from evidence_graph.interop.bundle import FORMAT, Bundle, signed_document
from evidence_graph.interop.bundle_entries import read_entries
from evidence_graph.interop.bundle_verification import check_contents
from evidence_graph.interop.claim import Claim
from evidence_graph.interop.needed_entries import read_needed
from evidence_graph.lineage.cosigned_heads import read_cosigned, read_newest_cosigned
from evidence_graph.lineage.log_proofs import InclusionProof, read_inclusions, read_signed_head
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.proof.checkpoint import Checkpoint, verify_checkpoint
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.signed_note import parse_note
from evidence_graph.proof.strict_base64 import encode
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.stored import AnnotationRow, EntryRow

_AUDIT = "Run `evidence verify --store`."


class Exported(msgspec.Struct, frozen=True):
    """A bundle's bytes, the claim in it and its moment, how many entries it holds, and the size of the log it stands under."""

    data: bytes
    claim: Claim
    moment: Moment
    entry_count: int
    size: int


class HashTable:
    """The hashes of proofs, each once, in the order in which they come up."""

    def __init__(self) -> None:
        self._places: dict[bytes, int] = {}

    def places(self, proof: InclusionProof) -> list[Json]:
        """Where those of a proof stand."""
        return [self._places.setdefault(value, len(self._places)) for value in proof.hashes]

    @property
    def text(self) -> str:
        """All of them, one behind another, base64."""
        return encode(b"".join(self._places))


async def export_bundle(
    store: GraphStore,
    key: Ed25519PrivateKey | None,
    of: str,
    valid_at: int | None = None,
    known_at: int | None = None,
    at_position: int | None = None,
    *,
    witnesses: int = 0,
) -> Exported:
    """The bundle of one artifact, at the newest signed position unless another moment is asked for (µs, UTC).

    With `witnesses` it stands under a checkpoint that at least so many have cosigned, at the newest position such a one covers.

    Raises NotRecorded, InvalidInput, TooComplex as the claim does, StoreUnavailable while no signed head covers the moment, KeyMissing when
    the log's key is not here, RecordDamaged when the store contradicts the log.
    """
    if key is None:
        raise KeyMissing(
            "This process has not the private key of the log, and a bundle is signed with it.",
            "Export where EVIDENCE_SIGNING_KEY names it.",
        )
    if witnesses and known_at is None and at_position is None:
        at_position = await _newest_cosigned(store, witnesses)
    moment, note, head = await _read_moment(store, key, valid_at, known_at, at_position, witnesses)
    needed = await read_needed(store, of, moment, head.size)
    table = HashTable()
    proofs = await read_inclusions(store, [row.position for row in needed.entries], head.size)
    document: JsonObject = {
        "format": FORMAT,
        "of": of,
        "position": moment.position,
        "knownAt": format_instant(moment.known_at),
        "validAt": None if valid_at is None else format_instant(valid_at),
        "checkpoint": note,
        "claim": needed.claim.json,
        "entries": _bundled(needed.entries, proofs, _opened(needed.values), head, table),
        "hashes": table.text,
    }
    bodies = [row.body.encode() for row in needed.entries]
    data = await asyncio.to_thread(_checked_and_signed, document, bodies, head, key)  # others are answered meanwhile
    return Exported(data, needed.claim, moment, len(needed.entries), head.size)


async def _newest_cosigned(store: GraphStore, witnesses: int) -> int:
    """The newest position that so many witnesses vouch for."""
    found = await read_newest_cosigned(store, witnesses)
    if found is None:
        raise _too_few(witnesses, "No checkpoint of this log")
    return found.head.size - 1


def _too_few(witnesses: int, what: str) -> InvalidInput:
    return InvalidInput(f"{what} has been cosigned by {witnesses} witnesses.", "Ask for fewer, or later.")


async def _read_moment(
    store: GraphStore,
    key: Ed25519PrivateKey,
    valid_at: int | None,
    known_at: int | None,
    position: int | None,
    witnesses: int,
) -> tuple[Moment, str, Checkpoint]:
    """The moment, and the checkpoint that covers it: cosigned by witnesses when there is one, else the newest."""
    signed = await read_signed_head(store)
    if signed is None:
        raise StoreUnavailable("No head of this log has been signed yet.")
    if known_at is None and position is None:
        position = signed.size - 1
    moment = await read_moment(store, valid_at, known_at, position)
    cosigned = await read_cosigned(store, moment.position)
    if (0 if cosigned is None else len(cosigned.witnesses)) < witnesses:
        raise _too_few(witnesses, f"No checkpoint that covers position {moment.position}")
    note = signed.note if cosigned is None else cosigned.note.document
    head = _signed_by(key, note)
    if head.size <= moment.position:
        raise StoreUnavailable(f"No signed head covers position {moment.position} yet.")
    return moment, note, head


def _signed_by(key: Ed25519PrivateKey, note: str) -> Checkpoint:
    """The head of a checkpoint that this key has signed. Raises KeyMissing."""
    signed = parse_note(note)
    origin = signed.text.partition("\n")[0]
    try:
        return verify_checkpoint(signed, [VerifierKey.of(origin, key)])
    except (ProofFailed, InvalidInput) as error:
        raise KeyMissing(
            "The signing key is not the one that signed the log's checkpoint.",
            "After a change of keys try again in a moment; else check EVIDENCE_SIGNING_KEY.",
        ) from error


def _opened(rows: Sequence[AnnotationRow]) -> dict[int, JsonObject]:
    """What is kept of sealed values, by the position of the entry that seals them and the field."""
    found: dict[int, JsonObject] = {}
    for row in rows:
        if row.salt:
            found.setdefault(row.position, {})[row.field] = {"salt": row.salt, "value": orjson.loads(row.value)}
    return found


def _bundled(
    rows: Sequence[EntryRow],
    proofs: Sequence[InclusionProof],
    opened: Mapping[int, JsonObject],
    head: Checkpoint,
    table: "HashTable",
) -> list[Json]:
    """The entries with their proofs. Raises RecordDamaged when an entry, or the tree, is not what was signed."""
    if any(proof.root != head.root for proof in proofs[:1]):
        raise RecordDamaged(f"The log of {head.size} entries is not the one that was signed.", _AUDIT)
    found: list[Json] = []
    for row, proof in zip(rows, proofs, strict=True):
        if leaf_hash(row.body.encode()) != proof.leaf:
            raise RecordDamaged(f"The entry at position {row.position} is not the one that was recorded.", _AUDIT)
        one: JsonObject = {"position": row.position, "entry": orjson.loads(row.body), "proof": table.places(proof)}
        found.append({**one, "opened": opened.get(row.position, {})})
    return found


def _checked_and_signed(
    document: JsonObject, bodies: Sequence[bytes], head: Checkpoint, key: Ed25519PrivateKey
) -> bytes:
    """The bundle's bytes. What would not verify is not handed out: then the store's graph is not what its log says."""
    bundle = msgspec.convert({**document, "signature": ""}, Bundle)
    try:
        check_contents(bundle, read_entries(bundle.entries, bodies), head.size)
    except ProofFailed as refused:
        raise RecordDamaged(f"The store contradicts its log at {refused.place}: {refused.message}", _AUDIT) from refused
    return signed_document(document, key)
