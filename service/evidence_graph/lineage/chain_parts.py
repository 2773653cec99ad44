"""What a chain is made of: the rows engines return, the questions of both directions, steps, cuts, and the chain itself."""

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.completeness import Completeness
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ArtifactRow

STEPS_PER_ARTIFACT = 10  # in an answer, on average
MOST_OWN_STEPS = 256  # that come with one artifact; what has as many is asked again, for those inside the answer alone
MOST_BEHIND = 1_000  # relations left out at one artifact that are counted exactly
LIMIT, DEPTH, STOP = "LIMIT", "DEPTH", "STOP"


class StepRow(msgspec.Struct, frozen=True, array_like=True):
    """One relation of an artifact: its name, the URN at the other end, and the entry that recorded it (position, µs UTC, actor)."""

    relation: str
    other: str
    position: int
    recorded_at: int
    actor: str


class ChainRow(ArtifactRow, frozen=True):
    """An artifact of a chain with its own steps, in the walk's direction."""

    steps: list[StepRow]


class ChainParameters(msgspec.Struct, frozen=True):
    """Roots, the instant things must exist at (µs, OPEN_END for any), the log position, how many rows at most, and of each how many steps.

    The walk does not go on from what is of one of the stopped kinds (roots apart), and follows none of the stopped relations.
    """

    of: list[str]
    existing_at: int
    position: int
    limit: int
    most_steps: int = MOST_OWN_STEPS
    stopped_kinds: list[str] = []
    stopped_relations: list[str] = []


class BandParameters(msgspec.Struct, frozen=True):
    """The same for one band; the caller leaves out of `of` what the walk does not go on from."""

    of: list[str]
    existing_at: int
    position: int
    limit: int
    most_steps: int = MOST_OWN_STEPS
    stopped_relations: list[str] = []


class RootsAt(msgspec.Struct, frozen=True):
    """The roots of a chain at a position, and how many steps of each at most."""

    of: list[str]
    position: int
    most_steps: int = MOST_OWN_STEPS


class StepsWithin(msgspec.Struct, frozen=True):
    """Artifacts at a position, those among which their steps must stay, and where counting ends.

    Steps of stopped relations are counted apart from the others.
    """

    of: list[str]
    within: list[str]
    position: int
    most_counted: int
    stopped_relations: list[str] = []


class StepsRow(msgspec.Struct, frozen=True):
    """An artifact's steps that stay inside, and how many it has in all, as far as counted: those walked, and those stopped."""

    urn: str
    steps: list[StepRow]
    walked: int
    stopped: int


class Walk(msgspec.Struct, frozen=True):
    """The questions of one direction."""

    upstream: bool
    whole: Question[ChainParameters, ChainRow]
    band: Question[BandParameters, ChainRow]
    roots: Question[RootsAt, ChainRow]
    steps: Question[StepsWithin, StepsRow]


CHAIN = Question("chain", ChainParameters, ChainRow)
CHAIN_DOWNSTREAM = Question("chain_downstream", ChainParameters, ChainRow)
UPSTREAM = Walk(
    True,
    CHAIN,
    Question("chain_band", BandParameters, ChainRow),
    Question("chain_roots", RootsAt, ChainRow),
    Question("chain_steps", StepsWithin, StepsRow),
)
DOWNSTREAM = Walk(
    False,
    CHAIN_DOWNSTREAM,
    Question("chain_band_downstream", BandParameters, ChainRow),
    Question("chain_roots_downstream", RootsAt, ChainRow),
    Question("chain_steps_downstream", StepsWithin, StepsRow),
)


class ChainFilter(msgspec.Struct, frozen=True):
    """Kinds of artifacts and names of relations; empty, it names nothing."""

    kinds: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether it names nothing."""
        return not self.kinds and not self.relations


NOTHING = ChainFilter()


class Bounds(msgspec.Struct, frozen=True):
    """What a walk may not pass: relations from the nearest root (None for any), artifacts, and what stops it.

    `most_behind` relations left out at one artifact are counted exactly; of more it is said that there are more.
    """

    depth: int | None = None
    limit: int = 1_000
    stop: ChainFilter = NOTHING
    most_behind: int = MOST_BEHIND

    @property
    def own_steps(self) -> int:
        """How many steps come with one artifact: an artifact with more steps than the limit lies at a cut anyway."""
        return min(MOST_OWN_STEPS, self.limit + 1)

    @property
    def most_counted(self) -> int:
        """Where counting the steps of one artifact ends: so many that what is left out of the answer is certainly more than `most_behind`.

        The answer holds at most two relations between an artifact and each of the others: no two kinds are joined by more.
        """
        return 2 * self.limit + self.most_behind + 1


class Step(msgspec.Struct, frozen=True):
    """One relation between two artifacts of a chain; it points to the evidence."""

    relation: str
    source: str
    target: str
    recorded_at: int
    position: int
    actor: str


class Cut(msgspec.Struct, frozen=True):
    """Where a chain does not go on: at an artifact of it, with how many of its own relations on record left out, and what bound it met.

    `behind_is_more` says that there are more than `behind`: nobody counted on.
    """

    at: str
    behind: int
    reason: str
    behind_is_more: bool = False


class Chain(msgspec.Struct, frozen=True):
    """Roots, artifacts by (distance, URN) with the roots among them, the steps between them, and how complete that is.

    `filtered` counts artifacts that were walked through and are not shown; completeness and cuts speak of them too.
    """

    roots: list[ArtifactView]
    artifacts: list[ArtifactView]
    steps: list[Step]
    distances: dict[str, int]
    completeness: Completeness
    cuts: list[Cut] = []
    filtered: int = 0
