"""Verifying an evidence bundle offline: no store, no network, nothing trusted but a key that was known before.

What is checked, in this order; the first thing that is off refuses the bundle, with its place:

1. The document is canonical JSON of exactly the known keys and types (`bundle.py`).
2. Every entry is canonical, in the order of the log, and what is opened of it opens its seals (`bundle_entries.py`).
3. The trusted key signs, or has handed the log on to the key that does (`signer.py`).
4. That key has signed the bundle as a whole, and the checkpoint, which covers the position asked about; enough trusted witnesses have
   cosigned it.
5. Every entry is in the log of the checkpoint at its position.
6. Of what is named as upstream everything is in the claim, and declared or listed as unresolved.
7. Projecting the entries gives exactly the claim: artifacts, steps, completeness, and the verdict with every number, bit for bit.
8. Exactly the entries that the claim rests on are there (`needed_entries.py`), and values of nothing else are opened.

It does not show what only the operator knows: whether the log holds more about the chain than the bundle does, and whether what was
recorded is true.
"""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.errors import EvidenceError, ProofFailed
from evidence_graph.evidence.clock import SIMULATED
from evidence_graph.interop.asked_only import result_of
from evidence_graph.interop.bundle import Bundle, ReadBundle, read_bundle
from evidence_graph.interop.bundle_entries import at, read_entries, require_included, seals_of
from evidence_graph.interop.claim import Claim
from evidence_graph.interop.entries_graph import EntriesGraph, KnownEntry
from evidence_graph.interop.json_difference import first_difference
from evidence_graph.interop.needed_entries import Needed, read_needed
from evidence_graph.interop.signer import Signer, find_signer
from evidence_graph.lineage.moment import Moment
from evidence_graph.proof.checkpoint import Checkpoint, verify_checkpoint
from evidence_graph.proof.cosignature import Cosignature, verify_cosignatures
from evidence_graph.proof.signed_note import parse_note
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.events import Erased
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import Json
from evidence_graph.record.urn import parse_artifact_urn


class ErasedValue(msgspec.Struct, frozen=True):
    """A sealed field of an artifact of the chain whose value is not in the bundle, because it has been erased."""

    position: int
    urn: str
    field: str


class Verified(msgspec.Struct, frozen=True):
    """A bundle that holds: what it says, who vouches for it, and what nobody can tell from it.

    `claim` was worked out here from the entries; `simulated` are the log positions of entries that were recorded under a handed-in clock.
    """

    bundle: Bundle
    claim: Claim
    head: Checkpoint
    trusted: VerifierKey
    signer: Signer
    witnesses: tuple[Cosignature, ...]
    erased: list[ErasedValue]
    simulated: list[int]


def verify_bundle(
    data: bytes, trusted: VerifierKey, witnesses: Iterable[VerifierKey] = (), required: int = 0
) -> Verified:
    """What a bundle's bytes prove to somebody who trusts this key of the log, and these witnesses, `required` of whom must have cosigned.

    Raises ProofFailed naming the reason and the place, InvalidInput for keys that cannot be what they are given as.
    """
    read = read_bundle(data)
    bundle = read.bundle
    entries = read_entries(bundle.entries, read.bodies)
    with at("entries"):
        signer = find_signer(entries, trusted)
    signed = _is_signed(read, signer.key)
    try:
        head, cosigned = _checkpoint(bundle, signer.key, witnesses, required)
        require_included(bundle, entries, head)
        claim = check_contents(bundle, entries, head.size)
    except ProofFailed as refused:
        if not signed:
            raise _changed(signer.key, refused) from refused
        raise
    if not signed:
        raise _changed(signer.key)
    simulated = [one.position for one in entries if one.entry.clock == SIMULATED]
    return Verified(bundle, claim, head, trusted, signer, cosigned, _erased(entries, claim), simulated)


def _is_signed(read: ReadBundle, key: VerifierKey) -> bool:
    with at("signature"):
        return read.is_signed_by(key)


def _changed(key: VerifierKey, refused: ProofFailed | None = None) -> ProofFailed:
    """The refusal of a bundle without a good signature; what else is off tells where it was changed."""
    reason = f"The bundle is not signed by {key.name[:80]}+{key.key_id.hex()}, or was changed afterwards."
    if refused is None:
        return ProofFailed(reason, place="signature")
    return ProofFailed(f"{reason} {refused.message}", place=refused.place)


def _checkpoint(
    bundle: Bundle, signer: VerifierKey, witnesses: Iterable[VerifierKey], required: int
) -> tuple[Checkpoint, tuple[Cosignature, ...]]:
    with at("checkpoint"):
        note = parse_note(bundle.checkpoint)
        head = verify_checkpoint(note, [signer])
        cosigned = verify_cosignatures(note, witnesses)
        if len(cosigned) < required:
            raise ProofFailed(
                f"Trusted witnesses that have cosigned the checkpoint: {len(cosigned)}; needed: {required}.",
                "Ask for a bundle under a checkpoint that they have cosigned.",
            )
    if not 0 <= bundle.position < head.size:
        raise ProofFailed(
            f"The checkpoint covers {head.size} entries, not position {bundle.position}.", place="position"
        )
    return head, cosigned


def check_contents(bundle: Bundle, entries: Sequence[KnownEntry], size: int) -> Claim:
    """The claim that follows from the entries, when it is the one that is made, and they are the ones it rests on. Raises ProofFailed."""
    needed = _worked_out(bundle, entries, size)
    _require_closed(bundle, needed.claim)
    if canonical_bytes(bundle.claim) != canonical_bytes(needed.claim.json):
        place = first_difference(bundle.claim, needed.claim.json, "claim")
        raise ProofFailed("The claim is not what follows from the entries.", place=place)
    _require_needed(entries, needed)
    _require_gone(entries)
    return needed.claim


def _worked_out(bundle: Bundle, entries: Sequence[KnownEntry], size: int) -> Needed:
    """Entries that nothing can be made of are refused, whatever goes wrong: somebody with the log's key may have written them."""
    try:
        moment = _moment(bundle, entries)
        graph = EntriesGraph(entries, bundle.position)
        moment = msgspec.structs.replace(moment, simulated=graph.simulated)
        return result_of(read_needed(graph, bundle.of, moment, size))
    except ProofFailed:
        raise
    except EvidenceError as error:
        raise ProofFailed(f"The entries do not bear the claim: {error.message}", place="claim") from error
    except Exception as error:
        raise ProofFailed(f"The entries make no record ({type(error).__name__}).", place="entries") from error


def _moment(bundle: Bundle, entries: Sequence[KnownEntry]) -> Moment:
    """The moment asked about. Raises ProofFailed unless it is stated exactly as it was exported."""
    if parse_artifact_urn(bundle.of, "of").text != bundle.of:
        raise ProofFailed(f"{bundle.of[:80]!r} is not the canonical form of a URN.", place="of")
    dated = next((one.entry.recorded_at for one in entries if one.position == bundle.position), None)
    if dated is None:
        raise ProofFailed(f"The entry at position {bundle.position} is not in the bundle.", place="position")
    if format_instant(dated) != bundle.known_at:
        raise ProofFailed(f"Position {bundle.position} was recorded at another time.", place="knownAt")
    valid_at = None if bundle.valid_at is None else parse_instant(bundle.valid_at, "validAt")
    if valid_at is not None and format_instant(valid_at) != bundle.valid_at:
        raise ProofFailed("The instant asked about is not in its canonical form.", place="validAt")
    return Moment(bundle.position, dated, valid_at, 0)


def _require_closed(bundle: Bundle, claim: Claim) -> None:
    """Everything that is named as upstream is claimed, and declared or listed as unresolved; nothing else is."""
    claimed = [artifact.get("urn") for artifact in _objects(bundle.claim.get("artifacts"))]
    for step in claim.chain.steps:
        if step.target not in claimed:
            raise ProofFailed(
                f"The claim leaves out {step.target}, on which {step.source} rests.", place="claim.artifacts"
            )
    found = {view.urn for view in claim.chain.artifacts}
    for index, urn in enumerate(claimed):
        if urn not in found:
            raise ProofFailed("The claim names an artifact that no entry leads to.", place=f"claim.artifacts[{index}]")
    completeness = bundle.claim.get("completeness")
    listed = completeness.get("unresolved") if isinstance(completeness, dict) else None
    for urn in claim.chain.completeness.unresolved:
        if not isinstance(listed, list) or urn not in listed:
            raise ProofFailed(
                f"{urn} is declared by no entry, and not listed as unresolved.", place="claim.completeness.unresolved"
            )


def _objects(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _require_needed(entries: Sequence[KnownEntry], needed: Needed) -> None:
    """Exactly what the claim rests on is there, and values are opened of the artifacts of the chain alone."""
    positions = {row.position for row in needed.entries}
    shown = {view.urn for view in needed.claim.chain.artifacts}
    for index, one in enumerate(entries):
        if one.position not in positions:
            raise ProofFailed(f"Entry {one.position} bears on nothing in the claim.", place=f"entries[{index}]")
        if one.opened and one.entry.event.subject not in shown:
            raise ProofFailed(
                f"Entry {one.position} opens values of something that is not in the chain.",
                place=f"entries[{index}].opened",
            )


def _require_gone(entries: Sequence[KnownEntry]) -> None:
    """What an entry of the bundle has erased is not opened by an earlier one."""
    gone = {
        (one.entry.event.urn, field): one.position
        for one in entries
        if isinstance(one.entry.event, Erased)
        for field in one.entry.event.values
    }
    for index, one in enumerate(entries):
        for field, form in seals_of(one.entry.event).items():
            since = gone.get((one.entry.event.subject, field), -1)
            if one.position < since and form["sealed"] in one.opened:
                raise ProofFailed(
                    f"The value of {field} was erased by entry {since}.", place=f"entries[{index}].opened"
                )


def _erased(entries: Iterable[KnownEntry], claim: Claim) -> list[ErasedValue]:
    shown = {view.urn for view in claim.chain.artifacts}
    return [
        ErasedValue(one.position, one.entry.event.subject, field)
        for one in entries
        if one.entry.event.subject in shown
        for field, form in seals_of(one.entry.event).items()
        if form["sealed"] not in one.opened
    ]
