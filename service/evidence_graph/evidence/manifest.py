"""Reading a manifest: sections of plain items become commands' items in canonical form, and every fault is listed with its place."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.commands import Declaration, Definition, Fault, Item, Plain
from evidence_graph.evidence.definition_rules import check_definition
from evidence_graph.evidence.plain_values import LONGEST_URN_TEXT, read_list, read_object, read_text
from evidence_graph.evidence.relation_values import read_target
from evidence_graph.evidence.values import read_value
from evidence_graph.evidence.window_statistics import check_statistics
from evidence_graph.record.events import Relations
from evidence_graph.record.instants import format_compact, parse_instant
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.urn import Urn, canonical_name, encode_part, parse_artifact_urn, parse_urn, window_urn
from graph_schema import DEPLOYMENT, KINDS, KPI_WINDOW, Kind, Relation
from graph_schema.fields import Change, Field, FieldType
from graph_schema.kinds import KPI_FIELDS
from graph_schema.relations import relations_of

API_VERSION = "evidence/v1"
KPI_SECTION = "kpis"
SECTIONS = (KPI_SECTION, *(kind.section for kind in KINDS))
MOST_ITEMS = 10_000


class Manifest:
    """What reading found: items in the order they are decided, who tells, and every fault."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.source: JsonObject | None = None

    @contextmanager
    def listing(self, path: str, urn: str = "") -> Generator[None]:
        """One reading step; a refusal inside becomes a fault, and the next step goes on."""
        try:
            yield
        except _AlreadyListed:
            return
        except InvalidInput as refused:
            self.faults.append(Fault(Fault.INVALID, refused.message, path, refused.next_step, path, urn))


def read_manifest(document: object) -> Manifest:
    """Items and faults of a manifest given as plain lists and objects (`apiVersion` optional).

    Definitions come first, then artifacts, roll-outs and windows, whatever their order in the document.
    """
    manifest = Manifest()
    with manifest.listing("manifest"):
        _read_sections(document, manifest)
    return manifest


def _read_sections(document: object, manifest: Manifest) -> None:
    sections = read_object(document, "The manifest", ("apiVersion", "source", *SECTIONS))
    version = sections.get("apiVersion", API_VERSION)
    if version != API_VERSION:
        raise InvalidInput(f"apiVersion is {str(version)[:40]!r}.", f"This version reads {API_VERSION!r}.")
    if "source" in sections:
        with manifest.listing("source"):
            _read_teller(sections["source"], manifest)
    if sum(len(read_list(sections[name], name)) for name in SECTIONS if name in sections) > MOST_ITEMS:
        raise InvalidInput(f"The manifest has more than {MOST_ITEMS} items.", "Register it in several parts.")
    for name in SECTIONS:
        for index, raw in enumerate(read_list(sections.get(name, []), name)):
            path = f"{name}[{index}]"
            with manifest.listing(path, _stated_urn(raw)):
                _read_item(raw, path, name, manifest)


def _read_teller(value: object, manifest: Manifest) -> None:
    source = read_value(FieldType.SOURCE, value, "source")
    assert isinstance(source, dict)
    manifest.source = source


def _stated_urn(raw: object) -> str:
    urn = raw.get("urn") or raw.get("name") if isinstance(raw, Mapping) else None
    return urn[:200] if isinstance(urn, str) else ""


def _read_item(raw: object, path: str, section: str, manifest: Manifest) -> None:
    if section == KPI_SECTION:
        manifest.items.append(_Reader(raw, path, KPI_FIELDS, manifest).definition())
        return
    kind = next(kind for kind in KINDS if kind.section == section)
    manifest.items.append(read_declaration(raw, path, kind, manifest))


def read_declaration(raw: object, path: str, kind: Kind, manifest: Manifest) -> Item:
    """One artifact's item. Raises InvalidInput for the fault that makes the rest unreadable; lesser ones go to `manifest`."""
    reader = _Reader(raw, path, kind.all_fields, manifest, relations_of(kind))
    return reader.window() if kind is KPI_WINDOW else reader.declaration(kind)


class _Reader:
    """One item: its fields in canonical form, its relations, its free text."""

    def __init__(
        self,
        raw: object,
        path: str,
        fields: tuple[Field, ...],
        manifest: Manifest,
        relations: tuple[Relation, ...] = (),
    ) -> None:
        self.path = path
        self.relations_by_field = {relation.field: relation for relation in relations}
        self.fields_by_name = {field.name: field for field in fields}
        urn = () if "name" in self.fields_by_name or "kpi" in self.fields_by_name else ("urn",)
        self.raw = read_object(raw, path, (*urn, *self.fields_by_name, *self.relations_by_field))
        self.manifest = manifest
        self.before = len(manifest.faults)

    def read(self, change: Change) -> JsonObject:
        """The stated fields of one class of change."""
        found: JsonObject = {}
        for name, field in self.fields_by_name.items():
            if field.change is change and name in self.raw:
                with self.listing(name):
                    value = read_value(field.type, self.raw[name], self.at(name))
                    if value not in ({}, []):  # an empty object or list says what leaving it out says
                        found[name] = value
        return found

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if name else self.path

    @contextmanager
    def listing(self, name: str) -> Generator[None]:
        """A fault in one field does not hide the faults in the others."""
        try:
            yield
        except InvalidInput as refused:
            self.fault(refused.message, name, refused.next_step)

    def fault(self, message: str, name: str, next_step: str) -> None:
        self.manifest.faults.append(
            Fault(Fault.INVALID, message, self.at(name), next_step, self.path, _stated_urn(self.raw))
        )

    def list_all(self, faults: Iterable[Fault]) -> None:
        """List faults whose fields are relative to the item, and stop here when there are any."""
        for fault in faults:
            self.fault(fault.message, fault.field, fault.next_step)
        self.settle()

    def require(self, *names: str) -> None:
        for name in names:
            if name not in self.raw:
                self.fault(
                    f"{self.path} has no {name}.", name, f"State {name}: {self.fields_by_name[name].description}"
                )

    def definition(self) -> Definition:
        self.require("name", "direction")
        fields = self.read(Change.FIXED)
        fields.setdefault("aggregate", "PROPORTION")
        self.settle()
        name = canonical_name(str(fields.pop("name")), self.at("name"))
        version = str(fields.pop("version", "1"))
        self.list_all(check_definition(name, fields))
        return Definition(path=self.path, name=name, version=encode_part(version), fields=fields, plain=self.plain())

    def plain(self) -> Plain:
        return self.read(Change.ANNOTATION)

    def settle(self) -> None:
        """Stop here when this item already has a fault: what follows needs its values."""
        if len(self.manifest.faults) > self.before:
            raise _AlreadyListed("", "")

    def declaration(self, kind: Kind) -> Declaration:
        fields, plain = self.read(Change.FIXED), self.plain()
        urn = self.own_urn(kind, fields)
        relations = self.relations(urn)
        growing = self.read(Change.GROWING)
        raised = self.read(Change.RAISED)
        declares = self.declares(fields, relations, growing)
        if kind is DEPLOYMENT and declares:
            self.roll_out(fields, growing)
        self.settle()
        return Declaration(
            path=self.path,
            urn=urn.text,
            declares=declares,
            fields=fields,
            relations=relations,
            plain=plain,
            sensitivity=_text_or_none(raised.get("sensitivity")),
            to=_text_or_none(growing.get("to")),
        )

    def own_urn(self, kind: Kind, fields: JsonObject) -> Urn:
        """The artifact's URN; with a digest and no version, the version is taken from the digest."""
        if "urn" not in self.raw:
            raise InvalidInput(f"{self.path} has no urn.", f"State urn: {kind.name}:namespace/name@version.")
        text = read_text(self.raw["urn"], self.at("urn"), LONGEST_URN_TEXT)
        urn = parse_urn(text, self.at("urn"))
        digest = fields.get("digest")
        if not urn.version and urn.kind == kind.name and isinstance(digest, str):
            text = f"{urn.text}@sha256-{digest.removeprefix('sha256:')[:12]}"
        return parse_artifact_urn(text, self.at("urn"), kind.name)

    def declares(self, fields: JsonObject, relations: Relations, growing: JsonObject) -> bool:
        """An item with something that grows and nothing that is fixed adds; every other one declares."""
        grows = bool(growing) or any(self._row_of(name).growing for name in relations)
        fixed = bool(fields) or any(not self._row_of(name).growing for name in relations)
        return fixed or not grows

    def _row_of(self, name: str) -> Relation:
        return next(relation for relation in self.relations_by_field.values() if relation.name == name)

    def roll_out(self, fields: JsonObject, growing: JsonObject) -> None:
        """A roll-out serves exactly one model and begins at some time; mode and traffic have defaults."""
        self.require("from")
        if "serves" not in self.raw:
            self.fault(f"{self.path} serves no model.", "serves", "State serves: the URN of one model version.")
        fields.setdefault("mode", "PRODUCTION")
        fields.setdefault("traffic", 1)
        begin, end = fields.get("from"), growing.get("to")
        if isinstance(begin, str) and isinstance(end, str) and end <= begin:
            self.fault(f"{self.path} ends before it begins.", "to", "`to` must be after `from`.")

    def relations(self, urn: Urn) -> Relations:
        """The stated relations by name, targets canonical, sorted, each once, and of a kind the schema allows."""
        found: dict[str, set[str]] = {}
        for field, relation in self.relations_by_field.items():
            if field not in self.raw:
                continue
            targets = read_list(self.raw[field], field)
            if relation.single and len(targets) != 1:
                self.fault(f"{self.at(field)} names {len(targets)} things.", field, "Exactly one is wanted here.")
            for index, target in enumerate(targets):
                where = field if relation.single else f"{field}[{index}]"
                with self.listing(where):
                    found.setdefault(relation.name, set()).add(read_target(urn, relation, target, self.at(where)))
        return {name: sorted(found[name]) for name in sorted(found)}

    def window(self) -> Declaration:
        """A KPI window: what it measures, its interval, its statistics; its URN is formed from them."""
        self.require("kpi", "start", "end")
        fields, plain = self.read(Change.FIXED), self.plain()
        raised = self.read(Change.RAISED)
        measured = self.measured()
        self.settle()
        start, end = str(fields["start"]), str(fields["end"])
        if end <= start:
            self.fault(f"{self.path} ends before it begins.", "end", "`end` must be after `start`.")
        fields["kpi"] = canonical_name(str(fields["kpi"]), self.at("kpi"))
        revision = fields.setdefault("revision", 0)
        self.list_all(check_statistics(fields))
        segment, begin = _segment_pairs(fields.get("segment")), format_compact(parse_instant(start, "start"))
        urn = window_urn(measured, str(fields["kpi"]), segment, begin, _whole(revision))
        relations = self.relations(urn)
        self.settle()
        return Declaration(
            path=self.path,
            urn=urn.text,
            fields=fields,
            relations=relations,
            plain=plain,
            sensitivity=_text_or_none(raised.get("sensitivity")),
        )

    def measured(self) -> Urn:
        stated = [name for name in ("deployment", "model") if name in self.raw]
        if len(stated) != 1:
            raise InvalidInput(f"{self.path} must state a deployment or a model, and not both.", "Keep one of them.")
        where = self.at(stated[0])
        return parse_artifact_urn(read_text(self.raw[stated[0]], where, LONGEST_URN_TEXT), where, stated[0])


class _AlreadyListed(InvalidInput):
    """The item's faults are listed one by one; nothing more to say about it as a whole."""


def _segment_pairs(segment: Json) -> list[tuple[str, str]]:
    return sorted((key, str(value)) for key, value in segment.items()) if isinstance(segment, dict) else []


def _text_or_none(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: Json) -> int:
    assert isinstance(value, int)
    return value
