"""`evidence serve`, `evidence demo` and `evidence config`. What serves is loaded only by the commands that do."""

from typing import Annotated

import typer

from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, print_json
from evidence_graph.errors import EvidenceError
from evidence_graph.settings import shown_settings

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
    """Show every setting, its value and its meaning. Secrets are hidden.

    Example: EVIDENCE_STORE=neo4j://localhost:7687 evidence config
    """
    try:
        settings = shown_settings(read_settings())
    except Failed as failed:
        raise end_of_question(failed, output) from None
    if output is Output.JSON:
        print_json({one.variable: one.value for one in settings})
    else:
        show_table(["variable", "value", "meaning"], [[one.variable, one.value, one.description] for one in settings])


def _ended(error: Failed | EvidenceError) -> typer.Exit:
    return end_of_question(Failed.of(error) if isinstance(error, EvidenceError) else error, Output.HUMAN)
