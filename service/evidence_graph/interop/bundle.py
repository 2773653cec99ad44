"""The evidence bundle: one JSON document with everything an outsider needs to check the claim about one artifact offline.

docs/bundle.md describes the format. The document is canonical JSON (JCS, RFC 8785), so that there is one text for one bundle. An
entry stands in it as a JSON object: its canonical form gives back the very bytes that were hashed into the log. Everything but the
signature itself is signed, as a DSSE v1.0 payload of the type below, under the log's Ed25519 key.
"""

import json
from collections.abc import Mapping
from contextlib import suppress

import msgspec
import orjson
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.dsse import pre_authentication_encoding
from evidence_graph.proof.strict_base64 import decode, encode
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.json_values import Json, JsonObject

FORMAT = "urn:evidence-graph:bundle/v1"
PAYLOAD_TYPE = "application/vnd.evidence-graph.bundle.v1+json"
SUFFIX = ".evidence.json"
LARGEST = 256 * 1024 * 1024  # bytes
SIGNATURE = "signature"


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sealed field of an entry opens to: 32 bytes of salt in hexadecimal, and the value."""

    salt: str
    value: Json


class BundledEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry at its log position, with its sealed fields that are not erased.

    Its inclusion proof names hashes by their places among the bundle's, from 0, the leaf's sibling first.
    """

    position: int
    entry: JsonObject
    proof: list[int]
    opened: dict[str, Opened]


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A claim about one artifact at a moment, and what it rests on.

    `known_at` is when `position` was recorded, `valid_at` the instant of valid time asked about, if any (RFC 3339). `checkpoint` is the
    whole signed note, with the lines of witnesses if there are any. `hashes` are those of all proofs, which share most of them: base64
    of one behind another. `signature` is base64.
    """

    format: str
    of: str
    position: int
    known_at: str
    valid_at: str | None
    checkpoint: str
    claim: JsonObject
    entries: list[BundledEntry]
    hashes: str
    signature: str


def signed_document(document: Mapping[str, Json], key: Ed25519PrivateKey) -> bytes:
    """The bytes of a bundle under the log's signature; a signature it may have already is replaced."""
    members = {name: canonical_bytes(value) for name, value in document.items() if name != SIGNATURE}
    signature = key.sign(pre_authentication_encoding(PAYLOAD_TYPE, _object(members)))
    return _object({**members, SIGNATURE: canonical_bytes(encode(signature))})


class _RawEntry(msgspec.Struct):
    """The bytes of an entry as they stand in a document; in a canonical one they are the entry's own."""

    entry: msgspec.Raw


class _RawBundle(msgspec.Struct):
    entries: list[_RawEntry]


class ReadBundle(msgspec.Struct, frozen=True):
    """A bundle that was read, the very bytes of each entry in it, and what its signature is made over. Nothing of it is verified."""

    bundle: Bundle
    bodies: list[bytes]
    payload: bytes

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether the key made its signature. Raises ProofFailed when that is not base64."""
        signature = decode(self.bundle.signature, "The signature of the bundle")
        return key.signed(pre_authentication_encoding(PAYLOAD_TYPE, self.payload), signature)


def read_bundle(data: bytes) -> ReadBundle:
    """The parts of a bundle's bytes. Raises ProofFailed naming the place when they are not exactly the canonical form of one."""
    if len(data) > LARGEST:
        raise ProofFailed(f"The file has {len(data):,} bytes; a bundle has at most {LARGEST:,}.")
    document = _parsed(data)
    members = _canonical_members(document)
    if _object(members) != data:
        _refuse_keys_given_twice(data)
        raise ProofFailed("The file is not canonical JSON (RFC 8785): it is not as it was exported.")
    try:
        bundle = msgspec.convert(document, Bundle)
    except (msgspec.ValidationError, RecursionError) as wrong:
        raise ProofFailed(f"The file is not a bundle: {wrong}.", place=_place(str(wrong))) from wrong
    if bundle.format != FORMAT:
        raise ProofFailed(f"The bundle has the format {bundle.format[:80]!r}, not {FORMAT!r}.", place="format")
    del members[SIGNATURE]
    raw = msgspec.json.decode(data, type=_RawBundle)
    return ReadBundle(bundle, [bytes(one.entry) for one in raw.entries], _object(members))


def _parsed(data: bytes) -> JsonObject:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as wrong:
        raise ProofFailed(f"The file is not JSON: {wrong}.") from None
    if not isinstance(document, dict):
        raise ProofFailed("The file is not a JSON object.")
    return document


def _refuse_keys_given_twice(data: bytes) -> None:
    """The canonical form has no key twice, so this only finds out why a file is not canonical."""

    def each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, value in pairs:
            if name in found:
                raise ProofFailed(f"The file has the key {name[:80]!r} twice in one object.")
            found[name] = value
        return found

    with suppress(ValueError, RecursionError):
        json.loads(data, object_pairs_hook=each_once)


def _canonical_members(document: JsonObject) -> dict[str, bytes]:
    """The canonical form of each value; none when something has no such form."""
    try:
        return {name: canonical_bytes(value) for name, value in document.items()}
    except (rfc8785.CanonicalizationError, ValueError, TypeError, RecursionError):
        return {}


def _object(members: Mapping[str, bytes]) -> bytes:
    """The canonical form of an object whose values are written already; its names are ASCII."""
    return b"{%b}" % b",".join(b"%b:%b" % (orjson.dumps(name), members[name]) for name in sorted(members))


def _place(message: str) -> str:
    """The path at the end of a message of msgspec."""
    return message.rpartition("`$")[2].rstrip("`").removeprefix(".") if "`$" in message else ""
