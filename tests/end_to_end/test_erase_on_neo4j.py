"""What was erased is in no file of a Neo4j server into which a later backup was restored, as docs/operation.md says.

The server that it was erased on may still hold it; the figures say how often it does.
"""

from pathlib import Path

from tests import stories
from tests.end_to_end.own_neo4j import CAN_BE_STARTED, OwnServer, on_server, own_server

THING = stories.CUSTOMERS
NAME, NAME_TO_STAY = "Quartermaine", "Featherstonehaugh"
TIMES = 40  # in a text so long that a server keeps it letter by letter, though not in one piece


def files_holding(name: str, server: OwnServer) -> list[str]:
    """As it was stated, and as words of it are searched for."""
    files = (file for file in server.data.rglob("*") if file.is_file())
    return sorted(
        str(file.relative_to(server.data)) for file in files if name.lower().encode() in file.read_bytes().lower()
    )


if CAN_BE_STARTED:

    def test_an_erased_value_is_in_no_file_of_a_new_server(tmp_path: Path) -> None:
        """Searched byte by byte in stopped servers; what was not erased is found in both."""
        story = stories.churn()
        story["datasets"][0]["description"] = f"Kept by {NAME}. " * TIMES
        story["datasets"][1]["description"] = f"Kept by {NAME_TO_STAY}. " * TIMES
        with own_server() as old, own_server() as new:
            before, after = on_server(tmp_path, old), on_server(tmp_path, new)
            assert before("register", "-f", before.write(story)).code == 0
            (tmp_path / "manifest.json").unlink()
            erased = before("erase", THING, "--reason", "Ticket 812.", "-o", "json").json
            assert before("backup", "-o", "evidence.jsonl.gz").code == 0

            assert after("restore", "evidence.jsonl.gz").code == 0
            audited = after("verify", "--store", "-o", "json")
            old.kill()
            new.kill()

            assert (erased["purge"], audited.code) == ("UP_TO_THE_SERVER", 0)
            assert files_holding(NAME_TO_STAY, old)
            assert files_holding(NAME_TO_STAY, new)
            assert files_holding(NAME, new) == []
            print(f"still holding it, where it was erased: {files_holding(NAME, old) or 'nothing'}")
