"""`evidence erase`: descriptions, properties, addresses and reasons are gone for good; what is proven stays proven."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.connection import answer, connected, read_settings
from evidence_graph.cli.failures import Failed, end_of_question, exit_of
from evidence_graph.cli.prepared import Outcome, UserError
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say, say_error, shown
from evidence_graph.cli.words import counted
from evidence_graph.record.erasure import ERASABLE
from evidence_graph.record.json_values import Json, JsonObject

ERASE = "erase"
BACKUPS = "Backups and bundles made before still hold it: delete them, or replace them by new ones."
PURGES = {
    "DONE": "It is out of the files of the store.",
    "PENDING": "It is not out of all files of the store yet, because somebody reads what was before. A service goes on until it is; "
    "without one, run the command again.",
    "UP_TO_THE_SERVER": "The rows are empty. Parts may stay in the files of the Neo4j server until it writes over them: "
    "docs/operation.md says how to be sure.",
}


class ErasedValues(msgspec.Struct, frozen=True):
    """How many values of a field."""

    field: str
    values: int


class Erasure(msgspec.Struct, frozen=True, rename="camel"):
    """The answer, as the API gives it."""

    outcome: Outcome | None
    erased: Sequence[ErasedValues]
    purge: str | None
    position: int | None
    user_errors: Sequence[UserError]


def erase(
    urn: Annotated[str, typer.Argument(help="URN of an artifact, or kpi:<name>@<version> of a KPI's definition.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, such as a ticket. Let it hold nothing of what is erased.")
    ],
    field: Annotated[
        list[str] | None,
        typer.Option("--field", help="description, properties, uri, reason or erasureReason; may be repeated."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be gone, and erase nothing.")] = False,
    idempotency_key: Annotated[str | None, typer.Option(help="Erases once however often it is sent; a UUID.")] = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Erase what is kept beside the log under one URN, for good: every value ever stated, the newest and the older.

    All fields unless some are named, but the reasons of erasures only where they are. Entries, hashes and proofs stay as they are, so
    that every proof still verifies; an entry says who erased what and when. Nothing brings a value back, least of all this program:
    look with --dry-run first.

    Exit codes: 0 erased (or nothing was left) · 3 unknown URN or field · 4 not allowed · 5 conflict · 75 try again later.

    Example: evidence erase dataset:crm/customers@2026-10-01 --field description --reason "ticket 812"
    """
    sent: JsonObject = {"urn": urn, "reason": reason, "dryRun": dry_run, "idempotencyKey": idempotency_key}
    try:
        fields: Json = [_name(one) for one in field] if field else None
        found = asyncio.run(_erased({**sent, "fields": fields}))
    except Failed as failed:
        raise end_of_question(failed, output) from None
    if output is Output.JSON:
        form: Json = msgspec.to_builtins(found)
        print_json(form)
    else:
        _show(found, urn, dry_run=dry_run)
    raise typer.Exit(exit_of([fault.code for fault in found.user_errors]))


def _name(field: str) -> str:
    """A field's name in the API: erasureReason is ERASURE_REASON. Raises Failed for one that is not known."""
    if field not in ERASABLE:
        raise Failed("INVALID", f"Nothing is kept under {field[:60]!r}. Known here: {', '.join(ERASABLE)}.")
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in field)


def _field(name: str) -> str:
    """The same the other way."""
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


async def _erased(sent: JsonObject) -> Erasure:
    async with connected(read_settings()) as asked:
        return msgspec.convert(await answer(asked, ERASE, {"input": sent}, ERASE), Erasure)


def _show(found: Erasure, urn: str, *, dry_run: bool) -> None:
    if found.user_errors:
        for fault in found.user_errors:
            say_error(f"{shown(fault.field)}: {shown(fault.message)}")
        return
    fields = ", ".join(f"{_field(one.field)} ({counted(one.values, 'value')})" for one in found.erased)
    if dry_run:
        say(f"Would be gone for good, from {shown(urn)}: {fields or 'nothing'}. Dry run: nothing was erased.")
        return
    if fields:
        say(f"Gone for good from {shown(urn)}: {fields}. Log position {found.position} says so.")
    else:
        say(f"Nothing is left to erase under {shown(urn)}.")
    say(PURGES.get(found.purge or "", ""))
    if fields:
        say(BACKUPS)
