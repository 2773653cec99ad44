"""`evidence ask …`: the questions, each run as its document of `queries/graphql`."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
import typer

from evidence_graph.cli.answers import ArtifactPage, Chain, DeploymentPage, Live, Series
from evidence_graph.cli.chain_tree import show_chain
from evidence_graph.cli.connection import answer, connected, read_settings
from evidence_graph.cli.failures import Failed, end_of_question
from evidence_graph.cli.listings import show_artifact, show_artifacts, show_deployments, show_live, show_series
from evidence_graph.cli.terminal import Output, OutputOption, print_json, say, shown
from evidence_graph.record.json_values import Json, JsonObject
from graph_schema import KINDS, RELATIONS_BY_NAME

A = TypeVar("A")

ask = typer.Typer(no_args_is_help=True, help="Ask the record, as of any instant.")

ValidAt = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Only what was true in the world then, such as 2026-10-02T08:00:00Z."),
]
KnownAt = Annotated[str | None, typer.Option(metavar="INSTANT", help="Only what was on record then.")]
AtPosition = Annotated[int | None, typer.Option(help="Only what was on record up to this log position.")]
Namespace = Annotated[str | None, typer.Option(help="Only this namespace.")]
Slot = Annotated[str | None, typer.Option(metavar="URN", help="Only this slot, such as slot:churn/eu-prod.")]
First = Annotated[int, typer.Option(help="How many at most.")]
After = Annotated[str | None, typer.Option(help="Go on after this cursor, which the page before names.")]


class Direction(StrEnum):
    """Which way a chain is walked."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


def _known_kind(name: str | None) -> str | None:
    known = {kind.name: kind.name.upper() for kind in KINDS}
    if name is not None and name.lower() not in known:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(known)}.")
    return None if name is None else known[name.lower()]


def _known_kinds(names: list[str] | None) -> list[str]:
    return [kind for kind in map(_known_kind, names or []) if kind]


def _known_relations(names: list[str] | None) -> list[str]:
    given = [name.upper().replace("-", "_") for name in names or []]
    unknown = [name for name in given if name not in RELATIONS_BY_NAME]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is not one of {', '.join(RELATIONS_BY_NAME)}.")
    return given


def _kinds(help_text: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(metavar="KIND", callback=_known_kinds, help=help_text)
    return found


def _relations(help_text: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(metavar="RELATION", callback=_known_relations, help=help_text)
    return found


Kind = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(kind.name for kind in KINDS), callback=_known_kind, help="Only artifacts of this kind."
    ),
]


def moment_variables(valid_at: str | None, known_at: str | None, at_position: int | None) -> JsonObject:
    """The two clocks as variables of a document."""
    return {"validAt": valid_at, "knownAt": known_at, "atPosition": at_position}


def answered(
    stem: str, variables: JsonObject, output: Output, show: Callable[[Json], None], *, under: str | None = None
) -> None:
    """Ask, and show the answer in the form asked for; `under` names the root field when the document asks for one inside it."""
    try:
        found = asyncio.run(_asked(stem, variables, under))
    except Failed as failed:
        raise end_of_question(failed, output) from None
    if output is Output.JSON:
        print_json(found)
    else:
        show(found)


async def _asked(stem: str, variables: JsonObject, under: str | None) -> Json:
    async with connected(read_settings()) as asked:
        found = await answer(asked, stem, variables, under or _field(stem))
        return found[_field(stem)] if under and isinstance(found, dict) else found


def _field(stem: str) -> str:
    """The field that the document of this stem asks for."""
    first, *others = stem.split("_")
    return first + "".join(word.capitalize() for word in others)


def as_answer(kind: type[A], show: Callable[[A], None]) -> Callable[[Json], None]:
    """Shows an answer typed as `kind`."""
    return lambda found: show(msgspec.convert(found, kind))


@ask.command("chain")
def ask_chain(
    of: Annotated[list[str], typer.Argument(metavar="URN...", help="Artifacts to begin from.")],
    direction: Annotated[
        Direction, typer.Option(help="upstream: what they rest on. downstream: what rests on them.")
    ] = Direction.UPSTREAM,
    depth: Annotated[int | None, typer.Option(help="How many relations from the roots; no bound unless given.")] = None,
    limit: Annotated[
        int, typer.Option(help="How many artifacts at most, up to 10,000; what is nearest is kept.")
    ] = 1_000,
    stop_kind: Annotated[list[str] | None, _kinds("Walk no further from artifacts of this kind.")] = None,
    stop_relation: Annotated[list[str] | None, _relations("Do not follow this relation.")] = None,
    hide_kind: Annotated[list[str] | None, _kinds("Walk through artifacts of this kind and do not show them.")] = None,
    hide_relation: Annotated[list[str] | None, _relations("Follow this relation and do not show it.")] = None,
    group: Annotated[
        int | None,
        typer.Option(metavar="N", help="Show more than N versions of one name, or windows of one KPI, as one line."),
    ] = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show the evidence behind artifacts (or what rests on them) as a tree. The last line says what is missing.

    Example: evidence ask chain model:churn/churn@7 --known-at 2026-10-01T00:00:00Z
    """
    variables: JsonObject = {
        "of": [*of],
        "direction": direction.name,
        "depth": depth,
        "limit": limit,
        "stopAt": {"kinds": [*(stop_kind or ())], "relations": [*(stop_relation or ())]},
        "hide": {"kinds": [*(hide_kind or ())], "relations": [*(hide_relation or ())]},
        "groupAbove": group,
    }
    upstream = direction is Direction.UPSTREAM
    show = as_answer(Chain, lambda chain: show_chain(chain, upstream=upstream))
    answered("chain", variables | moment_variables(valid_at, known_at, at_position), output, show)


@ask.command("live")
def ask_live(
    namespace: Namespace = None,
    slot: Slot = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show what was live at an instant, or is live now.

    Example: evidence ask live --slot slot:churn/eu-prod --valid-at 2026-10-05T00:00:00Z
    """
    variables: JsonObject = {"namespace": namespace, "slot": slot}
    answered("live", variables | moment_variables(valid_at, known_at, at_position), output, as_answer(Live, show_live))


@ask.command("deployments")
def ask_deployments(
    namespace: Namespace = None,
    slot: Slot = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Live at this instant or later.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="INSTANT", help="Live before this instant.")] = None,
    first: First = 50,
    after: After = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show the deployments that were live at some time in a range.

    Example: evidence ask deployments --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z
    """
    variables: JsonObject = {
        "namespace": namespace,
        "slot": slot,
        "from": begin,
        "to": end,
        "first": first,
        "after": after,
    }
    moment = moment_variables(valid_at, known_at, at_position)
    answered("deployments", variables | moment, output, as_answer(DeploymentPage, show_deployments))


@ask.command("artifact")
def ask_artifact(
    urn: Annotated[str, typer.Argument(metavar="URN", help="The artifact, with its version.")],
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show everything that is on record about one artifact itself.

    Example: evidence ask artifact model:churn/churn@7
    """

    def show(found: Json) -> None:
        if isinstance(found, dict):
            show_artifact(found)
        else:
            say(f"{shown(urn)} is not on record at this moment.")

    answered("artifact", moment_variables(valid_at, known_at, at_position) | {"urn": urn}, output, show)


@ask.command("artifacts")
def ask_artifacts(
    kind: Kind = None,
    namespace: Namespace = None,
    text: Annotated[str | None, typer.Option(help="Only with this text in the URN.")] = None,
    first: First = 50,
    after: After = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """List artifacts in the order of their URNs, those that were only referred to included.

    Example: evidence ask artifacts --kind model --namespace churn
    """
    variables: JsonObject = {"kind": kind, "namespace": namespace, "text": text, "first": first, "after": after}
    moment = moment_variables(valid_at, known_at, at_position)
    answered("artifacts", variables | moment, output, as_answer(ArtifactPage, show_artifacts))


@ask.command("series")
def ask_series(
    urn: Annotated[str, typer.Argument(metavar="URN", help="The name, without a version, such as model:churn/churn.")],
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """List the versions of a name, newest first.

    Example: evidence ask series model:churn/churn
    """
    answered(
        "series",
        moment_variables(valid_at, known_at, at_position) | {"urn": urn},
        output,
        as_answer(Series, show_series),
    )
