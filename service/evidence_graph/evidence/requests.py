"""Reading requests that no manifest holds: to adjust or end a roll-out, to retract, and to erase. Faults are listed as a manifest's are."""

from collections.abc import Callable, Mapping, Sequence

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.commands import Adjustment, Ending, Erasure, Fault, Item, Retraction
from evidence_graph.evidence.manifest import Manifest
from evidence_graph.evidence.plain_values import LONGEST_URN_TEXT, nearest, read_object, read_text
from evidence_graph.evidence.values import read_value
from evidence_graph.record.erasure import ERASABLE, ERASURE_REASON
from evidence_graph.record.urn import KPI, parse_artifact_urn, parse_urn
from graph_schema import DEPLOYMENT, RELATIONS_BY_NAME
from graph_schema.fields import FieldType


def read_adjustment(request: object) -> Manifest:
    """`{urn, from, mode, traffic}`: another mode or share of traffic, from an instant on."""
    return _read(request, "adjustment", ("urn", "from", "mode", "traffic"), _adjustment)


def read_ending(request: object) -> Manifest:
    """`{urn, to, reason}`: the end of a roll-out, or the correction of one stated before."""
    return _read(request, "ending", ("urn", "to", "reason"), _ending)


def read_retraction(request: object) -> Manifest:
    """`{urn, relation, to, reason}`: a declaration no longer holds, or only some of its relations."""
    return _read(request, "retraction", ("urn", "relation", "to", "reason"), _retraction)


def read_erasure(request: object) -> Manifest:
    """`{urn, fields, reason}`: the values of these fields are to go, of all when none is named."""
    return _read(request, "erasure", ("urn", "fields", "reason"), _erasure)


class _Request:
    """The stated fields of one request; a fault in one does not hide the faults in the others."""

    def __init__(self, raw: Mapping[str, object], path: str, manifest: Manifest) -> None:
        self.raw, self.path, self.manifest = raw, path, manifest

    def required(self, name: str, read: Callable[[object, str], str]) -> str:
        """The field's canonical form; '' after a fault."""
        if name not in self.raw:
            self.fault(name, f"{self.path} has no {name}.", f"State {name}.")
            return ""
        return self.optional(name, read) or ""

    def optional(self, name: str, read: Callable[[object, str], str]) -> str | None:
        """The field's canonical form, None when it is not stated or at fault."""
        if name not in self.raw:
            return None
        try:
            return read(self.raw[name], f"{self.path}.{name}")
        except InvalidInput as refused:
            self.fault(name, refused.message, refused.next_step)
            return None

    def names(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """The stated list of names, each one of those known."""
        stated = self.raw.get(name)
        if stated is None:
            return ()
        listed = stated if isinstance(stated, list) else [stated]
        if not listed:
            self.fault(name, f"{self.path}.{name} is empty.", f"Name some of {', '.join(known)}, or leave it out.")
        for index, one in enumerate(listed):
            if one not in known:
                self.fault(f"{name}[{index}]", f"Nothing is kept under {str(one)[:60]!r}.", nearest(str(one), known))
        return tuple(str(one) for one in listed)

    def traffic(self) -> float | None:
        """The stated share of traffic."""
        if "traffic" not in self.raw:
            return None
        try:
            share = read_value(FieldType.FRACTION, self.raw["traffic"], f"{self.path}.traffic")
        except InvalidInput as refused:
            self.fault("traffic", refused.message, refused.next_step)
            return None
        assert isinstance(share, int | float)
        return float(share)

    def fault(self, name: str, message: str, next_step: str) -> None:
        urn = self.raw.get("urn")
        stated = urn[:200] if isinstance(urn, str) else ""
        self.manifest.faults.append(Fault(Fault.INVALID, message, f"{self.path}.{name}", next_step, self.path, stated))


def _read(request: object, path: str, known: tuple[str, ...], read: Callable[[_Request], Item]) -> Manifest:
    manifest = Manifest()
    with manifest.listing(path):
        item = read(_Request(read_object(request, path, known), path, manifest))
        if not manifest.faults:
            manifest.items.append(item)
    return manifest


def _adjustment(request: _Request) -> Item:
    if "mode" not in request.raw and "traffic" not in request.raw:
        request.fault("mode", f"{request.path} changes nothing.", "State mode, traffic or both.")
    return Adjustment(
        path=request.path,
        urn=request.required("urn", _deployment),
        at=request.required("from", _instant),
        mode=request.optional("mode", _mode),
        traffic=request.traffic(),
    )


def _ending(request: _Request) -> Item:
    return Ending(
        path=request.path,
        urn=request.required("urn", _deployment),
        to=request.required("to", _instant),
        plain={"reason": reason} if (reason := request.optional("reason", _reason)) else {},
    )


def _retraction(request: _Request) -> Item:
    if "to" in request.raw and "relation" not in request.raw:
        request.fault("to", f"{request.path}.to is stated without relation.", "State relation too.")
    reason = request.required("reason", _reason)
    return Retraction(
        path=request.path,
        urn=request.required("urn", _artifact),
        relation=request.optional("relation", _relation),
        to=request.optional("to", _artifact),
        plain={"reason": reason},
    )


def _erasure(request: _Request) -> Item:
    reason = request.required("reason", _reason)
    return Erasure(
        path=request.path,
        urn=request.required("urn", _kept_under),
        fields=request.names("fields", ERASABLE),
        plain={ERASURE_REASON: reason},
    )


def _kept_under(value: object, field: str) -> str:
    """The URN of an artifact, or of a version of a KPI."""
    text = read_text(value, field, LONGEST_URN_TEXT)
    urn = parse_urn(text, field)
    if urn.kind == KPI and not urn.version:
        raise InvalidInput(f"{field} names a KPI, not one version: {urn.text}.", f"Pin it: {urn.text}@1.")
    return urn.text if urn.kind == KPI else parse_artifact_urn(text, field).text


def _reason(value: object, field: str) -> str:
    reason = str(read_value(FieldType.LONG_TEXT, value, field))
    if not reason.strip():
        raise InvalidInput(f"{field} is empty.", "Say why, for people.")
    return reason


def _instant(value: object, field: str) -> str:
    return str(read_value(FieldType.INSTANT, value, field))


def _mode(value: object, field: str) -> str:
    return str(read_value(FieldType.MODE, value, field))


def _artifact(value: object, field: str) -> str:
    return parse_artifact_urn(read_text(value, field, LONGEST_URN_TEXT), field).text


def _deployment(value: object, field: str) -> str:
    return parse_artifact_urn(read_text(value, field, LONGEST_URN_TEXT), field, DEPLOYMENT.name).text


def _relation(value: object, field: str) -> str:
    name = read_text(value, field)
    if name not in RELATIONS_BY_NAME:
        raise InvalidInput(f"{field} is {name[:60]!r}.", nearest(name, RELATIONS_BY_NAME))
    return name
