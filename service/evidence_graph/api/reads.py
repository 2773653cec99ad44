"""All questions together, as the API's root offers them."""

import strawberry

from evidence_graph.api.questions.artifacts import ArtifactQuestions
from evidence_graph.api.questions.chain import ChainQuestion
from evidence_graph.api.questions.live import LiveQuestions
from evidence_graph.api.questions.log import LogQuestion


@strawberry.type(
    description="Every question takes two clocks: when it was true in the world, and when it was on record."
)
class Query(LogQuestion, LiveQuestions, ChainQuestion, ArtifactQuestions):
    """Root fields are nullable, so that one failed question does not blank the others."""
