"""The bytes of an entry say exactly one thing, and damaged bytes are called damaged."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import RecordDamaged
from evidence_graph.record.entry import Entry, decode_entry, encode_entry
from evidence_graph.record.events import (
    EVENTS,
    ArtifactDeclared,
    ArtifactExtended,
    DeploymentAdjusted,
    DeploymentEnded,
    Erased,
    Event,
    KpiDefined,
    LogContinued,
    LogCreated,
    LogKeyChanged,
    Retracted,
)

SEALED = {"description": {"sealed": "ab" * 32}}
EVENTS_OF_EVERY_TYPE: list[Event] = [
    LogCreated(1, "log.example", "log.example+0000+AA"),
    LogContinued("log.example", "log.example+0000+AA", 3, "ab" * 32, "c2ln"),
    LogKeyChanged("log.example+0000+AA", "c2ln"),
    ArtifactDeclared("dataset:a/b@1"),
    ArtifactDeclared(
        "deployment:a/b@1",
        {"from": "2026-10-02T08:00:00.000000Z", "mode": "PRODUCTION", "traffic": 0.5},
        {"SERVES": ["model:a/b@1"]},
        SEALED,
        "INTERNAL",
        "2026-10-03T08:00:00.000000Z",
        {"result": "NOT_ASKED"},
    ),
    ArtifactExtended("model:a/b@1", {"EVALUATED_ON": ["dataset:a/b@1"]}, SEALED, "PUBLIC"),
    DeploymentAdjusted("deployment:a/b@1", "2026-10-02T08:00:00.000000Z", "CANARY", 1.0),
    DeploymentEnded("deployment:a/b@1", "2026-10-02T08:00:00.000000Z", SEALED),
    Retracted("dataset:a/b@1", True, {"DERIVED_FROM": ["dataset:a/c@1"]}, SEALED),
    Erased("dataset:a/b@1", {"description": 2}, {"erasureReason": {"sealed": "cd" * 32}}),
    KpiDefined("a/b", "1", {"direction": "HIGHER_IS_BETTER"}, SEALED),
]


def entry(event: Event) -> Entry:
    return Entry(
        event,
        1_790_000_000_000_000,
        "SIMULATED",
        "ana",
        "TEST",
        "k-1",
        "cd" * 32,
        "datasets[0]",
        "CREATED",
        {"run": "1"},
    )


@pytest.mark.parametrize("event", EVENTS_OF_EVERY_TYPE, ids=lambda event: type(event).__name__)
def test_every_type_of_event_is_read_as_it_was_written(event: Event) -> None:
    """Down to the byte."""
    written = encode_entry(entry(event))

    assert decode_entry(written) == entry(event)
    assert encode_entry(decode_entry(written)) == written


def test_the_names_of_the_events_are_part_of_the_format() -> None:
    """They never change: what is recorded once must be readable for ever."""
    assert sorted(EVENTS) == [
        "artifact-declared/v1",
        "artifact-extended/v1",
        "deployment-adjusted/v1",
        "deployment-ended/v1",
        "erased/v1",
        "kpi-defined/v1",
        "log-continued/v1",
        "log-created/v1",
        "log-key-changed/v1",
        "retracted/v1",
    ]
    assert {type(event) for event in EVENTS_OF_EVERY_TYPE} == set(EVENTS.values())


def test_an_entry_is_a_statement_of_in_toto() -> None:
    """These very bytes: a change here makes every log unreadable that exists."""
    assert encode_entry(entry(ArtifactDeclared("dataset:a/b@1", {"digest": "sha256:" + "ab" * 32}))).decode() == (
        '{"_type":"https://in-toto.io/Statement/v1",'
        '"predicate":{"actor":"ana","clock":"SIMULATED","command":"k-1","commandDigest":"' + "cd" * 32 + '",'
        '"item":"datasets[0]","outcome":"CREATED",'
        '"payload":{"fields":{"digest":"sha256:' + "ab" * 32 + '"},"urn":"dataset:a/b@1"},'
        '"recordedAt":"2026-09-21T14:13:20.000000Z","source":{"run":"1"},"via":"TEST"},'
        '"predicateType":"urn:evidence-graph:event:artifact-declared/v1",'
        '"subject":[{"digest":{"sha256":"' + "ab" * 32 + '"},"name":"dataset:a/b@1"}]}'
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b"9" * 400,
        b"9" * 10_000,
        b'{"predicateType":"urn:evidence-graph:event:log-created/v1","predicate":[]}',
        b'{"predicateType":"urn:evidence-graph:event:log-created/v1","predicate":{"payload":[]}}',
    ],
)
def test_what_is_no_entry_is_damaged(body: bytes) -> None:
    """Whatever it is instead."""
    with pytest.raises(RecordDamaged):
        decode_entry(body)


@pytest.mark.parametrize("event", EVENTS_OF_EVERY_TYPE, ids=lambda event: type(event).__name__)
def test_every_part_of_an_entry_is_needed(event: Event) -> None:
    """Without it, or with something else in its place, the entry is damaged."""
    whole = json.loads(encode_entry(entry(event)))

    for holder, key in [(whole, key) for key in whole] + [
        (whole["predicate"], key) for key in whole["predicate"] if key != "source"
    ]:
        kept = holder[key]
        for other in (None, 17, [], {}, "other"):
            if key in ("actor", "via", "command", "commandDigest", "item", "outcome", "clock") and other == "other":
                continue
            holder[key] = other
            with pytest.raises(RecordDamaged):
                decode_entry(json.dumps(whole).encode())
        del holder[key]
        with pytest.raises(RecordDamaged):
            decode_entry(json.dumps(whole).encode())
        holder[key] = kept


@given(st.data())
def test_other_bytes_never_read_as_the_same_entry(data: st.DataObject) -> None:
    """One byte changed, removed or added is another entry or none."""
    written = encode_entry(entry(data.draw(st.sampled_from(EVENTS_OF_EVERY_TYPE))))
    place, byte = data.draw(st.integers(0, len(written) - 1)), data.draw(st.binary(max_size=2))
    changed = written[:place] + byte + written[place + 1 :]

    if changed != written:
        with suppress(RecordDamaged):
            assert encode_entry(decode_entry(changed)) == changed
