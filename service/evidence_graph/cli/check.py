"""`evidence check`: whether anything is worse than its benchmark or overdue, for people and for pipelines (exit code 6)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from evidence_graph.cli.asking import AtPosition, KnownAt, ValidAt, moment_variables
from evidence_graph.cli.connection import Asked, answer, connected, read_settings
from evidence_graph.cli.failures import Exit, Failed, end_of_question
from evidence_graph.cli.questions.degraded import Portfolio, show_portfolio
from evidence_graph.cli.questions.verdict import Segment, show_verdict, stream_variables
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say, shown
from evidence_graph.cli.verdicts import Verdict, WholeVerdict, is_breach
from evidence_graph.record.json_values import Json, JsonObject

PAGE = 1_000
MOST_NEXT_STEPS = 5


class Checked(msgspec.Struct, frozen=True):
    """What was asked for: `document` as it is printed, and the verdicts in it."""

    document: Json
    verdicts: Sequence[Verdict]
    whole: WholeVerdict | None = None
    portfolio: Portfolio | None = None


def check(
    of: Annotated[str | None, typer.Argument(metavar="URN", help="A deployment, a slot or a model.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is live.")] = False,
    kpi: Annotated[str | None, typer.Option(metavar="NAME", help="Only this KPI.")] = None,
    segment: Segment = None,
    namespace: Annotated[str | None, typer.Option(help="With --all: only this namespace.")] = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Check whether a KPI is worse than its benchmark (DEGRADED), or its windows have stopped coming (OVERDUE): then it ends with 6.

    With a URN and --kpi it is the verdict that is shown, else one line for each KPI of all of the traffic.

    Example: evidence check slot:churn/eu-prod --kpi churn/conversion
    """
    if (of is None) != everything or (everything and segment) or (segment and kpi is None) or (namespace and of):
        raise typer.BadParameter("Name a URN, or --all; --segment goes with a URN and --kpi, --namespace with --all.")
    moment = moment_variables(valid_at, known_at, at_position)
    try:
        checked = asyncio.run(_checked(of, kpi, segment, namespace, moment))
    except Failed as failed:
        raise end_of_question(failed, output) from None
    if output is Output.JSON:
        print_json(checked.document)
    else:
        _show(checked)
    if any(map(is_breach, checked.verdicts)):
        raise typer.Exit(Exit.BREACH)


async def _checked(
    of: str | None, kpi: str | None, segment: list[str] | None, namespace: str | None, moment: JsonObject
) -> Checked:
    async with connected(read_settings()) as asked:
        if of is not None and kpi is not None:
            found = await answer(asked, "verdict", stream_variables(of, kpi, segment) | moment, "verdict")
            verdict = msgspec.convert(found, WholeVerdict)
            return Checked(found, [verdict], whole=verdict)
        return await _whole_portfolio(asked, {"of": of, "namespace": namespace, "first": PAGE} | moment, kpi)


async def _whole_portfolio(asked: Asked, variables: JsonObject, kpi: str | None) -> Checked:
    """All pages as one; of one KPI when only that is asked for."""
    found: JsonObject = {}
    nodes: list[Json] = []
    while not found or found["pageInfo"]["hasNextPage"]:  # type: ignore[index,call-overload]
        after = found["pageInfo"]["endCursor"] if found else None  # type: ignore[index,call-overload]
        page = await answer(asked, "degraded", variables | {"after": after}, "degraded")
        assert isinstance(page, dict)
        found = page
        some = page["nodes"]
        assert isinstance(some, list)
        nodes += [one for one in some if isinstance(one, dict) and kpi in (None, one["kpi"])]
    whole = {**found, "nodes": nodes} | (_of_one_kpi(nodes) if kpi is not None else {})
    portfolio = msgspec.convert(whole, Portfolio)
    return Checked(whole, portfolio.nodes, portfolio=portfolio)


def _of_one_kpi(nodes: Sequence[Json]) -> JsonObject:
    """What the verdicts that are left come to, in the order in which they stand."""
    states = Counter(str(one["state"]) for one in nodes if isinstance(one, dict))
    counts: list[Json] = [{"state": state, "count": count} for state, count in states.items()]
    return {"total": len(nodes), "states": counts}


def _show(checked: Checked) -> None:
    if checked.whole is not None:
        show_verdict(checked.whole)
    if checked.portfolio is not None:
        show_portfolio(checked.portfolio)
    breaches = [one for one in checked.verdicts if is_breach(one)]
    say()
    if not breaches:
        say("Nothing is worse than its benchmark or overdue.")
        return
    for one in breaches[:MOST_NEXT_STEPS]:
        say(Text(f"! {shown(_next_step(one))}", "bold red"))
    if len(breaches) > MOST_NEXT_STEPS:
        say(f"… and {len(breaches) - MOST_NEXT_STEPS:,} more")


def _next_step(verdict: Verdict) -> str:
    """What to look at."""
    if verdict.state == "OVERDUE":
        return f"{verdict.kpi} of {verdict.of}: record its windows (evidence register), or end it if it is over."
    look = f"evidence ask kpi-series {verdict.of} {verdict.kpi}"
    behind = f", then evidence ask chain {verdict.last.window}" if verdict.last is not None else ""
    return f"{verdict.kpi} of {verdict.of}: {look}{behind}"
