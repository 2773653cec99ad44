"""`evidence verify --store` as an auditor runs it: on a store that is served, and on one that somebody has changed."""

from pathlib import Path

import apsw
import pytest

from tests import stories
from tests.end_to_end.processes import CommandLine, serving


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The command line on an embedded store that holds a story."""
    command_line = CommandLine(tmp_path)
    command_line("register", "-f", command_line.write(stories.churn()))
    return command_line


def test_a_store_is_audited_while_it_is_served(evidence: CommandLine) -> None:
    """Nothing is wrong with it."""
    with serving(evidence, "serve", "--port", "0"):
        shown, told = evidence("verify", "--store"), evidence("verify", "--store", "-o", "json")

    assert (shown.code, shown.err) == (0, "")
    assert "Entries replayed: 11" in shown.out
    assert "The store is what was recorded." in shown.out
    assert (told.code, told.json["verified"], told.json["size"], told.json["findings"]) == (0, True, 11, [])


def test_a_changed_store_ends_with_7_and_says_where(evidence: CommandLine) -> None:
    """A table for people, one JSON document for programs."""
    connection = apsw.Connection(str(evidence.folder / "evidence.db"))
    connection.execute("UPDATE roll_out_change SET traffic = 0.5 WHERE deployment = ?", (stories.ROLL_OUT_42,))
    connection.close()

    shown, told = evidence("verify", "--store"), evidence("verify", "--store", "-o", "json")

    assert (shown.code, told.code, told.json["verified"]) == (7, 7, False)
    (finding,) = told.json["findings"]
    assert (finding["what"], finding["how"]) == ("roll-out change", "changed: traffic")
    assert finding["where"].startswith(stories.ROLL_OUT_42)
    assert finding["where"] in shown.out
    assert "1 difference from what was recorded." in shown.out


def test_a_store_set_back_is_found_out_by_the_head_beside_the_key(evidence: CommandLine) -> None:
    """An old copy of the file is consistent in itself."""
    store = evidence.folder / "evidence.db"
    before = store.read_bytes()
    evidence("register", "-f", evidence.write(stories.datasets("dataset:a/b@1")))
    store.write_bytes(before)

    told = evidence("verify", "--store", "-o", "json")

    assert told.code == 7
    assert [one["what"] for one in told.json["findings"]] == ["last signed head"]


def test_what_is_to_be_verified_has_to_be_said(evidence: CommandLine) -> None:
    """And a store that is not there is no sound one."""
    (evidence.folder / "nowhere").mkdir()
    nowhere = CommandLine(evidence.folder / "nowhere")

    assert evidence("verify").code == 2
    assert nowhere("verify", "--store").code == 2
    assert not list(nowhere.folder.iterdir())
