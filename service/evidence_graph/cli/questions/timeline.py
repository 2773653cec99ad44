"""`evidence ask timeline`: everything that happened to something, in order."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from evidence_graph.cli.answers import Completeness, PageInfo
from evidence_graph.cli.asking import (
    After,
    AtPosition,
    First,
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


class Order(StrEnum):
    """The clock events are ordered by."""

    KNOWN = "known"
    VALID = "valid"


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One thing that happened."""

    what: str
    urn: str
    sentence: str
    valid_time: str | None = None
    recorded_at: str | None = None
    actor: str | None = None


class Timeline(msgspec.Struct, frozen=True, rename="camel"):
    """A page of events."""

    nodes: Sequence[Event]
    page_info: PageInfo
    completeness: Completeness


@ask.command("timeline")
def ask_timeline(
    of: Annotated[
        str, typer.Argument(metavar="URN|SERIES|SLOT|'NAMESPACE/*'", help="What it happened to.", show_default=False)
    ],
    order: Annotated[
        Order, typer.Option(help="known: as it was recorded. valid: as it was in the world, what has no date last.")
    ] = Order.KNOWN,
    first: First = 100,
    after: After = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    at_position: AtPosition = None,
    output: OutputOption = Output.HUMAN,
) -> None:
    """Show everything that happened to an artifact, series, slot or namespace, in order.

    Example: evidence ask timeline slot:churn/eu-prod --order valid
    """
    variables: JsonObject = {"of": of, "order": order.name, "first": first, "after": after}
    moment = moment_variables(valid_at, known_at, at_position)
    answered("timeline", variables | moment, output, as_answer(Timeline, show_timeline))


def show_timeline(timeline: Timeline) -> None:
    """One line an event."""
    rows = [
        [
            _when(one.valid_time),
            _when(one.recorded_at),
            one.what.lower().replace("_", " "),
            one.urn,
            one.sentence,
            one.actor or "",
        ]
        for one in timeline.nodes
    ]
    show_table(["true since", "recorded", "what", "urn", "in words", "by"], rows)
    if timeline.page_info.has_next_page:
        say(f"More follow: ask again with --after {timeline.page_info.end_cursor}")
    say()
    say(completeness_in_words(timeline.completeness, counted(len(timeline.nodes), "event")))


def _when(text: str | None) -> str:
    return "" if text is None else instant(text)
