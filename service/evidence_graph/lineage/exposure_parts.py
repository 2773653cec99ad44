"""What an exposure is made of: spans of time, the rows engines return, the questions, and the answer."""

from typing import NamedTuple

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain_parts import Step, StepRow
from evidence_graph.lineage.completeness import Completeness
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ArtifactRow
from graph_schema import BEGINNING, OPEN_END

MOST_STEPS = 1_000  # that come with one artifact in one row
MOST_WINDOWS, FEWEST_WINDOWS = 10_000, 100  # that one answer reads at most, and may always read
WINDOWS_PER_ARTIFACT, JUDGED_PER_ARTIFACT = 10, 2  # of the limit
MOST_WINDOWS_SHOWN = 100  # of one deployment
MOST_CUTS_NAMED = 100


class Span(NamedTuple):
    """A half-open stretch of time `[start, end)`, µs since 1970 UTC; BEGINNING and OPEN_END where a side is open."""

    start: int = BEGINNING
    end: int = OPEN_END

    def meet(self, other: "Span") -> "Span | None":
        """What both have in common; None when that is nothing."""
        common = Span(max(self.start, other.start), min(self.end, other.end))
        return common if common.start < common.end else None

    def holds(self, instant: int) -> bool:
        """Whether the instant lies inside."""
        return self.start <= instant < self.end


ALWAYS = Span()


class ExposureWalk(msgspec.Struct, frozen=True):
    """Where to begin, the instant things must exist at (µs), the log position, how many rows and steps of each at most."""

    of: list[str]
    existing_at: int
    position: int
    limit: int
    most_steps: int


class WindowsOf(msgspec.Struct, frozen=True):
    """What is measured, at a position, and how many windows at most."""

    of: list[str]
    position: int
    limit: int


class JudgedOn(msgspec.Struct, frozen=True):
    """What was judged on, the instant things must exist at (µs), the log position, how many rows at most."""

    of: list[str]
    existing_at: int
    position: int
    limit: int


class ExposureRow(ArtifactRow, frozen=True):
    """An artifact with some of its steps; the query file says which, and who stands at the other end."""

    steps: list[StepRow]


EXPOSURE = Question("exposure", ExposureWalk, ExposureRow)
EXPOSURE_BAND = Question("exposure_band", ExposureWalk, ExposureRow)
EXPOSURE_WINDOWS = Question("exposure_windows", WindowsOf, ExposureRow)
EXPOSURE_JUDGED = Question("exposure_judged", JudgedOn, ExposureRow)
EXPOSURE_JUDGED_BAND = Question("exposure_judged_band", JudgedOn, ExposureRow)


def most_windows(limit: int) -> int:
    """How many windows of what was touched an answer of so many artifacts reads."""
    return min(MOST_WINDOWS, max(FEWEST_WINDOWS, WINDOWS_PER_ARTIFACT * limit))


def most_judged(limit: int) -> int:
    """How many models and windows that were only judged an answer of so many artifacts reads."""
    return min(MOST_WINDOWS, JUDGED_PER_ARTIFACT * limit)


class ExposedDeployment(msgspec.Struct, frozen=True):
    """A deployment and when it was touched, `[begin, until)` in µs UTC; `until` is None while that is open.

    `learned` says that it came another way than by the deployment's own READS. `witness` leads from what is bad to the deployment.
    `windows` are the first of `window_count` in the order of their beginning.
    """

    slot: str
    deployment: ArtifactView
    model: ArtifactView | None
    begin: int
    until: int | None
    still_live: bool
    learned: bool
    witness: list[Step]
    windows: list[ArtifactView]
    window_count: int


class ExposureTotals(msgspec.Struct, frozen=True):
    """How many: deployments touched and judged, how many of the touched are live, their windows, artifacts touched, and what is bad.

    `artifacts` leaves out what is bad itself; `without_covers` of the bad say nothing of the time they cover. `at_least` says that the
    answer was cut, so that all but `bad` are lower bounds; what counts as only judged may then have been touched behind the cut.
    """

    deployments: int
    still_live: int
    windows: int
    judged_on: int
    artifacts: int
    bad: int
    without_covers: int
    at_least: bool


class Exposure(msgspec.Struct, frozen=True):
    """Deployments by (begin, URN), those that were touched and those that were only judged on what is bad; `bad` as selected, by URN."""

    deployments: list[ExposedDeployment]
    judged_on: list[ExposedDeployment]
    bad: list[str]
    totals: ExposureTotals
    summary: str
    completeness: Completeness
