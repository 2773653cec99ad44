"""What a timeline is of: an artifact, a series, a slot or a namespace, as ranges of URNs."""

from collections.abc import Sequence

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.record.urn import KPI, SLOT, Urn, parse_urn
from graph_schema import DEPLOYMENT, KINDS, KPI_WINDOW, MODEL

AFTER_ALL = "\x7f"  # follows every character a URN may hold
_FORM = 'Name a URN, a series, a slot or a namespace, such as model:churn/churn@7, slot:churn/eu-prod or "churn/*".'


class UrnRange(msgspec.Struct, frozen=True):
    """The URNs of `[first, past)` that hold a text."""

    first: str
    past: str
    holding: str = ""

    def has(self, urn: str) -> bool:
        """Whether the URN is one of them."""
        return self.first <= urn < self.past and self.holding in urn


class Scope(msgspec.Struct, frozen=True):
    """Ranges of URNs, and where their roll-outs are found: in one slot, or in a namespace."""

    name: str
    ranges: tuple[UrnRange, ...]
    slot: str = ""
    namespace: str = ""

    def has(self, urn: str) -> bool:
        """Whether the URN belongs to the scope."""
        return any(one.has(urn) for one in self.ranges)


def scope_of(text: str, field: str = "of") -> Scope:
    """The scope a text names. The windows of a deployment or model belong to it. Raises InvalidInput naming `field`."""
    if text.endswith("/*") and ":" not in text:
        return _namespace(text.removesuffix("/*"), field)
    if ":" not in text:
        raise InvalidInput(f"{field} names nothing that has a timeline.", _FORM)
    urn = parse_urn(text, field)
    if urn.kind == SLOT:
        if urn.version:
            raise InvalidInput(f"{field} names a slot with a version.", f"Write {urn.series}.")
        ranges: Sequence[UrnRange] = (
            _beginning(f"deployment:{urn.namespace}/{urn.name}@"),
            _windows(urn, DEPLOYMENT.name),
        )
        return Scope(urn.text, tuple(ranges), slot=urn.text)
    return Scope(urn.text, _of_artifact(urn), slot=urn.slot if urn.kind == DEPLOYMENT.name else "")


def _namespace(text: str, field: str) -> Scope:
    if not text or "/" in text:
        raise InvalidInput(f"{field} is no namespace.", _FORM)
    namespace = parse_urn(f"{KPI}:{text}/any", field).namespace
    kinds = [*(kind.name for kind in KINDS), KPI]
    ranges = tuple(_beginning(f"{kind}:{namespace}/") for kind in kinds)
    return Scope(f"{namespace}/*", ranges, namespace=namespace)


def _of_artifact(urn: Urn) -> tuple[UrnRange, ...]:
    own = UrnRange(urn.text, urn.text + "\x00") if urn.version else _beginning(f"{urn.series}@")
    measured = urn.kind in (DEPLOYMENT.name, MODEL.name)
    return (own, _windows(urn, urn.kind)) if measured else (own,)


def _beginning(text: str) -> UrnRange:
    return UrnRange(text, text + AFTER_ALL)


def _windows(urn: Urn, kind: str) -> UrnRange:
    """The windows that measure it: their URNs begin with its name, and hold its version once."""
    beginning = f"{KPI_WINDOW.name}:{urn.namespace}/{urn.name},{kind},"
    return UrnRange(beginning, beginning + AFTER_ALL, f"@{urn.version}," if urn.version else "")
