"""Values of single fields: from what people write to the one form that is kept. Every refusal names the field."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping

import orjson

from evidence_graph.errors import InvalidInput
from evidence_graph.record.instants import format_instant, parse_duration, parse_instant
from evidence_graph.record.json_values import Json, JsonObject, settled, settled_number
from evidence_graph.record.urn import parse_urn
from graph_schema.fields import FieldType

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SOURCE_FIELDS = ("repo", "commit", "run", "tool", "parameters", "environmentDigest")
LONGEST_TEXT, LONGEST_LONG_TEXT, MOST_IN_LIST = 4_096, 100_000, 10_000


def read_value(kind: FieldType, value: object, field: str) -> Json:
    """The canonical form of `value` as a field of this type. Raises InvalidInput naming `field`."""
    return _READERS[kind](value, field)


def nearest(name: str, known: Collection[str]) -> str:
    """The advice to give for an unknown name: the nearest known one, or all of them."""
    close = difflib.get_close_matches(name, known, 1, 0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(sorted(known))}."


def read_object(value: object, field: str, known: Collection[str]) -> Mapping[str, object]:
    """An object with none but known names; names with null count as not given."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{field} is {_kind_of(value)}.", f"An object is wanted here, with {', '.join(known)}.")
    for name in value:
        if name not in known:
            raise InvalidInput(f"{field} has the unknown field {str(name)[:60]!r}.", nearest(str(name), known))
    return {name: part for name, part in value.items() if part is not None}


def read_text(value: object, field: str, longest: int = LONGEST_TEXT) -> str:
    """Well-formed text of limited length."""
    if not isinstance(value, str):
        raise InvalidInput(f"{field} is {_kind_of(value)}.", "Text is wanted here; put it in quotes.")
    if len(value) > longest:
        raise InvalidInput(
            f"{field} has {len(value)} characters.", f"At most {longest} are kept; put the rest behind a uri."
        )
    settled(value, field)
    return value


def read_list(value: object, field: str) -> list[object]:
    """A list of limited length; a single value counts as a list of one."""
    found = list(value) if isinstance(value, list | tuple) else [value]
    if len(found) > MOST_IN_LIST:
        raise InvalidInput(f"{field} has {len(found)} elements.", f"At most {MOST_IN_LIST} are taken at once.")
    return found


def _long_text(value: object, field: str) -> str:
    return read_text(value, field, LONGEST_LONG_TEXT)


def _digest(value: object, field: str) -> str:
    text = read_text(value, field).lower()
    if not _DIGEST.fullmatch(text):
        raise InvalidInput(
            f"{field} is not a SHA-256 digest: {text[:80]!r}.", "Write sha256: and 64 hexadecimal digits."
        )
    return text


def _instant(value: object, field: str) -> str:
    return format_instant(parse_instant(read_text(value, field), field))


def _interval(value: object, field: str) -> JsonObject:
    found = read_object(value, field, ("from", "to"))
    interval = {name: _instant(part, f"{field}.{name}") for name, part in found.items()}
    if "from" in interval and "to" in interval and interval["to"] <= interval["from"]:
        raise InvalidInput(f"{field} ends before it begins.", "`to` must be after `from`.")
    return dict(interval)


def _duration(value: object, field: str) -> str:
    text = read_text(value, field)
    parse_duration(text, field)
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
        raise InvalidInput(f"{field} is {_kind_of(value)}.", "A JSON object is wanted here.")
    if (size := len(orjson.dumps(found))) > LONGEST_LONG_TEXT:
        raise InvalidInput(
            f"{field} has {size} bytes.", f"At most {LONGEST_LONG_TEXT} are kept; put the rest behind a uri."
        )
    return found


def read_number(value: object, field: str) -> int | float:
    """A finite number, integers below 2^53."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{field} is {_kind_of(value)}.", "A number is wanted here.")
    return settled_number(value, field)


def _count(value: object, field: str) -> int:
    number = read_number(value, field)
    if not isinstance(number, int) or number < 0:
        raise InvalidInput(f"{field} is {number}.", "A whole number from 0 is wanted here.")
    return number


def _fraction(value: object, field: str) -> int | float:
    number = read_number(value, field)
    if not 0 < number <= 1:
        raise InvalidInput(f"{field} is {number}.", "A share above 0 and at most 1 is wanted here.")
    return number


def _one_of(*allowed: str) -> Callable[[object, str], str]:
    def read(value: object, field: str) -> str:
        text = read_text(value, field)
        if text not in allowed:
            raise InvalidInput(f"{field} is {text[:60]!r}.", nearest(text, allowed))
        return text

    return read


def _segment(value: object, field: str) -> JsonObject:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{field} is {_kind_of(value)}.", "An object is wanted here, such as {origin: JFK}.")
    return {read_text(key, field): read_text(part, f"{field}.{key}") for key, part in sorted(value.items())}


def _segment_names(value: object, field: str) -> list[Json]:
    names = {read_text(part, f"{field}[{index}]") for index, part in enumerate(read_list(value, field))}
    return [*sorted(names)]


def _numbers(known: tuple[str, ...], *, exactly_one: bool = False) -> Callable[[object, str], JsonObject]:
    def read(value: object, field: str) -> JsonObject:
        found = read_object(value, field, known)
        if exactly_one and len(found) != 1:
            raise InvalidInput(f"{field} must state exactly one of {', '.join(known)}.", "Keep one of them.")
        return {name: read_number(part, f"{field}.{name}") for name, part in found.items()}

    return read


def _relevant_change(value: object, field: str) -> JsonObject:
    found = _numbers(("relative", "absolute"), exactly_one=True)(value, field)
    for name, number in found.items():
        if not isinstance(number, int | float) or number <= 0:
            raise InvalidInput(f"{field}.{name} is {number}.", "A number above 0 is wanted here.")
    return found


def _kind_of(value: object) -> str:
    names = {
        type(None): "null",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), f"a {type(value).__name__}")


_READERS: dict[FieldType, Callable[[object, str], Json]] = {
    FieldType.TEXT: read_text,
    FieldType.LONG_TEXT: _long_text,
    FieldType.DIGEST: _digest,
    FieldType.INSTANT: _instant,
    FieldType.INTERVAL: _interval,
    FieldType.DURATION: _duration,
    FieldType.SOURCE: _source,
    FieldType.SERIES_LIST: _series_list,
    FieldType.JSON: _json_object,
    FieldType.COUNT: _count,
    FieldType.NUMBER: read_number,
    FieldType.FRACTION: _fraction,
    FieldType.MODE: _one_of("PRODUCTION", "CANARY", "SHADOW"),
    FieldType.SENSITIVITY: _one_of("PUBLIC", "INTERNAL", "CONFIDENTIAL", "PERSONAL"),
    FieldType.DIRECTION: _one_of("HIGHER_IS_BETTER", "LOWER_IS_BETTER"),
    FieldType.AGGREGATE: _one_of("PROPORTION", "MEAN", "RATIO", "COUNT", "ESTIMATE"),
    FieldType.SEGMENT: _segment,
    FieldType.SEGMENT_NAMES: _segment_names,
    FieldType.BENCHMARK: _numbers(("mean",)),
    FieldType.RELEVANT_CHANGE: _relevant_change,
    FieldType.RATIO_SUMS: _numbers(("x", "y", "xx", "yy", "xy")),
}
