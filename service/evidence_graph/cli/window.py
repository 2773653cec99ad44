"""`evidence window from-csv`: KPI windows from files of raw observations, as a manifest to be registered."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer
import yaml

from evidence_graph.cli.byte_progress import ByteProgress
from evidence_graph.cli.csv_rows import CsvRows
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.terminal import Output, OutputOption, errors, print_json, shown
from evidence_graph.cli.words import counted
from evidence_graph.errors import InvalidInput
from evidence_graph.kpi.counting.observations import Counted, WindowPlan, count_rows
from evidence_graph.kpi.counting.window_count import WindowCount
from evidence_graph.record.json_values import settled
from evidence_graph.record.urn import canonical_name, parse_artifact_urn

window = typer.Typer(no_args_is_help=True, help="Make KPI windows from raw observations.")
_COLUMN, _INSTANT = "COLUMN", "INSTANT"
_PLAIN = re.compile("[A-Za-z]+")


@window.callback()
def _windows() -> None:
    """Make KPI windows from raw observations."""


@window.command("from-csv")
def from_csv(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="CSV files with a header, or - for stdin.")],
    kpi: Annotated[str, typer.Option(metavar="NAME", help="The KPI, such as churn/conversion.")],
    time: Annotated[str, typer.Option(metavar=_COLUMN, help="When each observation was made.")],
    every: Annotated[str, typer.Option(metavar="LENGTH", help="How long a window is: P7D, P1M, PT6H.")],
    start: Annotated[str, typer.Option(metavar=_INSTANT, help="Where the first window begins.")],
    deployment: Annotated[str | None, typer.Option(metavar="URN", help="The deployment that is measured.")] = None,
    model: Annotated[str | None, typer.Option(metavar="URN", help="Or the model that is measured.")] = None,
    success: Annotated[
        str | None, typer.Option(metavar=_COLUMN, help="A proportion: true, false, 1 or 0.", rich_help_panel="KPI")
    ] = None,
    value: Annotated[
        str | None, typer.Option(metavar=_COLUMN, help="A mean: the value.", rich_help_panel="KPI")
    ] = None,
    numerator: Annotated[
        str | None, typer.Option(metavar=_COLUMN, help="A ratio of sums: what is above.", rich_help_panel="KPI")
    ] = None,
    denominator: Annotated[
        str | None, typer.Option(metavar=_COLUMN, help="And what is below.", rich_help_panel="KPI")
    ] = None,
    events: Annotated[
        str | None, typer.Option(metavar=_COLUMN, help="A count: number of events.", rich_help_panel="KPI")
    ] = None,
    exposure: Annotated[
        str | None, typer.Option(metavar=_COLUMN, help="And what they are counted per.", rich_help_panel="KPI")
    ] = None,
    segment: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN[=NAME],…", help="Count per value too; again for more; with commas for pairs."),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Time zone of the calendar and of times without offset, such as Europe/Berlin.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar=_INSTANT, help="Where the last window ends, even if shorter.")
    ] = None,
    cut_at: Annotated[
        str | None, typer.Option(metavar=_INSTANT, help="A cut between windows, where --start is none.")
    ] = None,
    computed_from: Annotated[
        list[str] | None, typer.Option(metavar="URN", help="Dataset the rows are from: labels, a prediction log.")
    ] = None,
    revision: Annotated[int, typer.Option(min=0, help="Of windows counted again.")] = 0,
    delimiter: Annotated[str, typer.Option(help="Between cells.")] = ",",
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Count without the rows that cannot be counted, and say how many.")
    ] = False,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Count raw observations into KPI windows, in total and per segment, and print the manifest that registers them.

    Weeks, days and months follow the calendar of --zone (UTC unless given): every cut has the clock time of the first one, so a day
    on which clocks change has 23 or 25 hours. Hours and minutes are elapsed time. Windows not over yet, or without rows, are left out.

    Sums are exact: the order of the rows changes no digit. Files are read once, as they come, and may be larger than memory.

    Exit codes: 0 done · 2 usage · 3 a row or an option cannot be understood; then nothing is printed.

    Example: evidence window from-csv visits.csv --deployment deployment:churn/eu-prod@42 --kpi churn/conversion --time at
    --success converted --every P7D --start 2026-10-02T08:00:00Z | evidence register -f -
    """
    try:
        plan = WindowPlan(
            kpi=canonical_name(kpi, "--kpi"),
            time=time,
            every=every,
            start=start,
            deployment=deployment and parse_artifact_urn(deployment, "--deployment", "deployment").text,
            model=model and parse_artifact_urn(model, "--model", "model").text,
            success=success,
            value=value,
            numerator=numerator,
            denominator=denominator,
            events=events,
            exposure=exposure,
            end=end,
            cut_at=cut_at,
            as_of=datetime.now(UTC),
            zone=zone,
            segments=segment or (),
            computed_from=[parse_artifact_urn(urn, "--computed-from", "dataset").text for urn in computed_from or ()],
            revision=revision,
        )
        found = _counted(files, plan, delimiter)
        _refuse(found, skip_bad_rows=skip_bad_rows)
    except InvalidInput as error:
        raise end_of_question(Failed.of(error), output) from None
    for note in _notes(found):
        errors().print(shown(note))
    if output is Output.JSON:
        print_json(settled(found.manifest, "manifest"))
    else:
        typer.echo(_as_yaml(found), nl=False)


def _counted(files: list[str], plan: WindowPlan, delimiter: str) -> Counted:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InvalidInput(f"--delimiter is {delimiter!r}.", "Give one character, such as ';'.")
    count = WindowCount(plan)
    with ByteProgress("Counting") as progress:
        return count_rows(CsvRows(files, count.columns, delimiter, progress.done), count)


def _refuse(found: Counted, *, skip_bad_rows: bool) -> None:
    bad = sum(found.skipped.values())
    if bad and not skip_bad_rows:
        more = f"\n… and {counted(bad - len(found.faults), 'more row')}" if bad > len(found.faults) else ""
        raise InvalidInput(
            "\n".join(found.faults) + more + f"\n{counted(bad, 'row')} cannot be counted.",
            "Correct them, or count without them by --skip-bad-rows.",
        )
    if not found.windows:
        raise InvalidInput(" ".join(["No window can be stated.", *_notes(found)]), "Look at --start and --time.")


def _notes(found: Counted) -> list[str]:
    """What is not in the windows, in words."""
    notes = [f"{counted(count, 'row')} {reason}: not counted." for reason, count in sorted(found.skipped.items())]
    notes += found.faults[:1]
    if found.unobserved:
        more = ", …" if found.unobserved > len(found.unobserved_from) else ""
        begin = ", ".join(found.unobserved_from) + more
        notes.append(f"{counted(found.unobserved, 'window')} without rows left out, from {begin}.")
    if found.bare:
        notes.append(f"{counted(found.bare, 'window')} left out: their exposure or denominator adds up to nothing.")
    if found.unfinished:
        notes.append(f"{counted(found.unfinished, 'window')} left out: not over yet.")
    return notes


class _Quoting(yaml.SafeDumper):
    """Writes texts in quotes, whatever YAML of one version or another would make of them."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Quoting.add_representer(str, _quoted)


def _as_yaml(found: Counted) -> str:
    """The manifest with one window a line."""
    lines = [
        yaml.dump(item, Dumper=_Quoting, sort_keys=False, default_flow_style=True, width=1 << 20, allow_unicode=True)
        for item in found.windows
    ]
    return "".join(["apiVersion: evidence/v1\nwindows:\n", *(f"  - {line}" for line in lines)])
