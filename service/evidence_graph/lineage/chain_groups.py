"""Many versions of one thing in a chain as one group: forty windows of a deployment, a year of a daily table.

Artifacts belong together when they are versions of one series; KPI windows, when they measure the same thing by the same KPI for the
same segment. A group stands in the place of its members: every step of theirs becomes a step of the group, equal ones counted together.
"""

from collections.abc import Mapping, Sequence

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain_parts import Chain, Step
from evidence_graph.lineage.chain_summary import Dated, oldest_and_newest
from evidence_graph.record.urn import parse_urn
from graph_schema import KPI_WINDOW


class Group(msgspec.Struct, frozen=True):
    """Members by (distance, URN). `relation` leads to them from nearer the roots; None when several do, or none that is shown."""

    label: str
    kind: str
    relation: str | None
    members: list[str]
    oldest: Dated | None
    newest: Dated | None

    @property
    def count(self) -> int:
        """How many members it has."""
        return len(self.members)


class GroupStep(msgspec.Struct, frozen=True):
    """So many relations of one name between a group and an artifact, another group, or its own members; ends are URNs and labels."""

    relation: str
    source: str
    target: str
    count: int


class Grouped(msgspec.Struct, frozen=True):
    """A chain without what stands in groups, the groups in the order of their nearest members, and the steps that touch them."""

    chain: Chain
    groups: list[Group]
    steps: list[GroupStep]


def grouped(chain: Chain, above: int | None) -> Grouped:
    """Groups of more than `above` members; None for no groups at all. Roots stay outside. Raises InvalidInput below 1."""
    if above is None:
        return Grouped(chain, [], [])
    if above < 1:
        raise InvalidInput(f"groupAbove is {above}.", "It is at least 1: two artifacts are the smallest group.")
    members = _members(chain, above)
    label_of = {view.urn: label for label, views in members.items() for view in views}
    outside = [view for view in chain.artifacts if view.urn not in label_of]
    steps = [step for step in chain.steps if step.source not in label_of and step.target not in label_of]
    relations = _relations_to(chain, label_of)
    groups = [_group(label, views, relations.get(label, set())) for label, views in members.items()]
    return Grouped(
        msgspec.structs.replace(chain, artifacts=outside, steps=steps), groups, _group_steps(chain.steps, label_of)
    )


def label_of_group(urn_text: str) -> str:
    """The series of an artifact; for a KPI window, what it measures, its KPI and segment: its URN up to the measured version."""
    urn = parse_urn(urn_text)
    return f"{urn.series}@{urn.version.partition(',')[0]}" if urn.kind == KPI_WINDOW.name else urn.series


def _members(chain: Chain, above: int) -> dict[str, list[ArtifactView]]:
    roots = {view.urn for view in chain.roots}
    found: dict[str, list[ArtifactView]] = {}
    for view in chain.artifacts:
        if view.urn not in roots:
            found.setdefault(label_of_group(view.urn), []).append(view)
    return {label: views for label, views in found.items() if len(views) > above}


def _relations_to(chain: Chain, label_of: Mapping[str, str]) -> dict[str, set[str]]:
    """Names of the relations that lead from nearer the roots to the members of each group."""
    found: dict[str, set[str]] = {}
    for step in chain.steps:
        near, far = sorted((step.source, step.target), key=lambda urn: chain.distances[urn])
        if far in label_of and chain.distances[near] < chain.distances[far]:
            found.setdefault(label_of[far], set()).add(step.relation)
    return found


def _group(label: str, views: Sequence[ArtifactView], relations: set[str]) -> Group:
    oldest, newest = oldest_and_newest(views)
    relation = next(iter(relations)) if len(relations) == 1 else None
    return Group(label, views[0].kind, relation, [view.urn for view in views], oldest, newest)


def _group_steps(steps: Sequence[Step], label_of: Mapping[str, str]) -> list[GroupStep]:
    """In the order of the steps they stand for."""
    counts: dict[tuple[str, str, str], int] = {}
    for step in steps:
        if step.source in label_of or step.target in label_of:
            source, target = (label_of.get(urn, urn) for urn in (step.source, step.target))
            key = step.relation, source, target
            counts[key] = counts.get(key, 0) + 1
    return [GroupStep(*key, count) for key, count in counts.items()]
