"""Canonical JSON (JCS, RFC 8785) and SHA-256 over it: the one form in which anything is hashed or kept in the log."""

from hashlib import sha256

import rfc8785

from evidence_graph.record.json_values import Json


def canonical_bytes(value: Json) -> bytes:
    """The JCS form of a value, UTF-8. The value must be `settled` before."""
    return rfc8785.dumps(value)


def canonical_digest(value: Json) -> str:
    """SHA-256 of the JCS form, 64 lower-case hexadecimal digits."""
    return sha256(canonical_bytes(value)).hexdigest()
