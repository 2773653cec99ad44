"""`evidence ask log`, `entry`, `inclusion-proof`, `consistency-proof`: the log, and what lets others check it."""

import sys
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.asking import answered, as_answer, ask
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.words import instant
from evidence_graph.record.json_values import Json, JsonObject

LOG = "log"  # the root field that all of these are asked under

Position = Annotated[int, typer.Argument(metavar="POSITION", help="Log position of the entry, from 0.")]


class ProofOutput(StrEnum):
    """In what form a proof is given."""

    HUMAN = "human"
    JSON = "json"
    TLOG_PROOF = "tlog-proof"


class Cosigned(msgspec.Struct, frozen=True):
    """A head that witnesses have cosigned."""

    size: int
    witnesses: list[str]


class LogHead(msgspec.Struct, frozen=True, rename="camel"):
    """The head of the log."""

    size: int
    root_hash: str
    origin: str
    public_key: str
    checkpoint: str | None
    checkpoint_size: int | None
    unsigned_because: str | None
    cosigned_checkpoints: list[Cosigned]


class LogEntry(msgspec.Struct, frozen=True, rename="camel"):
    """An entry of the log."""

    position: int
    recorded_at: str
    event_type: str
    subject: str
    actor: str
    leaf_hash: str
    body: str


class InclusionProof(msgspec.Struct, frozen=True, rename="camel"):
    """That an entry is in the log."""

    position: int
    size: int
    leaf_hash: str
    hashes: list[str]
    root_hash: str


class ConsistencyProof(msgspec.Struct, frozen=True, rename="camel"):
    """That the log only grew."""

    first: int = msgspec.field(name="from")
    second: int = msgspec.field(name="to")
    hashes: list[str]
    from_root_hash: str
    to_root_hash: str


@ask.command("log")
def ask_log(output: OutputOption = Output.HUMAN) -> None:
    """Show the head of the log, the key that signs it, and its last checkpoint.

    Example: evidence ask log -o json
    """
    answered("log", {}, output, as_answer(LogHead, _show_log))


@ask.command("entry")
def ask_entry(position: Position, output: OutputOption = Output.HUMAN) -> None:
    """Show an entry of the log exactly as it was hashed into it.

    Example: evidence ask entry 0
    """
    answered("entry", {"position": position}, output, as_answer(LogEntry, _show_entry), under=LOG)


@ask.command("inclusion-proof")
def ask_inclusion_proof(
    position: Position,
    size: Annotated[
        int | None, typer.Option(help="In the log when it had this many entries; as it stands now unless given.")
    ] = None,
    output: Annotated[
        ProofOutput,
        typer.Option(
            "-o", "--output", help="json: one JSON document. tlog-proof: with the last checkpoint, as C2SP text."
        ),
    ] = ProofOutput.HUMAN,
) -> None:
    """Show the proof that an entry is in the log.

    Example: evidence ask inclusion-proof 8 -o tlog-proof > 8.tlog-proof
    """
    variables: JsonObject = {"position": position, "size": size}
    if output is ProofOutput.TLOG_PROOF:
        if size is not None:
            raise typer.BadParameter("a tlog-proof is of the last checkpoint's size: leave --size out.")
        answered("tlog_proof", {"position": position}, Output.HUMAN, _write, under=LOG)
    else:
        answered("inclusion_proof", variables, Output(output), as_answer(InclusionProof, _show_inclusion), under=LOG)


@ask.command("consistency-proof")
def ask_consistency_proof(
    first: Annotated[int, typer.Argument(metavar="FROM", help="The earlier number of entries, at least 1.")],
    second: Annotated[
        int | None, typer.Argument(metavar="[TO]", help="The later one; as the log stands now unless given.")
    ] = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show the proof that nothing the log held at one size was changed or removed later.

    Example: evidence ask consistency-proof 100 250 -o json
    """
    show = as_answer(ConsistencyProof, _show_consistency)
    answered("consistency_proof", {"from": first, "to": second}, output, show, under=LOG)


def _show_log(found: LogHead) -> None:
    say(f"Entries: {found.size:,}, root {found.root_hash}")
    say(f"Origin: {shown(found.origin)}")
    say(f"Key: {shown(found.public_key)}")
    if found.checkpoint is None:
        say("No head has been signed yet.")
    else:
        say(f"The last signed head covers {found.checkpoint_size:,} of them:\n")
        say(shown(found.checkpoint.rstrip()))
    for one in found.cosigned_checkpoints:
        say(f"\nCosigned up to {one.size:,} entries by {shown(', '.join(one.witnesses))}")
    if found.unsigned_because:
        say(f"\nThe newest are not signed: {shown(found.unsigned_because)}")


def _show_entry(found: LogEntry) -> None:
    say(f"{found.position}: {shown(found.event_type)} of {shown(found.subject)}")
    say(f"recorded {instant(found.recorded_at)} by {shown(found.actor)}, leaf {found.leaf_hash}\n")
    say(shown(found.body))


def _show_inclusion(found: InclusionProof) -> None:
    say(f"Position {found.position} of a log of {found.size:,}, leaf {found.leaf_hash}\n")
    _show_hashes(found.hashes)
    say(f"\nroot {found.root_hash}")


def _show_consistency(found: ConsistencyProof) -> None:
    say(f"From {found.first:,} entries, root {found.from_root_hash}\n")
    _show_hashes(found.hashes)
    say(f"\nto {found.second:,} entries, root {found.to_root_hash}")


def _show_hashes(hashes: list[str]) -> None:
    show_table(["", "hash"], [[str(number), value] for number, value in enumerate(hashes, 1)])


def _write(text: Json) -> None:
    """Exactly these bytes, whatever the terminal: they are for a verifier."""
    sys.stdout.write(str(text))
    sys.stdout.flush()
