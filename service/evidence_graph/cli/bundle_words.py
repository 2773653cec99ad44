"""What the verification of a bundle says: in words for people, as one JSON document for programs."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from rich.text import Text

from evidence_graph.cli.terminal import say, shown
from evidence_graph.cli.trusted_key import TrustedKey
from evidence_graph.cli.verdicts import signed, state_in_words
from evidence_graph.cli.words import counted, instant, number
from evidence_graph.errors import ProofFailed
from evidence_graph.interop.bundle_verification import Verified
from evidence_graph.lineage.chain_summary import summary_of
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.instants import SECOND, format_instant
from evidence_graph.record.json_values import JsonObject

MOST_NAMED = 5
OPERATOR_ALONE = "Time and completeness are vouched for by the operator alone."
WITNESSED = (
    "Witnesses vouch that the log had these entries by the times they state, and was not rewritten before; that nothing was left out "
    "is the operator's word."
)
ON_TRUST = (
    "That what was recorded is true.",
    "That the operator left nothing out that the log holds about this chain.",
)


class ClaimedVerdict(msgspec.Struct, frozen=True, rename="camel"):
    """What people are told of a verdict."""

    of: str
    kpi: str
    segment: str
    state: str
    used_count: int
    mean: float | None
    benchmark: float | None
    change: float | None
    lower: float | None
    upper: float | None


def report_of(outcome: Verified | ProofFailed, trusted: TrustedKey) -> JsonObject:
    """The whole outcome as JSON."""
    key: JsonObject = {"trustedKey": trusted.key.text, "trustedKeyFrom": trusted.source}
    if isinstance(outcome, ProofFailed):
        return {"verified": False, "reason": outcome.message, "place": outcome.place, **key}
    bundle, head = outcome.bundle, outcome.head
    checkpoint: JsonObject = {"origin": head.origin, "size": head.size, "rootHash": head.root.hex()}
    return {
        "verified": True,
        "of": bundle.of,
        "position": bundle.position,
        "knownAt": bundle.known_at,
        "validAt": bundle.valid_at,
        **key,
        "signedBy": outcome.signer.key.text,
        "rotations": [*outcome.signer.rotations],
        "checkpoint": checkpoint,
        "witnesses": [{"key": one.witness.text, "at": format_instant(one.time * SECOND)} for one in outcome.witnesses],
        "entries": len(bundle.entries),
        "simulatedEntries": [*outcome.simulated],
        "erased": [{"position": one.position, "urn": one.urn, "field": one.field} for one in outcome.erased],
        "onTrust": [_vouched(outcome), *ON_TRUST],
        "claim": bundle.claim,
    }


def show_outcome(outcome: Verified | ProofFailed, trusted: TrustedKey, file: Path) -> None:
    """The whole outcome in words."""
    if isinstance(outcome, ProofFailed):
        say(Text.assemble(("REFUSED", "bold red"), f"  {shown(file)}"))
        say(f"  {shown(outcome.message)}")
        if outcome.place:
            say(f"  Place: {shown(outcome.place)}")
        say(f"  Trusted was {_named(trusted.key)}, from {shown(trusted.source)}.")
        say(f"  {shown(outcome.next_step)}")
        return
    say(Text.assemble(("VERIFIED", "bold green"), f"  {shown(outcome.bundle.of)}"))
    for title, lines in (
        ("Claimed", _claimed(outcome)),
        ("Checked", _checked(outcome, trusted)),
        ("Not shown", _not_shown(outcome)),
        ("On trust", [_vouched(outcome), *ON_TRUST]),
    ):
        for number_of_line, line in enumerate(lines):
            say(f"  {title if number_of_line == 0 else '':<10} {shown(line)}")


def _claimed(outcome: Verified) -> Iterable[str]:
    bundle = outcome.bundle
    world = f", as it was in the world at {instant(bundle.valid_at)}" if bundle.valid_at else ""
    yield f"As known on {instant(bundle.known_at)} (log position {bundle.position}){world}."
    yield from _verdict(bundle.claim)
    found = summary_of(outcome.claim.chain)
    kinds = ", ".join(f"{one.count} {one.kind}" for one in found.kinds)
    yield f"Its chain has {counted(found.artifacts, 'artifact')} ({kinds}) and {counted(found.steps, 'relation')}."
    yield _missing(outcome.claim.chain.completeness.unresolved)


def _verdict(claim: JsonObject) -> Iterable[str]:
    verdict, because = claim["verdict"], claim["noVerdictBecause"]
    if isinstance(because, str):
        yield f"No verdict: {because}"
    if not isinstance(verdict, dict):
        return
    found = msgspec.convert(verdict, ClaimedVerdict)
    segment = found.segment or "all of the traffic"
    yield f"{state_in_words(found.state).upper()}: {found.kpi} of {found.of}, {segment}."
    if found.mean is not None:
        held = f", held against {number(found.benchmark)}" if found.benchmark is not None else ""
        yield f"{number(found.mean)} in {counted(found.used_count, 'window')}{held}.{_changed(found)}"


def _changed(found: ClaimedVerdict) -> str:
    if found.change is None:
        return ""
    interval = ""
    if found.lower is not None and found.upper is not None:
        interval = f" ({signed(found.lower)} to {signed(found.upper)})"
    return f" Changed by {signed(found.change)}{interval}."


def _missing(unresolved: Iterable[str]) -> str:
    urns = [*unresolved]
    if not urns:
        return "Nothing in it is undeclared."
    more = f" and {len(urns) - MOST_NAMED} more" if len(urns) > MOST_NAMED else ""
    return f"{counted(len(urns), 'artifact')} nobody declared: {', '.join(urns[:MOST_NAMED])}{more}."


def _checked(outcome: Verified, trusted: TrustedKey) -> Iterable[str]:
    signer, head = outcome.signer, outcome.head
    yield f"Trusted key {_named(trusted.key)}, from {trusted.source}."
    if signer.rotations:
        through = " and ".join(str(position) for position in signer.rotations)
        rotations = "rotation at position" if len(signer.rotations) == 1 else "rotations at positions"
        yield f"It signs as {_named(signer.key)}, trusted through the {rotations} {through}."
    yield f"Signed are the bundle as a whole, and the checkpoint of {head.size:,} entries of {head.origin}."
    yield f"In that log are all {len(outcome.bundle.entries):,} entries of the bundle, each at its position."
    verdict = " and the verdict, bit for bit" if outcome.bundle.claim["verdict"] else ""
    yield f"From them follow exactly the chain{verdict}."
    for one in outcome.witnesses:
        yield f"Cosigned by the witness {_named(one.witness)} on {instant(format_instant(one.time * SECOND))}."


def _not_shown(outcome: Verified) -> Iterable[str]:
    for one in outcome.erased[:MOST_NAMED]:
        yield f"Erased: {one.field} of {one.urn} (entry {one.position})."
    if len(outcome.erased) > MOST_NAMED:
        yield f"Erased: {len(outcome.erased) - MOST_NAMED} more values."


def _vouched(outcome: Verified) -> str:
    simulated = len(outcome.simulated)
    clock = (
        f" Recorded under a simulated clock: {simulated} of {len(outcome.bundle.entries)} entries." if simulated else ""
    )
    return f"{WITNESSED if outcome.witnesses else OPERATOR_ALONE}{clock}"


def _named(key: VerifierKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"
