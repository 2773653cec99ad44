"""What exists: kinds of artifact, their fields and relations, declared once; everything else derives from here.

Standard library only. Constraints, the SQLite and Neo4j schemas, the descriptions of the GraphQL types, `model.md` and the
JSON Schema of the manifest are generated from these declarations (`scripts/generate.py`); a test fails when one is stale.
"""

from graph_schema.fields import Field, FieldType
from graph_schema.instants import BEGINNING, OPEN_END
from graph_schema.kinds import (
    ARTIFACT_FIELDS,
    DATASET,
    DEPLOYMENT,
    FEATURE,
    KINDS,
    KINDS_BY_NAME,
    KPI_WINDOW,
    MODEL,
    Kind,
)
from graph_schema.relations import RELATIONS, RELATIONS_BY_NAME, Relation, RelationClass, relation_for

__all__ = [
    "ARTIFACT_FIELDS",
    "BEGINNING",
    "DATASET",
    "DEPLOYMENT",
    "FEATURE",
    "KINDS",
    "KINDS_BY_NAME",
    "KPI_WINDOW",
    "MODEL",
    "OPEN_END",
    "RELATIONS",
    "RELATIONS_BY_NAME",
    "Field",
    "FieldType",
    "Kind",
    "Relation",
    "RelationClass",
    "relation_for",
]
