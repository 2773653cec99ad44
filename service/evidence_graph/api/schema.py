"""The schema: what can be asked and recorded, and its text."""

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from evidence_graph.api.artifacts import ARTIFACT_TYPES
from evidence_graph.api.limits import WithinLimits
from evidence_graph.api.reads import Query
from evidence_graph.api.scalars import SCALARS
from evidence_graph.api.writes import Mutation


class Schema(strawberry.Schema):
    """The schema of the API; errors are presented and logged by `execution`, once for every door."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing here: Strawberry would write them to a log of its own."""


def build_schema() -> Schema:
    """The schema as it is served."""
    return Schema(
        query=Query,
        mutation=Mutation,
        types=list(ARTIFACT_TYPES.values()),
        extensions=[WithinLimits],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def printed_schema() -> str:
    """The schema in the schema definition language, as `graph_schema/api.graphql` holds it."""
    return build_schema().as_str() + "\n"
