"""`evidence ask path`: how two artifacts are connected."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from evidence_graph.cli.answers import Artifact, Completeness, Step
from evidence_graph.cli.asking import AtPosition, KnownAt, ValidAt, answered, as_answer, ask, moment_variables
from evidence_graph.cli.terminal import Output, OutputOption, say, shown
from evidence_graph.cli.words import completeness_in_words, counted, instant, key_facts
from evidence_graph.record.json_values import JsonObject

_RESTS_ON = {"FROM_RESTS_ON_TO": "rests on", "TO_RESTS_ON_FROM": "rests on", "SAME": "is"}


class Count(msgspec.Struct, frozen=True, rename="camel"):
    """How many paths there are."""

    exactly: int | None = None
    more_than: int | None = None


class Absence(msgspec.Struct, frozen=True, rename="camel"):
    """Why there is none."""

    sentence: str
    not_yet: Sequence[str] = ()


class Path(msgspec.Struct, frozen=True, rename="camel"):
    """How two artifacts are connected."""

    both_ways: bool
    artifacts: Sequence[Artifact]
    steps: Sequence[Step]
    completeness: Completeness
    direction: str | None = None
    paths: Count | None = None
    absence: Absence | None = None


@ask.command("path")
def ask_path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="URN of one artifact.", show_default=False)],
    goal: Annotated[str, typer.Argument(metavar="TO", help="URN of the other artifact.", show_default=False)],
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show the shortest path between two artifacts, whichever rests on the other, or why there is none.

    Example: evidence ask path deployment:churn/eu-prod@42 dataset:crm/customers@2026-10-01
    """
    variables: JsonObject = {"from": start, "to": goal}
    moment = moment_variables(valid_at, known_at, at_position)
    answered("path", variables | moment, output, as_answer(Path, show_path))


def show_path(path: Path) -> None:
    """One line an artifact, from what rests to the evidence; then how many paths there are."""
    for line in _lines(path):
        say(line)
    say()
    what = _number(path.paths) if path.paths else "No path"
    say(completeness_in_words(path.completeness, what, "ask about two artifacts that are nearer to each other"))


def _lines(path: Path) -> Iterator[str | Text]:
    if path.absence is not None:
        yield f"Neither rests on the other. {shown(path.absence.sentence)}"
        yield from (f"  did not exist yet: {shown(urn)}" for urn in path.absence.not_yet)
        return
    first, last = path.artifacts[0].urn, path.artifacts[-1].urn
    each_other = " Each rests on the other: asked the other way round, there is a path too." if path.both_ways else ""
    yield f"{shown(first)} {_RESTS_ON[path.direction or '']} {shown(last)}.{each_other}"
    yield ""
    relations = ["", *(f"└─ {step.relation} " for step in path.steps)]
    for depth, (relation, artifact) in enumerate(zip(relations, path.artifacts, strict=True)):
        yield Text.assemble(
            ("   " * (depth - 1), "dim"), (relation, "dim italic"), (shown(artifact.urn), "bold"), _facts(artifact)
        )


def _facts(artifact: Artifact) -> str:
    if not artifact.declared:
        return "  not declared: only referred to"
    facts = key_facts(artifact)
    return f"{f'  {facts}' if facts else ''}  recorded {instant(artifact.recorded_at)}"


def _number(paths: Count) -> str:
    if paths.exactly is not None:
        return counted(paths.exactly, "path")
    return f"More than {counted(paths.more_than or 0, 'path')}"
