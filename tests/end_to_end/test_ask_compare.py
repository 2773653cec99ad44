"""`evidence ask compare`, and the filters and groups of `evidence ask chain`, as people type them."""

from pathlib import Path
from typing import Any

import pytest

from tests.api import churn
from tests.end_to_end.processes import CommandLine

OTHER_MODEL, OTHER = "model:churn/churn@8", "deployment:churn/eu-prod@43"


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The story of `tests/api/churn.py` and a second roll-out, six weeks each."""
    manifest: dict[str, Any] = churn.manifest()
    manifest["models"].append({"urn": OTHER_MODEL, "trainedOn": [churn.CUSTOMERS_BEFORE]})
    manifest["deployments"].append({"urn": OTHER, "serves": OTHER_MODEL, "from": "2026-11-10T08:00:00Z"})
    manifest["windows"] = [
        churn.week(deployment=urn, start=f"2026-{month}-{day}T08:00:00Z", end=f"2026-{month}-{day + 1}T08:00:00Z")
        for urn, month in ((churn.ROLL_OUT, 10), (OTHER, 11))
        for day in range(10, 16)
    ]
    command_line = CommandLine(tmp_path)
    done = command_line("register", "-f", command_line.write(manifest))
    assert done.code == 0, done.err
    return command_line


def test_two_deployments_are_shown_side_by_side(evidence: CommandLine) -> None:
    """What they share, what differs, what leaks, and the windows of a KPI by the days after each one's own beginning."""
    done = evidence(
        "ask", "compare", churn.ROLL_OUT, OTHER,
        "--kpi", "churn/conversion", "--segment", "country=DE", "--valid-at", "2026-12-31T00:00:00Z",
    )  # fmt: skip

    assert done.code == 0, done.err
    assert "Shared: 1 artifact\n" in done.out
    assert f"{churn.MODEL} was evaluated on {churn.CUSTOMERS_BEFORE}, which {OTHER_MODEL} was made from" in done.out
    assert "churn/conversion for country=DE may be compared." in done.out
    (row,) = (line for line in done.out.splitlines() if line.startswith("8.0 d"))
    assert "2026-10-10 08:00Z to 2026-10-11 08:00Z" in row
    assert done.out.splitlines()[-1].startswith("1 shared artifact. As of 2026-12-31, known on ")


def test_a_comparison_that_makes_no_sense_says_what_would(evidence: CommandLine) -> None:
    refused = evidence("ask", "compare", churn.MODEL, OTHER)
    usage = evidence("ask", "compare", churn.ROLL_OUT, OTHER, "--kpi", "churn/conversion", "--segment", "DE")

    assert (refused.code, "two models or two deployments" in refused.err) == (3, True)
    assert (usage.code, "KEY=VALUE" in usage.err) == (2, True)


def test_a_chain_is_filtered_and_grouped(evidence: CommandLine) -> None:
    """Groups are one line; what filters leave out is said."""
    grouped = evidence("ask", "chain", churn.ROLL_OUT, "--direction", "downstream", "--group", "5")
    filtered = evidence(
        "ask", "chain", churn.ROLL_OUT, "--hide-kind", "model", "--stop-kind", "dataset", "--stop-relation", "evaluated-on"
    )  # fmt: skip
    unknown = evidence("ask", "chain", churn.ROLL_OUT, "--hide-relation", "owns")

    assert grouped.code == filtered.code == 0
    assert grouped.out.splitlines()[1:2] == [
        "└─ ← MEASURES … 6 windows kpi_window:churn/eu-prod,deployment,churn/conversion,country=DE@42"
        "  2026-10-11 08:00Z to 2026-10-16 08:00Z"
    ]
    assert "7 artifacts, 6 relations." in grouped.out
    assert filtered.out.splitlines()[1:5] == [
        f"⋯ {churn.TRAINING}  {filtered.out.splitlines()[1].partition('  ')[2]}",
        "",
        "1 artifact walked through and hidden as asked.",
        "Stopped as asked behind 2 artifacts: 3 more relations on record there.",
    ]
    assert (unknown.code, "is not one of DERIVED_FROM" in unknown.err) == (2, True)
