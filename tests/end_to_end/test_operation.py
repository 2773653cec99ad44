"""What the page on operation tells an operator to run works, in that order; before every restore the store is lost."""

import re
import shlex
from pathlib import Path

from tests import stories
from tests.end_to_end.processes import CommandLine

PAGE = (Path(__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")


def test_the_commands_of_the_page_work(tmp_path: Path) -> None:
    """Backed up once, restored each way, and sound in the end."""
    evidence = CommandLine(tmp_path)
    evidence("register", "-f", evidence.write(stories.churn()))
    root = evidence("ask", "log", "-o", "json").json["rootHash"]
    commands = re.findall(r"^```console\n\$ evidence (.*)\n", PAGE, re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "backup",
        "restore",
        "restore",
        "verify",
        "rebuild",
        "erase",
    ]

    for command in commands:
        name, *arguments = shlex.split(command)
        if name == "restore":
            for file in ("evidence.db", "evidence.db-wal", "evidence.db-shm"):
                (tmp_path / file).unlink(missing_ok=True)

        done = evidence(name, *arguments)

        assert done.code == 0, done.err
        if name == "restore":
            same = evidence("ask", "log", "-o", "json").json["rootHash"] == root
            assert same == ("--new-origin" not in arguments)
