"""The entries of a bundle, each checked for itself: its canonical form, its place, what its seals open to, and that it is in the log."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from evidence_graph.errors import ProofFailed, RecordDamaged
from evidence_graph.evidence.clock import SIMULATED
from evidence_graph.interop.bundle import Bundle, BundledEntry, Opened
from evidence_graph.interop.entries_graph import KnownEntry
from evidence_graph.proof.checkpoint import Checkpoint
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.proof.merkle import HASH_BYTES, leaf_hash
from evidence_graph.proof.strict_base64 import decode
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.events import Event, SealedFields
from evidence_graph.record.sealing import Sealed, is_salt, opens


@contextmanager
def at(place: str) -> Generator[None]:
    """What is refused inside is refused at this place, or at the one it names inside it."""
    try:
        yield
    except ProofFailed as refused:
        refused.place = f"{place}.{refused.place}" if refused.place else place
        raise


def read_entries(bundled: Sequence[BundledEntry], bodies: Sequence[bytes]) -> list[KnownEntry]:
    """What the entries, whose bytes are given, say, in the order of the log.

    Raises ProofFailed for the first that is none or is not canonical, is out of its place, or is opened to what it does not seal.
    """
    found: list[KnownEntry] = []
    for index, (one, body) in enumerate(zip(bundled, bodies, strict=True)):
        with at(f"entries[{index}]"):
            known = _read(one, body)
            if found:
                _require_later(found[-1], known)
        found.append(known)
    return found


def _read(one: BundledEntry, body: bytes) -> KnownEntry:
    try:
        entry = decode_entry(body)
    except RecordDamaged as damaged:
        raise ProofFailed(damaged.message) from damaged
    seals = seals_of(entry.event)
    with at("opened"):
        opened = [_opened(field, value, seals) for field, value in one.opened.items()]
    return KnownEntry(one.position, entry, body, {sealed.commitment: sealed for sealed in opened})


def seals_of(event: Event) -> SealedFields:
    """The sealed fields of an event."""
    seals: SealedFields = getattr(event, "annotations", {})
    return seals


def _opened(field: str, value: Opened, seals: SealedFields) -> Sealed:
    """Raises ProofFailed unless the value belongs to the seal of this field."""
    sealed = Sealed(seals[field]["sealed"], value.salt, value.value) if field in seals else None
    if sealed is None:
        raise ProofFailed(f"The entry has no sealed field {field[:80]!r}.")
    if not is_salt(value.salt):
        raise ProofFailed(f"The salt of {field} is not 32 bytes in hexadecimal.")
    if not opens(sealed, value.value):
        raise ProofFailed(f"The value of {field} is not the one that was sealed.")
    return sealed


def _require_later(before: KnownEntry, one: KnownEntry) -> None:
    """Positions rise, times do not fall, and nothing of a handed-in clock follows what is of a real one."""
    if one.position <= before.position:
        raise ProofFailed(f"Entry {one.position} stands behind entry {before.position}.")
    if one.entry.recorded_at < before.entry.recorded_at:
        raise ProofFailed(f"Entry {one.position} was recorded before entry {before.position}.")
    if one.entry.clock == SIMULATED != before.entry.clock:
        raise ProofFailed(f"Entry {one.position} is of a simulated clock, and entry {before.position} of a real one.")


def require_included(found: Bundle, known: Sequence[KnownEntry], head: Checkpoint) -> None:
    """Refuse entries that are not where they say in the log of this head: leaves are hashed from the very bytes presented."""
    hashes = _hashes(found.hashes)
    for index, (one, entry) in enumerate(zip(found.entries, known, strict=True)):
        with at(f"entries[{index}].proof"):
            if not all(0 <= place < len(hashes) for place in one.proof):
                raise ProofFailed("The proof names a hash that is not in the bundle.")
            proof = [hashes[place] for place in one.proof]
            verify_inclusion(leaf_hash(entry.body), one.position, head.size, proof, head.root)
    unused = set(range(len(hashes))).difference(*(one.proof for one in found.entries))
    if unused:
        raise ProofFailed("The hash is part of no proof.", place=f"hashes[{min(unused)}]")


def _hashes(text: str) -> list[bytes]:
    """The hashes of all proofs, each once."""
    with at("hashes"):
        data = decode(text, "The list of hashes")
        found = [data[begin : begin + HASH_BYTES] for begin in range(0, len(data), HASH_BYTES)]
        if len(data) % HASH_BYTES:
            raise ProofFailed(f"The last hash is not {HASH_BYTES} bytes long.")
        if len(set(found)) < len(found):
            raise ProofFailed("A hash stands in the bundle twice.")
        return found
