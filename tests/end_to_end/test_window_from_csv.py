"""`evidence window from-csv`: from a file of observations to what the record holds, by the commands people type."""

import csv
import io
import re
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.end_to_end.processes import CommandLine, Ended

PAGE = (Path(__file__).parents[2] / "docs" / "windows.md").read_text(encoding="utf-8")
DEPLOYMENT, MODEL = "deployment:churn/eu-prod@42", "model:churn/churn@7"
VISITS = [
    ["at", "converted", "seconds", "org", "visits", "faults"],
    ["2026-10-02 10:00", "true", "1.5", "NO", "4", "1"],
    ["2026-10-02T08:30:00Z", "0", "2.5", "ÅL", "2", "0"],
    ["2026-10-05 07:00", "1", "3.25", "NO", "1", "2"],
    ["2026-10-17 09:00", "false", "8", "1e3", "5", "1"],
    ["2026-10-18 09:00", "FALSE", "1e1", "1e3", "3", "0"],
]
MANIFEST = {
    "kpis": [
        {"name": "churn/conversion", "direction": "HIGHER_IS_BETTER", "segments": ["org", "site"]},
        {"name": "churn/time", "direction": "LOWER_IS_BETTER", "aggregate": "MEAN", "segments": ["org"]},
        {"name": "churn/pace", "direction": "LOWER_IS_BETTER", "aggregate": "RATIO"},
        {"name": "churn/faults", "direction": "LOWER_IS_BETTER", "aggregate": "COUNT"},
    ],
    "models": [{"urn": MODEL}],
    "deployments": [{"urn": DEPLOYMENT, "serves": MODEL, "from": "2026-10-02T08:00:00Z"}],
}
WEEKLY = (
    "--deployment", DEPLOYMENT, "--time", "at", "--every", "P7D",
    "--start", "2026-10-02T08:00:00Z", "--zone", "Europe/Berlin",
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> CommandLine:
    """The command line beside a file of visits."""
    (tmp_path / "visits.csv").write_text(as_csv(VISITS), encoding="utf-8")
    return CommandLine(tmp_path)


@pytest.fixture
def evidence(files: CommandLine) -> CommandLine:
    """The same, with a record that knows the KPIs and the deployment."""
    assert files("register", "-f", files.write(MANIFEST)).code == 0
    return files


def as_csv(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def count(evidence: CommandLine, kpi: str, *more: str, told: str | None = None, file: str = "visits.csv") -> Ended:
    return evidence("window", "from-csv", file, "--kpi", kpi, *WEEKLY, *more, told=told)


def window(kpi: str, day: str, segment: str = "") -> str:
    """The URN of a window that begins at 8 o'clock on a day of October."""
    return f"kpi_window:churn/eu-prod,deployment,churn/{kpi}{segment}@42,202610{day}T080000Z,r0"


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_from_a_file_of_observations_to_the_record(evidence: CommandLine, form: str) -> None:
    """CSV, manifest, register: the artifact has the statistics; what was left out is said on standard error, not in the manifest."""
    counted = count(
        evidence, "churn/time", "--value", "seconds", "--segment", "org", "--computed-from", "dataset:churn/log@40",
        *(("-o", "json") if form == "json" else ()),
    )  # fmt: skip
    recorded = evidence("register", "-f", "-", "-o", "json", told=counted.out)

    assert (counted.code, recorded.code) == (0, 0), counted.err + recorded.err
    assert "1 window without rows left out, from 2026-10-09T08:00:00Z" in counted.err
    urns = [
        window("time", "02"),
        window("time", "02", ",org=NO"),
        window("time", "02", ",org=%C3%85L"),
        window("time", "16"),
        window("time", "16", ",org=1e3"),
    ]
    assert {one["urn"] for one in recorded.json["outcomes"]} == set(urns)
    told = evidence("ask", "artifact", urns[0], "-o", "json").json
    seconds = [1.5, 2.5, 3.25]
    assert (told["n"], told["mean"], told["variance"]) == (
        3, statistics.mean(seconds), statistics.variance(seconds),
    )  # fmt: skip
    assert (told["start"], told["end"]) == ("2026-10-02T08:00:00.000000Z", "2026-10-09T08:00:00.000000Z")
    segment = evidence("ask", "artifact", urns[4], "-o", "json").json
    assert (segment["segment"], segment["n"], segment["mean"]) == ({"org": "1e3"}, 2, 9)
    chain = evidence("ask", "chain", urns[0], "-o", "json").json
    assert "dataset:churn/log@40" in {one["urn"] for one in chain["artifacts"]}
    again = evidence("register", "-f", "-", told=counted.out)
    assert "All of it was on record" in again.out


@pytest.mark.parametrize(
    ("kpi", "columns", "expected"),
    [
        ("conversion", ["--success", "converted"], {"n": 3, "successes": 2}),
        (
            "pace",
            ["--numerator", "seconds", "--denominator", "visits"],
            {"n": 3, "sums": {"x": 7, "y": 7.25, "xx": 21, "yy": 19.0625, "xy": 14.25}},
        ),
        ("faults", ["--events", "faults", "--exposure", "visits"], {"events": 3, "exposure": 7}),
    ],
)
def test_every_aggregate_is_counted_and_taken(
    evidence: CommandLine, kpi: str, columns: list[str], expected: dict[str, object]
) -> None:
    """Proportion, ratio of sums, count per exposure."""
    counted = count(evidence, f"churn/{kpi}", *columns)
    assert evidence("register", "-f", "-", told=counted.out).code == 0, counted.err

    told = evidence("ask", "artifact", window(kpi, "02"), "-o", "json").json

    assert {name: told[name] for name in expected} == expected


def test_files_and_standard_input_are_counted_as_one(files: CommandLine) -> None:
    """In whatever order their rows come, with another delimiter, a byte order mark and line ends of any sort: the same bytes."""
    header, *rows = VISITS
    (files.folder / "one.csv").write_text("\ufeff" + as_csv([header, *rows[3:]], ";"), encoding="utf-8")
    backwards = as_csv([header, *rows[2::-1]], ";").replace("\r\n", "\n")
    columns = ("--kpi", "churn/time", *WEEKLY, "--value", "seconds", "--segment", "org")

    whole = files("window", "from-csv", "visits.csv", *columns)
    parts = files("window", "from-csv", "one.csv", "-", *columns, "--delimiter", ";", told=backwards)

    assert (whole.code, parts.code) == (0, 0), parts.err
    assert parts.out == whole.out


def test_a_row_that_cannot_be_counted_is_named_with_file_line_and_column(files: CommandLine) -> None:
    """All of them in one go, nothing printed, 3; --skip-bad-rows counts them by reason and goes on."""
    bad = [
        ["2026-10-03T10:00:00Z", "maybe", "1", "two\r\nlines", 1, 1],
        ["2026-10-03T10:00:00Z", "", "1", "NO", 1, 1],
        ["2026-10-01T10:00:00Z", "1", "1", "NO", 1, 1],
        ["soon", "1", "1", "NO", 1, 1],
        ["2026-10-03T10:00:00Z", "1"],
    ]
    (files.folder / "bad.csv").write_text(as_csv([*VISITS, *bad]), encoding="utf-8")

    refused = count(files, "churn/conversion", "--success", "converted", file="bad.csv")
    told = count(files, "churn/conversion", "--success", "converted", "-o", "json", file="bad.csv")
    skipping = count(files, "churn/conversion", "--success", "converted", "--skip-bad-rows", file="bad.csv")

    assert (refused.code, refused.out, told.code) == (3, "", 3)
    for words in (
        "bad.csv:7: column converted: 'maybe' is neither true nor false.", "bad.csv:9: column converted: The value is missing.",
        "bad.csv:10: column at: 2026-10-01T10:00:00Z is before start.", "bad.csv:11: column at: 'soon' is no time.",
        "bad.csv:12: The row has 2 cells, the header 6.", "5 rows cannot be counted", "--skip-bad-rows",
    ):  # fmt: skip
        assert words in refused.err
    assert told.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert (skipping.code, skipping.out) == (0, count(files, "churn/conversion", "--success", "converted").out)
    for words in ("1 row outside the time asked for: not counted", "1 row without a value", "1 row without a time"):
        assert words in skipping.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty.csv:1: there is no column 'at'. The file is empty."),
        (b"At,converted\n", "there is no column 'at'. Did you mean 'At'?"),
        (b"at,at,converted\n", "the column 'at' stands there twice"),
        (b"at,converted\n", "No window can be stated."),
        (b'at,converted\n2026-10-03,"1"x\n', "empty.csv:2: "),
        (b'at,converted\n2026-10-03,"1\n' + b"x" * 200_000, "empty.csv:2: field larger"),
        (b"at,converted\n2026-10-03,1\n2026-10-04,\xff\n", "not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(files: CommandLine, text: bytes, words: str) -> None:
    """With the line, and what to do; nothing is printed."""
    (files.folder / "empty.csv").write_bytes(text)

    told = count(files, "churn/conversion", "--success", "converted", file="empty.csv")

    assert (told.code, told.out) == (3, "")
    assert words in told.err


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--success", "converted", "--value", "seconds"], 3, "one aggregate"),
        (["--success", "converted", "--every", "P1DT1H"], 3, "one sort"),
        (["--success", "converted", "--zone", "Mars/Base"], 3, "no time zone"),
        (["--success", "converted", "--deployment", MODEL], 3, "--deployment is a model"),
        (["--success", "converted", "--delimiter", "tab"], 3, "--delimiter"),
        (["--success", "converted", "--revision", "-1"], 2, "--revision"),
        (["--nonsense"], 2, "--nonsense"),
    ],
)
def test_options_that_make_no_sense_are_refused(files: CommandLine, more: list[str], code: int, words: str) -> None:
    """Before a file is read."""
    told = count(files, "churn/conversion", *more, file="nowhere.csv")

    assert (told.code, told.out) == (code, "")
    assert words in told.err


def test_a_window_that_is_not_over_is_not_told(files: CommandLine) -> None:
    """Half a week told as a week would have to be revised; one that is over beside it is told."""
    late = ["2999-10-05T00:00:00Z", 1, 1, "NO", 1, 1]
    (files.folder / "late.csv").write_text(as_csv([VISITS[0], late]))
    (files.folder / "both.csv").write_text(as_csv([VISITS[0], VISITS[1], late]))

    refused = count(files, "churn/conversion", "--success", "converted", "-o", "json", file="late.csv")
    told = count(files, "churn/conversion", "--success", "converted", "-o", "json", file="both.csv")

    assert (refused.code, told.code) == (3, 0)
    assert "No window can be stated. " in refused.err
    assert "1 window left out: not over yet" in refused.err
    assert "1 window left out: not over yet" in told.err
    assert [one["start"] for one in told.json["windows"]] == ["2026-10-02T08:00:00Z"]


def test_the_page_about_windows_prints_what_its_examples_print(evidence: CommandLine) -> None:
    """Its file, its command, and its lines of Python, whose last comment is what they print."""
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
    name, _, content = blocks["csv"].partition("\n")
    file = evidence.folder / name.removeprefix("# ")
    file.write_text(content)
    command, _, expected = blocks["console"].partition("\n")
    *lines, printed = blocks["python"].splitlines()

    counted = evidence(*shlex.split(command)[2:])
    called = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=evidence.folder, capture_output=True, text=True, check=False
    )

    assert (counted.code, counted.out) == (0, expected), counted.err
    assert evidence("register", "-f", "-", told=counted.out).code == 0
    assert (called.returncode, called.stdout.strip()) == (0, printed.removeprefix("# ")), called.stderr


def test_help_has_an_example(files: CommandLine) -> None:
    """And the group says what it is for."""
    told = files("window", "from-csv", "--help")

    assert (told.code, "Example: " in told.out) == (0, True)
    assert "from-csv" in files("window", "--help").out
