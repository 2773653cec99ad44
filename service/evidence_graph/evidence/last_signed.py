"""The last head that was signed, kept beside the private key: what every later signature has to be consistent with.

It does not live in the store, so a store that was rolled back does not roll it back. `<key file>.head` holds the checkpoint as it was
signed; it is replaced whole and fsynced before the checkpoint is published anywhere.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import KeyMissing, ProofFailed, StoreUnavailable
from evidence_graph.evidence.kept_file import held, replace_file
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.verifier_key import VerifierKey


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint as it was signed, and the head it states."""

    note: SignedNote
    head: Checkpoint

    def binds(self, key: Ed25519PrivateKey, origin: str) -> bool:
        """Whether a log of this origin, signed by this key, must continue it: not when it is another log's, by another key."""
        own = VerifierKey.of(self.head.origin, key)
        return self.head.origin == origin or any(own.signed(self.note.text.encode(), one) for one in self.note.of(own))


class LastSigned:
    """The last signed head of one private key on this machine."""

    def __init__(self, key_file: Path) -> None:
        self.path = key_file.with_name(f"{key_file.name}.head")
        self._lock = key_file.with_name(f"{key_file.name}.head-lock")

    def held(self) -> AbstractContextManager[None]:
        """While held, no other process of this machine signs with the key, not even for a copy of the store.

        Raises StoreUnavailable when another one does just now: try again.
        """
        return held(self._lock, self._faults, StoreUnavailable("Another process is signing with this key."))

    def read(self) -> Signed | None:
        """What was signed last; None when nothing was. Raises KeyMissing when that cannot be told any more."""
        if not self.path.exists():
            return None
        try:
            with self._faults():
                note = parse_note(self.path.read_bytes())
            return Signed(note, parse_checkpoint(note.text))
        except ProofFailed as error:
            raise KeyMissing(
                f"The last signed head in {self.path.name}, beside the signing key, cannot be read.",
                "Put the published checkpoint of the log into that file.",
            ) from error

    def write(self, note: SignedNote) -> None:
        """Keep this one from now on; when it returns, it outlives a power cut."""
        with self._faults():
            replace_file(self.path, note.document.encode())

    @contextmanager
    def _faults(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise KeyMissing(
                "The last signed head cannot be kept beside the signing key.",
                "Check the rights of its folder and the free space.",
            ) from error
