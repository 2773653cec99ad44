"""Cursors of keyset pages: the key of the last element and the log position of its page, so that the pages after it fit together."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from evidence_graph.errors import InvalidInput

K = TypeVar("K", bound=msgspec.Struct)


class ArtifactKey(msgspec.Struct, frozen=True, array_like=True, tag="a", forbid_unknown_fields=True):
    """After this URN, in pages computed at this position."""

    position: int
    urn: str


class DeploymentKey(msgspec.Struct, frozen=True, array_like=True, tag="d", forbid_unknown_fields=True):
    """After this beginning (µs, UTC) and URN, in pages computed at this position."""

    position: int
    since: int
    urn: str


class TimelineKey(msgspec.Struct, frozen=True, array_like=True, tag="t", forbid_unknown_fields=True):
    """After this place in a timeline in the order of one clock (KNOWN or VALID), in pages computed at this position."""

    position: int
    order: str
    undated: bool
    valid_time: int
    entry: Annotated[int, Meta(ge=0, lt=2**53)]
    about: str
    ordinal: int


class SeriesKey(msgspec.Struct, frozen=True, array_like=True, tag="s", forbid_unknown_fields=True):
    """After the window of this start (µs, UTC) and URN, in pages judged at this valid time (µs, UTC) and position."""

    position: int
    valid_at: int
    start: int
    urn: str


class PortfolioKey(msgspec.Struct, frozen=True, array_like=True, tag="p", forbid_unknown_fields=True):
    """After the verdict on this KPI of this, in pages judged at this valid time (µs, UTC) and position."""

    position: int
    valid_at: int
    of: str
    kpi: str


def write_cursor(key: msgspec.Struct) -> str:
    """The key as opaque text."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def read_cursor(text: str | None, form: type[K]) -> K | None:
    """The key of an optional `after`. Raises InvalidInput when it is no cursor of this question."""
    if not text:
        return None
    try:
        return msgspec.json.decode(urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)), type=form)
    except (ValueError, msgspec.DecodeError):
        raise InvalidInput("`after` is no cursor of this question.", "Send an endCursor as it was received.") from None
