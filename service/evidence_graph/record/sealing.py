"""Sealing: the log holds SHA-256(salt ‖ JCS(value)); value and salt live beside it and can be erased without breaking a proof.

The sealed form of a value in an entry is `{"sealed": "<64 hexadecimal digits>"}`. The salt is 32 random bytes, so nothing about the
value can be guessed from the log.
"""

import re
from hashlib import sha256

import msgspec

from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.json_values import Json, JsonObject

SALT_BYTES = 32


class Sealed(msgspec.Struct, frozen=True):
    """One value beside the log; `salt` and `value` are None once erased."""

    commitment: str
    salt: str | None
    value: Json

    @property
    def erased(self) -> bool:
        """Whether value and salt are gone."""
        return self.salt is None


def seal(value: Json, salt: bytes) -> Sealed:
    """The value with its commitment; `salt` has 32 bytes."""
    return Sealed(commitment(value, salt), salt.hex(), value)


def commitment(value: Json, salt: bytes) -> str:
    """SHA-256(salt ‖ JCS(value)), lower-case hexadecimal."""
    return sha256(salt + canonical_bytes(value)).hexdigest()


def is_salt(text: str) -> bool:
    """Whether it is 32 bytes as we write them: lower-case hexadecimal."""
    return re.fullmatch(f"[0-9a-f]{{{2 * SALT_BYTES}}}", text) is not None


def opens(sealed: Sealed, value: Json) -> bool:
    """Whether `value` is what was sealed; an erased value cannot be told."""
    return sealed.salt is not None and commitment(value, bytes.fromhex(sealed.salt)) == sealed.commitment


def sealed_form(sealed: Sealed) -> JsonObject:
    """What stands in the entry instead of the value."""
    return {"sealed": sealed.commitment}
