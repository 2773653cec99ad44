"""Canonical JSON (JCS, RFC 8785) and SHA-256 over it: the one form in which anything is hashed or kept in the log.

`rfc8785` writes it. For values without floats and with ASCII keys `orjson` writes the very same bytes many times faster (tests compare
the two over every character): they differ only in how floats are written and in sorting keys by UTF-16 units.
"""

from hashlib import sha256

import orjson
import rfc8785

from evidence_graph.record.json_values import LARGEST_INTEGER, Json


def canonical_bytes(value: Json) -> bytes:
    """The JCS form of a value, UTF-8. The value must be `settled` before."""
    if _written_alike(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def canonical_digest(value: Json) -> str:
    """SHA-256 of the JCS form, 64 lower-case hexadecimal digits."""
    return sha256(canonical_bytes(value)).hexdigest()


def _written_alike(value: Json) -> bool:
    """Whether both libraries write the value with the same bytes: no floats, ASCII keys, integers below 2^53."""
    match value:
        case str() | None | bool():
            return True
        case dict():
            return all(key.isascii() and _written_alike(part) for key, part in value.items())
        case list():
            return all(map(_written_alike, value))
        case int():
            return -LARGEST_INTEGER <= value <= LARGEST_INTEGER
    return False
