"""The public names of the package: what somebody may import and rely on."""

from importlib.metadata import version
from types import ModuleType

import evidence_graph
import graph_schema


def public_names(module: ModuleType) -> list[str]:
    return sorted(name for name, value in vars(module).items() if name[0] != "_" and not isinstance(value, ModuleType))


def test_the_package_exports_its_version_and_nothing_else() -> None:
    """Everything else is the service's own business; clients speak GraphQL."""
    assert public_names(evidence_graph) == []
    assert evidence_graph.__version__ == version("evidence-graph")


def test_the_schema_exports_what_exists() -> None:
    """Kinds, fields, relations and the two ends of time."""
    assert public_names(graph_schema) == sorted(graph_schema.__all__)
    assert sorted(graph_schema.__all__) == [
        "ARTIFACT_FIELDS",
        "BEGINNING",
        "DATASET",
        "DEPLOYMENT",
        "FEATURE",
        "Field",
        "FieldType",
        "KINDS",
        "KINDS_BY_NAME",
        "KPI_WINDOW",
        "Kind",
        "MODEL",
        "OPEN_END",
        "RELATIONS",
        "RELATIONS_BY_NAME",
        "Relation",
        "RelationClass",
        "relation_for",
    ]
