"""Values of single fields: from what people write to the one form that is kept. Every refusal names the field."""

import re
from collections.abc import Callable, Mapping

import orjson

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.kpi_values import read_band, read_benchmark, read_ratio_sums, read_relevant_change
from evidence_graph.evidence.plain_values import (
    kind_of,
    one_of,
    read_instant,
    read_list,
    read_number,
    read_object,
    read_text,
)
from evidence_graph.record.instants import parse_duration
from evidence_graph.record.json_values import Json, JsonObject, settled
from evidence_graph.record.urn import parse_urn
from graph_schema.fields import FieldType

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SOURCE_FIELDS = ("repo", "commit", "run", "tool", "parameters", "environmentDigest")
LONGEST_LONG_TEXT = 100_000
LONGEST_DURATION = parse_duration("P36525D", "a century")  # nobody waits longer, and sums with instants stay small


def read_value(kind: FieldType, value: object, field: str) -> Json:
    """The canonical form of `value` as a field of this type. Raises InvalidInput naming `field`."""
    return _READERS[kind](value, field)


def _long_text(value: object, field: str) -> str:
    return read_text(value, field, LONGEST_LONG_TEXT)


def _digest(value: object, field: str) -> str:
    text = read_text(value, field).lower()
    if not _DIGEST.fullmatch(text):
        raise InvalidInput(
            f"{field} is not a SHA-256 digest: {text[:80]!r}.", "Write sha256: and 64 hexadecimal digits."
        )
    return text


def _interval(value: object, field: str) -> JsonObject:
    found = read_object(value, field, ("from", "to"))
    interval = {name: read_instant(part, f"{field}.{name}") for name, part in found.items()}
    if "from" in interval and "to" in interval and interval["to"] <= interval["from"]:
        raise InvalidInput(f"{field} ends before it begins.", "`to` must be after `from`.")
    return dict(interval)


def _duration(value: object, field: str) -> str:
    text = read_text(value, field)
    if text.startswith("-"):
        raise InvalidInput(f"{field} is negative: {text[:40]!r}.", "It is zero or more; write it like P14D.")
    if parse_duration(text, field) > LONGEST_DURATION:
        raise InvalidInput(f"{field} is longer than a century: {text[:40]!r}.", "At most P36525D can be kept.")
    return text


def _period(value: object, field: str) -> str:
    text = _duration(value, field)
    if parse_duration(text, field) == 0:
        raise InvalidInput(f"{field} lasts no time: {text[:40]!r}.", "It is longer than zero; write it like P7D.")
    return text


def _source(value: object, field: str) -> JsonObject:
    found = read_object(value, field, SOURCE_FIELDS)
    source: JsonObject = {}
    for name, part in found.items():
        where = f"{field}.{name}"
        if name == "parameters":
            source[name] = _json_object(part, where)
        elif name == "environmentDigest":
            source[name] = _digest(part, where)
        else:
            source[name] = read_text(part, where)
    return source


def _series_list(value: object, field: str) -> list[Json]:
    found = set()
    for index, part in enumerate(read_list(value, field)):
        where = f"{field}[{index}]"
        urn = parse_urn(read_text(part, where), where)
        if urn.version:
            raise InvalidInput(f"{where} names one version: {urn.text}.", f"A series is wanted: {urn.series}.")
        found.add(urn.text)
    return [*sorted(found)]


def _json_object(value: object, field: str) -> JsonObject:
    found = settled(value, field)
    if not isinstance(found, dict):
        raise InvalidInput(f"{field} is {kind_of(value)}.", "A JSON object is wanted here.")
    if (size := len(orjson.dumps(found))) > LONGEST_LONG_TEXT:
        raise InvalidInput(
            f"{field} has {size} bytes.", f"At most {LONGEST_LONG_TEXT} are kept; put the rest behind a uri."
        )
    return found


def _count(value: object, field: str) -> int:
    number = read_number(value, field)
    if not isinstance(number, int) or number < 0:
        raise InvalidInput(f"{field} is {number}.", "A whole number from 0 is wanted here.")
    return number


def _at_most(most: float, wanted: str) -> Callable[[object, str], int | float]:
    def read(value: object, field: str) -> int | float:
        number = read_number(value, field)
        if not 0 < number <= most:
            raise InvalidInput(f"{field} is {number}.", f"A {wanted} above 0 and at most {most} is wanted here.")
        return number

    return read


def _segment(value: object, field: str) -> JsonObject:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{field} is {kind_of(value)}.", "An object is wanted here, such as {origin: JFK}.")
    return {read_text(key, field): read_text(part, f"{field}.{key}") for key, part in sorted(value.items())}


def _segment_names(value: object, field: str) -> list[Json]:
    names = {read_text(part, f"{field}[{index}]") for index, part in enumerate(read_list(value, field))}
    return [*sorted(names)]


_READERS: dict[FieldType, Callable[[object, str], Json]] = {
    FieldType.TEXT: read_text,
    FieldType.LONG_TEXT: _long_text,
    FieldType.DIGEST: _digest,
    FieldType.INSTANT: read_instant,
    FieldType.INTERVAL: _interval,
    FieldType.DURATION: _duration,
    FieldType.SOURCE: _source,
    FieldType.SERIES_LIST: _series_list,
    FieldType.JSON: _json_object,
    FieldType.COUNT: _count,
    FieldType.NUMBER: read_number,
    FieldType.PERIOD: _period,
    FieldType.FRACTION: _at_most(1, "share"),
    FieldType.ERROR_LEVEL: _at_most(0.5, "probability"),
    FieldType.MODE: one_of("PRODUCTION", "CANARY", "SHADOW"),
    FieldType.SENSITIVITY: one_of("PUBLIC", "INTERNAL", "CONFIDENTIAL", "PERSONAL"),
    FieldType.DIRECTION: one_of("HIGHER_IS_BETTER", "LOWER_IS_BETTER", "IN_BAND"),
    FieldType.BAND: read_band,
    FieldType.AGGREGATE: one_of("PROPORTION", "MEAN", "RATIO", "COUNT", "ESTIMATE"),
    FieldType.SEGMENT: _segment,
    FieldType.SEGMENT_NAMES: _segment_names,
    FieldType.BENCHMARK: read_benchmark,
    FieldType.RELEVANT_CHANGE: read_relevant_change,
    FieldType.RATIO_SUMS: read_ratio_sums,
}
