"""`evidence verify --store`: whether anybody changed the store behind the service's back. It opens EVIDENCE_STORE itself."""

import asyncio
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
    store: Annotated[bool, typer.Option("--store", help="Audit the store that EVIDENCE_STORE names.")] = False,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Replay the log into an empty store and show every row, entry and head that is not as the log says. Ends with 7 when there is one.

    The store may be served meanwhile. A log that was changed throughout is found out by the last signed head beside the private key.

    Example: evidence verify --store
    """
    from evidence_graph.cli.audit import audited

    try:
        if not store:
            raise Failed("USAGE", "Say what to verify: evidence verify --store")
        found = asyncio.run(audited(read_settings()))
    except (Failed, EvidenceError) as error:
        raise end_of_question(_failed(error), output) from None
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
