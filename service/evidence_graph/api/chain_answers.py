"""The chain as the API shows it: artifacts, steps, groups, where it does not go on, and a summary."""

from collections.abc import Callable
from typing import Annotated, TypeVar, cast

import strawberry
from strawberry import argument

from evidence_graph.api.answers import Completeness, Step
from evidence_graph.api.artifacts import Artifact, described
from evidence_graph.api.enums import CutReason, Kind, Relation
from evidence_graph.api.scalars import DateTime, Urn
from evidence_graph.errors import InvalidInput
from evidence_graph.lineage import chain_parts, chain_summary
from evidence_graph.lineage.chain_parts import MOST_BEHIND, NOTHING, ChainFilter

URNS_OF_GROUP = 10
Method = TypeVar("Method", bound=Callable[..., object])


def computed(description: str) -> Callable[[Method], Method]:
    """A field that is worked out only when somebody asks for it."""
    decorate: Callable[[Method], Method] = strawberry.field(description=description)
    return decorate


@strawberry.input(description="Kinds of artifacts and relations; what is not stated names nothing.")
class ChainFilterInput:
    """Plain lists."""

    kinds: list[Kind] | None = strawberry.field(description="Artifacts of these kinds.", default=None)
    relations: list[Relation] | None = strawberry.field(description="Relations of these names.", default=None)


def to_filter(given: ChainFilterInput | None) -> ChainFilter:
    """The filter as the read side takes it."""
    if not given:
        return NOTHING
    return ChainFilter(frozenset(map(str, given.kinds or ())), frozenset(map(str, given.relations or ())))


@strawberry.type(description="A place where a chain does not go on.")
class ChainCut:
    """Attributes are those of `lineage.chain_parts.Cut`."""

    at: Urn = strawberry.field(description="The artifact of the chain behind which something is left out.")
    behind: int = strawberry.field(
        description="How many of its own relations on record, in the direction of the walk, are left out; with validAt also "
        f"those to what did not exist yet. Counted exactly up to {MOST_BEHIND:,}."
    )
    behind_is_more: bool = strawberry.field(description="Whether there are more than `behind`: counting ended there.")
    reason: CutReason = strawberry.field(description="Why they are left out.")


@strawberry.type(description="An artifact with its time.")
class DatedArtifact:
    """Attributes are those of `lineage.chain_summary.Dated`."""

    at: DateTime = strawberry.field(
        description="When it came to exist where that is stated, else when it was recorded."
    )
    urn: Urn = strawberry.field(description="The artifact.")
    stated: bool = strawberry.field(description="Whether somebody stated when it came to exist.")


@strawberry.type(description="How many artifacts are of one kind.")
class KindCount:
    """Attributes are those of `lineage.chain_summary.KindCount`."""

    kind: Kind = strawberry.field(description="The kind.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="A chain in a few figures; what is hidden or stands in groups is counted too.")
class ChainSummary:
    """Attributes are those of `lineage.chain_summary.Summary`."""

    artifacts: int = strawberry.field(description="How many artifacts it holds.")
    steps: int = strawberry.field(description="How many relations are between them.")
    kinds: list[KindCount] = strawberry.field(description="How many artifacts of each kind that occurs.")
    farthest: int = strawberry.field(description="How many relations the farthest artifact is from the nearest root.")
    stubs: int = strawberry.field(description="How many artifacts nobody declared; completeness names them.")
    oldest: DatedArtifact | None = described("The oldest declared artifact; null when nothing is declared.")
    newest: DatedArtifact | None = described("The newest declared artifact; null when nothing is declared.")


@strawberry.type(
    description="Artifacts of a chain that are versions of one series; or KPI windows of one KPI and segment of one deployment or "
    "model."
)
class ChainGroup:
    """Fields are those of `lineage.chain_groups.Group`; `members` stay behind `urns`."""

    label: str = strawberry.field(
        description="The series of its members; for KPI windows, their URNs up to the version of what they measure."
    )
    kind: Kind = strawberry.field(description="The kind of its members.")
    relation: Relation | None = described(
        "The relation between its members and what stands nearer to the roots; null when there are several."
    )
    count: int = strawberry.field(description="How many members it has.")
    oldest: DatedArtifact | None = described("Its oldest declared member; null when nobody declared any.")
    newest: DatedArtifact | None = described("Its newest declared member; null when nobody declared any.")
    members: strawberry.Private[list[str]]

    @computed("Its first members, nearest to the roots first, then by URN.")
    def urns(
        self, first: Annotated[int | None, argument(description="How many, at least 1.")] = URNS_OF_GROUP
    ) -> list[Urn]:
        size = URNS_OF_GROUP if first is None else first
        if size < 1:
            raise InvalidInput(f"first is {size}.", "Ask for 1 or more.")
        return cast(list[Urn], self.members[:size])


@strawberry.type(description="Relations of one name that a group has with an artifact, another group or inside itself.")
class ChainGroupStep:
    """Attributes are those of `lineage.chain_groups.GroupStep`."""

    relation: Relation = strawberry.field(description="The relation.")
    source: str = strawberry.field(
        name="from", description="URN of an artifact, or label of a group, that rests on the other."
    )
    target: str = strawberry.field(name="to", description="URN of an artifact, or label of a group: the evidence.")
    count: int = strawberry.field(description="How many relations it stands for.")


@strawberry.type(description="The chain of evidence behind or in front of some artifacts.")
class Chain:
    """Artifacts stand in the order of their distance from the roots, then of their URNs."""

    roots: list[Artifact] = strawberry.field(description="The artifacts asked about.")
    artifacts: list[Artifact] = strawberry.field(
        description="Every artifact of the chain once, roots included, nearest first."
    )
    steps: list[Step] = strawberry.field(description="The relations between them.")
    groups: list[ChainGroup] = strawberry.field(
        description="What stands together instead of among the artifacts, as groupAbove asked."
    )
    group_steps: list[ChainGroupStep] = strawberry.field(
        description="The relations of groups, equal ones counted together; they are not among the steps."
    )
    cuts: list[ChainCut] = strawberry.field(
        description="Where the chain does not go on though more is on record, nearest first; at most 100 are named."
    )
    filtered: int = strawberry.field(
        description="How many artifacts were walked through and are not shown because of `hide`. (What the asker may not see is "
        "counted in completeness.)"
    )
    completeness: Completeness = strawberry.field(
        description="How complete the chain is; what is hidden by a filter or stands in groups is part of it."
    )
    whole: strawberry.Private[chain_parts.Chain]

    @computed("The chain in a few figures.")
    def summary(self) -> ChainSummary:
        return cast(ChainSummary, chain_summary.summary_of(self.whole))
