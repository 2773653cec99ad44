"""Scalars of the API, and how arguments written in them are read.

What goes into a manifest is passed on as it came: the manifest's reader judges it, so that a file and a request hear the same words, and
every fault is listed with its place.
"""

from collections.abc import Callable
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.plain_values import read_text
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import LARGEST_INTEGER
from evidence_graph.record.urn import Urn as ParsedUrn
from evidence_graph.record.urn import parse_artifact_urn, parse_urn

# What stands for a value of each: as it came on the way in, as stored on the way out (an instant is text, or µs since 1970-01-01 UTC).
Long = NewType("Long", object)
DateTime = NewType("DateTime", object)
Urn = NewType("Urn", object)
Digest = NewType("Digest", object)
Duration = NewType("Duration", object)
Json = NewType("Json", object)
Number = NewType("Number", object)

LONGEST_URN_TEXT = 10_000
NOT_GIVEN = (None, strawberry.UNSET)


def _as_it_came(value: object) -> object:
    return value


def _instant_text(value: object) -> str:
    """Stored fields hold canonical text already; everything computed is an integer."""
    return value if isinstance(value, str) else format_instant(_whole(value))


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise GraphQLError(f"not a whole number but a {type(value).__name__}")


def _scalar(
    name: str, description: str, serialize: Callable[[object], object] = _as_it_came, url: str | None = None
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, specified_by_url=url, serialize=serialize, parse_value=_as_it_came
    )


SCALARS: dict[object, ScalarDefinition] = {
    Long: _scalar("Long", "A whole number from -(2^53 - 1) to 2^53 - 1.", _whole),
    DateTime: _scalar(
        "DateTime",
        "An instant: RFC 3339 with a time zone and at most six fraction digits. Answers have six digits and Z.",
        _instant_text,
        "https://www.rfc-editor.org/rfc/rfc3339",
    ),
    Urn: _scalar(
        "Urn",
        "A name: kind:namespace/name@version for one artifact, without @version for all its versions (a series), "
        "slot:namespace/name for a slot. Each part is percent-encoded; answers use the canonical spelling.",
    ),
    Digest: _scalar("Digest", "A SHA-256 digest: sha256: and 64 hexadecimal digits."),
    Duration: _scalar("Duration", "An ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P14D."),
    Json: _scalar("JSON", "Any JSON value; integers below 2^53."),
    Number: _scalar("Number", "A finite number, as manifests hold it."),
}


def read_instant(value: object, field: str) -> int | None:
    """µs since 1970-01-01 UTC of an optional DateTime argument. Raises InvalidInput."""
    return None if value in NOT_GIVEN else parse_instant(read_text(value, field), field)


def read_long(value: object, field: str) -> int | None:
    """An optional Long argument. Raises InvalidInput."""
    if value in NOT_GIVEN:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_INTEGER:
        raise InvalidInput(f"{field} is no whole number below 2^53.", "Write it without quotes and without a fraction.")
    return value


def read_artifact_urn(value: object, field: str) -> str:
    """The canonical URN of one artifact. Raises InvalidInput."""
    return parse_artifact_urn(read_text(value, field, LONGEST_URN_TEXT), field).text


def read_urn(value: object, field: str) -> ParsedUrn:
    """Any canonical URN with its parts. Raises InvalidInput."""
    return parse_urn(read_text(value, field, LONGEST_URN_TEXT), field)
