"""`evidence ask search`: artifacts found by a text."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.answers import Artifact, Completeness
from evidence_graph.cli.asking import (
    AtPosition,
    First,
    Kind,
    KnownAt,
    ValidAt,
    answered,
    as_answer,
    ask,
    moment_variables,
)
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.terminal import Output, OutputOption, say
from evidence_graph.cli.words import completeness_in_words, counted, instant
from evidence_graph.record.json_values import JsonObject

LONGEST_SHOWN = 80  # characters of a description


class Found(Artifact, frozen=True, rename="camel"):
    """An artifact with what people wrote about it."""

    description: str | None = None


class Hit(msgspec.Struct, frozen=True, rename="camel"):
    """An artifact that was found."""

    artifact: Found
    matched: str
    score: float


class SearchResult(msgspec.Struct, frozen=True, rename="camel"):
    """The best hits."""

    hits: Sequence[Hit]
    more: bool
    completeness: Completeness


@ask.command("search")
def ask_search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Words of a URN or a description; a typo is forgiven.")],
    kind: Kind = None,
    first: First = 20,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Find artifacts by a text, best first.

    Example: evidence ask search "customers 2026-10"
    """
    variables: JsonObject = {"text": text, "kinds": None if kind is None else [kind], "first": first}
    moment = moment_variables(valid_at, known_at, at_position)
    answered("search", variables | moment, output, as_answer(SearchResult, show_search))


def show_search(found: SearchResult) -> None:
    """One line a hit."""
    rows = [
        [
            hit.artifact.urn,
            "declared" if hit.artifact.declared else "only referred to",
            hit.matched.lower(),
            f"{hit.score:.2f}",
            instant(hit.artifact.recorded_at),
            _first_line(hit.artifact.description),
        ]
        for hit in found.hits
    ]
    show_table(["urn", "state", "found in", "score", "recorded", "description"], rows)
    if found.more:
        say("There are more: ask with more words, or with a higher --first.")
    say()
    say(completeness_in_words(found.completeness, counted(len(found.hits), "artifact")))


def _first_line(text: str | None) -> str:
    line = next(iter((text or "").splitlines()), "")
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"
