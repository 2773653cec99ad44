"""The answers of the questions as the command line reads them: the JSON of `queries/graphql`, typed as far as people are shown it."""

from collections.abc import Mapping, Sequence

import msgspec


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    """Unknown fields are passed over: the documents may ask for more than is shown."""


class Completeness(_Answer, frozen=True):
    """How complete an answer is."""

    position: int
    known_at: str
    complete: bool
    truncated: bool
    unresolved: Sequence[str]
    undated: int
    hidden: int
    simulated: bool
    valid_at: str | None = None
    truncated_at: Sequence[str] = ()


class Interval(_Answer, frozen=True):
    """A half-open interval."""

    begin: str | None = msgspec.field(name="from", default=None)
    end: str | None = msgspec.field(name="to", default=None)


class Artifact(_Answer, frozen=True):
    """One artifact, with the fields that tell it from others of its kind."""

    urn: str
    kind: str
    declared: bool
    recorded_at: str
    digest: str | None = None
    covers: Interval | None = None
    mode: str | None = None
    begin: str | None = msgspec.field(name="from", default=None)
    until: str | None = None
    live: bool | None = None
    segment: Mapping[str, str] | None = None
    start: str | None = None
    end: str | None = None
    n: int | None = None
    successes: int | None = None
    mean: float | None = None
    sums: Mapping[str, float | None] | None = None
    events: int | None = None
    exposure: float | None = None
    value: float | None = None
    standard_error: float | None = None


class Step(_Answer, frozen=True):
    """One relation, or `count` equal ones of a group; it points to the evidence."""

    relation: str
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    count: int = 1


class Named(_Answer, frozen=True):
    """Something of which only the URN is shown."""

    urn: str


class Dated(_Answer, frozen=True):
    """An artifact with its time."""

    at: str


class Group(_Answer, frozen=True):
    """Versions of one thing that stand together."""

    label: str
    kind: str
    count: int
    oldest: Dated | None = None
    newest: Dated | None = None


class Cut(_Answer, frozen=True):
    """A place where a chain does not go on."""

    at: str
    behind: int
    behind_is_more: bool
    reason: str


class Chain(_Answer, frozen=True):
    """A chain of evidence."""

    roots: Sequence[Named]
    artifacts: Sequence[Artifact]
    steps: Sequence[Step]
    completeness: Completeness
    groups: Sequence[Group] = ()
    group_steps: Sequence[Step] = ()
    cuts: Sequence[Cut] = ()
    filtered: int = 0


class LiveDeployment(_Answer, frozen=True):
    """A deployment with its live interval."""

    slot: str
    deployment: Named
    mode: str
    traffic: float
    since: str
    model: Named | None = None
    until: str | None = None
    gate: str = ""


class Live(_Answer, frozen=True):
    """What was live at an instant."""

    deployments: Sequence[LiveDeployment]
    completeness: Completeness


class PageInfo(_Answer, frozen=True):
    """Where a page ends."""

    has_next_page: bool
    end_cursor: str | None = None


class DeploymentPage(_Answer, frozen=True):
    """A page of deployments."""

    nodes: Sequence[LiveDeployment]
    page_info: PageInfo
    completeness: Completeness


class ArtifactPage(_Answer, frozen=True):
    """A page of artifacts."""

    nodes: Sequence[Artifact]
    page_info: PageInfo
    completeness: Completeness


class Series(_Answer, frozen=True):
    """A name with its versions, newest first."""

    urn: str
    versions: Sequence[Artifact]
    completeness: Completeness
