"""An envelope gives its payload only when enough trusted keys have signed payload and type together."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.dsse import (
    Envelope,
    EnvelopeSignature,
    parse_envelope,
    pre_authentication_encoding,
    sign_envelope,
    verify_envelope,
)

ANNA, BERT = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
ANNAS, BERTS = ANNA.public_key(), BERT.public_key()
KIND = "application/vnd.in-toto+json"
ENVELOPE = sign_envelope(KIND, b'{"a":1}', ANNA)


def raw_signature(key: EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(message, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_an_envelope_is_read_back_as_it_was_signed() -> None:
    """Key ids are carried, and decide nothing."""
    named = sign_envelope(KIND, b"\x00\xff", ANNA, key_id="bert")

    assert parse_envelope(named.json) == parse_envelope(named.json.decode()) == named
    assert json.loads(named.json)["signatures"][0]["keyid"] == "bert"
    assert verify_envelope(parse_envelope(named.json), KIND, [BERTS, ANNAS]) == b"\x00\xff"
    with pytest.raises(ProofFailed):
        verify_envelope(named, KIND, [BERTS])


def test_type_and_payload_cannot_pass_for_each_other() -> None:
    """Their lengths in bytes are signed with them."""
    assert pre_authentication_encoding("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "
    assert pre_authentication_encoding("a 1 b", b"c") != pre_authentication_encoding("a", b"b 1 c")


@given(st.data())
def test_no_changed_byte_gives_another_payload(data: st.DataObject) -> None:
    """A change may stand where nothing is signed (an unknown key of the JSON); what was signed comes out, or nothing."""
    document = bytearray(ENVELOPE.json)
    document[data.draw(st.integers(0, len(document) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(ProofFailed):
        assert verify_envelope(parse_envelope(bytes(document)), KIND, [ANNAS]) == ENVELOPE.payload


def test_changed_payload_type_or_signature_is_refused() -> None:
    """Each of the three."""
    signature = ENVELOPE.signatures[0].signature
    for changed in (
        replace(ENVELOPE, payload=ENVELOPE.payload + b" "),
        replace(ENVELOPE, payload_type="text/plain"),
        replace(ENVELOPE, signatures=(EnvelopeSignature(signature[:-1] + bytes([signature[-1] ^ 1])),)),
        replace(ENVELOPE, signatures=(EnvelopeSignature(b""),)),
    ):
        with pytest.raises(ProofFailed, match="needed: 1"):
            verify_envelope(changed, changed.payload_type, [ANNAS])


def test_a_signed_envelope_of_another_type_is_refused() -> None:
    """A good signature does not make it what was asked for."""
    with pytest.raises(ProofFailed, match="text/plain"):
        verify_envelope(sign_envelope("text/plain", b"{}", ANNA), KIND, [ANNAS])


def test_a_threshold_counts_keys_not_signatures() -> None:
    """Signatures that do not hold are passed over; the same key, signed or named twice, is one."""
    bad = EnvelopeSignature(bytes(64))
    once = ENVELOPE.signatures
    other = sign_envelope(KIND, ENVELOPE.payload, BERT).signatures

    assert verify_envelope(replace(ENVELOPE, signatures=(bad, *once, *other)), KIND, [ANNAS, BERTS], threshold=2)
    for signatures in ((*once, *once), (*once, bad)):
        with pytest.raises(ProofFailed, match="signed the envelope: 1; needed: 2"):
            verify_envelope(replace(ENVELOPE, signatures=signatures), KIND, [ANNAS, ANNAS, BERTS], threshold=2)


@pytest.mark.parametrize("threshold", [0, -1])
def test_a_threshold_that_accepts_anything_is_refused(threshold: int) -> None:
    """Nothing may be accepted unsigned."""
    with pytest.raises(InvalidInput, match="would accept anything"):
        verify_envelope(ENVELOPE, KIND, [ANNAS], threshold)


def test_p256_signatures_are_checked_in_their_raw_form_only() -> None:
    """r ‖ s, 64 bytes; DER and other curves are not read."""
    private, larger = generate_private_key(SECP256R1()), generate_private_key(SECP384R1())
    message = pre_authentication_encoding(KIND, b"body")
    raw = raw_signature(private, message)

    def envelope(signature: bytes) -> Envelope:
        return Envelope(KIND, b"body", (EnvelopeSignature(signature),))

    assert verify_envelope(envelope(raw), KIND, [private.public_key()]) == b"body"
    for bad in (raw[:-1], raw + b"\x00", bytes(64), raw[32:] + raw[:32], private.sign(message, ECDSA(SHA256()))):
        with pytest.raises(ProofFailed):
            verify_envelope(envelope(bad), KIND, [private.public_key()])
    with pytest.raises(InvalidInput, match="secp384r1"):
        verify_envelope(envelope(raw), KIND, [larger.public_key()])


def test_either_base64_alphabet_is_read() -> None:
    """As DSSE demands of verifiers."""
    envelope = sign_envelope(KIND, b"\xfb\xff\xfe", ANNA)
    text = envelope.json.decode()
    assert '"+//+"' in text

    document = json.loads(text)
    document["payload"] = "-__-"
    assert verify_envelope(parse_envelope(json.dumps(document)), KIND, [ANNAS]) == b"\xfb\xff\xfe"


def test_unknown_keys_are_passed_over() -> None:
    """As DSSE demands of consumers."""
    document = json.loads(ENVELOPE.json) | {"more": [1]}

    assert parse_envelope(json.dumps(document)) == ENVELOPE


SIGNATURES = '"signatures":[{"sig":"AAAA"}]'


@pytest.mark.parametrize(
    "document",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        "9" * 10_000,
        f'{{"payload":"AAAA","payloadType":"a",{SIGNATURES}',
        f'{{"payloadType":"a",{SIGNATURES}}}',
        f'{{"payload":"AAAA",{SIGNATURES}}}',
        f'{{"payload":1,"payloadType":"a",{SIGNATURES}}}',
        f'{{"payload":"AAAA","payload":"AAAA","payloadType":"a",{SIGNATURES}}}',
        f'{{"payload":"AAA","payloadType":"a",{SIGNATURES}}}',
        f'{{"payload":"AAAA","payloadType":"\\ud800",{SIGNATURES}}}',
        '{"payload":"AAAA","payloadType":"a"}',
        '{"payload":"AAAA","payloadType":"a","signatures":[]}',
        '{"payload":"AAAA","payloadType":"a","signatures":{}}',
        '{"payload":"AAAA","payloadType":"a","signatures":["AAAA"]}',
        '{"payload":"AAAA","payloadType":"a","signatures":[{}]}',
        '{"payload":"AAAA","payloadType":"a","signatures":[{"sig":"AAA"}]}',
        '{"payload":"AAAA","payloadType":"a","signatures":[{"sig":"AAAA","sig":"AAAA"}]}',
        '{"payload":"AAAA","payloadType":"a","signatures":[{"sig":"AAAA","keyid":1}]}',
        b'{"payload":"AAAA\xff"}',
        ENVELOPE.json.decode().encode("utf-16"),
    ],
)
def test_the_form_is_exact(document: str | bytes) -> None:
    """Keys that stand twice, wrong types, half characters, other encodings, depth and length."""
    with pytest.raises(ProofFailed):
        parse_envelope(document)
