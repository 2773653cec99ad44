"""What was erased is in no file of a Neo4j server into which a later backup was restored, as docs/operation.md says.

The server that it was erased on may still hold it; the figures say how often it does.
"""

from pathlib import Path

from tests import stories
from tests.end_to_end.own_neo4j import CAN_BE_STARTED, OwnServer, on_server, own_server

THING = stories.CUSTOMERS
SECRET = (
    f"Kept by {'Quartermaine ' * 40}"  # so long that a server keeps it as it is, not packed into a few bits a letter
)
OPEN = f"Kept by {'Featherstonehaugh ' * 40}"


def files_holding(text: str, server: OwnServer) -> list[str]:
    files = (file for file in server.data.rglob("*") if file.is_file())
    return sorted(str(file.relative_to(server.data)) for file in files if text.encode() in file.read_bytes())


if CAN_BE_STARTED:

    def test_an_erased_value_is_in_no_file_of_a_new_server(tmp_path: Path) -> None:
        """Searched byte by byte in stopped servers; what was not erased is found in both."""
        story = stories.churn()
        story["datasets"][0]["description"] = SECRET
        story["datasets"][1]["description"] = OPEN
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
            assert files_holding(OPEN, old)
            assert files_holding(OPEN, new)
            assert files_holding(SECRET, new) == []
            print(
                f"still holding what was erased, of the server it was erased on: {files_holding(SECRET, old) or 'nothing'}"
            )
