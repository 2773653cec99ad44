"""Inputs of the mutations, made from the one declaration of what exists. Resolvers get them as plain objects in the manifest's names.

Almost nothing is required and nothing has a default here: the manifest's reader says what is missing, so that every fault of a request is
listed with its place, in the words a file would get.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

import strawberry

from evidence_graph.api.enums import Aggregate, ErasableField, KpiDirection, Mode, Relation, Sensitivity
from evidence_graph.api.scalars import DateTime, Digest, Duration, Json, Long, Number, Urn
from graph_schema import DATASET, DEPLOYMENT, FEATURE, KINDS, KPI_WINDOW, MODEL, Kind
from graph_schema.fields import Field, FieldType
from graph_schema.kinds import KPI_FIELDS
from graph_schema.relations import relations_of

Member = tuple[Any, str]  # type and description of one field
Members = Mapping[str, Member]


def _input(name: str, description: str, members: Members) -> Any:
    """An input type; what resolvers get is the object as it was sent, enumerations as text."""
    namespace: dict[str, object] = {"__annotations__": {f"{field}_": kind for field, (kind, _) in members.items()}}
    for field, (kind, text) in members.items():
        default: dict[str, Any] = {} if _is_required(kind) else {"default": strawberry.UNSET}
        namespace[f"{field}_"] = strawberry.field(name=field, description=text, **default)
    made: Any = strawberry.input(type(name, (), namespace), description=description)
    made.__strawberry_definition__.from_input = lambda cls, value, context: _plain(value)
    return made


def _is_required(kind: Any) -> bool:
    return type(None) not in getattr(kind, "__args__", ())


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
    return value


def _numbers(**descriptions: str) -> Members:
    return {name: (Number | None, text) for name, text in descriptions.items()}


_Interval = _input(
    "IntervalInput",
    "A half-open interval of time.",
    {"from": (DateTime | None, "Its first instant."), "to": (DateTime | None, "The instant it ends before.")},
)
_Source = _input(
    "SourceInput",
    "What made something, or who tells of it.",
    {
        "repo": (str | None, "Repository of the code."),
        "commit": (str | None, "Commit of the code."),
        "run": (str | None, "The run that did it."),
        "tool": (str | None, "The tool that did it."),
        "parameters": (Json | None, "What the run was given, as a JSON object."),
        "environmentDigest": (Digest | None, "SHA-256 of the environment it ran in."),
    },
)
_Band = _input(
    "BandInput",
    "Where a KPI should stay, in its unit; both ends are wanted, and belong to the band.",
    _numbers(**{"from": "Its lower end.", "to": "Its upper end."}),
)
_ReferenceWindows = _input(
    "ReferenceWindowsInput",
    "The windows of the same KPI and segment that something has inside an interval; all three are wanted.",
    {
        "of": (Urn | None, "The deployment or model that they measure."),
        "from": (DateTime | None, "Windows that begin before this do not count."),
        "to": (DateTime | None, "Windows that end after this do not count."),
    },
)
_Benchmark = _input(
    "BenchmarkInput",
    "What a KPI is held against: state one of mean, windows, evaluation and against.",
    {
        "mean": (Number | None, "A stated value, taken as exact."),
        "windows": (_ReferenceWindows | None, "What windows of the past came to; their uncertainty counts."),
        "evaluation": (Urn | None, "What one window of a model came to, for every segment; its uncertainty counts."),
        "against": (Urn | None, "A deployment or slot whose windows of the same time are the control."),
        "mode": (Mode | None, "With against a slot: what runs there in this mode; PRODUCTION unless stated."),
    },
)
_RelevantChange = _input(
    "RelevantChangeInput",
    "Smallest change that matters to anybody: state one of the two.",
    _numbers(relative="As a share of the benchmark.", absolute="In the unit of the KPI."),
)
_RatioSums = _input(
    "RatioSumsInput",
    "Sums over the observations of a ratio y/x; all five are wanted.",
    _numbers(x="Sum of x.", y="Sum of y.", xx="Sum of x squared.", yy="Sum of y squared.", xy="Sum of x times y."),
)
INPUT_TYPES: dict[FieldType, Any] = {
    FieldType.TEXT: str,
    FieldType.LONG_TEXT: str,
    FieldType.DIGEST: Digest,
    FieldType.INSTANT: DateTime,
    FieldType.INTERVAL: _Interval,
    FieldType.DURATION: Duration,
    FieldType.PERIOD: Duration,
    FieldType.SOURCE: _Source,
    FieldType.SERIES_LIST: list[Urn],
    FieldType.JSON: Json,
    FieldType.COUNT: Long,
    FieldType.NUMBER: Number,
    FieldType.FRACTION: Number,
    FieldType.ERROR_LEVEL: Number,
    FieldType.MODE: Mode,
    FieldType.SENSITIVITY: Sensitivity,
    FieldType.DIRECTION: KpiDirection,
    FieldType.BAND: _Band,
    FieldType.AGGREGATE: Aggregate,
    FieldType.SEGMENT: Json,
    FieldType.SEGMENT_NAMES: list[str],
    FieldType.BENCHMARK: _Benchmark,
    FieldType.RELEVANT_CHANGE: _RelevantChange,
    FieldType.RATIO_SUMS: _RatioSums,
}


def _of_fields(fields: tuple[Field, ...]) -> dict[str, Member]:
    required = {field.name: " Required." if field.required else "" for field in fields}
    return {field.name: (INPUT_TYPES[field.type] | None, field.description + required[field.name]) for field in fields}


def _of_kind(kind: Kind) -> dict[str, Member]:
    """What an item of this kind may state: its URN (a window's is formed from its fields), fields and relations."""
    urn: dict[str, Member] = {"urn": (Urn | None, "Its URN. Required; with a digest the version may be left out.")}
    relations = {
        relation.field: ((Urn if relation.single else list[Urn]) | None, relation.description)
        for relation in relations_of(kind)
    }
    return ({} if kind is KPI_WINDOW else urn) | _of_fields(kind.all_fields) | relations


_ONCE: dict[str, Member] = {
    "dryRun": (bool | None, "Say what would be recorded, and record nothing."),
    "idempotencyKey": (
        str | None,
        "At most 255 characters: the same key with the same input records once and gives the first answer again.",
    ),
}
_RESTATES: dict[str, Member] = {
    "restateErased": (
        bool | None,
        "Record what is stated of fields whose values were erased; unless true they stay erased, whatever is stated of them.",
    )
}
_TELLER: dict[str, Member] = {"source": (_Source | None, "Who tells: kept with every entry, and never compared.")}
_ITEMS = {kind: _input(f"{kind.type_name}Input", kind.description, _of_kind(kind)) for kind in KINDS}
_SECTIONS: dict[str, Member] = {
    kind.section: (list[_ITEMS[kind]] | None, f"What to record: {kind.type_name}.")  # type: ignore[valid-type]
    for kind in KINDS
}

if TYPE_CHECKING:
    RegisterEvidenceInput: TypeAlias = Mapping[str, object]
    DeployInput: TypeAlias = Mapping[str, object]
    AdjustDeploymentInput: TypeAlias = Mapping[str, object]
    EndDeploymentInput: TypeAlias = Mapping[str, object]
    RetractInput: TypeAlias = Mapping[str, object]
    EraseInput: TypeAlias = Mapping[str, object]
    DefineKpiInput: TypeAlias = Mapping[str, object]
    RecordKpiWindowsInput: TypeAlias = Mapping[str, object]
else:
    KpiInput = _input("KpiInput", "One version of a KPI's definition.", _of_fields(KPI_FIELDS))
    RegisterEvidenceInput = _input(
        "RegisterEvidenceInput",
        "A whole manifest, recorded in one transaction or not at all. Items may refer to each other in any order.",
        {
            **_TELLER,
            "datasets": _SECTIONS[DATASET.section],
            "features": _SECTIONS[FEATURE.section],
            "models": _SECTIONS[MODEL.section],
            "kpis": (list[KpiInput] | None, "Definitions of KPIs."),
            "deployments": _SECTIONS[DEPLOYMENT.section],
            "windows": _SECTIONS[KPI_WINDOW.section],
            **_RESTATES,
            **_ONCE,
        },
    )
    DeployInput = _input(
        "DeployInput",
        "One roll-out to begin.",
        {
            **_of_kind(DEPLOYMENT),
            "urn": (Urn, "URN of the deployment, deployment:<slot>@<label>."),
            "from": (DateTime, "When the roll-out begins."),
            "serves": (Urn, "URN of the one model version it serves."),
            **_RESTATES,
            **_ONCE,
        },
    )
    DefineKpiInput = _input(
        "DefineKpiInput", "One version of a KPI's definition.", {**_of_fields(KPI_FIELDS), **_RESTATES, **_ONCE}
    )
    RecordKpiWindowsInput = _input(
        "RecordKpiWindowsInput",
        "KPI windows, recorded in one transaction or not at all.",
        {**_TELLER, "windows": (list[_ITEMS[KPI_WINDOW]], "The windows."), **_RESTATES, **_ONCE},
    )
    AdjustDeploymentInput = _input(
        "AdjustDeploymentInput",
        "Another mode or share of traffic for a roll-out, from an instant on.",
        {
            "urn": (Urn, "URN of the deployment."),
            "from": (DateTime, "From when on."),
            "mode": (Mode | None, "The new mode; as it was unless stated."),
            "traffic": (Number | None, "The new share, above 0 and at most 1; as it was unless stated."),
            **_ONCE,
        },
    )
    EndDeploymentInput = _input(
        "EndDeploymentInput",
        "The end of a roll-out, or the correction of an end stated before.",
        {
            "urn": (Urn, "URN of the deployment."),
            "to": (DateTime, "When it ended or will end."),
            "reason": (str | None, "Why, for people."),
            **_ONCE,
        },
    )
    RetractInput = _input(
        "RetractInput",
        "A declaration, or some of its relations, no longer hold. Earlier positions still show them.",
        {
            "urn": (Urn, "URN of the artifact whose declaration or relations do not hold."),
            "relation": (Relation | None, "Only this relation; the whole declaration unless stated."),
            "to": (Urn | None, "Only the relation to this artifact; to all of them unless stated."),
            "reason": (str, "Why it does not hold."),
            **_ONCE,
        },
    )
    EraseInput = _input(
        "EraseInput",
        "What is kept beside the log under one URN is to be gone for good; its proofs stay.",
        {
            "urn": (Urn, "URN of an artifact, or kpi:<name>@<version> of a KPI's definition."),
            "fields": (
                list[ErasableField] | None,
                "Only these; all but the reasons of erasures unless stated. Every value ever stated of them goes, older ones too.",
            ),
            "reason": (str, "Why. It is kept until it is erased itself: let it hold nothing of what is erased."),
            **_ONCE,
        },
    )
