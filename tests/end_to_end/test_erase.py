"""`evidence erase` as a person runs it: looked at first, done, and nowhere to be found afterwards."""

from pathlib import Path

import pytest

from tests import stories
from tests.end_to_end.processes import CommandLine

NAME = "Quartermaine"
THING = stories.CUSTOMERS


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The command line on an embedded store that holds a story with a name in it."""
    command_line = CommandLine(tmp_path)
    story = stories.churn()
    story["datasets"][0]["description"] = f"Kept by {NAME}."
    command_line("register", "-f", command_line.write(story))
    (tmp_path / "manifest.json").unlink()
    return command_line


def holding(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if NAME.encode() in file.read_bytes())


def test_a_value_is_erased_for_good(evidence: CommandLine) -> None:
    """The dry run says what would be gone; then it is, from every file; what is left follows from the log, also when it is made anew."""
    why = ("--reason", "Ticket 812.")
    dry = evidence("erase", THING, *why, "--dry-run")
    assert (dry.code, holding(evidence.folder)) == (0, ["evidence.db"])
    assert "Would be gone for good" in dry.out
    assert "description (1 value)" in dry.out

    done = evidence("erase", THING, *why)
    again = evidence("erase", THING, *why, "-o", "json")

    assert done.code == 0
    assert "Gone for good" in done.out
    assert "out of the files" in done.out
    assert "Backups" in done.out
    assert holding(evidence.folder) == []
    assert (again.code, again.json["outcome"]["outcome"], again.json["purge"]) == (0, "UNCHANGED", "DONE")
    assert evidence("rebuild").code == 0
    assert evidence("verify", "--store").code == 0
    assert holding(evidence.folder) == []


def test_what_cannot_be_erased_says_what_to_do(evidence: CommandLine) -> None:
    """An unknown URN, an unknown field."""
    unknown = evidence("erase", "dataset:a/none@1", "--reason", "x", "-o", "json")
    field = evidence("erase", THING, "--reason", "x", "--field", "descripton")

    assert (unknown.code, unknown.json["userErrors"][0]["field"]) == (3, "urn")
    assert (field.code, "description" in field.err) == (3, True)
