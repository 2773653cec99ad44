"""Tables as CSV over HTTP: what they hold, what a spreadsheet may take for a formula, and what is refused."""

import csv
import io
from typing import Any

import pytest

from evidence_graph.api import tables
from evidence_graph.api.tables import csv_text
from tests import weeks
from tests.api.conftest import Asking
from tests.weeks import BAD, FIRST, GOOD, KPI, LIVE, MODEL, after


@pytest.fixture
def watched(empty: Asking) -> Asking:
    document = weeks.one_deployment([GOOD] * 6 + [BAD] * 4)
    document["deployments"].append({"urn": "deployment:d/us@1", "serves": MODEL, "from": after(1), "to": after(3)})
    assert empty.record("register_evidence", **document)["userErrors"] == []
    return empty


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_windows_of_a_kpi_are_a_table(watched: Asking) -> None:
    """The same as the series says, with the position in a header."""
    asked = {"of": LIVE, "kpi": KPI, "validAt": after(10.5)}
    response = watched.client.get("/kpi.csv", params=asked)
    series = watched.ask("kpi_series", **asked)

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert (response.headers["evidence-position"], response.headers["evidence-complete"]) == ("13", "true")
    assert "evidence-truncated" not in response.headers
    found = rows(response.text)
    assert len(found) == 10
    for row, point in zip(found, series["points"], strict=True):
        assert (row["start"], row["state"], row["window"]) == (point["start"], point["state"] or "", point["window"])
        assert [float(row[name]) if row[name] else None for name in ("mean", "lower", "upper")] == [
            point[name] for name in ("mean", "lower", "upper")
        ]
    assert (found[-1]["provisional"], found[-1]["left_out"], found[-1]["lower"]) == ("true", "PROVISIONAL", "")


def test_a_range_and_an_older_position_may_be_asked_for(watched: Asking) -> None:
    asked = {"of": LIVE, "kpi": KPI, "validAt": after(12), "from": after(2), "to": after(4)}

    assert [row["start"] for row in rows(watched.client.get("/kpi.csv", params=asked).text)] == [after(2), after(3)]
    before = watched.client.get("/kpi.csv", params={**asked, "atPosition": "4"})
    assert (rows(before.text), before.headers["evidence-position"]) == ([], "4")


def test_deployments_are_a_table(watched: Asking) -> None:
    """Those that were live at some time in the range."""
    everything = rows(watched.client.get("/deployments.csv").text)
    some = rows(watched.client.get("/deployments.csv", params={"namespace": "d", "to": after(2)}).text)

    assert [(row["deployment"], row["model"], row["since"], row["until"]) for row in everything] == [
        (LIVE, MODEL, f"{FIRST[:-1]}.000000Z", ""),
        ("deployment:d/us@1", MODEL, after(1), after(3)),
    ]
    assert [row["slot"] for row in some] == ["slot:d/us"]
    assert rows(watched.client.get("/deployments.csv", params={"from": after(3), "namespace": "d"}).text) == []


def test_what_is_cut_says_so(watched: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly at the limit nothing is."""
    for most, cut in ((10, None), (9, "true")):
        monkeypatch.setattr(tables, "MOST_ROWS", most)

        response = watched.client.get("/kpi.csv", params={"of": LIVE, "kpi": KPI, "validAt": after(12)})

        assert response.headers.get("evidence-truncated") == cut
        assert len(rows(response.text)) == most


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_is_taken_for_a_formula(text: str) -> None:
    """Text is text; numbers stay numbers, negative ones too."""
    (row,) = rows(csv_text(["text", "number"], [[text, -0.25]]))

    assert row == {"text": f"'{text}", "number": "-0.25"}


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    (row,) = rows(csv_text(["a", "b", "c"], [['x, "y"\r\nz', None, True]]))

    assert row == {"a": 'x, "y"\r\nz', "b": "", "c": "true"}


@pytest.mark.parametrize(
    ("path", "asked", "status", "says"),
    [
        ("/kpi.csv", {}, 400, "of is missing"),
        ("/kpi.csv", {"of": LIVE}, 400, "kpi is missing"),
        ("/kpi.csv", {"of": "x", "kpi": KPI}, 400, "of is not a URN"),
        ("/kpi.csv", {"of": LIVE, "kpi": "c/other"}, 404, "not defined"),
        ("/kpi.csv", {"of": "deployment:c/eu@2", "kpi": KPI}, 404, "not on record"),
        ("/kpi.csv", {"of": LIVE, "kpi": KPI, "segment": "DE"}, 400, "key=value"),
        ("/kpi.csv", {"of": LIVE, "kpi": KPI, "form": after(1)}, 400, "no parameter 'form'"),
        ("/kpi.csv", {"of": LIVE, "kpi": KPI, "validAt": "monday"}, 400, "validAt"),
        ("/kpi.csv", {"of": LIVE, "kpi": KPI, "atPosition": "-1"}, 400, "atPosition"),
        ("/kpi.csv", {"of": LIVE, "kpi": KPI, "atPosition": "99"}, 400, "atPosition"),
        ("/kpi.csv", {"of": [LIVE, LIVE], "kpi": KPI}, 400, "more than once"),
        ("/deployments.csv", {"from": after(2), "to": after(1)}, 400, "ends before it begins"),
        ("/deployments.csv", {"knownAt": after(2), "atPosition": "1"}, 400, "both given"),
    ],
)
def test_what_cannot_be_asked_is_a_line_of_text(
    watched: Asking, path: str, asked: dict[str, Any], status: int, says: str
) -> None:
    response = watched.client.get(path, params=asked)

    assert (response.status_code, response.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert says in response.text


def test_tables_are_only_read(watched: Asking) -> None:
    assert watched.client.post("/kpi.csv").status_code == 405
