"""Driver rows to typed rows: scalars as they are, lists and flags by the type the question declares."""

import types
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar, Union, get_args, get_origin

import msgspec

Converter = Callable[[object], object]
Converters = tuple[tuple[int, Converter], ...]
R = TypeVar("R", bound=msgspec.Struct)


def typed_rows(row_type: type[R], rows: Iterable[Sequence[object]], converters: Converters) -> list[R]:
    """One typed row a driver row, columns in the order of the type's fields."""
    if not converters:
        return [row_type(*row) for row in rows]
    return [row_type(*_converted(row, converters)) for row in rows]


def _converted(row: Sequence[object], converters: Converters) -> list[object]:
    columns = list(row)
    for index, convert in converters:
        columns[index] = convert(columns[index])
    return columns


@cache
def from_json_text(row_type: type[msgspec.Struct]) -> Converters:
    """Converters for an engine that gives lists as JSON text and flags as 0 and 1 (SQLite)."""
    return tuple(
        (index, _from_json(field.type))
        for index, field in enumerate(msgspec.structs.fields(row_type))
        if field.type is bool or _is_list(field.type)
    )


def _from_json(wanted: object) -> Converter:
    if wanted is bool:
        return bool
    decoder = msgspec.json.Decoder(wanted)
    return lambda value: decoder.decode(str(value))


@cache
def from_builtins(row_type: type[msgspec.Struct]) -> Converters:
    """Converters for an engine that gives lists as lists (Neo4j)."""
    return tuple(
        (index, lambda value, wanted=field.type: msgspec.convert(value, wanted))
        for index, field in enumerate(msgspec.structs.fields(row_type))
        if _is_list(field.type)
    )


def _is_list(wanted: object) -> bool:
    if isinstance(wanted, types.UnionType) or get_origin(wanted) is Union:
        return any(_is_list(part) for part in get_args(wanted))
    return get_origin(wanted) is list
