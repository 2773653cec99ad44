"""Signed envelopes: bytes of a stated type under the signatures of those who stand by them.

DSSE (Dead Simple Signing Envelope) v1.0: protocol and JSON envelope. Signed is PAE(type, body) = `DSSEv1 <length> <type> <length> <body>`,
so that neither can pass for the other. Keys are Ed25519 (RFC 8032) or, for checking what others signed, ECDSA on P-256 with SHA-256,
the signature r ‖ s, 32 bytes each, big-endian.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.signed_note import text_of
from evidence_graph.proof.strict_base64 import decode_either, encode

EnvelopeKey = Ed25519PublicKey | EllipticCurvePublicKey
_COORDINATE_BYTES = 32


@dataclass(frozen=True)
class EnvelopeSignature:
    """One signature; `key_id` is a hint that nothing authenticates and nothing here decides by."""

    signature: bytes
    key_id: str = ""


@dataclass(frozen=True)
class Envelope:
    """A payload, its type, and signatures over both, none of them checked yet."""

    payload_type: str
    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]

    @property
    def json(self) -> bytes:
        """The envelope as it is passed on."""
        signatures = [
            {"sig": encode(one.signature), **({"keyid": one.key_id} if one.key_id else {})} for one in self.signatures
        ]
        document = {"payload": encode(self.payload), "payloadType": self.payload_type, "signatures": signatures}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def pre_authentication_encoding(payload_type: str, body: bytes) -> bytes:
    """The bytes that are signed (DSSE protocol, PAE); lengths count bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


def sign_envelope(payload_type: str, payload: bytes, key: Ed25519PrivateKey, key_id: str = "") -> Envelope:
    """The payload under one Ed25519 signature."""
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    return Envelope(payload_type, payload, (EnvelopeSignature(signature, key_id),))


def verify_envelope(envelope: Envelope, payload_type: str, trusted: Iterable[EnvelopeKey], threshold: int = 1) -> bytes:
    """The payload, once `threshold` different trusted keys have signed it and it is of the wanted type.

    A signature that does not hold is passed over. Raises ProofFailed when too few hold or the type is another, InvalidInput when
    no number of signatures could be too few, or a key is of a kind we do not check.
    """
    if threshold < 1:
        raise InvalidInput(f"A threshold of {threshold} would accept anything.", "Demand at least one signature.")
    message = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    keys = {key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo): key for key in trusted}
    signers = sum(any(_made_by(key, message, one.signature) for one in envelope.signatures) for key in keys.values())
    if signers < threshold:
        raise ProofFailed(f"Trusted keys that have signed the envelope: {signers}; needed: {threshold}.")
    if envelope.payload_type != payload_type:
        raise ProofFailed(f"The envelope holds {envelope.payload_type[:80]!r}, not {payload_type!r}.")
    return envelope.payload


def parse_envelope(document: str | bytes) -> Envelope:
    """The parts of a JSON envelope, nothing verified; unknown keys are passed over, as DSSE wants.

    Raises ProofFailed when it is not JSON, has a key twice, or a part is missing or of another type.
    """
    try:
        value = json.loads(text_of(document, "The envelope"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise ProofFailed("The envelope is not JSON.") from None
    members = _object(value, "The envelope")
    listed = members.get("signatures")
    if not isinstance(listed, list) or not listed:
        raise ProofFailed("The envelope has no list of signatures.")
    return Envelope(
        payload_type=_text(members, "payloadType"),
        payload=decode_either(_text(members, "payload"), "The payload of the envelope"),
        signatures=tuple(_signature(_object(one, "A signature of the envelope")) for one in listed),
    )


def _made_by(key: EnvelopeKey, message: bytes, signature: bytes) -> bool:
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
            return True
        if not isinstance(key.curve, SECP256R1):
            raise InvalidInput(f"Keys on {key.curve.name} are not checked.", "Give an Ed25519 or a P-256 key.")
        if len(signature) != 2 * _COORDINATE_BYTES:
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:]))
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ProofFailed("The envelope has a key twice.")
    return members


def _object(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ProofFailed(f"{what} is not a JSON object.")
    return value


def _text(members: dict[str, object], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ProofFailed(f"The envelope has no text {name!r}.")
    return value


def _signature(members: dict[str, object]) -> EnvelopeSignature:
    key_id = _text(members, "keyid") if members.get("keyid") is not None else ""
    return EnvelopeSignature(decode_either(_text(members, "sig"), "A signature of the envelope"), key_id)
