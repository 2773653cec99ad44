"""`evidence check`, the questions of KPIs, tables and gauges, as people and pipelines use them."""

import urllib.request

import pytest

from tests import weeks
from tests.end_to_end.processes import CommandLine, serving
from tests.weeks import BAD, FIRST, GOOD, KPI, LIVE, MODEL, SLOT, after

WELL = "deployment:c/well@1"
AT = ("--valid-at", after(12))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """One that has fallen, one that is well, one that nobody watches; nothing here is recorded afterwards."""
    document = weeks.one_deployment([GOOD] * 6 + [BAD] * 4, cadence="P7D")
    document["deployments"] += [
        {"urn": urn, "serves": MODEL, "from": FIRST} for urn in (WELL, "deployment:other/unwatched@1")
    ]
    document["windows"] += weeks.weeks(WELL, [GOOD] * 11)
    command_line = CommandLine(tmp_path_factory.mktemp("check"))
    done = command_line("register", "-f", command_line.write(document))
    assert done.code == 0, done.err
    return command_line


def test_a_check_ends_with_6_when_something_is_worse_than_it_should_be(evidence: CommandLine) -> None:
    """It names what to look at next."""
    done = evidence("check", LIVE, "--kpi", KPI, *AT)

    assert done.code == 6, done.err
    assert done.out.startswith(f"DEGRADED  {KPI} of {LIVE}, all of the traffic\n")
    assert f"evidence ask kpi-series {LIVE} {KPI}, then evidence ask chain kpi_window:c/eu" in done.out


def test_a_check_ends_with_6_when_windows_have_stopped_coming(evidence: CommandLine) -> None:
    done = evidence("check", WELL, "--valid-at", after(14))

    assert done.code == 6, done.err
    assert done.out.splitlines()[2].startswith("overdue")
    assert f"! {KPI} of {WELL}: record its windows" in done.out


def test_a_check_ends_with_0_when_all_is_well(evidence: CommandLine) -> None:
    for arguments in ((WELL, "--kpi", KPI), (WELL,), ("--all", "--namespace", "other"), ("--all", "--kpi", "c/other")):
        done = evidence("check", *arguments, *AT)

        assert done.code == 0, done.out
        assert done.out.endswith("Nothing is worse than its benchmark or overdue.\n")


def test_everything_live_is_checked_at_once(evidence: CommandLine) -> None:
    """The worst first; what nobody watches is counted."""
    done = evidence("check", "--all", *AT)
    in_json = evidence("check", "--all", *AT, "-o", "json")

    assert (done.code, in_json.code) == (6, 6)
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["degraded", "within"]
    assert "2 KPIs of all of the traffic: 1 degraded, 1 within benchmark." in lines
    assert "1 deployment of 3 nobody watches: no window on record." in lines
    assert [node["state"] for node in in_json.json["nodes"]] == ["DEGRADED", "WITHIN_BENCHMARK"]
    assert in_json.err == ""


def test_everything_live_is_checked_in_one_kpi(evidence: CommandLine) -> None:
    """The numbers are about that KPI alone."""
    one, none = [evidence("check", "--all", "--kpi", kpi, *AT, "-o", "json") for kpi in (KPI, "c/other")]

    assert (one.code, one.json["total"], len(one.json["states"])) == (6, 2, 2)
    assert (none.code, none.json["total"], none.json["states"]) == (0, 0, [])


def test_a_slot_is_checked_through_its_roll_outs(evidence: CommandLine) -> None:
    done = evidence("check", SLOT, *AT, "-o", "json")

    assert (done.code, [node["of"] for node in done.json["nodes"]]) == (6, [SLOT])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        ((LIVE, "--all"), 2),
        ((LIVE, "--namespace", "c"), 2),
        (("--all", "--segment", "country=DE"), 2),
        ((LIVE, "--segment", "country=DE"), 2),
        ((LIVE, "--kpi", KPI, "--segment", "DE"), 2),
        (("deployment:c/none@1",), 3),
        ((LIVE, "--kpi", "c/other"), 3),
        (("dataset:c/eu@1",), 3),
    ],
)
def test_what_cannot_be_checked_is_no_breach(evidence: CommandLine, arguments: tuple[str, ...], code: int) -> None:
    """A pipeline must not take a typo for a drop, nor for being well; JSON is printed all the same."""
    done = evidence("check", *arguments, "-o", "json")

    assert done.code == code
    assert "errors" in done.json


def test_a_verdict_is_told_in_words(evidence: CommandLine) -> None:
    done = evidence("ask", "verdict", LIVE, KPI, "--valid-at", after(10.5))

    assert done.code == 0, done.err
    assert "held against 0.05." in done.out
    assert "1 window left out: 1 provisional." in done.out
    assert done.out.splitlines()[-1].startswith(f"9 windows. As of {after(10.5)[:10]}")


def test_a_series_is_drawn(evidence: CommandLine) -> None:
    """Windows at the benchmark stand on its line, those below left of it, and what does not count is hollow."""
    done = evidence("ask", "kpi-series", LIVE, KPI, "--valid-at", after(10.5))

    assert done.code == 0, done.err
    rows = [line for line in done.out.splitlines() if line.startswith("2026-")]
    assert len(rows) == 10
    assert all("◉" in row for row in rows[:6])
    assert all(row.index("●") < row.index("┊") for row in rows[6:9])
    assert "○" in rows[9]
    assert "left out: provisional" in rows[9]
    assert LIVE in rows[0]
    assert f"{KPI} of {LIVE} is now: degraded." in done.out


def test_a_portfolio_is_listed(evidence: CommandLine) -> None:
    page = evidence("ask", "degraded", "--first", "1", *AT)

    assert page.code == 0, page.err
    (cursor,) = (line.rpartition(" ")[2] for line in page.out.splitlines() if line.startswith("More follow"))
    following = evidence("ask", "degraded", "--first", "1", "--after", cursor)
    assert WELL in following.out


def test_tables_and_gauges_are_served(evidence: CommandLine) -> None:
    """To anything that can read a web address."""
    with serving(evidence, "serve", "--port", "0") as service:
        base = service.address.removesuffix("/graphql")
        with urllib.request.urlopen(f"{base}/kpi.csv?of={LIVE}&kpi={KPI}&validAt={after(12)}") as table:
            lines = table.read().decode().splitlines()
        with urllib.request.urlopen(f"{base}/deployments.csv?namespace=c") as table:
            deployments = table.read().decode().splitlines()
        with urllib.request.urlopen(f"{base}/metrics") as gauges:
            text = gauges.read().decode()

    assert len(lines) == 11
    assert lines[-1].split(",")[4] == "DEGRADED"
    assert len(deployments) == 3
    assert f'evidence_kpi_state{{deployment="{LIVE}",kpi="{KPI}",state="DEGRADED"}} 1.0' in text
