"""`evidence ask diff` as people and programs use it."""

from pathlib import Path

from tests import stories
from tests.contract.test_diff import WEEK_37, good_and_bad
from tests.end_to_end.processes import CommandLine


def test_a_difference_is_a_line_a_change_with_its_fields_below(tmp_path: Path) -> None:
    """Nearest first; one artifact may be asked about at two moments."""
    evidence = CommandLine(tmp_path)
    evidence("register", "-f", evidence.write(good_and_bad()))

    shown = evidence("ask", "diff", WEEK_37, stories.WEEK_40)
    same = evidence("ask", "diff", stories.MODEL_7)
    moments = evidence("ask", "diff", stories.TRAINING, "--before-valid-at", "2026-09-30T00:00:00Z")
    told = evidence("ask", "diff", WEEK_37, stories.WEEK_40, "-o", "json")

    assert (shown.code, same.code, moments.code, told.code) == (0, 0, 0, 0)
    lines = shown.out.splitlines()
    changes = [line for line in lines if line.startswith(("~ ", "+ ", "- "))]
    assert changes[1] == f"~ {stories.ROLL_OUT_41} → {stories.ROLL_OUT_42}"
    assert f"+ {stories.CUSTOMERS}" in changes
    assert "      source.parameters.depth: 4 → 6" in lines
    assert f"What separates them: ~ {stories.ROLL_OUT_41} → {stories.ROLL_OUT_42}" in lines
    assert "Nothing differs." in same.out
    assert moments.out.startswith(f"+ {stories.CUSTOMERS}\n")
    assert told.json["separating"]["after"]["urn"] == stories.ROLL_OUT_42
