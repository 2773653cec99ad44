"""`evidence ask path` as people and programs use it."""

from pathlib import Path

from tests import stories
from tests.end_to_end.processes import CommandLine


def test_a_path_is_shown_or_why_there_is_none(tmp_path: Path) -> None:
    """A line an artifact for people, one JSON document for programs."""
    evidence = CommandLine(tmp_path)
    evidence("register", "-f", evidence.write(stories.churn()))

    shown = evidence("ask", "path", stories.CUSTOMERS, stories.ROLL_OUT_42)
    none = evidence("ask", "path", stories.CUSTOMERS, stories.ROLL_OUT_42, "--valid-at", "2026-10-01T12:00:00Z")
    told = evidence("ask", "path", stories.CUSTOMERS, stories.ROLL_OUT_42, "-o", "json")

    assert (shown.code, none.code, told.code) == (0, 0, 0)
    lines = shown.out.splitlines()
    assert lines[0] == f"{stories.ROLL_OUT_42} rests on {stories.CUSTOMERS}."
    assert [line.split()[1] for line in lines[3:6]] == ["SERVES", "TRAINED_ON", "DERIVED_FROM"]
    assert "1 path." in shown.out
    assert "did not exist yet: deployment:churn/eu-prod@42" in none.out
    assert told.json["paths"] == {"exactly": 1, "moreThan": None}
