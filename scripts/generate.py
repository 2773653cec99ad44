"""Writes the files that derive from declarations; `--check` compares instead and exits 1 when one is stale.

`graph_schema/model.md`, `graph_schema/manifest.schema.json`, `graph_schema/api.graphql`, `queries/cypher/schema.cypher`, the
indexes in `queries/sql/schema.sql`, and from the evidence of the demo `docs/questions.md` and the chart `docs/flights-kpi.svg`.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
INDEXES = "-- Indexes, generated from graph_schema/constraints.py by scripts/generate.py.\n"
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "service"), str(CHECKOUT / "scripts")]

from flights_chart import flights_chart  # noqa: E402
from questions_page import questions_page  # noqa: E402

from evidence_graph.api.schema import printed_schema  # noqa: E402
from graph_schema.constraints import indexes_sql, schema_cypher  # noqa: E402
from graph_schema.manifest_schema import manifest_schema  # noqa: E402
from graph_schema.model_page import model_page  # noqa: E402


def manifest_json() -> str:
    """The manifest's JSON Schema as text."""
    return json.dumps(manifest_schema(), indent=2, ensure_ascii=False) + "\n"


def schema_sql() -> str:
    """The hand-written tables as they are, then the indexes."""
    tables, marker, _ = (CHECKOUT / "queries/sql/schema.sql").read_text(encoding="utf-8").partition(INDEXES)
    if not marker:
        raise SystemExit(f"queries/sql/schema.sql has no line {INDEXES!r}: put it after the tables.")
    return tables + marker + indexes_sql()


def api_sdl() -> str:
    """The GraphQL schema as text."""
    return printed_schema().rstrip("\n") + "\n"


GENERATED: dict[str, Callable[[], str]] = {
    "graph_schema/model.md": model_page,
    "graph_schema/manifest.schema.json": manifest_json,
    "graph_schema/api.graphql": api_sdl,
    "queries/cypher/schema.cypher": schema_cypher,
    "queries/sql/schema.sql": schema_sql,
    "docs/questions.md": questions_page,
    "docs/flights-kpi.svg": flights_chart,
}


def stale() -> dict[str, str]:
    """What the stale files should hold, by path in the checkout."""
    wanted = {name: text() for name, text in GENERATED.items()}
    return {name: text for name, text in wanted.items() if _present(name) != text}


def _present(name: str) -> str | None:
    file = CHECKOUT / name
    return file.read_text(encoding="utf-8") if file.is_file() else None


def main() -> int:
    """Write or compare; 1 when `--check` found a stale file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file is stale")
    only_check = parser.parse_args().check
    found = stale()
    for name, text in found.items():
        if not only_check:
            (CHECKOUT / name).parent.mkdir(parents=True, exist_ok=True)
            (CHECKOUT / name).write_text(text, encoding="utf-8")
        print(f"{name} is stale: run scripts/generate.py" if only_check else f"wrote {name}")
    return 1 if only_check and found else 0


if __name__ == "__main__":
    raise SystemExit(main())
