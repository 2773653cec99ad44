"""Generated files follow their declarations, and declarations say what stores and readers really do."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import jsonschema
import pytest
import yaml

from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.store.sqlite import SqliteStore
from graph_schema.constraints import LAYOUT, STORED, Engine, Stored, schema_cypher
from graph_schema.manifest_schema import manifest_schema
from tests import stories

CHECKOUT = Path(__file__).parents[2]
GENERATE = runpy.run_path(str(CHECKOUT / "scripts" / "generate.py"))
VALIDATOR = jsonschema.Draft202012Validator(manifest_schema())
WINDOW = {name: value for name, value in stories.week_40().items() if name not in ("n", "successes")}


@pytest.mark.parametrize("name", sorted(GENERATE["GENERATED"]))
def test_a_generated_file_is_current(name: str) -> None:
    """Run scripts/generate.py when this fails."""
    assert (CHECKOUT / name).read_text(encoding="utf-8") == GENERATE["GENERATED"][name]()


def test_a_stale_file_is_found_and_written_anew(tmp_path: Path) -> None:
    """`--check` names it and ends with 1 without touching it; without `--check` it is current again."""
    for folder in ("docs", "scripts", "graph_schema", "queries", "service"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    page, schema = tmp_path / "graph_schema" / "model.md", tmp_path / "queries" / "sql" / "schema.sql"
    page.write_text("old")
    schema.write_text(schema.read_text().replace("artifact_window", "artifact_pane"))

    check = generate(tmp_path, "--check")
    assert (check.returncode, check.stdout.count("is stale"), page.read_text()) == (1, 2, "old")
    assert generate(tmp_path).returncode == 0
    assert generate(tmp_path, "--check").returncode == 0
    assert page.read_text() == (CHECKOUT / "graph_schema" / "model.md").read_text()


def generate(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The script of a checkout."""
    script = str(checkout / "scripts" / "generate.py")
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
async def created(tmp_path: Path) -> apsw.Connection:
    """The database of a new embedded store."""
    store = SqliteStore(tmp_path / "evidence.db")
    await store.open()
    await store.close()
    return apsw.Connection(str(tmp_path / "evidence.db"))


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored.table)
def test_the_embedded_store_has_the_declared_keys_and_indexes(created: apsw.Connection, stored: Stored) -> None:
    """Introspected from a created database: primary key, other unique keys, and every index, no more and no less."""
    key = [
        name
        for name, part in sorted(
            rows(created, "SELECT name, pk FROM pragma_table_info(?)", stored.table), key=lambda row: row[1]
        )
        if part
    ]
    indexes = rows(created, "SELECT name, origin FROM pragma_index_list(?)", stored.table)
    columns = {
        name: tuple(n for (n,) in rows(created, "SELECT name FROM pragma_index_info(?)", name)) for name, _ in indexes
    }
    unique = {columns[name] for name, origin in indexes if origin == "u"}
    plain = {name: columns[name] for name, origin in indexes if origin == "c"}

    assert tuple(key) == stored.key
    assert unique == set(stored.unique)
    assert plain == {
        index.name: tuple(None if "(" in column else column for column in index.columns)  # an expression has no name
        for index in stored.indexes
        if Engine.SQLITE in index.engines
    }


def rows(database: apsw.Connection, question: str, about: str) -> list[Any]:
    """Everything the database says."""
    return list(database.execute(question, (about,)))


def test_every_table_is_declared(created: apsw.Connection) -> None:
    """A table nobody declared would have no place on the other engine."""
    listed = created.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'")
    tables = {name for (name,) in listed if not name.startswith("sqlite_")}

    assert tables == {stored.table for stored in STORED}


def test_a_new_shared_store_says_which_layout_it_has() -> None:
    """The embedded one is told by the engine."""
    assert f"SET head.size = 0, head.layout = {LAYOUT};" in schema_cypher()


def test_the_manifest_schema_is_a_schema_and_closed() -> None:
    """It is valid 2020-12, and no object in it takes unknown fields but those whose fields are free."""
    jsonschema.Draft202012Validator.check_schema(manifest_schema())
    open_objects = [part for part in objects_in(manifest_schema()) if part.get("additionalProperties") is not False]

    assert all("properties" not in part for part in open_objects)


def objects_in(part: Any) -> list[dict[str, Any]]:
    """Every schema of an object below a part of a schema."""
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = [part] if isinstance(part, dict) and part.get("type") == "object" else []
    return own + [found for value in inside for found in objects_in(value)]


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param({"apiVersion": "evidence/v1", **stories.churn()}, id="the whole story"),
        pytest.param(stories.datasets("dataset:a/b@1", derivedFrom="dataset:a/c@1"), id="one relation without a list"),
        pytest.param({"deployments": [{"urn": stories.ROLL_OUT_42, "to": "2026-10-20T08:00:00Z"}]}, id="an end"),
        pytest.param({"models": [{"urn": "model:a/b@1", "sensitivity": "PERSONAL"}]}, id="a sensitivity"),
        pytest.param({"windows": [stories.week_40(segment={"origin": "JFK"}, revision=2)]}, id="a segment"),
        pytest.param(
            {
                "windows": [
                    WINDOW | {"n": 1, "mean": 0.5},
                    WINDOW | {"n": 4, "sums": {"x": 8, "y": 4, "xx": 20, "yy": 6, "xy": 9.5}},
                    WINDOW | {"events": 3, "exposure": 12.5},
                    WINDOW | {"n": 10, "value": 0.71, "standardError": 0.02},
                ]
            },
            id="every aggregate",
        ),
    ],
)
def test_what_the_reader_takes_the_schema_takes(manifest: dict[str, Any]) -> None:
    """A manifest without faults of form is valid."""
    assert read_manifest(manifest).faults == []
    assert list(VALIDATOR.iter_errors(manifest)) == []


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param({"datasats": []}, id="unknown section"),
        pytest.param({"apiVersion": "evidence/v2"}, id="another version"),
        pytest.param(stories.datasets("dataset:a/b@1", derivedFromm=["dataset:a/c@1"]), id="unknown field"),
        pytest.param(stories.datasets("model:a/b@1"), id="another kind"),
        pytest.param(stories.datasets("dataset:a/b@1", digest="sha256:ab"), id="short digest"),
        pytest.param(stories.datasets("dataset:a/b@1", occurredAt="2026-10-01T00:00:00"), id="no zone"),
        pytest.param(
            stories.datasets("dataset:a/b@1", derivedFrom=["kpi_window:a/b@1"]), id="relation to another kind"
        ),
        pytest.param(stories.datasets("dataset:a/b@1", source={"run": 8124}), id="number for text"),
        pytest.param({"datasets": [{}]}, id="no urn"),
        pytest.param({"kpis": [{"name": "a/b"}]}, id="no direction"),
        pytest.param({"deployments": [{"urn": stories.ROLL_OUT_42, "serves": stories.MODEL_7}]}, id="no beginning"),
        pytest.param({"windows": [stories.week_40(model=stories.MODEL_7)]}, id="deployment and model"),
        pytest.param({"windows": [stories.week_40(n=2**53)]}, id="too large a number"),
        pytest.param({"windows": [WINDOW | {"n": 4, "sums": {"x": 8, "y": 4, "xx": 20, "yy": 6}}]}, id="four sums"),
        pytest.param({"kpis": [stories.kpi(smallestRelevantChange={"relative": 1, "absolute": 1})]}, id="two changes"),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses(manifest: dict[str, Any]) -> None:
    """Both find the fault, each in its own words."""
    assert list(VALIDATOR.iter_errors(manifest)) != []
    assert read_manifest(manifest).faults != []


def test_the_schema_takes_a_path_and_times_of_yaml() -> None:
    """`path` stands in files only; a time is text."""
    told = yaml.load(
        "datasets: [{urn: dataset:a/b@1, path: b.csv, occurredAt: '2026-10-01T00:00:00Z'}]", yaml.SafeLoader
    )

    assert list(VALIDATOR.iter_errors(told)) == []


def test_every_field_of_the_schema_says_what_it_means() -> None:
    """Editors show the descriptions."""
    written = json.loads((CHECKOUT / "graph_schema" / "manifest.schema.json").read_text())
    for section in written["properties"].values():
        for name, field in section.get("items", {}).get("properties", {}).items():
            assert field["description"].rstrip("`").endswith("."), name
