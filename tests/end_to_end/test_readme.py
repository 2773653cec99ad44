"""What the README prints is what a reader gets: its manifest is registered and its commands are run, in order."""

import re
import shlex
from pathlib import Path

import pytest

from tests.end_to_end.processes import CommandLine

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
RECORDED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")  # when somebody ran it


def blocks(language: str) -> list[str]:
    """The fenced blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def shown(text: str) -> list[str]:
    """Lines as they compare: without the times of the run, and without blanks at either end."""
    return [RECORDED.sub("<recorded>", line.rstrip()) for line in text.strip().splitlines()]


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    """A folder in which the README's files lie under the names it gives them."""
    for block in blocks("yaml"):
        name = block.splitlines()[0].removeprefix("# ")
        (tmp_path / name).write_text(block)
    return CommandLine(tmp_path, COLUMNS="400")


def test_the_readme_prints_what_its_commands_print(command_line: CommandLine) -> None:
    """Every console block of the README is what its command answers, times of the run aside."""
    assert len(blocks("console")) >= 3
    for block in blocks("console"):
        command, _, expected = block.partition("\n")
        name, *arguments = shlex.split(command.removeprefix("$ "))

        done = command_line(*arguments)

        assert (name, done.code) == ("evidence", 0), done.err
        assert shown(done.out) == shown(expected)


def test_every_place_the_readme_links_to_exists() -> None:
    """A link to a file of the repository leads somewhere."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (Path(__file__).parents[2] / target).exists(), target
