"""`evidence ask timeline` as people and programs use it."""

from pathlib import Path

from tests import stories
from tests.end_to_end.processes import CommandLine


def test_a_timeline_is_shown_in_the_order_asked_for(tmp_path: Path) -> None:
    """A line an event for people, one JSON document for programs, a cursor to go on."""
    evidence = CommandLine(tmp_path)
    evidence("register", "-f", evidence.write(stories.churn()))

    shown = evidence("ask", "timeline", stories.SLOT, "--order", "valid")
    told = evidence("ask", "timeline", "churn/*", "--first", "2", "-o", "json")
    following = evidence("ask", "timeline", "churn/*", "--after", told.json["pageInfo"]["endCursor"])

    assert (shown.code, told.code, following.code) == (0, 0, 0)
    whats = ["roll out began", "roll out began", "taken over", "window recorded"]
    assert [line.split("   ")[2].strip() for line in shown.out.splitlines()[2:6]] == whats or all(
        what in shown.out for what in whats
    )
    assert "4 events." in shown.out
    assert len(told.json["nodes"]) == 2
    assert "7 events." in following.out
    nothing = evidence("ask", "timeline", "dataset:a/b@1")
    assert nothing.code != 0
    assert "Nothing about dataset:a/b@1 is on record" in nothing.err
