"""`evidence ask diff`: what differs between two chains of evidence."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import orjson
import typer
from rich.text import Text

from evidence_graph.cli.answers import Completeness, Named, Step
from evidence_graph.cli.asking import answered, as_answer, ask, moment_variables
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.words import completeness_in_words, counted
from evidence_graph.record.json_values import Json, JsonObject

MOST_STEPS = 20
_SIGNS = {"ADDED": "+", "REMOVED": "-", "REPLACED": "~", "CHANGED": "~"}
_COLOURS = {"+": "green", "-": "red", "~": "yellow"}


class FieldChange(msgspec.Struct, frozen=True):
    """A field that differs."""

    field: str
    before: Json = None
    after: Json = None


class Change(msgspec.Struct, frozen=True):
    """One difference."""

    change: str
    distance: int
    fields: Sequence[FieldChange]
    certain: bool
    before: Named | None = None
    after: Named | None = None
    succession: str | None = None


class Sides(msgspec.Struct, frozen=True):
    """How complete each chain is."""

    before: Completeness
    after: Completeness
    complete: bool


class Diff(msgspec.Struct, frozen=True, rename="camel"):
    """What differs between two chains."""

    changes: Sequence[Change]
    steps_added: Sequence[Step]
    steps_removed: Sequence[Step]
    completeness: Sides
    separating: Change | None = None


def _at(side: str, what: str, metavar: str = "INSTANT") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(metavar=metavar, help=f"The chain {side}: {what}.")
    return option


_TRUE, _KNOWN, _POSITION = (
    "only what was true in the world then",
    "only what was on record then",
    "up to this log position",
)


@ask.command("diff")
def ask_diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="URN of an artifact.", show_default=False)],
    after: Annotated[
        str | None, typer.Argument(metavar="AFTER", help="URN of the other; the same one unless given.")
    ] = None,
    before_valid_at: Annotated[str | None, _at("before", _TRUE)] = None,
    before_known_at: Annotated[str | None, _at("before", _KNOWN)] = None,
    before_at_position: Annotated[int | None, _at("before", _POSITION, "N")] = None,
    after_valid_at: Annotated[str | None, _at("after", _TRUE)] = None,
    after_known_at: Annotated[str | None, _at("after", _KNOWN)] = None,
    after_at_position: Annotated[int | None, _at("after", _POSITION, "N")] = None,
    limit: Annotated[int, typer.Option(help="How many artifacts of either chain at most, up to 10,000.")] = 1_000,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show what differs between the chains behind two artifacts, or behind one at two moments; what is nearest comes first.

    Example: evidence ask diff model:churn/churn@7 --before-known-at 2026-10-01T00:00:00Z
    """
    variables: JsonObject = {
        "before": {"of": before, **moment_variables(before_valid_at, before_known_at, before_at_position)},
        "after": {"of": after or before, **moment_variables(after_valid_at, after_known_at, after_at_position)},
        "limit": limit,
    }
    answered("diff", variables, output, as_answer(Diff, show_diff))


def show_diff(diff: Diff) -> None:
    """A line a change, its fields below it; then the relations, what separates the two, and how complete each chain is."""
    for change in diff.changes:
        for line in _lines(change):
            say(line)
    for line in _steps(diff):
        say(line)
    if diff.changes or diff.steps_added or diff.steps_removed:
        say()
    say(f"{_number(diff)}.")
    if diff.separating is not None:
        say(Text.assemble("What separates them: ", _headline(diff.separating)))
    say(completeness_in_words(diff.completeness.before, "Before"))
    say(completeness_in_words(diff.completeness.after, "After"))


def _lines(change: Change) -> Iterator[Text]:
    yield _headline(change)
    for field in change.fields:
        yield Text.assemble(
            ("      ", ""), (shown(field.field), "dim italic"), f": {_value(field.before)} → {_value(field.after)}"
        )


def _headline(change: Change) -> Text:
    sign = _SIGNS[change.change]
    urns = list(dict.fromkeys(side.urn for side in (change.before, change.after) if side is not None))
    line = Text.assemble((f"{sign} ", f"bold {_COLOURS[sign]}"), (" → ".join(map(shown, urns)), "bold"))
    if change.succession:
        line.append(f"  {change.succession}", "dim italic")
    return line if change.certain else line.append("  perhaps: the other chain was cut", "dim")


def _steps(diff: Diff) -> Iterator[Text]:
    for sign, steps in (("+", diff.steps_added), ("-", diff.steps_removed)):
        for step in steps[:MOST_STEPS]:
            words = f"{shown(step.source)} {step.relation} {shown(step.target)}"
            yield Text.assemble((f"{sign} ", _COLOURS[sign]), (words, "dim"))
        if len(steps) > MOST_STEPS:
            yield Text(f"{sign} and {counted(len(steps) - MOST_STEPS, 'more relation')}: -o json shows all", "dim")


def _number(diff: Diff) -> str:
    relations = len(diff.steps_added) + len(diff.steps_removed)
    if not diff.changes and not relations:
        return "Nothing differs"
    return f"{counted(len(diff.changes), 'change')}, {counted(relations, 'relation')}"


def _value(value: Json) -> str:
    match value:
        case None:
            return "not stated"
        case bool():
            return "yes" if value else "no"
        case str():
            return shown(value)
    return shown(orjson.dumps(value).decode())
