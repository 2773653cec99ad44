"""`evidence register`, `evidence validate` and `evidence schema`: from a manifest file to what became of it."""

import asyncio
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.connection import answer, connected, read_settings
from evidence_graph.cli.failures import Exit, Failed, end_of_registration, exit_of
from evidence_graph.cli.plan import Registration, show_faults, show_plan
from evidence_graph.cli.prepared import Outcome, Prepared, UserError, prepare
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say, say_error
from evidence_graph.cli.words import counted
from evidence_graph.errors import InvalidInput
from evidence_graph.record.json_values import Json, JsonObject
from graph_schema.manifest_schema import manifest_schema

REGISTER, CONFLICT = "register_evidence", "CONFLICT"
FileOption = Annotated[
    str, typer.Option("-f", "--file", help="Manifest: .yaml, .json or .toml, or - for standard input.")
]


def register(
    file: FileOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recorded, and record nothing.")] = False,
    idempotency_key: Annotated[
        str | None, typer.Option(help="Records once however often it is sent; a UUID, such as the id of a CI run.")
    ] = None,
    restate_erased: Annotated[
        bool, typer.Option("--restate-erased", help="Record what the file says of fields that were erased.")
    ] = False,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Record a manifest, whole or not at all.

    `path:` entries get the SHA-256 of their file or folder. What is on record already is unchanged; what contradicts it is a conflict,
    and then nothing of the manifest is recorded. Every fault is listed.

    Exit codes: 0 recorded (or all of it was on record) · 3 unreadable or invalid · 4 not allowed · 5 conflicts only · 75 try again later.

    Example: evidence register -f manifest.yaml --dry-run
    """
    try:
        prepared = prepare(file)
        about: JsonObject = {"dryRun": dry_run, "idempotencyKey": idempotency_key}
        if restate_erased:
            about["restateErased"] = True
        registration = asyncio.run(_registered(prepared, about))
    except InvalidInput as error:
        raise end_of_registration(Failed("INVALID", str(error)), output) from None
    except Failed as failed:
        raise end_of_registration(failed, output) from None
    if output is Output.JSON:
        print_json(_as_json(registration))
    else:
        show_plan(registration, prepared.file, dry_run=dry_run)
    raise typer.Exit(exit_of([fault.code for fault in registration.user_errors]))


async def _registered(prepared: Prepared, about: JsonObject) -> Registration:
    """`about` is what the input says of the command itself."""
    if prepared.faults:
        return await _refused(prepared)
    async with connected(read_settings(), begins=True) as asked:
        sent: JsonObject = {**prepared.manifest_input(), **about}
        return msgspec.convert(await answer(asked, REGISTER, {"input": sent}, "registerEvidence"), Registration)


async def _refused(prepared: Prepared) -> Registration:
    """A file with faults of form is refused unsent; what conflicts beside them is listed as well, as far as it can be asked for."""
    outcomes, faults = prepared.refused, prepared.user_errors
    sound, paths = prepared.sound_part()
    try:
        async with connected(read_settings()) as asked:
            found = await answer(asked, REGISTER, {"input": {**sound, "dryRun": True}}, "registerEvidence")
    except Failed:
        return Registration(None, outcomes, faults)
    rest = msgspec.convert(found, Registration)
    outcomes += [_of_file(outcome, paths) for outcome in rest.outcomes if outcome.outcome == CONFLICT]
    faults += [_in_file(fault, paths) for fault in rest.user_errors if fault.code == CONFLICT]
    return Registration(None, outcomes, faults)


def _of_file(outcome: Outcome, paths: dict[str, str]) -> Outcome:
    return msgspec.structs.replace(outcome, item=paths.get(outcome.item, outcome.item))


def _in_file(fault: UserError, paths: dict[str, str]) -> UserError:
    """The fault with the path its item has in the file."""
    sent, bracket, rest = fault.field.partition("]")
    return msgspec.structs.replace(fault, field=paths.get(sent + bracket, sent + bracket) + rest)


def _as_json(registration: Registration) -> Json:
    form: Json = msgspec.to_builtins(registration)
    return form


def validate(file: FileOption, output: OutputOption = Output.HUMAN) -> None:
    """Check the form of a manifest without asking anybody: no store is opened, nothing is sent.

    Conflicts with what is on record are for `evidence register --dry-run` to find.

    Example: evidence validate -f manifest.yaml
    """
    try:
        prepared = prepare(file)
    except InvalidInput as error:
        raise end_of_registration(Failed("INVALID", str(error)), output) from None
    if output is Output.JSON:
        faults: Json = msgspec.to_builtins(prepared.user_errors)
        print_json({"items": prepared.items, "userErrors": faults})
    elif prepared.faults:
        show_faults(prepared.user_errors, prepared.file)
        say_error(f"{counted(len(prepared.faults), 'fault')}. Correct the file and validate it again.")
    else:
        say(f"{counted(prepared.items, 'item')}, all well formed.")
    raise typer.Exit(Exit.INVALID if prepared.faults else Exit.DONE)


def schema() -> None:
    """Print the JSON Schema of a manifest, for editors and programs.

    Example: evidence schema > manifest.schema.json
    """
    form: Json = msgspec.to_builtins(manifest_schema())
    print_json(form)
