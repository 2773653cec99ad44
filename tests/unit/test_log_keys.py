"""Who vouches for which key of a log."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.signing_key import new_private_key, signature, verifier_key
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey
from evidence_graph.record.events import Event, LogContinued, LogCreated, LogKeyChanged
from evidence_graph.record.log_keys import LogKeys, message_to_sign

ORIGIN, OTHER = "log.example/a", "log.example/b"
FIRST, SECOND, THIRD = new_private_key(), new_private_key(), new_private_key()
CREATED = LogCreated(1, ORIGIN, verifier_key(ORIGIN, FIRST))


def signed(event: LogContinued | LogKeyChanged, by: Ed25519PrivateKey) -> Event:
    return msgspec.structs.replace(event, signature=signature(by, message_to_sign(event)))


def changed(to: Ed25519PrivateKey, by: Ed25519PrivateKey, origin: str = ORIGIN) -> Event:
    return signed(LogKeyChanged(verifier_key(origin, to), ""), by)


def continued(to: Ed25519PrivateKey, by: Ed25519PrivateKey) -> Event:
    return signed(LogContinued(OTHER, verifier_key(OTHER, to), 3, "ab" * 32, ""), by)


def last_of(*events: Event) -> VerifierKey | None:
    keys = LogKeys()
    for event in events:
        keys.follow(event)
    return keys.current


@pytest.mark.parametrize(
    ("events", "origin", "key"),
    [
        ([CREATED], ORIGIN, FIRST),
        ([CREATED, changed(SECOND, FIRST)], ORIGIN, SECOND),
        ([CREATED, changed(SECOND, FIRST), changed(THIRD, SECOND)], ORIGIN, THIRD),
        ([CREATED, changed(SECOND, FIRST), changed(FIRST, SECOND)], ORIGIN, FIRST),
        ([CREATED, continued(SECOND, SECOND)], OTHER, SECOND),
        ([CREATED, continued(SECOND, SECOND), changed(THIRD, SECOND, OTHER)], OTHER, THIRD),
    ],
)
def test_each_key_is_vouched_for_by_the_one_before(events: list[Event], origin: str, key: Ed25519PrivateKey) -> None:
    assert last_of(*events) == VerifierKey.of(origin, key)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([changed(SECOND, FIRST)], "before it has one"),
        ([CREATED, changed(SECOND, SECOND)], "not vouched for"),
        ([CREATED, changed(SECOND, FIRST), changed(THIRD, FIRST)], "not vouched for"),
        (
            [CREATED, msgspec.structs.replace(changed(SECOND, FIRST), key=verifier_key(ORIGIN, THIRD))],
            "not vouched for",
        ),
        ([CREATED, changed(SECOND, FIRST, OTHER)], f"not one of {ORIGIN}"),
        ([CREATED, continued(SECOND, FIRST)], "not vouched for"),
        ([CREATED, continued(SECOND, SECOND), changed(THIRD, FIRST, OTHER)], "not vouched for"),
        ([LogCreated(1, OTHER, verifier_key(ORIGIN, FIRST))], f"not one of {OTHER}"),
        ([LogCreated(1, ORIGIN, "no key")], "a key that is none"),
        ([LogCreated(1, ORIGIN, VerifierKey.of(ORIGIN, FIRST, SignatureType.COSIGNATURE_V1).text)], "not one of"),
        ([CREATED, LogKeyChanged(verifier_key(ORIGIN, SECOND), "not base64")], "not base64"),
    ],
)
def test_a_key_that_nobody_entitled_vouches_for_is_refused(events: list[Event], words: str) -> None:
    with pytest.raises(ProofFailed, match=words):
        last_of(*events)


def test_a_key_that_was_changed_vouches_no_more() -> None:
    """Even for itself; and a change signed once does not count again after the next one."""
    to_second = changed(SECOND, FIRST)

    with pytest.raises(ProofFailed):
        last_of(CREATED, to_second, to_second)
