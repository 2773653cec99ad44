"""A signed summary of a verification, for those who rely on the verifier and do not check the bundle again themselves.

SLSA 1.0, "Verification Summary Attestation": an in-toto Statement v1 whose subject is the bundle's file, in a DSSE v1.0 envelope of the
type that in-toto asks for. Whoever reads it accepts pairs of signer and verifier; so the verifier is named after the key that signs. Its
levels are values of our own, which the specification allows: they are no SLSA levels.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ProofFailed
from evidence_graph.interop.bundle_verification import Verified
from evidence_graph.proof.dsse import sign_envelope
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.canonical import canonical_bytes, canonical_digest
from evidence_graph.record.entry import STATEMENT_TYPE
from evidence_graph.record.instants import format_instant
from evidence_graph.record.json_values import Json, JsonObject

PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
POLICY = "urn:evidence-graph:policy:bundle/v1"
VERIFIED, WITNESSED, FAILED = "EVIDENCE_BUNDLE_VERIFIED", "EVIDENCE_BUNDLE_WITNESSED", "FAILED"


class Policy(msgspec.Struct, frozen=True):
    """What a bundle was held against: the trusted key of the log, trusted witnesses, and how many of them must have cosigned."""

    trusted: VerifierKey
    witnesses: Sequence[VerifierKey] = ()
    required: int = 0

    @property
    def json(self) -> JsonObject:
        """As a document of its own."""
        keys = [witness.text for witness in self.witnesses]
        return {"trustedKey": self.trusted.text, "witnesses": [*keys], "requiredWitnesses": self.required}


def signed_summary(
    name: str, data: bytes, outcome: Verified | ProofFailed, policy: Policy, key: Ed25519PrivateKey, now: int
) -> bytes:
    """The envelope (JSON) that says how the verification of a bundle ended at an instant (µs, UTC); `name` is that of its file."""
    statement: JsonObject = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": sha256(data).hexdigest()}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": _predicate(name, data, outcome, policy, key, now),
    }
    return sign_envelope(PAYLOAD_TYPE, canonical_bytes(statement), key, _digest_of(key)).json


def _digest_of(key: Ed25519PrivateKey) -> str:
    """SHA-256 of the public key, hexadecimal: the name of who verified."""
    return sha256(key.public_key().public_bytes_raw()).hexdigest()


def _predicate(
    name: str, data: bytes, outcome: Verified | ProofFailed, policy: Policy, key: Ed25519PrivateKey, now: int
) -> JsonObject:
    digest: JsonObject = {"sha256": sha256(data).hexdigest()}
    passed = isinstance(outcome, Verified)
    return {
        "verifier": {"id": f"urn:evidence-graph:verifier:sha256:{_digest_of(key)}"},
        "timeVerified": format_instant(now),
        "resourceUri": _resource(outcome, name),
        "policy": {"uri": POLICY, "digest": {"sha256": canonical_digest(policy.json)}, "annotations": policy.json},
        "inputAttestations": [{"uri": name, "digest": digest}],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": _levels(outcome, policy),
    }


def _resource(outcome: Verified | ProofFailed, name: str) -> str:
    """The artifact that the claim is about; of a bundle that was refused nothing it says is repeated."""
    return f"urn:evidence-graph:artifact:{outcome.bundle.of}" if isinstance(outcome, Verified) else name


def _levels(outcome: Verified | ProofFailed, policy: Policy) -> list[Json]:
    if not isinstance(outcome, Verified):
        return [FAILED]
    return [VERIFIED, WITNESSED] if policy.required and outcome.witnesses else [VERIFIED]
