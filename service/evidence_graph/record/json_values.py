"""JSON as a type, and the one form numbers are kept in, so that equal content has equal bytes."""

import math
from typing import TYPE_CHECKING, Any

from evidence_graph.errors import InvalidInput

_ACCEPTED = "Only text, finite numbers, true, false, null, lists and objects can be kept."
if TYPE_CHECKING:
    Json = bool | int | float | str | None | list["Json"] | dict[str, "Json"]
else:
    Json = Any  # msgspec cannot follow an alias into itself; what a JSON decoder gives is JSON already
JsonObject = dict[str, Json]

DEEPEST = 32  # lists and objects inside each other
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 follows ECMAScript: larger integers have no exact form


def settled(value: object, field: str, depth: int = 0) -> Json:
    """The value with whole floats as integers, checked to be JSON that RFC 8785 can write.

    Raises InvalidInput naming `field` for NaN, infinities, integers of 2^53 and more, lone surrogates and foreign types.
    """
    if depth > DEEPEST:
        raise InvalidInput(
            f"{field[:80]}… is nested too deeply.", f"At most {DEEPEST} lists or objects inside each other."
        )
    match value:
        case bool() | None:
            return value
        case str():
            return _text(value, field)
        case int() | float():
            return settled_number(value, field)
        case list() | tuple():
            return [settled(part, f"{field}[{index}]", depth + 1) for index, part in enumerate(value)]
        case dict():
            return {_text(key, field): settled(part, f"{field}.{key}", depth + 1) for key, part in value.items()}
    raise InvalidInput(f"{field} is a {type(value).__name__}.", _ACCEPTED)


def settled_number(value: int | float, field: str) -> int | float:
    """A finite number; whole ones as integers, which must be below 2^53."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput(f"{field} is not a finite number.", "NaN and infinities cannot be kept.")
        if not value.is_integer() or abs(value) > LARGEST_INTEGER:
            return value
        value = int(value)
    if abs(value) > LARGEST_INTEGER:
        raise InvalidInput(f"{field} is an integer of 2^53 or more.", "Write it as text, or as a smaller number.")
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{field} has a key that is no text.", "Quote the key.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{field} holds half a character (a lone surrogate).", "Send well-formed Unicode.") from None
    return value
