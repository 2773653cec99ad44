"""What a witness remembers of the one log it watches, kept beside its key: the head it cosigned last, and the keys of the log so far.

`<key file>.head` is replaced whole and fsynced before a cosignature leaves this machine: whatever happens then, the witness never signs
what does not continue it. Who loses the file begins anew, and trusts what it is shown first.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput, KeyMissing, ProofFailed, StoreUnavailable
from evidence_graph.evidence.kept_file import held, replace_file
from evidence_graph.evidence.key_file import key_at
from evidence_graph.proof.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.verifier_key import VerifierKey, parse_verifier_key


class Cosigned(msgspec.Struct, frozen=True):
    """The head that was cosigned last: the note under the log's line and the witness's own, and the log's keys, the present one last."""

    note: SignedNote
    keys: tuple[VerifierKey, ...]

    @property
    def head(self) -> Checkpoint:
        """What the note states."""
        return parse_checkpoint(self.note.text)


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: the log's verifier keys, oldest first, and the note as text."""

    log_keys: list[str]
    cosigned: str


class _Fork(msgspec.Struct, frozen=True, rename="camel"):
    """The evidence of a fork: the log signed both, and they contradict each other."""

    why: str
    log_keys: list[str]
    cosigned: str
    served: str


class WitnessMemory:
    """The memory of one witness key on this machine."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        self.path = key_file.with_name(f"{key_file.name}.head")
        self._lock = key_file.with_name(f"{key_file.name}.head-lock")

    def key(self) -> Ed25519PrivateKey:
        """The witness's private key, made with mode 0600 at the first start. Raises KeyMissing."""
        try:
            return key_at(self.key_file)
        except KeyMissing as error:
            raise KeyMissing(
                "The witness's key cannot be read or made.", "Check --key-file and the rights of its folder."
            ) from error

    def held(self) -> AbstractContextManager[None]:
        """While held, no other process of this machine is a witness with this key. Raises StoreUnavailable when one is."""
        return held(
            self._lock,
            self._faults,
            StoreUnavailable("Another process is a witness with this key.", "Let one of them end."),
        )

    def read(self) -> Cosigned | None:
        """What was cosigned last; None when nothing was. Raises KeyMissing when that cannot be told any more."""
        if not self.path.exists():
            return None
        try:
            with self._faults():
                return _cosigned(self.path.read_bytes())
        except (msgspec.DecodeError, ProofFailed, InvalidInput) as error:
            raise KeyMissing(
                f"What this witness cosigned last, in {self.path.name} beside its key, cannot be read.",
                "Restore that file. Without it the witness cannot tell whether the log was rewritten.",
            ) from error

    def write(self, cosigned: Cosigned) -> None:
        """Remember this from now on; when it returns, it outlives a power cut. Raises KeyMissing when it cannot be kept."""
        kept = _Kept([key.text for key in cosigned.keys], cosigned.note.document)
        with self._faults():
            replace_file(self.path, msgspec.json.encode(kept))

    def keep_fork(self, cosigned: Cosigned, served: SignedNote, why: str) -> Path:
        """Keep both checkpoints of a fork in a file beside the key; the same fork has the same file. Raises KeyMissing."""
        head, digest = parse_checkpoint(served.text), sha256(served.text.encode()).hexdigest()
        path = self.key_file.with_name(f"{self.key_file.name}.fork-{head.size}-{digest[:8]}.json")
        fork = _Fork(why, [key.text for key in cosigned.keys], cosigned.note.document, served.document)
        with self._faults():
            replace_file(path, msgspec.json.format(msgspec.json.encode(fork)))
        return path

    @contextmanager
    def _faults(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise KeyMissing(
                "What this witness has cosigned cannot be kept beside its key.",
                "Check --key-file, the rights of its folder and the free space.",
            ) from error


def _cosigned(content: bytes) -> Cosigned:
    """What the file says. Raises DecodeError, ProofFailed, InvalidInput unless it says all of it."""
    kept = msgspec.json.decode(content, type=_Kept)
    found = Cosigned(parse_note(kept.cosigned), tuple(map(parse_verifier_key, kept.log_keys)))
    verify_checkpoint(found.note, found.keys[-1:])
    return found
