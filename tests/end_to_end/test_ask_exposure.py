"""`evidence ask exposure` as people and programs use it."""

from pathlib import Path

from tests import stories
from tests.end_to_end.processes import CommandLine


def test_an_exposure_is_shown_with_the_way_to_each_deployment(tmp_path: Path) -> None:
    """The summary first, for people; one JSON document for programs; what is bad and not on record ends otherwise."""
    evidence = CommandLine(tmp_path)
    evidence("register", "-f", evidence.write(stories.churn()))
    bad = ("ask", "exposure", "dataset:crm/customers", "--valid-at", "2026-11-15T00:00:00Z")

    found = evidence(*bad, "--bad-from", "2026-09-01T00:00:00Z", "--bad-to", "2026-10-01T00:00:00Z")
    told = evidence(*bad, "--live-from", "2026-10-10T00:00:00Z", "-o", "json")
    nothing = evidence("ask", "exposure", "dataset:a/b@1")

    assert (found.code, told.code) == (0, 0)
    assert found.out.startswith(f"2 deployments touched, 1 still live: {stories.ROLL_OUT_42} since")
    assert "2 versions counted as bad" in found.out
    way = f"{stories.CUSTOMERS_BEFORE} ← TRAINED_ON {stories.MODEL_6} ← SERVES {stories.ROLL_OUT_41}"
    assert way in found.out.splitlines()
    assert "2 artifacts bad, 5 artifacts touched. As of 2026-11-15" in found.out
    assert [one["deployment"]["urn"] for one in told.json["deployments"]] == [stories.ROLL_OUT_42]
    assert nothing.code != 0
    assert "dataset:a/b@1 is not on record" in nothing.err
