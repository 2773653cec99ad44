"""What docs/verdicts.md prints is what a reader of the demo's evidence gets: its definitions, commands and table."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from evidence_graph.app import open_service
from evidence_graph.cli.demo_chapters import headings, read_rows
from evidence_graph.evidence.log_file import Demo, read_header
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.kpi.verdict import State
from evidence_graph.kpi.yardstick import ASSUMPTIONS
from evidence_graph.resources import packaged_bytes
from evidence_graph.settings import Settings
from evidence_graph.store.sqlite import SqliteStore
from tests.end_to_end.processes import CommandLine

CHECKOUT = Path(__file__).parents[2]
PAGE, README = ((CHECKOUT / name).read_text(encoding="utf-8") for name in ("docs/verdicts.md", "README.md"))
LOG = packaged_bytes("demo_data", "flights.jsonl.gz")
BREACH = 6


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the demo's evidence is."""
    database = tmp_path_factory.mktemp("flights") / "evidence.db"
    asyncio.run(load(database))
    return f"sqlite:///{database}"


async def load(database: Path) -> None:
    """The packaged evidence as it is."""
    opened = SqliteStore(database)
    await opened.open()
    await load_log_file(opened, LOG)
    await opened.close()


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.partition("\n")[0][:60])
def test_the_page_prints_what_its_commands_print(store: str, tmp_path: Path, block: str) -> None:
    """Every answer is the real one; `check` ends with 6 where something is worse."""
    evidence = CommandLine(tmp_path, EVIDENCE_STORE=store, EVIDENCE_URL="", COLUMNS="400")
    command, _, expected = block.partition("\n")
    name, *arguments = shlex.split(command.removeprefix("$ "))

    done = evidence(*arguments)

    assert (name, done.code) == ("evidence", BREACH if arguments[0] == "check" else 0), done.err
    assert [line.rstrip() for line in done.out.strip().splitlines()] == expected.strip().splitlines()


def test_each_state_that_a_command_can_show_is_shown() -> None:
    """An answer for every state that the flights come to, and every state is explained."""
    answers = {block.splitlines()[1].partition("  ")[0] for block in blocks("console")}

    assert answers == {"WITHIN BENCHMARK", "DEGRADED", "INSUFFICIENT DATA", "OVERDUE"}
    for state in State:
        assert f"\n| {state.value} | " in PAGE
    for assumption in ASSUMPTIONS:
        assert f"\n| {assumption.lower().replace('_', ' ')} | " in PAGE


def test_the_definitions_are_taken(tmp_path: Path) -> None:
    """The file of the page is registered, every kind of benchmark in it."""
    (file,) = blocks("yaml")
    evidence = CommandLine(tmp_path)
    (tmp_path / file.splitlines()[0].removeprefix("# ")).write_text(file)

    told = evidence("register", "-f", "kpis.yaml")

    assert told.code == 0, told.err
    assert "5 items: 5 created" in told.out
    for benchmark in ("{mean:", "windows:", "evaluation:", "against:", "band:"):
        assert benchmark in file


async def test_the_table_is_the_demos(store: str) -> None:
    """Page and README show the rows that `evidence demo` shows."""
    demo = read_header(LOG).demo
    assert isinstance(demo, Demo)
    async with open_service(Settings(store=store, url=None, log_level="WARNING")) as service:
        rows = await read_rows(service, demo.chapters)
    table = [headings(rows), ["---"] * len(headings(rows)), *(row.cells for row in rows)]
    written = "\n".join(f"| {' | '.join(cells)} |" for cells in table)

    assert len(rows) == 4
    for text in (PAGE, README):
        assert written in text


def test_every_place_the_page_links_to_exists() -> None:
    """A link to a file of the repository leads somewhere."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE):
        assert (CHECKOUT / "docs" / target).exists(), target
