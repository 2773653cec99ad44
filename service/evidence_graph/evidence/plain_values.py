"""What a decoder gave, checked for its form: objects, texts, lists, numbers, instants, one of some words. Every refusal names the field."""

import difflib
from collections.abc import Callable, Collection, Mapping

from evidence_graph.errors import InvalidInput
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import settled, settled_number

LONGEST_TEXT, LONGEST_URN_TEXT, MOST_IN_LIST = 4_096, 10_000, 10_000  # escapes may make a URN shorter


def nearest(name: str, known: Collection[str]) -> str:
    """The advice to give for an unknown name: the nearest known one, or all of them."""
    close = difflib.get_close_matches(name, known, 1, 0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(sorted(known))}."


def read_object(value: object, field: str, known: Collection[str]) -> Mapping[str, object]:
    """An object with none but known names; names with null count as not given."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{field} is {kind_of(value)}.", f"An object is wanted here, with {', '.join(known)}.")
    for name in value:
        if name not in known:
            raise InvalidInput(f"{field} has the unknown field {str(name)[:60]!r}.", nearest(str(name), known))
    return {name: part for name, part in value.items() if part is not None}


def read_text(value: object, field: str, longest: int = LONGEST_TEXT) -> str:
    """Well-formed text of limited length."""
    if not isinstance(value, str):
        raise InvalidInput(f"{field} is {kind_of(value)}.", "Text is wanted here; put it in quotes.")
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


def read_instant(value: object, field: str) -> str:
    """An instant as RFC 3339 with six digits and `Z`."""
    return format_instant(parse_instant(read_text(value, field), field))


def read_number(value: object, field: str) -> int | float:
    """A finite number, integers below 2^53."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{field} is {kind_of(value)}.", "A number is wanted here.")
    return settled_number(value, field)


def one_of(*allowed: str) -> Callable[[object, str], str]:
    """A reader that takes none but these words."""

    def read(value: object, field: str) -> str:
        text = read_text(value, field)
        if text not in allowed:
            raise InvalidInput(f"{field} is {text[:60]!r}.", nearest(text, allowed))
        return text

    return read


def kind_of(value: object) -> str:
    """What a value is, in words for people."""
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
