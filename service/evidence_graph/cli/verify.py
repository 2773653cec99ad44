"""`evidence verify FILE`: whether an evidence bundle holds, offline. `evidence verify --store`: whether anybody changed the store."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Exit, Failed, end_of_question
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say
from evidence_graph.cli.words import counted
from evidence_graph.errors import EvidenceError, StoreRefused
from evidence_graph.record.json_values import Json


def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="An evidence bundle.")] = None,
    store: Annotated[bool, typer.Option("--store", help="Audit the store that EVIDENCE_STORE names.")] = False,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The log's verifier key, or a file with it; else EVIDENCE_PUBLIC_KEY, else the local store's.",
        ),
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Verifier key of a witness to trust; may be repeated.")
    ] = None,
    require_witness: Annotated[
        int, typer.Option(min=0, metavar="N", help="So many of these witnesses must have cosigned the checkpoint.")
    ] = 0,
    summary: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write a signed summary of the verification here (SLSA VSA).")
    ] = None,
    summary_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The Ed25519 private key (PEM) that signs the summary.")
    ] = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Check an evidence bundle without network or store, or with --store the store itself. Ends with 7 and the place when something is off.

    FILE: the bundle's signature, its entries in the log of the checkpoint, and that chain and verdict follow from them exactly. The key
    that is trusted was known before and never comes from the bundle. What remains on trust is said.

    --store: replays the log into an empty store and shows every row, entry and head that is not as the log says. The store may be served
    meanwhile. A log that was changed throughout is found out by the last signed head beside the private key.

    Example: evidence verify churn.evidence.json --key log.vkey
    """
    try:
        if store == (file is not None):
            raise Failed("USAGE", "Say what to verify: evidence verify FILE, or evidence verify --store")
        if file is not None:
            _verify_file(file, key, witness or [], require_witness, summary, summary_key, output)
        else:
            _verify_store(output)
    except (Failed, EvidenceError) as error:
        raise end_of_question(_failed(error), output) from None


def _verify_file(
    file: Path,
    key: str | None,
    witnesses: list[str],
    required: int,
    summary: Path | None,
    summary_key: Path | None,
    output: Output,
) -> None:
    from evidence_graph.cli.bundle_check import Asked, check_bundle

    try:
        check_bundle(Asked(file, key, witnesses, required, summary, summary_key), output)
    except OSError as error:
        raise Failed("USAGE", f"The file cannot be used: {error.strerror or type(error).__name__}.") from None


def _verify_store(output: Output) -> None:
    from evidence_graph.cli.audit import audited

    found = asyncio.run(audited(read_settings()))
    if output is Output.JSON:
        findings: Json = [{"what": one.what, "where": one.where, "how": one.how} for one in found.findings]
        print_json(
            {"verified": not found.findings, "size": found.entries, "rootHash": found.root, "findings": findings}
        )
    else:
        show_table(["what", "where", "how"], [[one.what, one.where, one.how] for one in found.findings])
        say(f"Entries replayed: {found.entries:,}, root {found.root}. {_in_words(len(found.findings))}")
    if found.findings:
        raise typer.Exit(Exit.UNVERIFIED)


def _in_words(findings: int) -> str:
    if findings:
        return f"{counted(findings, 'difference')} from what was recorded."
    return "The store is what was recorded."


def _failed(error: Failed | EvidenceError) -> Failed:
    if isinstance(error, Failed):
        return error
    return Failed("PROOF_FAILED", str(error)) if type(error) is StoreRefused else Failed.of(error)
