"""The Ed25519 key of a log: made once, written in the C2SP signed-note encodings.

C2SP signed-note: a verifier key is `<name>+<key id>+<base64(0x01 ‖ public key)>`; the key id is the first four bytes of
SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), in hexadecimal. The private key is kept as PKCS #8 PEM (RFC 8410).
"""

from base64 import b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ED25519 = b"\x01"


def new_private_key() -> Ed25519PrivateKey:
    """A fresh private key."""
    return Ed25519PrivateKey.generate()


def to_pem(key: Ed25519PrivateKey) -> bytes:
    """The private key as unencrypted PKCS #8 PEM; keep the file readable by its owner alone."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def verifier_key(origin: str, key: Ed25519PrivateKey) -> str:
    """The public half under the log's origin, as people pass it on. `origin` holds no `+` and no space."""
    encoded = ED25519 + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = sha256(origin.encode() + b"\n" + encoded).digest()[:4]
    return f"{origin}+{key_id.hex()}+{b64encode(encoded).decode()}"


def signature(key: Ed25519PrivateKey, message: bytes) -> str:
    """Ed25519 signature (RFC 8032), base64."""
    return b64encode(key.sign(message)).decode()
