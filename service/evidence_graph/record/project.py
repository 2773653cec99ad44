"""`project`: the rows of the graph that follow from one event. Pure, and the only place that knows; a rebuild runs it over the log."""

from hashlib import sha256

import orjson

from evidence_graph.record.entry import Entry
from evidence_graph.record.events import (
    ArtifactDeclared,
    ArtifactExtended,
    DeploymentAdjusted,
    DeploymentEnded,
    Erased,
    KpiDefined,
    Relations,
    Retracted,
    SealedFields,
    kpi_urn,
)
from evidence_graph.record.instants import parse_instant
from evidence_graph.record.json_values import JsonObject
from evidence_graph.record.roll_outs import END, PRODUCTION, STATE
from evidence_graph.record.rows import (
    AnnotationErased,
    AnnotationPut,
    ArtifactDeclaredRow,
    ArtifactReferred,
    ArtifactUndeclared,
    DefinitionPut,
    DescriptionWords,
    DescriptionWordsErased,
    ErasurePut,
    RelationClosed,
    RelationPut,
    RollOutChangeClosed,
    RollOutChangePut,
    Row,
    SeriesNamed,
)
from evidence_graph.record.sealing import Sealed
from evidence_graph.record.search_ages import age_keys
from evidence_graph.record.search_words import description_keys, name_keys
from evidence_graph.record.urn import KPI, parse_urn
from graph_schema import BEGINNING, OPEN_END

SENSITIVITY, DESCRIPTION = "sensitivity", "description"
Opened = dict[str, Sealed]  # by commitment; what is missing here has been erased


def project(entry: Entry, position: int, opened: Opened) -> list[Row]:
    """Rows in the order they must be stored. `opened` holds values and salts of the entry's sealed fields."""
    rows = _Rows(entry, position, opened)
    match entry.event:
        case ArtifactDeclared() as event:
            rows.declared(event)
        case ArtifactExtended() as event:
            rows.extended(event)
        case DeploymentAdjusted() as event:
            rows.state(event.urn, parse_instant(event.at, "at"), event.mode, event.traffic, replaces=True)
        case DeploymentEnded() as event:
            rows.end(event.urn, event.to)
            rows.annotated(event.urn, event.annotations)
        case Retracted() as event:
            rows.retracted(event)
        case Erased() as event:
            rows.erased(event)
        case KpiDefined() as event:
            rows.defined(event)
    return rows.found


def exists_from(kind: str, fields: JsonObject) -> int:
    """When an artifact came to exist (µs): `occurredAt`, else a deployment's `from` or a window's `end`, else always."""
    stated = fields.get("occurredAt") or fields.get({"deployment": "from", "kpi_window": "end"}.get(kind, ""))
    return parse_instant(stated, "occurredAt") if isinstance(stated, str) else BEGINNING


def content_digest(fields: JsonObject) -> str:
    """Digest of a thing's fixed fields; only compared inside one store, never shown or signed."""
    return sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()


def referred(urn_text: str, position: int, recorded_at: int) -> ArtifactReferred:
    """The row that makes sure an artifact exists, at least as a stub."""
    urn = parse_urn(urn_text)
    window = urn.text.rpartition(",r")[0] if urn.kind == "kpi_window" else ""
    return ArtifactReferred(urn.text, urn.kind, urn.namespace, urn.series, urn.version, window, position, recorded_at)


def with_names(rows: list[Row]) -> list[Row]:
    """The rows of some entries, and after them what the series they refer to are found by, once for all of them."""
    named: dict[str, Row] = {}
    for row in rows:
        if isinstance(row, ArtifactReferred) and row.series not in named:
            found_by = name_keys(row.series)
            keys = f"{found_by.keys} {age_keys(row.position)}"
            named[row.series] = SeriesNamed(row.series, row.position, keys, found_by.letters, found_by.spelled)
    return [*rows, *named.values()]


class _Rows:
    """Collects the rows of one entry."""

    def __init__(self, entry: Entry, position: int, opened: Opened) -> None:
        self.entry, self.position, self.opened = entry, position, opened
        self.found: list[Row] = []

    def declared(self, event: ArtifactDeclared) -> None:
        """The artifact, its relations, and for a deployment its first state."""
        self.refer(event.urn)
        told_by = orjson.dumps(self.entry.source, option=orjson.OPT_SORT_KEYS).decode() if self.entry.source else ""
        kind = event.urn.partition(":")[0]
        fields = {**event.fields, "gate": event.gate} if event.gate else event.fields
        self.found.append(
            ArtifactDeclaredRow(
                event.urn,
                self.position,
                self.entry.recorded_at,
                exists_from(kind, event.fields),
                self.entry.actor,
                content_digest(event.fields),
                orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode(),
                told_by,
            )
        )
        if kind == "deployment":
            self.first_state(event)
        self.more(event.urn, event.relations, event.annotations, event.sensitivity, event.to)

    def first_state(self, event: ArtifactDeclared) -> None:
        fields = event.fields
        traffic = fields.get("traffic", 1)
        assert isinstance(traffic, int | float)
        begin = parse_instant(str(fields["from"]), "from")
        self.state(event.urn, begin, str(fields.get("mode", PRODUCTION)), traffic, replaces=False)

    def extended(self, event: ArtifactExtended) -> None:
        """What may grow, of a stub too; a KPI's definition is no artifact and only gets its annotations."""
        if not event.urn.startswith(f"{KPI}:"):
            self.refer(event.urn)
        self.more(event.urn, event.relations, event.annotations, event.sensitivity, event.to)

    def more(
        self, urn: str, relations: Relations, annotations: SealedFields, sensitivity: str | None, to: str | None
    ) -> None:
        for relation, target in flat(relations):
            self.refer(target)
            put = RelationPut(urn, relation, target, self.position, self.entry.recorded_at, self.entry.actor)
            self.found.append(put)
        if to is not None:
            self.end(urn, to)
        self.annotated(urn, annotations)
        if sensitivity is not None:
            value = orjson.dumps(sensitivity).decode()
            self.found.append(AnnotationPut(urn, SENSITIVITY, self.position, "", "", value))

    def refer(self, urn: str) -> None:
        self.found.append(referred(urn, self.position, self.entry.recorded_at))

    def state(self, urn_text: str, at: int, mode: str, traffic: float, *, replaces: bool) -> None:
        urn = parse_urn(urn_text)
        if replaces:
            self.found.append(RollOutChangeClosed(urn_text, STATE, at, at, self.position))
        self.found.append(
            RollOutChangePut(urn_text, urn.slot, urn.namespace, STATE, at, mode, float(traffic), self.position)
        )

    def end(self, urn_text: str, to: str) -> None:
        urn = parse_urn(urn_text)
        self.found.append(RollOutChangeClosed(urn_text, END, BEGINNING, OPEN_END, self.position))
        self.found.append(
            RollOutChangePut(urn_text, urn.slot, urn.namespace, END, parse_instant(to, "to"), "", 0.0, self.position)
        )

    def annotated(self, subject: str, annotations: SealedFields) -> None:
        for field, form in annotations.items():
            sealed = self.opened.get(form["sealed"])
            salt = sealed.salt if sealed is not None and sealed.salt is not None else ""
            value = orjson.dumps(sealed.value).decode() if sealed is not None and salt else ""
            self.found.append(AnnotationPut(subject, field, self.position, form["sealed"], salt, value))
            if field == DESCRIPTION and sealed is not None and salt and not subject.startswith(f"{KPI}:"):
                keys = f"{description_keys(subject, str(sealed.value))} {age_keys(self.position)}"
                self.found.append(DescriptionWords(self.position, keys))

    def retracted(self, event: Retracted) -> None:
        for relation, target in flat(event.relations):
            self.found.append(RelationClosed(event.urn, relation, target, self.position))
        if event.declaration:
            self.found.append(ArtifactUndeclared(event.urn, self.position))
            for change in (STATE, END):
                self.found.append(RollOutChangeClosed(event.urn, change, BEGINNING, OPEN_END, self.position))
        self.annotated(event.urn, event.annotations)

    def erased(self, event: Erased) -> None:
        """Rows that empty what stands there, whether or not it is gone already; the reason is put after them."""
        for field in event.values:
            self.found.append(AnnotationErased(event.urn, field, self.position))
            self.found.append(ErasurePut(event.urn, field, self.position))
        if DESCRIPTION in event.values:
            self.found.append(DescriptionWordsErased(event.urn, self.position))
        self.annotated(event.urn, event.annotations)

    def defined(self, event: KpiDefined) -> None:
        stated = event.fields.get("from")
        applies_from = parse_instant(stated, "from") if isinstance(stated, str) else BEGINNING
        self.found.append(
            DefinitionPut(
                event.name,
                event.version,
                applies_from,
                content_digest(event.fields),
                orjson.dumps(event.fields, option=orjson.OPT_SORT_KEYS).decode(),
                self.position,
                self.entry.recorded_at,
            )
        )
        self.annotated(kpi_urn(event.name, event.version), event.annotations)


def flat(relations: Relations) -> list[tuple[str, str]]:
    """`(relation, target)` pairs, in the order written."""
    return [(relation, target) for relation, targets in relations.items() for target in targets]
