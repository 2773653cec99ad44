"""Canonical JSON (JCS, RFC 8785) and SHA-256 over it: the one form in which anything is hashed or kept in the log.

`rfc8785` writes it. For values without floats and with ASCII keys `orjson` writes the very same bytes many times faster (tests compare
the two over every character): they differ only in how floats are written and in sorting keys by UTF-16 units. So what has a float
somewhere is put together from its parts, most of which have none.
"""

from collections.abc import Iterable
from hashlib import sha256

import orjson
import rfc8785

from evidence_graph.record.json_values import LARGEST_INTEGER, Json


def canonical_bytes(value: Json) -> bytes:
    """The JCS form of a value, UTF-8. The value must be `settled` before."""
    if _written_alike(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    match value:
        case list():
            return b"[%b]" % b",".join(map(canonical_bytes, value))
        case dict() if all(map(str.isascii, value)):
            return b"{%b}" % b",".join(_member(key, value[key]) for key in sorted(value))
    return rfc8785.dumps(value)


def _member(key: str, value: Json) -> bytes:
    return b"%b:%b" % (orjson.dumps(key), canonical_bytes(value))


def canonical_digest(value: Json) -> str:
    """SHA-256 of the JCS form, 64 lower-case hexadecimal digits."""
    return sha256(canonical_bytes(value)).hexdigest()


def _written_alike(value: Json) -> bool:
    """Whether both libraries write the value with the same bytes: no floats, ASCII keys, integers below 2^53.

    Everything that is hashed or verified passes here, hence one call for each list or object and plain comparisons of types.
    """
    if isinstance(value, dict):
        return all(map(str.isascii, value)) and _parts_alike(value.values())
    return _parts_alike(value if isinstance(value, list) else (value,))


def _parts_alike(parts: Iterable[Json]) -> bool:
    for part in parts:
        kind = type(part)
        if kind is str or part is None or kind is bool:
            continue
        if isinstance(part, dict | list):
            if not _written_alike(part):
                return False
        elif not (isinstance(part, int) and -LARGEST_INTEGER <= part <= LARGEST_INTEGER):
            return False
    return True
