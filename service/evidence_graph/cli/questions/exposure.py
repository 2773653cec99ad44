"""`evidence ask exposure`: which deployments ran on bad data, features or models, and where they run still."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from evidence_graph.cli.answers import Completeness, Named, Step
from evidence_graph.cli.asking import AtPosition, KnownAt, ValidAt, answered, as_answer, ask, moment_variables
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.words import completeness_in_words, counted, instant
from evidence_graph.record.json_values import JsonObject


class ExposedDeployment(msgspec.Struct, frozen=True, rename="camel"):
    """A deployment that what is bad has reached."""

    deployment: Named
    still_live: bool
    learned: bool
    witness: Sequence[Step]
    window_count: int
    begin: str = msgspec.field(name="from")
    model: Named | None = None
    until: str | None = None


class Totals(msgspec.Struct, frozen=True, rename="camel"):
    """The answer in numbers."""

    artifacts: int
    bad: int
    at_least: bool


class Exposure(msgspec.Struct, frozen=True, rename="camel"):
    """Deployments touched, and those only judged on what is bad."""

    summary: str
    totals: Totals
    deployments: Sequence[ExposedDeployment]
    judged_on: Sequence[ExposedDeployment]
    completeness: Completeness


@ask.command("exposure")
def ask_exposure(
    to: Annotated[
        list[str],
        typer.Argument(metavar="URN...", help="What is bad: datasets, features, models, or a series of versions."),
    ],
    bad_from: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT", help="Since when the data is bad; of a series, which versions, by what they cover."
        ),
    ] = None,
    bad_to: Annotated[str | None, typer.Option(metavar="INSTANT", help="Until when the data is bad.")] = None,
    live_from: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Only deployments live at this instant or later.")
    ] = None,
    live_to: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Only deployments live before this instant.")
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            help="Walk into how many artifacts at most, up to 10,000; where there are more, each step of it gets a share."
        ),
    ] = 1_000,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show the deployments that ran on something bad: from when to when, where it runs still, and how it got there.

    Example: evidence ask exposure dataset:crm/customers --bad-from 2026-10-01T00:00:00Z --bad-to 2026-10-05T00:00:00Z
    """
    variables: JsonObject = {
        "to": [*to],
        "badFrom": bad_from,
        "badTo": bad_to,
        "liveFrom": live_from,
        "liveTo": live_to,
        "limit": limit,
    }
    moment = moment_variables(valid_at, known_at, at_position)
    answered("exposure", variables | moment, output, as_answer(Exposure, show_exposure))


def show_exposure(found: Exposure) -> None:
    """The summary, a line a deployment, and the way to each."""
    say(shown(found.summary))
    _show_deployments("Touched", found.deployments)
    _show_deployments("Only judged on it", found.judged_on)
    say()
    at_least = "at least " if found.totals.at_least else ""
    what = (
        f"{counted(found.totals.bad, 'artifact')} bad, {at_least}{counted(found.totals.artifacts, 'artifact')} touched"
    )
    say(completeness_in_words(found.completeness, what))


def _show_deployments(heading: str, deployments: Sequence[ExposedDeployment]) -> None:
    if not deployments:
        return
    rows = [
        [
            one.deployment.urn,
            one.model.urn if one.model else "retracted",
            instant(one.begin),
            instant(one.until),
            "still live" if one.still_live else "",
            "learned" if one.learned else _last_relation(one),
            str(one.window_count),
        ]
        for one in deployments
    ]
    say()
    say(Text(f"{heading}:", "bold"))
    show_table(["deployment", "model", "from", "until", "now", "how", "windows"], rows)
    say()
    for one in deployments:
        say(shown(way_in_words(one.witness)))


def _last_relation(one: ExposedDeployment) -> str:
    return "read" if one.witness and one.witness[-1].relation == "READS" else "judged"


def way_in_words(witness: Sequence[Step]) -> str:
    """`dataset:a/b@1 ← TRAINED_ON model:a/b@1 ← SERVES deployment:a/b@1`: from what is bad to the deployment."""
    here = witness[0].target if witness else ""
    said = [here]
    for step in witness:
        forward = step.source == here
        here = step.target if forward else step.source
        said.append(f"{'→' if forward else '←'} {step.relation} {here}")
    return " ".join(said)
