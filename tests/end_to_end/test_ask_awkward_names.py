"""Every command of `evidence ask` once, about things with a name that shells, URNs and query languages stumble over."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from typer.main import get_group

from evidence_graph.cli.asking import ask
from tests.awkward import ALL_AT_ONCE, Question, World
from tests.end_to_end.processes import CommandLine

ARGUMENTS = ("urn", "of", "to", "from", "before", "after", "left", "right", "text")  # the others are options
NO_COMMANDS = {"node"}  # `artifact` shows the same
OF_KPIS = {"verdict", "kpi-series", "degraded"}
OF_THE_LOG = {"log", "entry", "inclusion-proof", "consistency-proof"}  # these take positions and no names


def test_awkward_names_come_through_every_command(tmp_path: Path) -> None:
    """The JSON they print is the answer to the question."""
    evidence, world = CommandLine(tmp_path), World(ALL_AT_ONCE)
    done = evidence("register", "-f", evidence.write(world.manifest()))
    assert done.code == 0, done.err
    once = {question.stem: question for question in world.questions() if question.stem not in NO_COMMANDS}
    assert set(once) == get_group(ask).commands.keys() - OF_KPIS - OF_THE_LOG

    for question in once.values():
        done = evidence("ask", question.stem, *arguments(question), "-o", "json")

        assert done.code == 0, (question.stem, done.err)
        assert question.look(done.json) == question.expected, (question.stem, done.json)


def arguments(question: Question) -> list[str]:
    """Variables of a document as they are typed."""
    variables, told = question.variables, list[str]()
    plain = question.stem not in ("live", "deployments", "artifacts")
    for name in ARGUMENTS if plain else ():
        told += texts(variables.get(name, []))
    for name, value in variables.items():
        if not plain or name not in ARGUMENTS:
            option = {"validAt": "valid-at"}.get(name, name)
            told += [f"--{option}", typed(name, str(value))]
    return told


def typed(option: str, value: str) -> str:
    """A segment is typed as it reads, and the words of the API in small letters."""
    if option == "segment":
        return unquote(value)
    return value.lower() if option in ("direction", "order") else value


def texts(value: Any) -> list[str]:
    """One argument or several; a point names its artifact."""
    if isinstance(value, dict):
        return [value["of"]]
    return [value] if isinstance(value, str) else list(value)
