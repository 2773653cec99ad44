"""All questions together, as the API's root offers them."""

import strawberry

from evidence_graph.api.questions.artifacts import ArtifactQuestions
from evidence_graph.api.questions.bundle import BundleQuestion
from evidence_graph.api.questions.chain import ChainQuestion
from evidence_graph.api.questions.compare import CompareQuestion
from evidence_graph.api.questions.degraded import DegradedQuestion
from evidence_graph.api.questions.diff import DiffQuestion
from evidence_graph.api.questions.exposure import ExposureQuestion
from evidence_graph.api.questions.kpi_series import KpiSeriesQuestion
from evidence_graph.api.questions.live import LiveQuestions
from evidence_graph.api.questions.log import LogQuestion
from evidence_graph.api.questions.path import PathQuestion
from evidence_graph.api.questions.search import SearchQuestion
from evidence_graph.api.questions.timeline import TimelineQuestion
from evidence_graph.api.questions.verdict import VerdictQuestion


@strawberry.type(
    description="Every question takes two clocks: when it was true in the world, and when it was on record."
)
class Query(
    PathQuestion,
    DiffQuestion,
    ExposureQuestion,
    BundleQuestion,
    LogQuestion,
    LiveQuestions,
    ChainQuestion,
    CompareQuestion,
    ArtifactQuestions,
    TimelineQuestion,
    SearchQuestion,
    KpiSeriesQuestion,
    DegradedQuestion,
    VerdictQuestion,
):
    """Root fields are nullable, so that one failed question does not blank the others."""
