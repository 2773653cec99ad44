"""The public half of an Ed25519 key under a name: what a verifier is told to trust, as one line of text.

C2SP signed-note: `<name>+<key id>+<base64(signature type ‖ public key)>`. The key id is the first four bytes of
SHA-256(name ‖ 0x0A ‖ signature type ‖ public key), in lower-case hexadecimal. Signatures are those of RFC 8032.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.strict_base64 import decode, encode

KEY_BYTES = 32
KEY_ID_BYTES = 4
# the spaces of Unicode, plus, control characters, and halves of characters, which have no UTF-8
_NOT_IN_NAMES = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")


class SignatureType(IntEnum):
    """What a key may sign; part of its key id, so that one key cannot pass for the other."""

    ED25519 = 1  # the text of a note
    COSIGNATURE_V1 = 4  # a checkpoint with the time at which a witness saw it (C2SP tlog-cosignature)


def key_id(name: str, signature_type: int, public: bytes) -> bytes:
    """The four bytes by which a signature says which key made it: a hint, no digest to rely on."""
    return sha256(name.encode() + b"\n" + bytes([signature_type]) + public).digest()[:KEY_ID_BYTES]


def is_key_name(name: str) -> bool:
    """Whether a key may have this name: not empty, no space of Unicode, no plus, no control character."""
    return bool(name) and not _NOT_IN_NAMES.search(name)


@dataclass(frozen=True)
class VerifierKey:
    """A public key (32 bytes, RFC 8032) under a name, for one type of signature. Raises InvalidInput for what cannot be one."""

    name: str
    signature_type: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise InvalidInput(f"{self.name[:80]!r} cannot be the name of a key.", "Use no spaces and no plus.")
        if len(self.public) != KEY_BYTES:
            raise InvalidInput(
                f"The key of {self.name} is {len(self.public)} bytes long.", "Ed25519 keys have 32 bytes."
            )

    @classmethod
    def of(
        cls, name: str, key: Ed25519PrivateKey, signature_type: SignatureType = SignatureType.ED25519
    ) -> "VerifierKey":
        """The public half of a private key, under this name."""
        return cls(name, signature_type, key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """Its key id, four bytes."""
        return key_id(self.name, self.signature_type, self.public)

    @property
    def text(self) -> str:
        """The line people pass on."""
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.signature_type]) + self.public)}"

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made this signature of exactly this message (RFC 8032, 5.1.7)."""
        return made_by(self.public, message, signature)


def made_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 public key (32 bytes) belongs to the private key that made this signature of this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):  # ValueError: 32 bytes that are no key
        return False
    return True


def parse_verifier_key(text: str) -> VerifierKey:
    """The key that a line of text names. Raises InvalidInput when it is none of ours or its key id is not that of the key."""
    how = "Give the whole key as the log publishes it: name+key id+base64."
    name, *rest = text.split("+", 2)  # base64 may hold a plus, a name may not
    if len(rest) != 2:
        raise InvalidInput("A verifier key has three parts.", how)
    try:
        encoded = decode(rest[1], "The third part of the verifier key")
    except ProofFailed as malformed:
        raise InvalidInput(malformed.message, how) from None
    if encoded[:1] not in {bytes([one]) for one in SignatureType}:
        raise InvalidInput(f"The verifier key {name[:80]!r} is of a type we do not know.", "Give an Ed25519 key.")
    key = VerifierKey(name, SignatureType(encoded[0]), encoded[1:])
    if rest[0] != key.key_id.hex():
        raise InvalidInput(f"The key id of the verifier key {name[:80]!r} does not belong to it.", how)
    return key
