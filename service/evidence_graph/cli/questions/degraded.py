"""`evidence ask degraded`: the state of everything that is live, the worst first."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.answers import Completeness, PageInfo
from evidence_graph.cli.asking import (
    After,
    AtPosition,
    First,
    KnownAt,
    Namespace,
    ValidAt,
    answered,
    as_answer,
    ask,
    moment_variables,
)
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, say
from evidence_graph.cli.verdicts import (
    Verdict,
    benchmark_in_words,
    change_in_words,
    since_in_words,
    size_in_words,
    state_in_words,
)
from evidence_graph.cli.words import completeness_in_words, counted, number
from evidence_graph.record.json_values import JsonObject


class StateCount(msgspec.Struct, frozen=True):
    """How many streams are in a state."""

    state: str
    count: int


class Portfolio(msgspec.Struct, frozen=True, rename="camel"):
    """A page of verdicts."""

    nodes: Sequence[Verdict]
    page_info: PageInfo
    total: int
    states: Sequence[StateCount]
    deployments: int
    unwatched: int
    completeness: Completeness


@ask.command("degraded")
def ask_degraded(
    namespace: Namespace = None,
    of: Annotated[
        str | None, typer.Option(metavar="URN", help="Only the KPIs of this deployment, slot or model.")
    ] = None,
    first: First = 50,
    after: After = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show every KPI of everything that is live with its verdict, the worst first; for all of the traffic, not for segments.

    Example: evidence ask degraded --namespace churn
    """
    variables: JsonObject = {"namespace": namespace, "of": of, "first": first, "after": after}
    moment = moment_variables(valid_at, known_at, at_position)
    answered("degraded", variables | moment, output, as_answer(Portfolio, show_portfolio))


def show_portfolio(found: Portfolio) -> None:
    """One row a KPI of a deployment, then what all of them come to."""
    show_verdicts(found.nodes)
    if found.page_info.has_next_page:
        say(f"More follow: ask again with --after {found.page_info.end_cursor}")
    say()
    states = ", ".join(f"{one.count:,} {state_in_words(one.state)}" for one in found.states)
    if states:
        say(f"{counted(found.total, 'KPI')} of all of the traffic: {states}.")
    if found.unwatched:
        say(f"{counted(found.unwatched, 'deployment')} of {found.deployments:,} nobody watches: no window on record.")
    say(completeness_in_words(found.completeness, counted(found.deployments, "deployment"), "ask for one namespace"))


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """One row each; ✱ marks those picked out among all, so that few of them are false alarms."""
    rows = [
        [
            f"{state_in_words(one.state)}{' ✱' if one.discovered else ''}",
            one.of,
            one.kpi,
            number(one.mean) if one.mean is not None else "–",
            benchmark_in_words(one),
            change_in_words(one),
            size_in_words(one),
            since_in_words(one),
        ]
        for one in verdicts
    ]
    show_table(["state", "of", "kpi", "value", "held against", "change", "n", "since"], rows)
