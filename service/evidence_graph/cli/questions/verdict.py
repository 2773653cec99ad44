"""`evidence ask verdict`: whether a KPI is worse than its benchmark."""

from typing import Annotated

import typer
from rich.text import Text

from evidence_graph.cli.asking import AtPosition, KnownAt, ValidAt, answered, as_answer, ask, moment_variables
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.verdicts import (
    STYLES,
    WholeVerdict,
    benchmark_in_words,
    change_in_words,
    encoded_segment,
    reasons_in_words,
    size_in_words,
    state_in_words,
)
from evidence_graph.cli.words import completeness_in_words, counted, instant, number
from evidence_graph.record.json_values import JsonObject

MOST_LISTED = 12

Of = Annotated[str, typer.Argument(metavar="URN", help="A deployment, a slot or a model.")]
Kpi = Annotated[str, typer.Argument(metavar="KPI", help="Name of the KPI, such as churn/conversion.")]


def _known_segment(parts: list[str] | None) -> list[str]:
    try:
        encoded = encoded_segment(parts)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    return [encoded] if encoded else []


Segment = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", callback=_known_segment, help="Only windows of this segment; may be repeated."),
]


def stream_variables(of: str, kpi: str, segment: list[str] | None) -> JsonObject:
    """What is asked about, as variables of a document; `segment` as its option's callback left it."""
    return {"of": of, "kpi": kpi, "segment": segment[0] if segment else None}


@ask.command("verdict")
def ask_verdict(
    of: Of,
    kpi: Kpi,
    segment: Segment = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show whether a KPI is worse than its benchmark, from which windows that follows, and which were left out.

    Example: evidence ask verdict slot:churn/eu-prod churn/conversion --segment country=DE
    """
    variables = stream_variables(of, kpi, segment)
    moment = moment_variables(valid_at, known_at, at_position)
    answered("verdict", variables | moment, output, as_answer(WholeVerdict, show_verdict))


def show_verdict(found: WholeVerdict) -> None:
    """The state, the numbers behind it, the windows, and how complete it is."""
    where = shown(f"{found.kpi} of {found.of}, {found.segment or 'all of the traffic'}")
    say(Text.assemble((state_in_words(found.state).upper(), STYLES.get(found.state, "bold")), f"  {where}"))
    for line in _facts(found):
        say(f"  {line}")
    if found.used:
        say()
        rows = [[_span(one.start, one.end), number(one.n), number(one.mean)] for one in found.used[-MOST_LISTED:]]
        show_table(["window", "n", "value"], rows)
        if found.used_count > MOST_LISTED:
            say(f"… the newest of {found.used_count:,}: `evidence ask kpi-series` shows all")
    if found.left_out:
        say()
        rows = [[_span(one.start, one.end), state_in_words(one.reason)] for one in found.left_out[-MOST_LISTED:]]
        show_table(["left out", "because"], rows)
    say()
    say(completeness_in_words(found.completeness, counted(found.used_count, "window")))


def _facts(found: WholeVerdict) -> list[str]:
    facts = []
    if found.mean is not None:
        facts.append(f"{number(found.mean)} of {size_in_words(found)}, held against {benchmark_in_words(found)}.")
        facts.append(f"Changed by {change_in_words(found)}.")
    elif found.definition is None:
        facts.append("No version of its definition applies at this instant.")
    else:
        facts.append(f"No window counts; held against {benchmark_in_words(found)}.")
    if found.state == "DEGRADED" and found.suspected_since:
        alarm = " An alarm: the windows since then tell, whatever the mean of all." if found.alarm else ""
        facts.append(f"Suspected since {instant(found.suspected_since)}.{alarm}")
    if found.overdue_since:
        facts.append(f"A window is overdue since {instant(found.overdue_since)}.")
    if found.error_level is not None:
        parts = f": {found.error_split.in_words()}" if found.error_split else ""
        facts.append(f"Wrong at any of all looks with probability at most {found.error_level:.1%}{parts}.")
    if found.assumptions:
        facts.append(f"Takes for granted: {', '.join(map(state_in_words, found.assumptions))}.")
    if found.left_out_count:
        facts.append(f"{reasons_in_words(found)}.")
    if found.segments:
        facts.append(f"There are windows of other segments: {shown(', '.join(found.segments))}.")
    return facts


def _span(start: str, end: str) -> str:
    return f"{instant(start)} to {instant(end)}"
