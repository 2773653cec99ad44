"""`evidence demo` from nothing: what it shows, what it leaves behind, and that what it prints can be used."""

import asyncio
import shlex
import signal
from collections import Counter
from pathlib import Path

import pytest

from evidence_graph.cli import demo_chapters
from evidence_graph.cli.answers import Artifact, Chain, Completeness, Named, Step
from evidence_graph.cli.demo_tour import differences
from evidence_graph.evidence.log_file import Demo, read_header
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.resources import packaged_bytes
from evidence_graph.store.sqlite import SqliteStore
from tests.end_to_end.processes import CommandLine, serving

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The command line in an empty folder, with one for temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return CommandLine(
        tmp_path, TMPDIR=str(temporary), EVIDENCE_STORE="neo4j://127.0.0.1:9", EVIDENCE_URL="http://127.0.0.1:9"
    )


@pytest.fixture(scope="module")
def plan() -> Demo:
    """What the packaged evidence says to show."""
    demo = read_header(packaged_bytes("demo_data", "flights.jsonl.gz")).demo
    assert demo is not None
    return demo


def test_it_shows_four_answers_and_leaves_nothing_behind(evidence: CommandLine, plan: Demo) -> None:
    """What was live, the chain, the chain two weeks earlier and what differs, verdicts; settings of other stores do not matter."""
    told = evidence("demo", "--once")

    assert (told.code, told.err) == (0, "")
    for sentence in plan.story.splitlines():
        assert sentence in told.out
    titles = ("What was live on 2013-07-15", "The evidence behind", "The same evidence", "Is it worse, or")
    live, chain, earlier, verdicts = (told.out.index(title) for title in titles)
    assert told.out.index("slot:flights/delay-warning") > live
    for part in (told.out[chain:earlier], told.out[earlier:verdicts]):
        assert f"\n{plan.window}  " in part
        assert "SERVES model:flights/delay@1" in part
        assert "DERIVED_FROM dataset:flights/flights@2013-01" in part
        assert "Nothing is missing. Recorded under a simulated clock." in part
    assert "What differs:" in told.out[earlier:]
    assert "model:flights/delay@1 EVALUATED_ON dataset:flights/labels@2013-07" in told.out[earlier:]
    assert [
        one.split() for one in told.out[verdicts:].splitlines() if one.startswith(plan.chapters[0].held_against)
    ] == [
        [
            *plan.chapters[0].held_against.split(),
            "12",
            "0.0380",
            *["9", "/", "3", "9", "/", "3", "8", "/", "3", "–", "12", "degraded"],
        ]
    ]
    assert list((evidence.folder / "temporary").iterdir()) == []
    assert [file.name for file in evidence.folder.iterdir()] == ["temporary"]


def test_its_table_is_what_the_series_say(evidence: CommandLine, plan: Demo) -> None:
    """For each chapter, as many windows in a state as the question answers that is asked at the same two clocks."""
    store = evidence.folder / "evidence.db"
    asyncio.run(load(store))
    here = evidence.with_environment(EVIDENCE_STORE=f"sqlite:///{store}", EVIDENCE_URL="")
    told = evidence("demo", "--once").out

    for chapter in plan.chapters:
        points = here("ask", *shlex.split(demo_chapters.command(chapter)), "-o", "json").json["points"]
        states = Counter(point["state"].lower().replace("_", " ") for point in points if point["state"])
        (row,) = [line for line in told.splitlines() if line.startswith(chapter.held_against)]
        assert all(f"{count} {state}" in row for state, count in states.items())
        assert f" {sum(states.values())} " in row


async def load(database: Path) -> None:
    """The packaged evidence in a store of one's own."""
    store = SqliteStore(database)
    await store.open()
    await load_log_file(store, packaged_bytes("demo_data", "flights.jsonl.gz"))
    await store.close()


def test_what_it_prints_can_be_pasted(evidence: CommandLine, plan: Demo) -> None:
    """While it serves, its `evidence ask` answers, its query is in a form GraphQL takes, and the log goes on under a new key."""
    with serving(evidence, "demo", "--port", "0") as running:
        assert running.process.stdout is not None
        lines = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(running.process.stdout.readline())
        variable, *command = shlex.split(next(line for line in lines if "evidence ask" in line))
        here = evidence.with_environment(EVIDENCE_URL=variable.partition("=")[2])

        assert command[0] == "evidence"
        asked = here(*command[1:], "-o", "json")
        assert asked.json["completeness"]["complete"]
        assert plan.window in {one["urn"] for one in asked.json["artifacts"]}
        recorded = here("register", "-f", here.write({"datasets": [{"urn": "dataset:mine/own@1"}]}), "-o", "json")
        assert recorded.json["outcomes"][0]["outcome"] == "CREATED"
        assert running.end(signal.SIGINT) == 0

    assert list((evidence.folder / "temporary").iterdir()) == []


def test_the_script_hands_its_arguments_on() -> None:
    """`scripts/demo` ends with the line that runs `evidence demo` with what it was given; before that it only installs."""
    last = (CHECKOUT / "scripts" / "demo").read_text().strip().splitlines()[-1]

    assert last == 'exec "$checkout/.venv/bin/evidence" demo "$@"'


KNOWN = Completeness(
    position=1,
    known_at="2026-10-01T00:00:00Z",
    complete=True,
    truncated=False,
    unresolved=(),
    undated=0,
    hidden=0,
    simulated=False,
)


def chain(*steps: str, stubs: tuple[str, ...] = (), recorded_at: str = "2026-10-01T00:00:00Z") -> Chain:
    """A chain of steps written as `a RELATION b`."""
    parts = [step.split() for step in steps]
    urns = dict.fromkeys(urn for source, _, target in parts for urn in (source, target))
    artifacts = [Artifact(urn, "DATASET", urn not in stubs, recorded_at) for urn in urns]
    return Chain(
        [Named(next(iter(urns)))],
        artifacts,
        [Step(relation, source, target) for source, relation, target in parts],
        KNOWN,
    )


def test_differences_are_said_in_words() -> None:
    """What was missing, what was only referred to, what was taken back, what was declared anew; or that nothing differs."""
    earlier = chain("a DERIVED_FROM b", "a DERIVED_FROM gone", stubs=("b",))
    later = chain("a DERIVED_FROM b", "b DERIVED_FROM new", recorded_at="2026-10-02T00:00:00Z")

    assert differences(earlier, earlier) == ["Nothing differs."]
    assert differences(earlier, later) == [
        "What differs:",
        "- 1 artifact was not in it yet:",
        "    new",
        "- 1 artifact was in it and is no more:",
        "    gone",
        "- 1 artifact had only been referred to:",
        "    b",
        "- 1 artifact looked otherwise:",
        "    a: recorded 2026-10-01, and since: recorded 2026-10-02",
        "- 1 relation had not been stated:",
        "    b DERIVED_FROM new",
        "- 1 relation was believed then and taken back since:",
        "    a DERIVED_FROM gone",
    ]
