"""The keys of a log from its genesis on: which key signs its head, and who says so.

Genesis names the first key. A changed key is signed by the one before it, so whoever trusts one key of a log can follow it to the next.
A log that goes on under another origin is vouched for by its new key alone: nobody who trusted the old one need trust that.
Ed25519 (RFC 8032) over the JCS (RFC 8785) of the event with an empty signature.
"""

import msgspec

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.strict_base64 import decode
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, parse_verifier_key
from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.events import Event, LogContinued, LogCreated, LogKeyChanged, to_payload


def message_to_sign(event: LogContinued | LogKeyChanged) -> bytes:
    """What the signature of such an event is made over."""
    return canonical_bytes(to_payload(msgspec.structs.replace(event, signature="")))


class LogKeys:
    """Follows a log's entries in their order; `current` is the key that signs after them."""

    def __init__(self) -> None:
        self.current: VerifierKey | None = None

    def follow(self, event: Event) -> None:
        """The next entry's event. Raises ProofFailed when it names a key that nobody entitled to has vouched for."""
        if isinstance(event, LogCreated):
            self.current = _key(event.key, event.origin)
        elif isinstance(event, LogContinued):
            self.current = _key(event.key, event.origin)
            _check(event, self.current)
        elif isinstance(event, LogKeyChanged):
            if self.current is None:
                raise ProofFailed("The log changes its key before it has one.")
            self.current = changed_key(event, self.current)


def changed_key(event: LogKeyChanged, present: VerifierKey) -> VerifierKey:
    """The key after a change of keys. Raises ProofFailed unless the present key has signed it."""
    key = _key(event.key, present.name)
    _check(event, present)
    return key


def _key(text: str, origin: str) -> VerifierKey:
    try:
        key = parse_verifier_key(text)
    except InvalidInput as error:
        raise ProofFailed(f"The log names a key that is none: {error.message}") from error
    if key.name != origin or key.signature_type is not SignatureType.ED25519:
        raise ProofFailed(f"The log names a key that is not one of {origin[:80]}.")
    return key


def _check(event: LogContinued | LogKeyChanged, signer: VerifierKey) -> None:
    if not signer.signed(message_to_sign(event), decode(event.signature, "The signature of the log's new key")):
        raise ProofFailed(f"The log's new key is not vouched for by {signer.name}+{signer.key_id.hex()}.")
