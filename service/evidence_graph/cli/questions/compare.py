"""`evidence ask compare`: two models or two deployments side by side."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from evidence_graph.cli.answers import Artifact, Completeness, Named
from evidence_graph.cli.asking import (
    AtPosition,
    KnownAt,
    ValidAt,
    answered,
    as_answer,
    ask,
    moment_variables,
)
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.words import completeness_in_words, counted, instant, key_facts, statistics_in_words
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.urn import encode_part

MOST_LISTED = 12
DAY = 86_400  # seconds
_ROLES = {
    "SUBJECT": "the two",
    "MODEL": "their models",
    "TRAINING_DATA": "training data",
    "SAME_SERIES": "other versions",
}


class Side(msgspec.Struct, frozen=True, rename="camel"):
    """One of the two."""

    artifact: Artifact
    model: Named | None = None
    beginning: str | None = None
    until: str | None = None


class FieldDifference(msgspec.Struct, frozen=True):
    """A field in which two artifacts differ."""

    field: str
    left: Json = None
    right: Json = None


class Counterpart(msgspec.Struct, frozen=True):
    """What stands in for what."""

    role: str
    left: Sequence[str]
    right: Sequence[str]
    fields: Sequence[FieldDifference]


class Leak(msgspec.Struct, frozen=True):
    """An evaluation on training data."""

    evaluated: str
    data: str
    trained: str
    way: Sequence[str]


class Reason(msgspec.Struct, frozen=True):
    """What speaks against comparing."""

    prevents: bool
    sentence: str


class Window(msgspec.Struct, frozen=True, rename="camel"):
    """A window on the timeline of what it measures."""

    window: Artifact
    since_beginning: float
    mature: bool
    outside_live: bool


class Aligned(msgspec.Struct, frozen=True):
    """Windows of the same time after each one's own beginning."""

    left: Window | None = None
    right: Window | None = None


class Kpi(msgspec.Struct, frozen=True, rename="camel"):
    """One KPI of the two."""

    kpi: str
    comparable: bool
    judged_at: str
    reasons: Sequence[Reason]
    windows: Sequence[Aligned]
    segment: str | None = None


class Comparison(msgspec.Struct, frozen=True, rename="camel"):
    """The two side by side."""

    left: Side
    right: Side
    shared: Sequence[Artifact]
    only_left: Sequence[Artifact]
    only_right: Sequence[Artifact]
    counterparts: Sequence[Counterpart]
    leaks: Sequence[Leak]
    completeness: Completeness
    kpi: Kpi | None = None


@ask.command("compare")
def ask_compare(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="A model or a deployment.")],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="Another one of the same kind.")],
    kpi: Annotated[
        str | None, typer.Option(metavar="NAME", help="A KPI whose windows are to be held together.")
    ] = None,
    segment: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Only windows of this segment; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many artifacts of either chain at most, up to 10,000.")] = 1_000,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show two models or two deployments side by side: what they share, what differs, and whether a KPI may be compared.

    Example: evidence ask compare model:churn/churn@6 model:churn/churn@7 --kpi churn/conversion --segment country=DE
    """
    variables: JsonObject = {
        "left": left,
        "right": right,
        "kpi": kpi,
        "segment": ",".join(map(_encoded, segment)) if segment else None,
        "limit": limit,
    }
    moment = moment_variables(valid_at, known_at, at_position)
    answered("compare", variables | moment, output, as_answer(Comparison, show_comparison))


def _encoded(part: str) -> str:
    """A key and a value as people write them, in the form of a URN."""
    key, equals, value = part.partition("=")
    if not equals:
        raise typer.BadParameter(f"--segment {part!r} is not KEY=VALUE.")
    return f"{encode_part(key)}={encode_part(value)}"


def show_comparison(found: Comparison) -> None:
    """What they are, what they rest on, what differs, what leaks, the KPI, and how complete all of it is."""
    show_table(
        ["side", "urn", "facts", "serves", "beginning"], [_side("left", found.left), _side("right", found.right)]
    )
    for title, artifacts in (
        ("Shared", found.shared),
        ("Only left", found.only_left),
        ("Only right", found.only_right),
    ):
        _show_evidence(title, artifacts)
    _show_differences(found.counterparts)
    for leak in found.leaks:
        say(Text(f"! {_leak_in_words(leak)}", "bold red"))
    if found.kpi is not None:
        _show_kpi(found.kpi)
    say()
    say(completeness_in_words(found.completeness, counted(len(found.shared), "shared artifact")))


def _side(name: str, side: Side) -> list[str]:
    model = side.model.urn if side.model and side.model.urn != side.artifact.urn else ""
    return [name, side.artifact.urn, key_facts(side.artifact), model, instant(side.beginning) if side.beginning else ""]


def _show_evidence(title: str, artifacts: Sequence[Artifact]) -> None:
    say()
    say(Text(f"{title}: {counted(len(artifacts), 'artifact')}", "bold"))
    for artifact in artifacts[:MOST_LISTED]:
        facts = key_facts(artifact) if artifact.declared else "not declared: only referred to"
        say(f"  {shown(artifact.urn)}" + (f"  {facts}" if facts else ""))
    if len(artifacts) > MOST_LISTED:
        say(f"  … and {len(artifacts) - MOST_LISTED:,} more")


def _show_differences(counterparts: Sequence[Counterpart]) -> None:
    rows = [row for one in counterparts for row in _difference(one)]
    if rows:
        say()
        say(Text("What differs", "bold"))
        show_table(["", "left", "right"], rows)


def _difference(one: Counterpart) -> Iterator[list[str]]:
    yield [_ROLES.get(one.role, one.role), _listed(one.left), _listed(one.right)]
    for field in one.fields:
        yield [f"  {field.field}", _value(field.left), _value(field.right)]


def _listed(urns: Sequence[str]) -> str:
    more = f" and {len(urns) - MOST_LISTED:,} more" if len(urns) > MOST_LISTED else ""
    return ", ".join(urns[:MOST_LISTED]) + more if urns else "–"


def _value(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)


def _leak_in_words(leak: Leak) -> str:
    whose = "it was made from" if leak.evaluated == leak.trained else f"{leak.trained} was made from"
    return shown(f"{leak.evaluated} was evaluated on {leak.data}, which {whose} ({' → '.join(leak.way)}).")


def _show_kpi(kpi: Kpi) -> None:
    say()
    verdict = "may be compared" if kpi.comparable else "may not be compared"
    say(Text(f"{shown(kpi.kpi)} for {shown(kpi.segment or 'all of the traffic')} {verdict}.", "bold"))
    for reason in kpi.reasons:
        say(f"  {'✗' if reason.prevents else '·'} {shown(reason.sentence)}")
    rows = [[_after(one), *_window(one.left), *_window(one.right)] for one in kpi.windows]
    show_table(["after", "left", "", "right", ""], rows)


def _after(one: Aligned) -> str:
    window = one.left or one.right
    return f"{window.since_beginning / DAY:.1f} d" if window else ""


def _window(one: Window | None) -> list[str]:
    if one is None:
        return ["–", ""]
    notes = [] if one.mature else ["labels may still arrive"]
    notes += ["outside live"] if one.outside_live else []
    where = f"{instant(one.window.start)} to {instant(one.window.end)}"
    return [where, ", ".join([statistics_in_words(one.window), *notes])]
