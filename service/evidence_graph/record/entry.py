"""An entry of the log: the canonical bytes of an in-toto Statement v1 about one event.

in-toto Attestation Framework, Statement v1: `_type`, `subject` (name and digest each), `predicateType`, `predicate`; canonical form
is JCS (RFC 8785). The position of an entry is its index in the log and stands nowhere inside it. A subject's digest is the content
digest the event states, else the SHA-256 of the JCS of the event's payload (its sealed declaration).
"""

import json

import msgspec
import orjson

from evidence_graph.errors import InvalidInput, RecordDamaged
from evidence_graph.record.canonical import canonical_bytes, canonical_digest
from evidence_graph.record.events import EVENT_TYPE_PREFIX, Event, from_payload, to_payload
from evidence_graph.record.instants import format_instant, parse_instant
from evidence_graph.record.json_values import LARGEST_INTEGER, Json, JsonObject

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
FORMAT = 1


class Entry(msgspec.Struct, frozen=True):
    """One event with its circumstances; `recorded_at` in µs since 1970-01-01 UTC, `clock` SYSTEM or SIMULATED."""

    event: Event
    recorded_at: int
    clock: str
    actor: str
    via: str
    command: str
    command_digest: str
    item: str
    outcome: str
    source: JsonObject | None = None


def encode_entry(entry: Entry) -> bytes:
    """The bytes that are hashed into the log and kept for ever."""
    payload = to_payload(entry.event)
    predicate: JsonObject = {
        "recordedAt": format_instant(entry.recorded_at),
        "clock": entry.clock,
        "actor": entry.actor,
        "via": entry.via,
        "command": entry.command,
        "commandDigest": entry.command_digest,
        "item": entry.item,
        "outcome": entry.outcome,
        "payload": payload,
    }
    if entry.source:
        predicate["source"] = entry.source
    return canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": entry.event.subject, "digest": {"sha256": subject_digest(payload)}}],
            "predicateType": EVENT_TYPE_PREFIX + entry.event.event_type,
            "predicate": predicate,
        }
    )


def subject_digest(payload: JsonObject) -> str:
    """The content digest the payload states, else the SHA-256 of the payload itself."""
    fields = payload.get("fields")
    stated = fields.get("digest") if isinstance(fields, dict) else None
    if isinstance(stated, str):
        return stated.removeprefix("sha256:")
    return canonical_digest(payload)


_UNREADABLE = (InvalidInput, KeyError, RecursionError, TypeError, ValueError, msgspec.ValidationError)


def decode_entry(body: bytes) -> Entry:
    """The entry of its bytes. Raises RecordDamaged unless they are exactly what `encode_entry` writes."""
    try:
        entry = _entry_of(json.loads(body, parse_int=_number))
        if encode_entry(entry) != body:
            raise RecordDamaged("An entry is not in its canonical form.")
    except _UNREADABLE as error:
        raise RecordDamaged("An entry of the log cannot be read.") from error
    return entry


def glance_at_entry(body: str) -> Entry:
    """The entry of its text without proving that form, in a fifteenth of the time: for lists of what happened, never for proofs.

    Raises RecordDamaged when it cannot be read at all.
    """
    try:
        return _entry_of(orjson.loads(body))
    except _UNREADABLE as error:
        raise RecordDamaged("An entry of the log cannot be read.") from error


def _number(text: str) -> int | float:
    """JCS writes whole floats without a point; only those are beyond the integers it takes."""
    whole = int(text)
    return whole if abs(whole) <= LARGEST_INTEGER else float(text)


def _entry_of(statement: Json) -> Entry:
    statement = _object(statement)
    predicate = _object(statement["predicate"])
    event_type = str(statement["predicateType"]).removeprefix(EVENT_TYPE_PREFIX)
    source = predicate.get("source")
    return Entry(
        event=from_payload(event_type, _object(predicate["payload"])),
        recorded_at=parse_instant(str(predicate["recordedAt"]), "recordedAt"),
        clock=str(predicate["clock"]),
        actor=str(predicate["actor"]),
        via=str(predicate["via"]),
        command=str(predicate["command"]),
        command_digest=str(predicate["commandDigest"]),
        item=str(predicate["item"]),
        outcome=str(predicate["outcome"]),
        source=None if source is None else _object(source),
    )


def _object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError("an object is wanted here")
    return value
