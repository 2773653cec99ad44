"""What one entry of the log says that happened, in the words of a timeline. Pure."""

from collections.abc import Iterator

import msgspec

from evidence_graph.record.entry import Entry
from evidence_graph.record.events import (
    ArtifactDeclared,
    ArtifactExtended,
    DeploymentAdjusted,
    DeploymentEnded,
    Erased,
    Event,
    KpiDefined,
    Relations,
    Retracted,
)
from evidence_graph.record.instants import parse_instant
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.project import flat
from graph_schema import DEPLOYMENT, KPI_WINDOW

WHAT = {
    "DECLARED": "It was declared: how it was made is fixed since then.",
    "REDECLARED": "It was declared anew after an earlier declaration had been retracted.",
    "REVISED": "It was declared as a corrected version; the related one is what it revises.",
    "REFERRED_TO": "It was named before anybody declared it; the related one named it.",
    "ROLL_OUT_BEGAN": "A roll-out began; the related one is the model it serves.",
    "ADJUSTED": "A roll-out got another mode or share of traffic.",
    "ENDED": "An end of a roll-out was stated; it may lie in the future.",
    "TAKEN_OVER": "Another roll-out, the related one, took over: an end that nobody stated. Only in the order of valid time.",
    "WINDOW_RECORDED": "A KPI window was recorded; the related one is what it measures.",
    "WINDOW_REVISED": "A later revision of a KPI window was recorded; the related one is what it measures.",
    "RELATION_ADDED": "A relation was stated after the declaration, or without one; the related one is its other end.",
    "RELATION_RETRACTED": "A relation was retracted; the related one is its other end.",
    "RETRACTED": "The declaration was retracted, with the relations made by it.",
    "ANNOTATED": "A description, properties or address was stated after the declaration.",
    "SENSITIVITY_STATED": "How carefully it must be handled was stated after the declaration.",
    "ERASED": "Descriptions, properties, addresses or reasons stated before were erased for good.",
    "KPI_DEFINED": "A version of a KPI was defined.",
}


class TimelineEvent(msgspec.Struct, frozen=True):
    """One thing that happened to `urn`; instants in µs UTC.

    `valid_time` is None where nobody said when it was true in the world. Position, time, actor, way and source are those of the entry
    that says so; they are None for what follows from several entries (TAKEN_OVER).
    """

    what: str
    urn: str
    valid_time: int | None
    recorded_at: int | None
    position: int | None
    actor: str | None
    via: str | None
    source: JsonObject | None
    sentence: str
    related: str | None = None
    relation: str | None = None


class _Said(msgspec.Struct, frozen=True):
    """What happened, without who recorded it when."""

    what: str
    sentence: str
    valid_time: int | None = None
    related: str | None = None
    relation: str | None = None


def events_of(entry: Entry, position: int, about: str = "") -> list[TimelineEvent]:
    """What the entry says of its subject, in an order that never changes; or of `about`, which it names."""
    said = [_referred(entry.event, about)] if about else list(_said(entry.event))
    return [
        TimelineEvent(
            one.what,
            about or entry.event.subject,
            one.valid_time,
            entry.recorded_at,
            position,
            entry.actor,
            entry.via,
            entry.source,
            one.sentence,
            one.related,
            one.relation,
        )
        for one in said
    ]


def declared_anew(event: TimelineEvent) -> TimelineEvent:
    """The same declaration, when it was not the first."""
    return msgspec.structs.replace(event, what="REDECLARED", sentence=f"After a retraction: {event.sentence}")


def taken_over(deployment: str, at: int, by: str) -> TimelineEvent:
    """The end of a roll-out that nobody stated."""
    sentence = f"{by} took over the traffic of the slot."
    return TimelineEvent("TAKEN_OVER", deployment, at, None, None, None, None, None, sentence, by)


DECLARATIONS = frozenset({"DECLARED", "REVISED", "ROLL_OUT_BEGAN", "WINDOW_RECORDED", "WINDOW_REVISED"})


def _said(event: Event) -> Iterator[_Said]:
    match event:
        case ArtifactDeclared():
            yield _declared(event)
            yield from _ended(event.to)
        case ArtifactExtended():
            yield from _extended(event)
        case DeploymentAdjusted():
            sentence = f"From then on {_share(event.mode, event.traffic)}."
            yield _Said("ADJUSTED", sentence, parse_instant(event.at, "at"))
        case DeploymentEnded():
            yield from _ended(event.to)
        case Retracted():
            yield from _retracted(event)
        case Erased():
            yield _Said("ERASED", f"Erased: {', '.join(sorted(event.values))}.")
        case KpiDefined():
            yield _Said(
                "KPI_DEFINED", f"Version {event.version} of the KPI was defined.", _instant(event.fields, "from")
            )


def _declared(event: ArtifactDeclared) -> _Said:
    kind = event.urn.partition(":")[0]
    if kind == DEPLOYMENT.name:
        return _roll_out(event)
    if kind == KPI_WINDOW.name:
        return _window(event)
    at, revised = _instant(event.fields, "occurredAt"), _first(event.relations, "REVISES")
    if revised is not None:
        return _Said("REVISED", f"Declared as a correction of {revised}.", at, revised, "REVISES")
    named = len(flat(event.relations))
    evidence = {0: "no evidence", 1: "one artifact as evidence"}.get(named, f"{named:,} artifacts as evidence")
    return _Said("DECLARED", f"Declared; it names {evidence}.", at)


def _roll_out(event: ArtifactDeclared) -> _Said:
    model, traffic = _first(event.relations, "SERVES"), event.fields.get("traffic", 1)
    assert isinstance(traffic, int | float)
    share = _share(str(event.fields.get("mode", "PRODUCTION")), traffic)
    sentence = f"The roll-out of {model or 'an unknown model'} began: {share}."
    return _Said("ROLL_OUT_BEGAN", sentence, _instant(event.fields, "from"), model, "SERVES" if model else None)


def _window(event: ArtifactDeclared) -> _Said:
    fields, measured = event.fields, _first(event.relations, "MEASURES")
    revision = fields.get("revision", 0)
    of = f"of {fields.get('kpi')} from {_day(fields, 'start')} to {_day(fields, 'end')} was recorded."
    what, sentence = ("WINDOW_REVISED", f"Revision {revision}") if revision else ("WINDOW_RECORDED", "The window")
    relation = "MEASURES" if measured else None
    return _Said(what, f"{sentence} {of}", _instant(fields, "end"), measured, relation)


def _extended(event: ArtifactExtended) -> Iterator[_Said]:
    for relation, target in flat(event.relations):
        yield _Said("RELATION_ADDED", f"{relation} {target} was added.", None, target, relation)
    yield from _ended(event.to)
    if event.annotations:
        yield _Said("ANNOTATED", f"Newly stated: {', '.join(sorted(event.annotations))}.")
    if event.sensitivity is not None:
        yield _Said("SENSITIVITY_STATED", f"Its sensitivity was stated: {event.sensitivity}.")


def _ended(to: str | None) -> Iterator[_Said]:
    if to is not None:
        yield _Said("ENDED", "The end of the roll-out was stated.", parse_instant(to, "to"))


def _retracted(event: Retracted) -> Iterator[_Said]:
    relations = flat(event.relations)
    if event.declaration:
        also = f", with {len(relations):,} of its relations" if relations else ""
        yield _Said("RETRACTED", f"The declaration was retracted{also}.")
        return
    for relation, target in relations:
        yield _Said("RELATION_RETRACTED", f"{relation} {target} was retracted.", None, target, relation)


def _referred(event: Event, about: str) -> _Said:
    relations: Relations = getattr(event, "relations", {})
    relation = next((name for name, target in flat(relations) if target == about), None)
    sentence = f"{event.subject} referred to it before anybody had declared it."
    return _Said("REFERRED_TO", sentence, None, event.subject, relation)


def _share(mode: str, traffic: float) -> str:
    return f"{mode} with {'all' if traffic == 1 else f'{traffic:.4g}'} of the traffic"


def _first(relations: Relations, name: str) -> str | None:
    return next(iter(relations.get(name, ())), None)


def _instant(fields: JsonObject, name: str) -> int | None:
    stated: Json = fields.get(name)
    return parse_instant(stated, name) if isinstance(stated, str) else None


def _day(fields: JsonObject, name: str) -> str:
    """An instant to the second."""
    return f"{str(fields.get(name))[:19]}Z"
