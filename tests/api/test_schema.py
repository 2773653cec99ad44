"""The schema as others read it: described, in step with the declarations, and asked by documents that fit it."""

import re
from pathlib import Path
from typing import cast

import msgspec
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from evidence_graph.api import answers
from evidence_graph.api.artifacts import Artifact
from evidence_graph.api.schema import printed_schema
from evidence_graph.lineage import chain, completeness, deployments
from graph_schema import ARTIFACT_FIELDS, KINDS, KPI_WINDOW, RELATIONS_BY_NAME
from graph_schema.kinds import KPI_FIELDS
from graph_schema.relations import relations_of

CHECKOUT = Path(__file__).parents[2]
DOCUMENTS = sorted((CHECKOUT / "queries" / "graphql").glob("*.graphql"))
IMPLEMENTATION = re.compile(r"\b(class|Python|Strawberry|SQL|SQLite|Neo4j|Cypher|resolver|struct|cache|table|row)\b")


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(printed_schema())


def own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    builtin = {"Int", "Float", "String", "Boolean", "ID"}
    return [kind for name, kind in schema.type_map.items() if not name.startswith("__") and name not in builtin]


def descriptions(schema: GraphQLSchema) -> dict[str, str | None]:
    """Every type, field, argument and value with its description."""
    found: dict[str, str | None] = {}
    for kind in own_types(schema):
        found[kind.name] = kind.description
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                found[f"{kind.name}.{name}"] = field.description
                found |= {f"{kind.name}.{name}({arg})": value.description for arg, value in field.args.items()}
        elif isinstance(kind, GraphQLInputObjectType):
            found |= {f"{kind.name}.{name}": field.description for name, field in kind.fields.items()}
        elif isinstance(kind, GraphQLEnumType):
            found |= {f"{kind.name}.{name}": value.description for name, value in kind.values.items()}
    return found


def test_everything_is_described_by_a_sentence(schema: GraphQLSchema) -> None:
    """A stranger finds out from the schema alone."""
    wrong = {name: text for name, text in descriptions(schema).items() if not re.search(r"[.)]$", text or "")}

    assert wrong == {}


def test_no_description_talks_about_the_implementation(schema: GraphQLSchema) -> None:
    wrong = {name: text for name, text in descriptions(schema).items() if IMPLEMENTATION.search(text or "")}

    assert wrong == {}


def test_the_printed_schema_is_the_one_on_file() -> None:
    """`scripts/generate.py` writes it."""
    assert (CHECKOUT / "graph_schema" / "api.graphql").read_text(encoding="utf-8") == printed_schema()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_shows_and_takes_its_declared_fields(schema: GraphQLSchema, kind: object) -> None:
    """A field added to a kind is in its type and in its input."""
    assert kind in KINDS
    declared = next(one for one in KINDS if one is kind)
    shown = cast(GraphQLObjectType, schema.type_map[declared.type_name])
    taken = cast(GraphQLInputObjectType, schema.type_map[f"{declared.type_name}Input"])
    relations = {relation.field for relation in relations_of(declared)}
    urn = set() if declared is KPI_WINDOW else {"urn"}

    assert {field.name for field in declared.all_fields} <= set(shown.fields)
    assert set(taken.fields) == {field.name for field in declared.all_fields} | relations | urn
    assert all(shown.fields[field.name].description == field.description for field in declared.all_fields)


def test_the_definition_of_a_kpi_takes_its_declared_fields(schema: GraphQLSchema) -> None:
    taken = cast(GraphQLInputObjectType, schema.type_map["KpiInput"])

    assert set(taken.fields) == {field.name for field in KPI_FIELDS}


def test_the_interface_of_artifacts_has_what_all_of_them_have(schema: GraphQLSchema) -> None:
    interface = cast(GraphQLInterfaceType, schema.type_map["Artifact"])

    assert {field.name for field in ARTIFACT_FIELDS} <= set(interface.fields)


def test_enumerations_follow_the_declarations(schema: GraphQLSchema) -> None:
    kinds = cast(GraphQLEnumType, schema.type_map["Kind"])
    relations = cast(GraphQLEnumType, schema.type_map["Relation"])

    assert set(kinds.values) == {kind.name.upper() for kind in KINDS}
    assert set(relations.values) == set(RELATIONS_BY_NAME)


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (answers.Completeness, completeness.Completeness),
        (answers.Step, chain.Step),
        (answers.LiveDeployment, deployments.LiveDeployment),
    ],
    ids=["completeness", "step", "live deployment"],
)
def test_answers_shown_as_they_are_have_the_attributes_that_are_shown(shown: type, found: type[msgspec.Struct]) -> None:
    """The API shows these structures of the read side without copying them."""
    assert set(shown.__annotations__) == set(found.__struct_fields__)


def test_an_artifact_computes_nothing_on_demand() -> None:
    """Plain attributes are what makes a long chain cheap to show."""
    fields = Artifact.__strawberry_definition__.fields  # type: ignore[attr-defined]

    assert [field.name for field in fields if field.base_resolver is not None] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_document_fits_the_schema_and_says_what_it_asks(schema: GraphQLSchema, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = parse(text)
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))

    assert validate(schema, document) == []
    assert re.match(r"# [A-Z].*\.\n", text)
    assert operation.name is not None
    assert re.sub(r"(?<!^)([A-Z])", r"_\1", operation.name.value).lower() == path.stem


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_document_has_a_variable_for_every_argument(schema: GraphQLSchema, path: Path) -> None:
    document = parse(path.read_text(encoding="utf-8"))
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    root = schema.get_root_type(operation.operation)
    assert root is not None
    (node,) = operation.selection_set.selections
    field = root.fields[node.name.value]  # type: ignore[attr-defined]
    if stem_of(node.name.value) != path.stem:  # type: ignore[attr-defined]
        (node,) = node.selection_set.selections  # type: ignore[attr-defined]
        field = field.type.fields[node.name.value]

    variables = {node.variable.name.value for node in operation.variable_definitions or ()}

    assert stem_of(node.name.value) == path.stem  # type: ignore[attr-defined]
    assert variables == set(field.args)


def test_every_field_that_asks_has_a_document(schema: GraphQLSchema) -> None:
    """Those of the root, and those of the log that read more of it."""
    roots = [root for root in (schema.query_type, schema.mutation_type) if root is not None]
    log = cast(GraphQLObjectType, schema.type_map["Log"])
    fields = {stem_of(name) for root in roots for name in root.fields}
    fields |= {stem_of(name) for name, field in log.fields.items() if field.args}

    assert fields == {path.stem for path in DOCUMENTS}


def stem_of(name: str) -> str:
    """The stem of the document that asks for a field."""
    return re.sub(r"([A-Z])", r"_\1", name).lower()
