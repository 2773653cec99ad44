"""The command line as people and pipelines use it: real processes, a real store, a real service."""

import json
import os
import pty
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from evidence_graph.settings import Settings
from tests import stories
from tests.end_to_end.processes import EVIDENCE, CommandLine, serving

CONFLICTING = stories.derived(stories.TRAINING, "dataset:crm/others@1")


@pytest.fixture
def evidence(tmp_path: Path) -> CommandLine:
    """The command line on an empty embedded store."""
    return CommandLine(tmp_path)


@pytest.fixture(params=["in this process", "over HTTP"])
def door(evidence: CommandLine, request: pytest.FixtureRequest) -> Iterator[CommandLine]:
    """The command line by each of its two doors to an empty record."""
    if request.param == "in this process":
        yield evidence
        return
    with serving(evidence, "serve", "--port", "0") as service:
        yield evidence.with_environment(EVIDENCE_URL=service.address.removesuffix("/graphql"))


def test_a_manifest_is_registered_once(door: CommandLine) -> None:
    """Planned, recorded, then unchanged; people see the plan, programs one JSON document, by either door the same."""
    file = door.write({"apiVersion": "evidence/v1", **stories.churn()})

    planned = door("register", "-f", file, "--dry-run")
    assert (planned.code, planned.out.count("+ "), planned.err) == (0, 10, "")
    assert "Dry run: nothing was recorded" in planned.out
    recorded = door("register", "-f", file, "-o", "json")
    assert (recorded.code, recorded.json["position"], recorded.json["userErrors"]) == (0, 10, [])
    assert {outcome["outcome"] for outcome in recorded.json["outcomes"]} <= {"CREATED", "COMPLETED"}
    assert recorded.json["outcomes"][0].keys() == {"item", "urn", "outcome", "position"}
    again = door("register", "-f", file)
    assert (again.code, again.out.count("= ")) == (0, 10)
    assert "All of it was on record" in again.out


def test_conflicts_alone_end_with_5_and_record_nothing(door: CommandLine) -> None:
    """Every conflict is listed with its place and what to do; the sound items beside them are not recorded."""
    door("register", "-f", door.write(stories.churn()))
    file = door.write(stories.together(CONFLICTING, stories.datasets("dataset:new/thing@1")))

    shown, told = door("register", "-f", file), door("register", "-f", file, "-o", "json")

    assert (shown.code, told.code) == (5, 5)
    assert f"! {file}:1:" in shown.out
    assert "revises" in shown.out
    assert "nothing was recorded" in shown.err
    assert told.json["position"] is None
    assert [error["code"] for error in told.json["userErrors"]] == ["CONFLICT"]
    assert door("ask", "artifact", "dataset:new/thing@1", "-o", "json").json is None


def test_every_fault_is_listed_with_its_line(door: CommandLine) -> None:
    """Faults of form first, in the order of the file, then conflicts of the rest; the code is 3."""
    door("register", "-f", door.write(stories.churn()))
    (door.folder / "bad.yaml").write_text(
        "datasets:\n"
        '  - {urn: "dataset:a/b@1", derivedFromm: ["dataset:a/c@1"]}\n'
        '  - {urn: "dataset:a/d@1", source: {run: 8124}}\n'
        '  - {urn: "dataset:a/e@1", path: nowhere.csv}\n'
        f'  - {{urn: "{stories.TRAINING}", derivedFrom: ["dataset:crm/others@1"]}}\n'
    )

    shown, told = door("register", "-f", "bad.yaml"), door("register", "-f", "bad.yaml", "-o", "json")

    assert (shown.code, told.code) == (3, 3)
    for words in (
        "bad.yaml:2:5: INVALID", "Did you mean 'derivedFrom'?", "bad.yaml:3:36: INVALID", "put it in quotes",
        "bad.yaml:4:34: INVALID", "nowhere.csv does not exist", "bad.yaml:5:11: CONFLICT",
    ):  # fmt: skip
        assert words in shown.out
    assert [error["field"] for error in told.json["userErrors"]] == [
        "datasets[0]", "datasets[1].source", "datasets[2].path", "datasets[3].urn",
    ]  # fmt: skip
    assert [outcome["outcome"] for outcome in told.json["outcomes"]] == ["INVALID", "INVALID", "INVALID", "CONFLICT"]


def test_an_idempotency_key_gives_the_first_answer_again(door: CommandLine) -> None:
    """Same key and body: the first answer; another body: a conflict, 5."""
    key = ("--idempotency-key", "ci-run-8124", "-o", "json")
    file = door.write(stories.datasets("dataset:a/b@1"))

    first, again = door("register", "-f", file, *key), door("register", "-f", file, *key)
    other = door("register", "-f", door.write(stories.datasets("dataset:a/c@1")), *key)

    assert first.json == again.json
    assert (other.code, other.json["userErrors"][0]["field"]) == (5, "idempotencyKey")


@pytest.fixture
def served(evidence: CommandLine) -> Iterator[CommandLine]:
    """The command line on a running service with the whole story on record."""
    with serving(evidence, "serve", "--port", "0") as service:
        asking = evidence.with_environment(EVIDENCE_URL=service.address.removesuffix("/graphql"))
        assert asking("register", "-f", asking.write(stories.churn())).code == 0
        yield asking


def test_both_doors_lead_to_one_answer(evidence: CommandLine, served: CommandLine) -> None:
    """The store asked directly while it is served gives byte for byte the same JSON."""
    for question in (
        ("chain", stories.WEEK_40),
        ("live", "--valid-at", "2026-10-05T00:00:00Z"),
        ("artifact", stories.CUSTOMERS),
    ):
        assert evidence("ask", *question, "-o", "json").out == served("ask", *question, "-o", "json").out


def test_every_question_can_be_asked(served: CommandLine) -> None:
    """With its own arguments, and as of other instants."""
    chain = served("ask", "chain", stories.WEEK_40, "-o", "json").json
    assert {one["urn"] for one in chain["artifacts"]} >= {stories.WEEK_40, stories.MODEL_7, stories.CUSTOMERS}
    assert chain["completeness"]["complete"]
    near = served("ask", "chain", stories.WEEK_40, "--depth", "1", "-o", "json").json
    assert {one["urn"] for one in near["artifacts"]} == {stories.WEEK_40, stories.ROLL_OUT_42}
    down = served("ask", "chain", stories.CUSTOMERS, "--direction", "downstream", "--limit", "2", "-o", "json").json
    assert down["completeness"]["truncated"]
    before = served("ask", "chain", stories.WEEK_40, "--at-position", "3", "-o", "json")
    assert (before.code, before.json["errors"][0]["extensions"]["code"]) == (3, "NOT_FOUND")
    live = served("ask", "live", "--slot", stories.SLOT, "--valid-at", "2026-10-01T00:00:00Z", "-o", "json").json
    assert [one["deployment"]["urn"] for one in live["deployments"]] == [stories.ROLL_OUT_41]
    both = served("ask", "deployments", "--namespace", "churn", "--from", "2026-10-01T00:00:00Z", "-o", "json").json
    assert [one["deployment"]["urn"] for one in both["nodes"]] == [stories.ROLL_OUT_41, stories.ROLL_OUT_42]
    models = served("ask", "artifacts", "--kind", "model", "--first", "1", "-o", "json").json
    rest = served("ask", "artifacts", "--kind", "model", "--after", models["pageInfo"]["endCursor"], "-o", "json").json
    assert [one["urn"] for one in models["nodes"] + rest["nodes"]] == [stories.MODEL_6, stories.MODEL_7]
    assert served("ask", "artifact", stories.CUSTOMERS, "-o", "json").json["description"] == "Every customer."
    assert len(served("ask", "series", "dataset:crm/customers", "-o", "json").json["versions"]) == 2


def test_a_chain_is_a_tree_for_people(served: CommandLine) -> None:
    """Relations on the branches, each artifact expanded once, key facts, and a last line about what is missing. No colours in a pipe."""
    served("register", "-f", served.write({"models": [{"urn": stories.MODEL_7, "evaluatedOn": ["dataset:x/y@1"]}]}))

    out = served("ask", "chain", stories.WEEK_40).out

    assert "\x1b" not in out
    lines = out.splitlines()
    assert lines[0].startswith(f"{stories.WEEK_40}  2026-10-02 08:00Z to 2026-10-09 08:00Z, 901 of 18,234 = 4.9%")
    assert f"└─ MEASURES {stories.ROLL_OUT_42}  production, 2026-10-02 08:00Z to open" in out
    assert f"   └─ SERVES {stories.MODEL_7}" in out
    assert f"TRAINED_ON {stories.TRAINING}" in out
    assert "EVALUATED_ON dataset:x/y@1  not declared: only referred to" in out
    assert "Not complete. 1 artifact nobody declared: dataset:x/y@1." in lines[-1]
    downstream = served("ask", "chain", stories.CUSTOMERS, stories.TENURE, "--direction", "downstream").out
    assert f"← DERIVED_FROM {stories.TRAINING}  ↑ see above" in downstream


def test_lists_are_tables_for_people(served: CommandLine) -> None:
    """A row a thing, none cut off although it is longer than a terminal is wide."""
    live = served("ask", "live", "--valid-at", "2026-10-05T00:00:00Z").out
    assert f"{stories.SLOT}   {stories.ROLL_OUT_42}   {stories.MODEL_7}   production" in live
    assert "Nothing is missing." in live
    page = served("ask", "artifacts", "--first", "2").out
    assert "More follow: ask again with --after " in page
    assert f"2 versions of {stories.CUSTOMERS.split('@')[0]}" in served("ask", "series", "dataset:crm/customers").out
    assert "Every customer." in served("ask", "artifact", stories.CUSTOMERS).out
    assert "is not on record" in served("ask", "artifact", "model:no/thing@1").out


def test_on_a_terminal_there_are_colours(served: CommandLine) -> None:
    """A pseudo-terminal gets escape codes, and the same words."""
    ours, theirs = pty.openpty()
    environment = served.environment | {"TERM": "xterm-256color", "COLUMNS": "200"}
    command = [EVIDENCE, "ask", "chain", stories.WEEK_40]
    with subprocess.Popen(command, cwd=served.folder, env=environment, stdout=theirs, close_fds=True) as process:
        os.close(theirs)
        shown = read_all(ours)
    os.close(ours)

    assert process.returncode == 0
    assert "\x1b[" in shown
    assert stories.WEEK_40 in shown


def read_all(terminal: int) -> str:
    """Everything that is written to a pseudo-terminal until its other end is closed."""
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # how Linux says that the other end is closed
            part = b""
        if not part:
            return shown.decode()
        shown += part


def test_a_manifest_may_come_by_standard_input(evidence: CommandLine) -> None:
    """YAML or JSON, paths relative to where the command runs."""
    (evidence.folder / "data.csv").write_text("1,2")
    told = evidence("register", "-f", "-", "-o", "json", told='datasets: [{urn: "dataset:a/b@1", path: data.csv}]')

    assert (told.code, told.json["outcomes"][0]["outcome"]) == (0, "CREATED")
    assert evidence("validate", "-f", "-", told='{"datasets": [{"urn":\t"dataset:a/b@1"}]}').code == 0


def test_a_manifest_that_cannot_be_read_ends_with_3(evidence: CommandLine) -> None:
    """With line and column on standard error, and one JSON document when that is asked for."""
    (evidence.folder / "bad.yaml").write_text("datasets:\n  - {urn: [1}\n")

    for command in ("register", "validate"):
        told = evidence(command, "-f", "bad.yaml", "-o", "json")
        assert told.code == 3
        assert "bad.yaml:2:13: " in told.err
        assert told.json["userErrors"][0]["code"] == "INVALID"
    assert evidence("register", "-f", "nowhere.yaml").code == 3
    assert not (evidence.folder / "evidence.db").exists(), "a file that cannot be read opens no store"


def test_validate_asks_nobody(evidence: CommandLine) -> None:
    """It judges the form alone, and opens no store."""
    nobody = evidence.with_environment(EVIDENCE_URL="http://127.0.0.1:9")
    good, bad = nobody.write(stories.churn(), "good.json"), nobody.write(stories.datasets("nope"), "bad.json")

    assert nobody("validate", "-f", good).out == "10 items, all well formed.\n"
    told = nobody("validate", "-f", bad, "-o", "json")
    assert (told.code, told.json["items"], told.json["userErrors"][0]["field"]) == (3, 1, "datasets[0]")


@pytest.mark.parametrize(
    ("environment", "asked_ends"),
    [
        ({"EVIDENCE_URL": "http://127.0.0.1:9"}, (75, "BACKEND_UNAVAILABLE")),
        ({"EVIDENCE_STORE": "neo4j://127.0.0.1:9"}, (75, "BACKEND_UNAVAILABLE")),
        ({"EVIDENCE_STORE": "sqlite:////proc/no/e.db"}, (2, "USAGE")),
    ],
)
def test_what_cannot_be_reached_ends_with_75(
    evidence: CommandLine, environment: dict[str, str], asked_ends: tuple[int, str]
) -> None:
    """Temporary: one JSON document all the same, and words that say what to do. Where there is no file, nothing can be asked."""
    away = evidence.with_environment(**environment)

    told = away("register", "-f", away.write(stories.churn()), "-o", "json")
    assert (told.code, told.json["userErrors"][0]["code"]) == (75, "BACKEND_UNAVAILABLE")
    asked = away("ask", "live", "-o", "json")
    assert (asked.code, asked.json["errors"][0]["extensions"]["code"]) == asked_ends
    assert asked.err.strip()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("register",), "--file"),
        (("ask", "chain"), "URN"),
        (("ask", "chain", "model:a/b@1", "--limit", "many"), "--limit"),
        (("ask", "artifacts", "--kind", "modell"), "modell"),
        (("ask", "everything"), "everything"),
        (("demo", "--port", "70000"), "--port"),
    ],
)
def test_usage_ends_with_2(evidence: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    """On standard error for people; `-o json` gets its document here as well."""
    told = evidence(*arguments, "-o", "json")

    assert told.code == 2
    assert told.json["errors"][0]["extensions"]["code"] == "USAGE"
    assert words in told.err or "-o" in told.err


@pytest.mark.parametrize(
    "environment",
    [{"EVIDENCE_STORE": "mysql://x"}, {"EVIDENCE_URL": "nowhere"}, {"EVIDENCE_PORT": "many"}],
)
def test_settings_that_cannot_be_used_end_with_2(evidence: CommandLine, environment: dict[str, str]) -> None:
    """The variable is named."""
    told = evidence.with_environment(**environment)("ask", "live", "-o", "json")

    assert (told.code, told.json["errors"][0]["extensions"]["code"]) == (2, "USAGE")
    assert next(iter(environment)) in told.err


class Gatekeeper(BaseHTTPRequestHandler):
    """Answers everything with one status and body, and remembers what it was shown."""

    status, body = 200, b""
    shown: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.shown.append(self.headers.get("Authorization", ""))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def gatekeeper() -> Iterator[tuple[type[Gatekeeper], str]]:
    """Something that answers HTTP and is not the service; its class says how, and its address where."""

    class Own(Gatekeeper):
        shown: list[str] = []  # noqa: RUF012

    server = HTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Own, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def refused(code: str) -> bytes:
    """A GraphQL answer without data."""
    return json.dumps({"errors": [{"message": "Not for you.", "extensions": {"code": code}}]}).encode()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b"who?", 4),
        (200, refused("FORBIDDEN"), 4),
        (401, refused("UNAUTHENTICATED"), 4),
        (200, refused("BAD_USER_INPUT"), 3),
        (413, b"", 3),
        (503, b"later", 75),
        (429, refused("RATE_LIMITED"), 75),
        (500, refused("INTERNAL"), 1),
        (200, b"<html>", 2),
        (200, b'{"data": {}}', 1),
    ],
)
def test_what_the_service_answers_decides_the_exit_code(
    evidence: CommandLine, gatekeeper: tuple[type[Gatekeeper], str], status: int, body: bytes, code: int
) -> None:
    """Not allowed, invalid, temporary, a defect, or no service at all; the token is shown as a bearer token."""
    own, address = gatekeeper
    own.status, own.body = status, body
    asking = evidence.with_environment(EVIDENCE_URL=address, EVIDENCE_TOKEN="secret-token")

    told = asking("register", "-f", asking.write(stories.churn()), "-o", "json")

    assert told.code == code, told.err
    assert told.json["outcomes"] == []
    assert own.shown == ["Bearer secret-token"]
    assert "secret-token" not in told.err + told.out


def test_config_shows_every_setting_and_no_secret(evidence: CommandLine) -> None:
    """Names, values and meanings; a password or token is hidden."""
    secretive = evidence.with_environment(EVIDENCE_NEO4J_PASSWORD="hunter2", EVIDENCE_TOKEN="hunter2")

    shown, told = secretive("config"), secretive("config", "-o", "json")

    assert {f"EVIDENCE_{name.upper()}" for name in Settings.model_fields} | {"log"} == told.json.keys()
    assert "hunter2" not in shown.out + told.out
    assert all(variable in shown.out for variable in told.json)


def test_every_command_has_help_with_an_example(evidence: CommandLine) -> None:
    """And the command itself shows its commands."""
    commands = [("demo",), ("serve",), ("register",), ("validate",), ("schema",), ("config",)]
    commands += [("ask", question) for question in ("chain", "live", "deployments", "artifact", "artifacts", "series")]
    for command in commands:
        told = evidence(*command, "--help")
        assert (told.code, "Example: " in told.out) == (0, True), command
    assert evidence("--help").out.count("demo") >= 2
    assert evidence("--version").out.startswith("evidence ")
    assert evidence("schema").json["$id"] == "urn:evidence-graph:manifest:v1"


def test_the_service_ends_in_order_and_says_when_its_port_is_taken(evidence: CommandLine) -> None:
    """SIGTERM ends it with 0 and leaves a store that can be read; a second service on the same port is told so."""
    with serving(evidence, "serve", "--port", "0") as service:
        base = service.address.removesuffix("/graphql")
        asking = evidence.with_environment(EVIDENCE_URL=base)
        asking("register", "-f", asking.write(stories.churn()))
        taken = evidence("serve", "--port", base.rsplit(":", 1)[1])
        assert (taken.code, "--port" in taken.err) == (75, True)
        assert service.end() == 0

    assert evidence("ask", "live", "-o", "json").json["completeness"]["position"] == 10


def test_a_foreign_file_is_no_store(evidence: CommandLine) -> None:
    """It is left as it was."""
    file = evidence.folder / "evidence.db"
    file.write_text("not a database, but long enough to look at" * 100)
    before: Any = file.read_bytes()

    told = evidence("serve", "--port", "0")

    assert (told.code, file.read_bytes()) == (1, before)
    assert "no intact database" in told.err
