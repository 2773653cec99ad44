"""`evidence export` and `evidence verify FILE` as people run them: the operator, and the auditor who has nothing but the file."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from evidence_graph.proof.dsse import parse_envelope, verify_envelope
from evidence_graph.proof.signing_key import new_private_key, to_pem
from tests import stories
from tests.end_to_end.processes import CommandLine, serving

FILE = "churn.evidence.json"
# Verifies a bundle and prints the modules that were loaded for it.
ALONE = """
import sys
from pathlib import Path
from evidence_graph.interop.bundle_verification import verify_bundle
from evidence_graph.proof.verifier_key import parse_verifier_key
def no_network(event, arguments):
    assert not event.startswith("socket."), event
sys.addaudithook(no_network)
found = verify_bundle(Path(sys.argv[1]).read_bytes(), parse_verifier_key(sys.argv[2]))
assert found.bundle.of == sys.argv[3]
print("\\n".join(sys.modules))
"""


class Case(NamedTuple):
    """The operator's command line on a store that holds a story, a bundle exported from it, and the log's key as published."""

    operator: CommandLine
    bundle: bytes
    key: str


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The bundle of a KPI window."""
    operator = CommandLine(tmp_path_factory.mktemp("operator"))
    operator("register", "-f", operator.write(stories.churn()))
    done = operator("export", stories.WEEK_40, "-o", FILE)
    assert (done.code, done.out) == (0, "")
    assert "10 entries are in the bundle of kpi_window:" in done.err
    key: str = operator("config", "-o", "json").json["log"]["publicKey"]
    return Case(operator, (operator.folder / FILE).read_bytes(), key)


@pytest.fixture
def auditor(case: Case, tmp_path: Path) -> CommandLine:
    """The command line in a folder with the bundle and without a store."""
    (tmp_path / FILE).write_bytes(case.bundle)
    return CommandLine(tmp_path)


def test_an_auditor_checks_a_claim_with_the_file_and_the_key_alone(case: Case, auditor: CommandLine) -> None:
    """Told in words and as JSON: what is claimed, what was checked, what remains on trust. A changed file ends with 7 and the place."""
    key = case.key
    (auditor.folder / "log.vkey").write_text(f"{key}\n")

    shown = auditor("verify", FILE, "--key", key)
    told = auditor.with_environment(EVIDENCE_PUBLIC_KEY="log.vkey")("verify", FILE, "-o", "json")
    good = (auditor.folder / FILE).read_text()
    (auditor.folder / FILE).write_text(good.replace("18234", "18235", 1))
    refused = auditor("verify", FILE, "--key", "log.vkey")
    refusal = auditor("verify", FILE, "--key", "log.vkey", "-o", "json")

    assert (shown.code, shown.err) == (0, "")
    assert f"VERIFIED  {stories.WEEK_40}" in shown.out
    assert "INSUFFICIENT DATA: churn/conversion of deployment:churn/eu-prod@42, all of the traffic." in shown.out
    assert "from --key" in shown.out
    assert "Time and completeness are vouched for by the operator alone." in shown.out
    assert (told.code, told.json["verified"], told.json["trustedKeyFrom"]) == (0, True, "EVIDENCE_PUBLIC_KEY")
    assert (told.json["trustedKey"], told.json["position"], told.json["witnesses"]) == (key, 10, [])
    assert told.json["claim"]["verdict"]["state"] == "INSUFFICIENT_DATA"
    assert (refused.code, refusal.code, refusal.json["verified"]) == (7, 7, False)
    assert "Place: claim.verdict.last.n" in refused.out
    assert refusal.json["place"] == "claim.verdict.last.n"
    assert not [*auditor.folder.glob("evidence.db*")]


def test_the_key_is_never_the_bundles_own(case: Case, auditor: CommandLine) -> None:
    """Where none was known before that is a matter of usage; with a store of one's own its log's is taken."""
    nowhere = auditor("verify", FILE)
    at_home = case.operator("verify", FILE)
    missing = auditor("verify", "none.json", "--key", case.key)
    too_few = auditor("verify", FILE, "--key", case.key, "--require-witness", "1")

    assert (nowhere.code, missing.code, too_few.code) == (2, 2, 2)
    assert "There is no key to trust." in nowhere.err
    assert at_home.code == 0
    assert "from the local store sqlite:///evidence.db" in at_home.out


def test_the_verification_can_be_summed_up_under_a_signature(case: Case, auditor: CommandLine) -> None:
    """An in-toto Statement of the kind SLSA calls VSA, whether it passed or failed."""
    log_key, own = case.key, new_private_key()
    (auditor.folder / "own.pem").write_bytes(to_pem(own))
    options = ("--key", log_key, "--summary", "vsa.json", "--summary-key", "own.pem")

    passed = auditor("verify", FILE, *options)
    summary = (auditor.folder / "vsa.json").read_bytes()
    (auditor.folder / FILE).write_bytes((auditor.folder / FILE).read_bytes() + b"\n")
    failed = auditor("verify", FILE, *options)

    statement = json.loads(verify_envelope(parse_envelope(summary), "application/vnd.in-toto+json", [own.public_key()]))
    assert (passed.code, failed.code) == (0, 7)
    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert statement["subject"][0]["name"] == FILE
    predicate = statement["predicate"]
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["resourceUri"] == f"urn:evidence-graph:artifact:{stories.WEEK_40}"
    assert predicate["policy"]["annotations"]["trustedKey"] == log_key
    assert {"verifier", "timeVerified", "policy", "verifiedLevels", "inputAttestations"} <= predicate.keys()
    after = json.loads(base64.b64decode(json.loads((auditor.folder / "vsa.json").read_text())["payload"]))["predicate"]
    assert (after["verificationResult"], after["verifiedLevels"]) == ("FAILED", ["FAILED"])


def test_a_service_exports_over_http_what_it_would_here(case: Case, auditor: CommandLine) -> None:
    """Whoever may ask it gets the very same bytes; what it does not know ends with 3."""
    with serving(case.operator, "serve", "--port", "0") as service:
        asking = auditor.with_environment(EVIDENCE_URL=service.address)
        asked = asking("export", stories.WEEK_40, "--at-position", "10")
        unknown = asking("export", "model:a/none@1", "-o", "none.json")

    assert asked.out.encode() == case.bundle
    assert (unknown.code, (auditor.folder / "none.json").exists()) == (3, False)


def test_verifying_takes_no_engine_no_server_and_no_network(case: Case, auditor: CommandLine) -> None:
    """Pure rooms, the standard library, and libraries that parse, hash and check signatures."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, FILE, case.key, stories.WEEK_40],
        cwd=auditor.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(
        {"apsw", "neo4j", "strawberry", "graphql", "starlette", "uvicorn", "httpx2", "typer", "pydantic"}
    )
    assert "evidence_graph" in loaded
