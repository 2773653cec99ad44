"""Signed notes: a text with the signatures of those who stand by it, as people can read and mail it.

C2SP signed-note. The text ends with a newline; a blank line and one line for each signature follow: em dash, space, key name, space,
base64 of key id and signature. The last blank line divides the two. Nothing is to be read out of a text before `verify_note` has
found a trusted signature under it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.strict_base64 import decode, encode
from evidence_graph.proof.verifier_key import KEY_ID_BYTES, SignatureType, VerifierKey, is_key_name

MARK = "— "
MOST_SIGNATURES = 100  # the specification asks for at least 16, and for some limit
# control characters but newline, and halves of characters, which have no UTF-8
_NOT_IN_NOTES = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: whose it says it is (key name and key id, four bytes), and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, newline included."""
        return f"{MARK}{self.name} {encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class SignedNote:
    """A text (with its final newline) and the signatures under it, none of them checked yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @property
    def document(self) -> str:
        """The whole note as it is passed on."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}"

    def of(self, key: VerifierKey) -> list[bytes]:
        """The signatures that say they are this key's: name and key id both match."""
        return [one.signature for one in self.signatures if (one.name, one.key_id) == (key.name, key.key_id)]

    def signed_also_by(self, *more: NoteSignature) -> "SignedNote":
        """The same note with further signatures at its end, such as those of witnesses."""
        return SignedNote(self.text, (*self.signatures, *more))


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> SignedNote:
    """The text under one Ed25519 signature. Raises InvalidInput when text or name cannot stand in a note."""
    if _NOT_IN_NOTES.search(text) or not text.endswith("\n"):
        raise InvalidInput(
            "The text of a note has a control character or no newline at its end.", "Sign lines of text."
        )
    public = VerifierKey.of(name, key)
    return SignedNote(text, (NoteSignature(name, public.key_id, key.sign(text.encode())),))


def parse_note(document: str | bytes) -> SignedNote:
    """Text and signature lines of a note, nothing verified. Raises ProofFailed naming the line when its form is not exact."""
    note = text_of(document, "The note")
    if _NOT_IN_NOTES.search(note):
        raise ProofFailed("The note has a control character or half a character.")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise ProofFailed("The note has no whole signature line after a blank line.")
    signature_lines = lines[:-1].split("\n")
    if len(signature_lines) > MOST_SIGNATURES:
        raise ProofFailed(f"The note has more than {MOST_SIGNATURES} signatures.")
    return SignedNote(f"{text}\n", tuple(_signature(line, n) for n, line in enumerate(signature_lines, 1)))


def verify_note(note: SignedNote, trusted: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The trusted keys that signed the note's text, each once.

    Signatures of other keys are ignored. Raises ProofFailed when a signature that says it is a trusted key's is not, or when no trusted
    key has signed; InvalidInput when a key is for another type of signature.
    """
    message, signers = note.text.encode(), []
    for key in dict.fromkeys(trusted):
        if key.signature_type is not SignatureType.ED25519:
            raise InvalidInput(f"The key {key.name} is not for notes.", "Give a key of signature type 1.")
        signatures = note.of(key)
        if not all(key.signed(message, signature) for signature in signatures):
            raise ProofFailed(f"The signature of {key.name} was not made over this text.")
        if signatures:
            signers.append(key)
    if not signers:
        raise ProofFailed(f"No trusted key has signed the note; it says: {_names(note.signatures)}.")
    return tuple(signers)


def text_of(document: str | bytes, what: str) -> str:
    """The characters of a document that came as text or as a file's bytes. Raises ProofFailed naming `what` unless it is UTF-8."""
    try:
        return document.decode() if isinstance(document, bytes) else document
    except UnicodeDecodeError:
        raise ProofFailed(f"{what} is not UTF-8.") from None


def _signature(line: str, number: int) -> NoteSignature:
    name, space, encoded = line.removeprefix(MARK).partition(" ")
    if not line.startswith(MARK) or not space or not is_key_name(name):
        raise ProofFailed(f"Signature line {number} of the note is not of the form `{MARK}name base64`.")
    data = decode(encoded, f"Signature line {number} of the note")
    if len(data) <= KEY_ID_BYTES:
        raise ProofFailed(f"Signature line {number} of the note holds no signature.")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _names(signatures: Sequence[NoteSignature]) -> str:
    """The first names under a note, for a message."""
    return ", ".join(f"{one.name[:80]} ({one.key_id.hex()})" for one in signatures[:3])
