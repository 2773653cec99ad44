"""The artifacts of the API: one type a kind, its fields and descriptions taken from the one declaration of what exists."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import strawberry

from evidence_graph.api.enums import ErasableField, Gate, Kind, Mode, Sensitivity
from evidence_graph.api.scalars import DateTime, Digest, Json, Long, Urn
from evidence_graph.api.selection import BESIDE_THE_LOG, ROLL_OUT
from evidence_graph.lineage.artifact import ArtifactView, annotate
from evidence_graph.lineage.live_intervals import LiveTimes, read_live_times
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.json_values import Json as JsonValue
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from graph_schema import ARTIFACT_FIELDS, DATASET, DEPLOYMENT, FEATURE, KPI_WINDOW, MODEL
from graph_schema import Kind as KindOfArtifact
from graph_schema.fields import Field, FieldType

C = TypeVar("C", bound=type)
M = TypeVar("M")

PYTHON_NAMES = {"from": "begin", "to": "stated_end"}  # where the name of a field is no name in Python


def described(description: str, name: str | None = None) -> Any:
    """A plain field that is empty unless stated."""
    return strawberry.field(description=description, name=name, default=None)


@strawberry.type(description="A half-open interval of time; an open side is null.")
class Interval:
    """`begin` and `end` as stored text."""

    begin: DateTime | None = described("Its first instant.", "from")
    end: DateTime | None = described("The instant it ends before.", "to")


@strawberry.type(description="What made something, or who tells of it: repository, commit, run, tool.")
class Source:
    """Fields as in the manifest."""

    repo: str | None = described("Repository of the code.")
    commit: str | None = described("Commit of the code.")
    run: str | None = described("The run that did it.")
    tool: str | None = described("The tool that did it.")
    parameters: Json | None = described("What the run was given, as a JSON object.")
    environment_digest: Digest | None = described("SHA-256 of the environment it ran in.")


@strawberry.type(description="Sums over the observations of a ratio y/x.")
class RatioSums:
    """Fields as in the manifest."""

    x: float | None = described("Sum of x.")
    y: float | None = described("Sum of y.")
    xx: float | None = described("Sum of x squared.")
    yy: float | None = described("Sum of y squared.")
    xy: float | None = described("Sum of x times y.")


def _interval(value: JsonValue) -> object:
    assert isinstance(value, dict)
    return made(Interval, {"begin": value.get("from"), "end": value.get("to")})


def to_source(value: JsonValue) -> Source:
    """A stored `source` as a type of the API."""
    assert isinstance(value, dict)
    return made(Source, {_python_name(name): part for name, part in value.items()})


def _ratio_sums(value: JsonValue) -> object:
    assert isinstance(value, dict)
    return made(RatioSums, value)


OUTPUT_TYPES: dict[FieldType, object] = {
    FieldType.TEXT: str,
    FieldType.LONG_TEXT: str,
    FieldType.DIGEST: Digest,
    FieldType.INSTANT: DateTime,
    FieldType.INTERVAL: Interval,
    FieldType.SOURCE: Source,
    FieldType.SERIES_LIST: list[Urn],
    FieldType.JSON: Json,
    FieldType.COUNT: Long,
    FieldType.NUMBER: float,
    FieldType.FRACTION: float,
    FieldType.MODE: Mode,
    FieldType.SENSITIVITY: Sensitivity,
    FieldType.SEGMENT: Json,
    FieldType.RATIO_SUMS: RatioSums,
}
_TO_OUTPUT: dict[FieldType, Callable[[JsonValue], object]] = {
    FieldType.INTERVAL: _interval,
    FieldType.SOURCE: to_source,
    FieldType.RATIO_SUMS: _ratio_sums,
}


def _python_name(name: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return PYTHON_NAMES.get(name, snake)


def with_fields(fields: tuple[Field, ...]) -> Callable[[C], C]:
    """Give a class a plain field for each of the declared fields. (Inheriting from the frozen declarations would not work.)"""

    def give(cls: C) -> C:
        stated = {}
        for field in fields:
            stated[_python_name(field.name)] = OUTPUT_TYPES[field.type] | None  # type: ignore[operator]
            setattr(cls, _python_name(field.name), described(field.description, field.name))
        cls.__annotations__ = {**cls.__annotations__, **stated}
        return cls

    return give


def made(cls: type[M], values: Mapping[str, object]) -> M:
    """An instance that holds just these; the rest is empty by the class."""
    instance = object.__new__(cls)
    instance.__dict__.update(values)
    return instance


@strawberry.interface(description="Something with a name of its own.")
class Node:
    """Anything that can be found by its id."""

    id: strawberry.ID = strawberry.field(description="Its URN.")


@strawberry.interface(
    description="One immutable version of something in the chain of evidence, as known at a position."
)
@with_fields(ARTIFACT_FIELDS)
class Artifact(Node):
    """Plain attributes: no field of an artifact is computed on demand."""

    urn: Urn = strawberry.field(description="Its canonical URN.")
    kind: Kind = strawberry.field(description="What it is.")
    namespace: str = strawberry.field(description="Namespace part of the URN.")
    name: str = strawberry.field(description="Name part of the URN.")
    version: str = strawberry.field(description="Version part of the URN.")
    declared: bool = strawberry.field(
        description="Whether anybody declared it; false for a stub, which was only referred to."
    )
    recorded_at: DateTime = strawberry.field(
        description="When its declaration was recorded; for a stub, when it was first referred to."
    )
    position: Long = strawberry.field(description="Log position of that entry.")
    actor: str | None = described("Pseudonymous id of who declared it; null for a stub.")
    erased: list[ErasableField] = strawberry.field(
        description="Fields whose newest value was erased; `timeline` says by whom and when.", default_factory=list
    )
    told_by: Source | None = described("What the manifest that declared it says of itself; null when it says nothing.")


@strawberry.type(description=DATASET.description)
@with_fields(DATASET.fields)
class Dataset(Artifact):
    """One dataset."""


@strawberry.type(description=FEATURE.description)
@with_fields(FEATURE.fields)
class Feature(Artifact):
    """One feature definition."""


@strawberry.type(description=MODEL.description)
@with_fields(MODEL.fields)
class Model(Artifact):
    """One model."""


@strawberry.type(description=DEPLOYMENT.description)
@with_fields(DEPLOYMENT.fields)
class Deployment(Artifact):
    """One roll-out."""

    slot: Urn = strawberry.field(description="URN of the slot it runs in.")
    gate: Gate | None = described("What the gate said when it was rolled out; null for a stub.")
    until: DateTime | None = described(
        "When it stopped being live: the stated end, else the instant the next roll-out took over; null while it is open."
    )
    live: bool | None = described("Whether it was live at validAt; null when no validAt was given, and for a stub.")


@strawberry.type(description=KPI_WINDOW.description)
@with_fields(KPI_WINDOW.fields)
class KpiWindow(Artifact):
    """One KPI window."""


ARTIFACT_TYPES: dict[KindOfArtifact, type[Artifact]] = {
    DATASET: Dataset,
    FEATURE: Feature,
    MODEL: Model,
    DEPLOYMENT: Deployment,
    KPI_WINDOW: KpiWindow,
}
_TYPES = {kind.name: cls for kind, cls in ARTIFACT_TYPES.items()}
_FIELDS = {
    kind.name: {field.name: (_python_name(field.name), _TO_OUTPUT.get(field.type)) for field in kind.all_fields}
    for kind in ARTIFACT_TYPES
}


async def to_artifacts(
    store: GraphStore, views: Iterable[ArtifactView], moment: Moment, asked: frozenset[str]
) -> dict[str, Artifact]:
    """Artifacts as the API shows them, by URN; what costs another read is read only when it is among the fields asked for."""
    by_urn = {view.urn: view for view in views}
    if asked & BESIDE_THE_LOG and by_urn:
        await annotate(store, list(by_urn.values()), moment)
    times: dict[str, LiveTimes] = {}
    if asked & ROLL_OUT:
        roll_outs = [urn for urn, view in by_urn.items() if view.kind == DEPLOYMENT.name]
        times = await read_live_times(store, roll_outs, moment)
    return {urn: _to_artifact(view, times.get(urn), moment) for urn, view in by_urn.items()}


def _to_artifact(view: ArtifactView, times: LiveTimes | None, moment: Moment) -> Artifact:
    values: dict[str, object] = {
        "id": view.urn,
        "urn": view.urn,
        "kind": view.kind,
        "namespace": view.namespace,
        "name": view.name,
        "version": view.version,
        "declared": view.declared,
        "recorded_at": view.recorded_at,
        "position": view.position,
        "actor": view.actor,
        "erased": view.erased,
    }
    if view.told_by is not None:
        values["told_by"] = to_source(view.told_by)
    fields = _FIELDS[view.kind]
    for stated in (view.fields, view.annotations):
        for name, value in stated.items():
            if name in fields and value is not None:
                attribute, convert = fields[name]
                values[attribute] = value if convert is None else convert(value)
    if view.kind == DEPLOYMENT.name:
        values |= _roll_out_values(view, times, moment)
    return made(_TYPES[view.kind], values)


def _roll_out_values(view: ArtifactView, times: LiveTimes | None, moment: Moment) -> dict[str, object]:
    gate = view.fields.get("gate")
    values: dict[str, object] = {
        "slot": parse_urn(view.urn).slot,
        "gate": gate["result"] if isinstance(gate, dict) else None,
    }
    if times is not None:
        values |= {"stated_end": times.stated_end, "until": times.until}
        values["live"] = None if moment.valid_at is None else times.at(moment.valid_at)
    return values
