"""Two upstream chains held side by side: what they share, what stands in for what, and what was evaluated on training data. Pure."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain import Chain, Step
from evidence_graph.lineage.diff_fields import FieldChange, field_changes
from evidence_graph.lineage.live_intervals import LiveTimes
from evidence_graph.record.urn import parse_urn
from graph_schema import DATASET, DEPLOYMENT, MODEL, RELATIONS, RelationClass

SUBJECT, MODEL_SERVED, TRAINING_DATA, SAME_SERIES = "SUBJECT", "MODEL", "TRAINING_DATA", "SAME_SERIES"
ROLES = {
    SUBJECT: "The two that are compared.",
    MODEL_SERVED: "The models that the two deployments serve.",
    TRAINING_DATA: "The data the two models were fitted to; what both were fitted to is left out.",
    SAME_SERIES: "Other versions of one series.",
}
_MADE_FROM = {(row.name, row.source.name) for row in RELATIONS if row.relation_class is RelationClass.MADE_FROM}


class Counterpart(msgspec.Struct, frozen=True):
    """Artifacts of one chain and what stands in their place in the other; `fields` differ, where there is one on each side."""

    role: str
    left: list[str]
    right: list[str]
    fields: list[FieldChange]


class Leak(msgspec.Struct, frozen=True):
    """Data a model was evaluated on that is among what a model was made from; `way` leads from that model to the data."""

    evaluated: str
    data: str
    trained: str
    way: list[str]


class Evidence(msgspec.Struct, frozen=True):
    """One side: what is compared, its chain with exact artifacts by URN, and when its deployments were live."""

    root: str
    chain: Chain
    views: dict[str, ArtifactView]
    times: dict[str, LiveTimes]

    @property
    def models(self) -> list[str]:
        """The model itself, or the models that the deployment serves: one, none where that relation was retracted."""
        if self.views[self.root].kind == MODEL.name:
            return [self.root]
        return self.targets(self.root, "SERVES")

    def targets(self, urn: str, relation: str) -> list[str]:
        """What an artifact rests on by a relation."""
        return [step.target for step in self.chain.steps if step.source == urn and step.relation == relation]


def shared(left: Evidence, right: Evidence) -> list[ArtifactView]:
    """What is in both chains, nearest to the left one first."""
    return [view for view in left.chain.artifacts if view.urn in right.views]


def only_in(one: Evidence, other: Evidence) -> list[ArtifactView]:
    """What is in one chain alone, nearest first; what is compared is no evidence for itself."""
    return [view for view in one.chain.artifacts if view.urn not in other.views and view.urn != one.root]


def counterparts(left: Evidence, right: Evidence) -> list[Counterpart]:
    """Each artifact once: the two compared, their models, the training data, then series by URN with other versions on either side."""
    found = [_counterpart(SUBJECT, [left.root], [right.root], left, right)]
    if left.views[left.root].kind == DEPLOYMENT.name:
        found += _in_role(MODEL_SERVED, left.models, right.models, left, right)
    found += _in_role(TRAINING_DATA, _training(left), _training(right), left, right)
    placed = {urn for one in found for urn in (*one.left, *one.right)}
    return found + [
        _counterpart(SAME_SERIES, some, others, left, right) for some, others in _same_series(left, right, placed)
    ]


def _training(side: Evidence) -> list[str]:
    """What the models of a side were fitted to."""
    return [target for model in side.models for target in side.targets(model, "TRAINED_ON")]


def _in_role(
    role: str, lefts: Sequence[str], rights: Sequence[str], left: Evidence, right: Evidence
) -> Iterator[Counterpart]:
    """Nothing when both sides have the same; else what only one of them has."""
    mine = sorted(set(lefts) - set(rights))
    others = sorted(set(rights) - set(lefts))
    if mine or others:
        yield _counterpart(role, mine, others, left, right)


def _same_series(left: Evidence, right: Evidence, placed: set[str]) -> Iterator[tuple[list[str], list[str]]]:
    series: dict[str, tuple[list[str], list[str]]] = {}
    for side, (one, other) in enumerate(((left, right), (right, left))):
        for view in only_in(one, other):
            if view.urn not in placed:
                series.setdefault(parse_urn(view.urn).series, ([], []))[side].append(view.urn)
    for name in sorted(series):
        some, others = series[name]
        if some and others:
            yield sorted(some), sorted(others)


def _counterpart(role: str, lefts: list[str], rights: list[str], left: Evidence, right: Evidence) -> Counterpart:
    fields: list[FieldChange] = []
    if len(lefts) == len(rights) == 1:
        one, other = lefts[0], rights[0]
        fields = field_changes(left.views[one], right.views[other], left.times.get(one), right.times.get(other))
    return Counterpart(role, lefts, rights, fields)


def leaks(left: Evidence, right: Evidence) -> list[Leak]:
    """Of every model of either side what it was evaluated on that it, or a model of the other side, was made from; by URNs."""
    ways = {model: _made_from(model, side.chain.steps) for side in (left, right) for model in side.models}
    evaluated = {
        (model, data) for side in (left, right) for model in side.models for data in side.targets(model, "EVALUATED_ON")
    }
    return [
        Leak(model, data, trained, _way(data, ways[trained]))
        for model, data in sorted(evaluated)
        for trained in sorted(ways)
        if data in ways[trained] and parse_urn(data).kind == DATASET.name
    ]


def _made_from(model: str, steps: Iterable[Step]) -> dict[str, str]:
    """Everything a model was made from, each with the artifact nearer to the model that leads to it; the model leads to itself."""
    targets: dict[str, list[str]] = {}
    for step in steps:
        if (step.relation, parse_urn(step.source).kind) in _MADE_FROM:
            targets.setdefault(step.source, []).append(step.target)
    before = {model: model}
    frontier = [model]
    while frontier:
        beyond = []
        for urn in frontier:
            for target in sorted(targets.get(urn, ())):
                if target not in before:
                    before[target] = urn
                    beyond.append(target)
        frontier = sorted(beyond)
    return before


def _way(data: str, before: dict[str, str]) -> list[str]:
    way = [data]
    while before[way[-1]] != way[-1]:
        way.append(before[way[-1]])
    return way[::-1]
