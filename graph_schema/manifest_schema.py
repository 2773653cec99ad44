"""The JSON Schema (2020-12) of a manifest file, for editors and for whoever writes manifests by program.

It says the form of every value. What depends on the record (conflicts, cycles, unknown KPIs) only the service can say.
"""

from collections.abc import Iterable, Mapping, Sequence

from graph_schema.fields import Field, FieldType
from graph_schema.kinds import DEPLOYMENT, KINDS, KPI_FIELDS, KPI_WINDOW, MODEL, Kind
from graph_schema.relations import Relation, relations_of

Schema = dict[str, object]

LARGEST = 2**53 - 1
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
_DURATION = r"^P(?=.)([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"
_PERIOD = _DURATION.replace("^P", "^P(?=.*[1-9])")
_PATH = "File or folder with its bytes, relative to this manifest; replaced by its digest."


def manifest_schema() -> Schema:
    """The schema of a whole manifest."""
    sections = {kind.section: _list(_artifact(kind), f"{kind.type_name}: {kind.description}") for kind in KINDS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:evidence-graph:manifest:v1",
        "title": "Manifest of evidence",
        "description": "What was made from what: registered whole or not at all.",
        **_object(
            {
                "apiVersion": {"const": "evidence/v1", "description": "Version of this format."},
                "source": {"$ref": "#/$defs/SOURCE", "description": "Who tells: the run that writes this manifest."},
                "kpis": _list(_definition(), "Definitions of KPIs."),
                **sections,
            }
        ),
        "$defs": {kind.name: {"description": kind.value, **_FORMS[kind]} for kind in FieldType},
    }


def _artifact(kind: Kind) -> Schema:
    own: Schema = {"path": {"type": "string", "minLength": 1, "description": _PATH}}
    if kind is not KPI_WINDOW:
        own = {"urn": {**_urn([kind]), "description": f"`{kind.name}:namespace/name@version`."}, **own}
    relations = {relation.field: _relation(relation) for relation in relations_of(kind)}
    return {**_object({**own, **_fields(kind.all_fields), **relations}), **_demanded(kind)}


def _demanded(kind: Kind) -> Schema:
    """What an item must state. A roll-out's end may be added later, by an item without the rest."""
    if kind is KPI_WINDOW:
        either = [{"required": ["deployment"]}, {"required": ["model"]}]
        return {"required": _required(kind.fields), "oneOf": either}
    if kind is DEPLOYMENT:
        return {
            "required": ["urn"],
            "anyOf": [{"required": ["from", "serves"]}, {"required": ["to"]}],
            "dependentRequired": {"from": ["serves"], "serves": ["from"]},
        }
    return {"required": ["urn"]}


def _definition() -> Schema:
    return {**_object(_fields(KPI_FIELDS)), "required": _required(KPI_FIELDS)}


def _required(fields: Iterable[Field]) -> list[str]:
    return [field.name for field in fields if field.required]


def _fields(fields: Iterable[Field]) -> Schema:
    return {field.name: {"$ref": f"#/$defs/{field.type.name}", "description": field.description} for field in fields}


def _relation(relation: Relation) -> Schema:
    target = _urn(relation.targets)
    form = target if relation.single else _one_or_more(target)
    return {**form, "description": f"{relation.name}: {relation.description}"}


def _urn(kinds: Sequence[Kind]) -> Schema:
    """Any accepted spelling of an artifact's URN; the canonical one has at most 1,024 bytes."""
    return {"type": "string", "pattern": f"^({'|'.join(kind.name for kind in kinds)}):[^/]+/.+"}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _list(item: Schema, description: str) -> Schema:
    return {"type": "array", "items": item, "description": description}


def _object(properties: Mapping[str, object]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _all_of(properties: Mapping[str, object]) -> Schema:
    return {**_object(properties), "required": list(properties)}


def _text(longest: int = 4_096) -> Schema:
    return {"type": "string", "maxLength": longest}


def _one_of(*words: str) -> Schema:
    return {"enum": list(words)}


_NUMBER: Schema = {"type": "number"}
_POSITIVE: Schema = {"type": "number", "exclusiveMinimum": 0}
_MODE: Schema = _one_of("PRODUCTION", "CANARY", "SHADOW")
_DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-fA-F]{64}$"}
_TIME: Schema = {"type": "string", "pattern": _INSTANT}
_FORMS: dict[FieldType, Schema] = {
    FieldType.TEXT: _text(),
    FieldType.LONG_TEXT: _text(100_000),
    FieldType.DIGEST: _DIGEST,
    FieldType.INSTANT: _TIME,
    FieldType.INTERVAL: _object({"from": _TIME, "to": _TIME}),
    FieldType.DURATION: {"type": "string", "pattern": _DURATION},
    FieldType.PERIOD: {"type": "string", "pattern": _PERIOD},
    FieldType.SOURCE: _object(
        {
            "repo": _text(),
            "commit": _text(),
            "run": _text(),
            "tool": _text(),
            "parameters": {"type": "object"},
            "environmentDigest": _DIGEST,
        }
    ),
    FieldType.SERIES_LIST: _one_or_more({"type": "string", "pattern": "^[^@]+$"}),
    FieldType.JSON: {"type": "object"},
    FieldType.COUNT: {"type": "integer", "minimum": 0, "maximum": LARGEST},
    FieldType.NUMBER: _NUMBER,
    FieldType.FRACTION: {**_POSITIVE, "maximum": 1},
    FieldType.ERROR_LEVEL: {**_POSITIVE, "maximum": 0.5},
    FieldType.MODE: _MODE,
    FieldType.SENSITIVITY: _one_of("PUBLIC", "INTERNAL", "CONFIDENTIAL", "PERSONAL"),
    FieldType.DIRECTION: _one_of("HIGHER_IS_BETTER", "LOWER_IS_BETTER", "IN_BAND"),
    FieldType.BAND: _all_of({"from": _NUMBER, "to": _NUMBER}),
    FieldType.AGGREGATE: _one_of("PROPORTION", "MEAN", "RATIO", "COUNT", "ESTIMATE"),
    FieldType.SEGMENT: {"type": "object", "additionalProperties": _text()},
    FieldType.SEGMENT_NAMES: _one_or_more(_text()),
    FieldType.BENCHMARK: {
        "oneOf": [
            _all_of({"mean": _NUMBER}),
            _all_of({"windows": _all_of({"of": _urn([DEPLOYMENT, MODEL]), "from": _TIME, "to": _TIME})}),
            _all_of({"evaluation": _urn([KPI_WINDOW])}),
            {
                **_object({"against": {"type": "string", "pattern": "^(deployment|slot):[^/]+/.+"}, "mode": _MODE}),
                "required": ["against"],
            },
        ]
    },
    FieldType.RELEVANT_CHANGE: {
        **_object({"relative": _POSITIVE, "absolute": _POSITIVE}),
        "minProperties": 1,
        "maxProperties": 1,
    },
    FieldType.RATIO_SUMS: _all_of(dict.fromkeys(("x", "y", "xx", "yy", "xy"), _NUMBER)),
}
