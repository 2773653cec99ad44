"""`evidence serve`, `demo`, `config` and `rotate-key`. What serves is loaded only by the commands that do."""

import asyncio
from typing import Annotated

import typer

from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say, shown
from evidence_graph.errors import EvidenceError
from evidence_graph.record.json_values import JsonObject
from evidence_graph.settings import Settings, shown_settings

HostOption = Annotated[str | None, typer.Option(help="Address to listen on; EVIDENCE_HOST unless given.")]
PortOption = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="Port to listen on, 0 for any free one; EVIDENCE_PORT unless given."),
]


def serve(host: HostOption = None, port: PortOption = None) -> None:
    """Serve the record over GraphQL until Ctrl-C.

    The store is the one EVIDENCE_STORE names; it is made when there is none, and the service waits for one that cannot be reached yet.

    Example: EVIDENCE_STORE=sqlite:///evidence.db evidence serve --port 8000
    """
    from evidence_graph.cli.web_server import serve_record

    try:
        settings = read_settings()
        serve_record(settings, host or settings.host, settings.port if port is None else port)
    except (Failed, EvidenceError) as error:
        raise _ended(error) from None


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after showing; do not serve.")] = False,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Show the chain of evidence behind a real KPI window, then serve it.

    Everything happens in a temporary folder that is removed at the end. The evidence ships with the package: real flights of 2013,
    the models trained on them, and the weekly KPIs of their predictions.

    Example: evidence demo --once
    """
    from evidence_graph.cli.demo_tour import run_demo

    try:
        run_demo(host, port, once=once)
    except (Failed, EvidenceError) as error:
        raise _ended(error) from None


def config(output: OutputOption = Output.HUMAN) -> None:
    """Show every setting, its value and its meaning, and the log in the local store with the key that signs it. Secrets are hidden.

    Example: EVIDENCE_STORE=neo4j://localhost:7687 evidence config
    """
    try:
        read = read_settings()
    except Failed as failed:
        raise end_of_question(failed, output) from None
    settings, log = shown_settings(read), _log_of(read)
    if output is Output.JSON:
        print_json({one.variable: one.value for one in settings} | {"log": log})
        return
    show_table(["variable", "value", "meaning"], [[one.variable, one.value, one.description] for one in settings])
    say()
    if log is None:
        say("There is no log in the local store yet, or it cannot be reached.")
    else:
        say(f"The log in this store: {shown(log['origin'])}")
        say(f"It is signed by {shown(log['publicKey'])}, key id {log['keyId']}.")
        say(f"The private key is {'' if log['privateKeyHere'] else 'not '}in {shown(log['privateKey'])}.")


def _log_of(settings: Settings) -> JsonObject | None:
    """Whose log the local store holds; None when that cannot be told."""
    from evidence_graph.cli.log_keys import local_log

    try:
        found = asyncio.run(local_log(settings))
    except (EvidenceError, TimeoutError):
        return None
    if found is None:
        return None
    key = {"publicKey": found.public_key, "keyId": found.key_id}
    return {"origin": found.origin, **key, "privateKey": str(found.key_file), "privateKeyHere": found.key_file.exists()}


def rotate_key(output: OutputOption = Output.HUMAN) -> None:
    """Give the log a new signing key, which the old one vouches for in an entry of the log. Run again what was interrupted.

    Checkpoints are signed with the new key from then on. The old key is kept beside it and signs no more.

    Example: evidence rotate-key
    """
    from evidence_graph.cli.log_keys import rotated

    try:
        found = asyncio.run(rotated(read_settings()))
    except (Failed, EvidenceError) as error:
        raise _ended(error, output) from None
    if output is Output.JSON:
        keys: JsonObject = {"publicKey": found.new, "before": found.old}
        print_json({**keys, "kept": str(found.kept), "position": found.head.position})
    else:
        say(f"The log is signed by {shown(found.new)}")
        say(f"from position {found.head.position} on; before that by {shown(found.old)}.")
        say(f"The old private key is kept in {shown(found.kept)}.")


def _ended(error: Failed | EvidenceError, output: Output = Output.HUMAN) -> typer.Exit:
    return end_of_question(Failed.of(error) if isinstance(error, EvidenceError) else error, output)
