"""`evidence ask search` as people and programs use it."""

from pathlib import Path

from tests import stories
from tests.end_to_end.processes import CommandLine


def test_a_text_finds_artifacts(tmp_path: Path) -> None:
    """With a typo, of a kind, and for programs."""
    evidence = CommandLine(tmp_path)
    evidence("register", "-f", evidence.write(stories.churn()))

    shown = evidence("ask", "search", "custmoers")
    told = evidence("ask", "search", "churn", "--kind", "model", "-o", "json")
    nothing = evidence("ask", "search", "zzz")

    assert (shown.code, told.code, nothing.code) == (0, 0, 0)
    assert stories.CUSTOMERS in shown.out
    assert "2 artifacts." in shown.out
    assert [hit["artifact"]["urn"] for hit in told.json["hits"]] == [stories.MODEL_7, stories.MODEL_6]
    assert "0 artifacts." in nothing.out
