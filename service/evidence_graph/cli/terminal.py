"""What goes to the terminal: consoles for answers and errors, and the choice between words for people and JSON for programs."""

import sys
from enum import StrEnum
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.text import Text

from evidence_graph.record.json_values import Json

# Everything a terminal could take for a command; names and messages come from others.
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\N{REPLACEMENT CHARACTER}") | {
    ord("\n"): "\n",
    ord("\t"): " ",
}


class Output(StrEnum):
    """In what form a command answers."""

    HUMAN = "human"
    JSON = "json"


OutputOption = Annotated[
    Output, typer.Option("-o", "--output", help="json prints exactly one JSON document on standard output.")
]


def answers() -> Console:
    """The console for answers. Colours and wrapping are for terminals; elsewhere a line stays a line."""
    return _console(stderr=False)


def errors() -> Console:
    """The console for errors and progress."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def shown(text: object) -> str:
    """Text from elsewhere, safe to show."""
    return str(text).translate(_CONTROLS).encode("utf-8", "replace").decode()


def say(text: str | Text = "") -> None:
    """One line of an answer."""
    answers().print(text)


def say_error(message: str) -> None:
    """What went wrong and what to do next."""
    errors().print(Text.assemble(("error: ", "bold red"), shown(message)))


def print_json(document: Json) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.stdout.flush()
