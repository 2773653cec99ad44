"""What very many rest on, asked about on the command line: one page, and in words that there is more."""

from pathlib import Path

import pytest

from tests.api import churn
from tests.end_to_end.processes import CommandLine

CONSUMERS = 1_020


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """A dataset that 1,020 others were derived from, beside the story of `tests/api/churn.py` that is made from it too."""
    manifest = churn.manifest()
    manifest["datasets"] += [
        {"urn": f"dataset:a/copy@{number:04}", "derivedFrom": [churn.CUSTOMERS]} for number in range(CONSUMERS)
    ]
    command_line = CommandLine(tmp_path)
    done = command_line("register", "-f", command_line.write(manifest))
    assert done.code == 0, done.err
    return command_line


def test_a_page_of_a_hub_says_that_there_is_more(evidence: CommandLine) -> None:
    """A chain says how much more, as far as that is counted; an exposure says that it found none so far, and what to do."""
    chain = evidence("ask", "chain", churn.CUSTOMERS, "--direction", "downstream", "--limit", "5")
    shallow = evidence("ask", "chain", churn.MODEL, "--depth", "0")
    exposure = evidence("ask", "exposure", churn.CUSTOMERS, "--limit", "20", "--valid-at", "2026-11-01T00:00:00Z")

    assert chain.code == exposure.code == 0, chain.err + exposure.err
    assert "Cut at the limit behind 1 artifact: more than 1,000 relations on record there." in chain.out
    assert "Ended at the depth asked for behind 1 artifact: 2 more relations on record there." in shallow.out
    assert "No deployment found; at least 10 artifacts made from what is bad." in exposure.out
    assert "More was made from it than the 20 artifacts walked into: raise limit" in exposure.out
    assert "1 artifact bad, at least 10 artifacts touched" in exposure.out
