"""The Ed25519 key of a log: made once, its public half written in the C2SP signed-note encoding.

The private key is kept as PKCS #8 PEM (RFC 8410).
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidence_graph.proof.strict_base64 import encode
from evidence_graph.proof.verifier_key import VerifierKey


def new_private_key() -> Ed25519PrivateKey:
    """A fresh private key."""
    return Ed25519PrivateKey.generate()


def to_pem(key: Ed25519PrivateKey) -> bytes:
    """The private key as unencrypted PKCS #8 PEM; keep the file readable by its owner alone."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def verifier_key(origin: str, key: Ed25519PrivateKey) -> str:
    """The public half under the log's origin, as people pass it on. `origin` holds no `+` and no space; else InvalidInput."""
    return VerifierKey.of(origin, key).text


def signature(key: Ed25519PrivateKey, message: bytes) -> str:
    """Ed25519 signature (RFC 8032), base64."""
    return encode(key.sign(message))
