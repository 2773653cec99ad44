"""The command line: registers manifests, asks questions, serves, and shows the demo."""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from evidence_graph import __version__
from evidence_graph.cli import registering, serving
from evidence_graph.cli.asking import ask
from evidence_graph.cli.backup import backup, restore
from evidence_graph.cli.check import check
from evidence_graph.cli.erasing import erase
from evidence_graph.cli.export import export
from evidence_graph.cli.failures import Exit, report_defect, usage_as_json, wants_json
from evidence_graph.cli.questions import compare as _compare  # noqa: F401
from evidence_graph.cli.questions import degraded as _degraded  # noqa: F401
from evidence_graph.cli.questions import diff as _diff  # noqa: F401
from evidence_graph.cli.questions import exposure as _exposure  # noqa: F401
from evidence_graph.cli.questions import kpi_series as _kpi_series  # noqa: F401
from evidence_graph.cli.questions import log as _log  # noqa: F401
from evidence_graph.cli.questions import path as _path  # noqa: F401
from evidence_graph.cli.questions import search as _search  # noqa: F401
from evidence_graph.cli.questions import timeline as _timeline  # noqa: F401
from evidence_graph.cli.questions import verdict as _verdict  # noqa: F401
from evidence_graph.cli.rebuild import rebuild
from evidence_graph.cli.terminal import say
from evidence_graph.cli.verify import verify
from evidence_graph.cli.window import window
from evidence_graph.cli.witness import witness

app = typer.Typer(
    name="evidence",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        say(f"evidence {__version__}")
        raise typer.Exit


@app.callback()
def evidence(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The chain of evidence behind a model's KPI: recorded once, for ever, and answered as of any instant.

    `register` and `ask` talk to the service at EVIDENCE_URL (with EVIDENCE_TOKEN) when it is set, else to the store EVIDENCE_STORE names.

    Start here: evidence demo
    """


app.command()(serving.demo)
app.command()(serving.serve)
app.command()(registering.register)
app.command()(registering.validate)
app.command()(registering.schema)
app.command()(check)
app.add_typer(ask, name="ask")
app.add_typer(window, name="window")
app.command()(serving.config)
app.command()(erase)
app.command("rotate-key")(serving.rotate_key)
app.command()(backup)
app.command()(restore)
app.command()(rebuild)
app.command()(export)
app.command()(verify)
app.command()(witness)


def main() -> None:
    """The console script `evidence`. No traceback reaches the user; arguments that are not understood end with 2."""
    arguments = sys.argv[1:]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(arguments, prog_name="evidence")
    except SystemExit as end:
        if end.code == Exit.USAGE and wants_json(arguments):
            usage_as_json(end.__context__)  # of typer itself; commands that end so have said it already
        raise
    except Exception as error:
        report_defect(error, arguments)
        raise SystemExit(Exit.DEFECT) from None
