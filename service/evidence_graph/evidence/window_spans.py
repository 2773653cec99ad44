"""When KPI windows begin and end, and whether two of them share some time."""

import msgspec

from evidence_graph.record.urn import window_of


class Span(msgspec.Struct, frozen=True):
    """The half-open interval of one revision of a window; instants as RFC 3339 with six digits and `Z`, so that they compare as text."""

    urn: str
    start: str
    end: str

    @property
    def window(self) -> str:
        """The URN of the window, without the revision."""
        return window_of(self.urn)

    def overlaps(self, other: "Span") -> bool:
        """Whether they share some time; spans that only touch do not."""
        return self.start < other.end and other.start < self.end


class _Stated(msgspec.Struct):
    start: str
    end: str


_STATED = msgspec.json.Decoder(_Stated)


def span_of(urn: str, fields: str) -> Span:
    """The span of a declared revision; `fields` is the JSON it was declared with."""
    stated = _STATED.decode(fields)
    return Span(urn, stated.start, stated.end)
