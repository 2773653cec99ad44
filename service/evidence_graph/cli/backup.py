"""`evidence backup` and `evidence restore`: the whole log to a file and back. They open EVIDENCE_STORE itself, also while it is served."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.terminal import Output, OutputOption, errors, print_json, say, say_error, shown
from evidence_graph.errors import EvidenceError, NewOriginNeeded, RecordDamaged
from evidence_graph.record.json_values import JsonObject
from evidence_graph.store.stored import AnnotationRow


def backup(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; standard output unless given.")
    ] = None,
) -> None:
    """Write the whole log to a file, as it stands now, whatever is recorded meanwhile; `evidence restore` reads it.

    The file holds free text and its salts as far as they are not erased: keep it as safe as the store. It does not hold the private key.

    Example: evidence backup > evidence.jsonl.gz
    """
    from evidence_graph.cli.backup_files import written_backup, written_backup_to

    try:
        if output is None and sys.stdout.isatty():
            raise Failed("USAGE", "A backup is no text. Send it to a file: evidence backup > evidence.jsonl.gz")
        settings = read_settings()
        writing = (
            written_backup_to(settings, sys.stdout.buffer, _say_missing)
            if output is None
            else written_backup(settings, output, _say_missing)
        )
        header = asyncio.run(writing)
    except (Failed, EvidenceError, OSError) as error:
        raise end_of_question(_failed(error), Output.HUMAN) from None
    errors().print(
        f"{header.size:,} entries of {shown(header.origin)} are in the backup, up to log position {header.size - 1}."
    )


def _say_missing(row: AnnotationRow) -> None:
    say_error(
        f"The {shown(row.field)} that position {row.position} seals for {shown(row.urn)} is missing, and no entry erased it."
    )


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The backup; - for standard input.")],
    new_origin: Annotated[
        bool, typer.Option("--new-origin", help="Let the log go on as another one, under a key that has never signed.")
    ] = False,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Store the log of a backup in a store without one, on either engine; entries keep their bytes and times.

    The backup is checked from beginning to end first. The log goes on as it was when its private key is here and the backup has all that
    this key has signed; otherwise say --new-origin. What was interrupted goes on where it was when the same file is restored again.

    Example: EVIDENCE_STORE=neo4j://localhost:7687 evidence restore evidence.jsonl.gz
    """
    from evidence_graph.cli.backup_files import restored

    try:
        found = asyncio.run(restored(read_settings(), file, new_origin=new_origin))
    except (Failed, EvidenceError, OSError) as error:
        raise end_of_question(_failed(error), output) from None
    head = found.head
    if output is Output.JSON:
        log: JsonObject = {"origin": head.origin, "publicKey": head.key_text, "rootHash": head.root}
        print_json({"position": head.position, "restored": found.header.size, **log})
        return
    say(f"{found.header.size:,} entries are restored. The log is at position {head.position}, root {head.root}.")
    if head.origin != found.header.origin:
        say(f"It goes on as {shown(head.origin)}, signed by {shown(head.key_text)}.")
    if found.kept is not None:
        say(f"The private key that signs no more is kept in {shown(found.kept)}.")


def _failed(error: Failed | EvidenceError | OSError) -> Failed:
    """Damage is a failed verification here, and an option that is missing is a matter of usage."""
    if isinstance(error, Failed):
        return error
    if isinstance(error, OSError):
        return Failed("USAGE", f"The file cannot be used: {error.strerror or type(error).__name__}.")
    if isinstance(error, RecordDamaged):
        return Failed("PROOF_FAILED", str(error))
    return Failed("USAGE", str(error)) if isinstance(error, NewOriginNeeded) else Failed.of(error)
