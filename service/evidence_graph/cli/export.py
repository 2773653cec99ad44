"""`evidence export`: the evidence bundle of one artifact, to a file that somebody else can check offline."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.asking import AtPosition, KnownAt, ValidAt, moment_variables
from evidence_graph.cli.connection import answer, connected, read_settings
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.terminal import Output, errors, shown
from evidence_graph.record.json_values import JsonObject


class Bundle(msgspec.Struct, frozen=True, rename="camel"):
    """What the service answers: the document, and what is told about it."""

    of: str
    position: int
    checkpoint_size: int
    entry_count: int
    document: str


def export(
    urn: Annotated[str, typer.Argument(metavar="URN", help="The artifact, with its version.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; standard output unless given.")
    ] = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    witnesses: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="As of the newest position that N witnesses have cosigned a checkpoint over."
        ),
    ] = 0,
) -> None:
    """Write the evidence bundle of an artifact: all that somebody who does not trust you needs to check it, without network or store.

    It holds the chain of evidence and, for a KPI window, the verdict on it, with the entries of the log that both rest on, their proofs,
    and the log's signature. `evidence verify FILE` checks it. Descriptions and other free text of the chain are in it, unless they are
    erased.

    Example: evidence export model:churn/churn@7 -o churn.evidence.json
    """
    moment = moment_variables(valid_at, known_at, at_position)
    variables: JsonObject = {"of": urn, **moment, "witnesses": witnesses}
    try:
        found = asyncio.run(_exported(variables))
        _write(found.document, output)
    except OSError as error:
        failed = Failed("USAGE", f"The file cannot be written: {error.strerror or type(error).__name__}.")
        raise end_of_question(failed, Output.HUMAN) from None
    except Failed as failed:
        raise end_of_question(failed, Output.HUMAN) from None
    covered = f"under a checkpoint of {found.checkpoint_size:,} entries"
    entries = "entry is" if found.entry_count == 1 else "entries are"
    errors().print(
        f"{found.entry_count:,} {entries} in the bundle of {shown(found.of)}, as of log position {found.position}, {covered}."
    )


async def _exported(variables: JsonObject) -> Bundle:
    async with connected(read_settings()) as asked:
        return msgspec.convert(await answer(asked, "bundle", variables, "bundle"), Bundle)


def _write(document: str, path: Path | None) -> None:
    """The bytes as they are, in a file that appears whole or not at all."""
    if path is None:
        sys.stdout.write(document)
        sys.stdout.flush()
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(document.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
