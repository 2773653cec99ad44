"""`evidence verify FILE`: checks a bundle and tells what it proves, what it does not, and where it is wrong."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import typer

from evidence_graph.cli.bundle_words import report_of, show_outcome
from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Exit, Failed
from evidence_graph.cli.terminal import Output, print_json
from evidence_graph.cli.trusted_key import TrustedKey, trusted_key
from evidence_graph.errors import InvalidInput, KeyMissing, ProofFailed
from evidence_graph.evidence.key_file import key_in
from evidence_graph.interop.bundle import LARGEST
from evidence_graph.interop.bundle_verification import Verified, verify_bundle
from evidence_graph.interop.verification_summary import Policy, signed_summary
from evidence_graph.proof.cosignature import parse_witness_keys


class Asked(msgspec.Struct, frozen=True):
    """What is to be verified and how: a file, the trusted key as given, witnesses, and where a summary goes under which key."""

    file: Path
    key: str | None
    witnesses: Sequence[str]
    required: int
    summary: Path | None
    summary_key: Path | None


def check_bundle(asked: Asked, output: Output) -> None:
    """Verify, write the summary, and say it; ends with 7 when the bundle is refused. Raises Failed, OSError."""
    trusted = trusted_key(asked.key, read_settings())
    policy = _policy(asked, trusted)
    data = _read(asked.file)
    outcome = _verified(data, policy)
    if asked.summary is not None:
        _summarise(asked, data, outcome, policy)
    if output is Output.JSON:
        print_json(report_of(outcome, trusted))
    else:
        show_outcome(outcome, trusted, asked.file)
    if isinstance(outcome, ProofFailed):
        raise typer.Exit(Exit.UNVERIFIED)


def _policy(asked: Asked, trusted: TrustedKey) -> Policy:
    """Raises Failed when the witnesses cannot be what they are given as, or more are demanded than named."""
    try:
        witnesses = parse_witness_keys(" ".join(asked.witnesses))
    except InvalidInput as wrong:
        raise Failed("USAGE", f"--witness: {wrong}") from None
    if asked.required > len(witnesses):
        raise Failed(
            "USAGE", f"--require-witness {asked.required} needs as many --witness keys; {len(witnesses)} are given."
        )
    return Policy(trusted.key, witnesses, asked.required)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _verified(data: bytes, policy: Policy) -> Verified | ProofFailed:
    """How the verification ended."""
    try:
        return verify_bundle(data, policy.trusted, policy.witnesses, policy.required)
    except ProofFailed as refused:
        return refused


def _summarise(asked: Asked, data: bytes, outcome: Verified | ProofFailed, policy: Policy) -> None:
    """Write the signed summary, also of a bundle that was refused. Raises Failed, OSError."""
    try:
        key = key_in(asked.summary_key) if asked.summary_key is not None else None
    except KeyMissing:
        key = None
    if key is None or asked.summary is None:
        raise Failed("USAGE", "--summary needs --summary-key, the file of an Ed25519 private key (PEM).")
    now = time.time_ns() // 1_000
    asked.summary.write_bytes(signed_summary(asked.file.name, data, outcome, policy, key, now) + b"\n")
