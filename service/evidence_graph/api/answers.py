"""The answers of the questions, as the API shows them. Answers of the read side whose names fit are shown as they are."""

from typing import cast

import strawberry

from evidence_graph.api.artifacts import Artifact, Deployment, Model, described, made
from evidence_graph.api.enums import Gate, Mode, Relation
from evidence_graph.api.scalars import DateTime, Long, Urn
from evidence_graph.lineage import completeness as lineage_completeness
from evidence_graph.lineage import deployments as lineage_deployments


@strawberry.type(description="How complete an answer is, and what it stands on.")
class Completeness:
    """Attributes are those of `lineage.completeness.Completeness`."""

    position: Long = strawberry.field(description="Log position the answer was computed at.")
    known_at: DateTime = strawberry.field(description="When that position was recorded.")
    valid_at: DateTime | None = strawberry.field(
        description="The instant of valid time asked about, as resolved; null when valid time did not filter."
    )
    complete: bool = strawberry.field(
        description="Whether the answer holds everything: not cut, no stubs, nothing hidden."
    )
    truncated: bool = strawberry.field(description="Whether it was cut at a limit.")
    truncated_at: list[Urn] = strawberry.field(
        description="Artifacts of the answer behind which something was cut; at most 100 are named."
    )
    unresolved: list[Urn] = strawberry.field(description="Artifacts of the answer that nobody declared.")
    undated: int = strawberry.field(description="How many artifacts nobody dated: they count as having existed always.")
    hidden: int = strawberry.field(description="How many artifacts the asker may not see.")
    simulated: bool = strawberry.field(description="Whether an entry it rests on was recorded under a handed-in clock.")


@strawberry.type(description="One relation between two artifacts of a chain; it points to the evidence.")
class Step:
    """Attributes are those of `lineage.chain.Step`."""

    relation: Relation = strawberry.field(description="The relation.")
    source: Urn = strawberry.field(name="from", description="The artifact that rests on the other.")
    target: Urn = strawberry.field(name="to", description="The evidence it rests on.")
    recorded_at: DateTime = strawberry.field(description="When the relation was recorded.")
    position: Long = strawberry.field(description="Log position of that entry.")
    actor: str = strawberry.field(description="Pseudonymous id of who recorded it.")


@strawberry.type(description="A deployment with the interval it was live in.")
class LiveDeployment:
    """Attributes are those of `lineage.deployments.LiveDeployment`, with artifacts as the API shows them."""

    slot: Urn = strawberry.field(description="URN of the slot.")
    deployment: Deployment = strawberry.field(description="The deployment.")
    model: Model | None = strawberry.field(description="The model it serves; null when that relation was retracted.")
    mode: Mode = strawberry.field(description="Its mode at the instant asked about, else its last.")
    traffic: float = strawberry.field(
        description="Its share of the slot's requests at the instant asked about, else its last."
    )
    since: DateTime = strawberry.field(description="When it began to be live.")
    until: DateTime | None = strawberry.field(
        description="When it stopped being live: the stated end, else the instant the next roll-out took over; "
        "null while it is open."
    )
    until_derived: bool = strawberry.field(description="Whether the next roll-out's take-over gave the end.")
    gate: Gate = strawberry.field(description="What the gate said when it was rolled out.")


@strawberry.type(description="What was live at an instant.")
class Live:
    """Deployments stand by slot, mode and URN."""

    deployments: list[LiveDeployment] = strawberry.field(description="The live deployments, by slot, mode and URN.")
    completeness: Completeness = strawberry.field(description="How complete the answer is.")


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """A page of a connection."""

    has_next_page: bool = strawberry.field(description="Whether more follows.")
    end_cursor: str | None = described("Cursor of the last element, for `after`; null on an empty page.")


@strawberry.type(description="An artifact in a page.")
class ArtifactEdge:
    """One element."""

    cursor: str = strawberry.field(description="Where it stands, for `after`.")
    node: Artifact = strawberry.field(description="The artifact.")


@strawberry.type(description="A page of artifacts, by URN.")
class ArtifactConnection:
    """A keyset page."""

    edges: list[ArtifactEdge] = strawberry.field(description="The artifacts with their cursors.")
    nodes: list[Artifact] = strawberry.field(description="The artifacts.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    completeness: Completeness = strawberry.field(description="How complete the page is.")


@strawberry.type(description="A deployment in a page.")
class DeploymentEdge:
    """One element."""

    cursor: str = strawberry.field(description="Where it stands, for `after`.")
    node: LiveDeployment = strawberry.field(description="The deployment with its live interval.")


@strawberry.type(description="A page of deployments, by the beginning of their live intervals, then by URN.")
class DeploymentConnection:
    """A keyset page."""

    edges: list[DeploymentEdge] = strawberry.field(description="The deployments with their cursors.")
    nodes: list[LiveDeployment] = strawberry.field(description="The deployments with their live intervals.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    completeness: Completeness = strawberry.field(description="How complete the page is.")


@strawberry.type(description="A name with all its versions.")
class Series:
    """Versions stand newest first."""

    urn: Urn = strawberry.field(description="URN of the series.")
    versions: list[Artifact] = strawberry.field(
        description="The versions, newest first: by when they came to exist where it is known, else by recording."
    )
    completeness: Completeness = strawberry.field(description="How complete the answer is.")


def to_completeness(found: lineage_completeness.Completeness) -> Completeness:
    """Shown as it is."""
    return cast(Completeness, found)


def to_live_deployment(found: lineage_deployments.LiveDeployment, artifacts: dict[str, Artifact]) -> LiveDeployment:
    """With its artifacts as the API shows them."""
    values: dict[str, object] = {name: getattr(found, name) for name in found.__struct_fields__}
    values["deployment"] = artifacts[found.deployment.urn]
    values["model"] = artifacts[found.model.urn] if found.model is not None else None
    return made(LiveDeployment, values)
