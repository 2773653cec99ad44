"""Evidence bundles for tests: exported from a store whose log has a key that the test knows, taken apart, changed, and signed again.

Somebody who has the log's private key can sign again what he changed (`resigned`), and make a whole log of his own (`rewritten`); what he
cannot change is what a checkpoint commits to that others hold.
"""

import copy
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.key_rotation import rotate_key
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.interop.bundle import signed_document
from evidence_graph.interop.bundle_export import Exported, export_bundle
from evidence_graph.interop.bundle_verification import Verified, verify_bundle
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint
from evidence_graph.proof.merkle import HASH_BYTES, leaf_hash
from evidence_graph.proof.strict_base64 import encode
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.reference_merkle import ReferenceTree

Document = dict[str, Any]


@dataclass
class SignedLog:
    """A store with the key of its log, in a file beside nothing else."""

    store: GraphStore
    key_file: Path

    @property
    def key(self) -> Ed25519PrivateKey:
        return key_at(self.key_file)

    @property
    def key_before(self) -> Ed25519PrivateKey:
        """The key that was changed."""
        (kept,) = (file for file in self.key_file.parent.glob("log.key.*") if len(file.suffix) == 9)
        return key_at(kept)

    @property
    def public(self) -> VerifierKey:
        return VerifierKey.of(stories.ORIGIN, self.key)

    async def sign(self) -> None:
        """Sign the head as it is now."""
        await HeadSigner(self.store, self.key_file).finish()

    async def export(self, of: str, **moment: Any) -> Exported:
        """The bundle of an artifact under the newest head."""
        await self.sign()
        return await export_bundle(self.store, self.key, of, **moment)

    async def exported(self, of: str, **moment: Any) -> Document:
        """The same as JSON."""
        return document_of((await self.export(of, **moment)).data)

    async def verified(self, of: str, **moment: Any) -> Verified:
        """What the bundle of an artifact proves to somebody who trusts the log's key."""
        return verify_bundle((await self.export(of, **moment)).data, self.public)


async def begin_signed_log(store: GraphStore, folder: Path, when: str = stories.GENESIS) -> SignedLog:
    """A log under a simulated clock whose key is in a file of the folder."""
    log = SignedLog(store, folder / "log.key")
    await begin_log(store, stories.ORIGIN, log.key, SimulatedClock(stories.at(when)))
    return log


def document_of(data: bytes) -> Document:
    """A bundle's bytes as JSON."""
    document: Document = orjson.loads(data)
    return document


def resigned(document: Document, key: Ed25519PrivateKey) -> bytes:
    """The bundle under a good signature of this key, whatever it says."""
    return signed_document(document, key)


def tidied(document: Document) -> Document:
    """The list of hashes made anew from the proofs that are there."""
    hashes, places = hashes_of(document), dict[bytes, int]()
    for one in document["entries"]:
        one["proof"] = [places.setdefault(hashes[place], len(places)) for place in one["proof"]]
    put_hashes(document, [*places])
    return document


def hashes_of(document: Document) -> list[bytes]:
    """The hashes that the proofs of a bundle point into."""
    data = b64decode(document["hashes"])
    return [data[begin : begin + HASH_BYTES] for begin in range(0, len(data), HASH_BYTES)]


def put_hashes(document: Document, hashes: Sequence[bytes]) -> None:
    """Others in their place."""
    document["hashes"] = encode(b"".join(hashes))


def unsigned(document: Document) -> bytes:
    """The bundle as somebody without the key can pass it on."""
    return canonical_bytes(document)


def edited(document: Document, edit: Callable[[Document], object]) -> Document:
    """A copy after an edit in place."""
    changed = copy.deepcopy(document)
    edit(changed)
    return changed


def place_of(document: Document, position: int) -> int:
    """The index of the entry at a log position."""
    (found,) = (index for index, one in enumerate(document["entries"]) if one["position"] == position)
    return found


def entry_about(document: Document, subject: str, event: str = "artifact-declared/v1") -> Document:
    """The first entry of a kind about a URN."""
    found: Document = next(
        one
        for one in document["entries"]
        if one["entry"]["subject"][0]["name"] == subject and one["entry"]["predicateType"].endswith(event)
    )
    return found


def rewritten(document: Document, key: Ed25519PrivateKey) -> bytes:
    """The bundle with a checkpoint of one's own over its entries, each proven at its position: whoever has a key can make a log.

    Positions that the bundle does not show hold anything.
    """
    size = max(one["position"] for one in document["entries"]) + 1
    bodies = {one["position"]: canonical_bytes(one["entry"]) for one in document["entries"]}
    tree = ReferenceTree([leaf_hash(bodies.get(position, b"anything")) for position in range(size)])
    paths = {one["position"]: tree.path(one["position"], size) for one in document["entries"]}
    hashes = list(dict.fromkeys(value for path in paths.values() for value in path))
    for one in document["entries"]:
        one["proof"] = [hashes.index(value) for value in paths[one["position"]]]
    put_hashes(document, hashes)
    document["checkpoint"] = sign_checkpoint(Checkpoint(stories.ORIGIN, size, tree.root(size)), key).document
    return resigned(document, key)


LABELS, TRAINING_BEFORE = "dataset:churn/labels@2026-10-20", "dataset:churn/training@2026-09-01"
ROLL_OUT_43 = "deployment:churn/eu-prod@43"


async def rich_log(store: GraphStore, folder: Path) -> SignedLog:
    """The churn story with an extension, a correction, a stub, a change of keys, a next roll-out and entries about other things."""
    log = await begin_signed_log(store, folder)
    await stories.record(store, stories.churn(), when="2026-10-10T00:00:00Z")
    week_41 = stories.window(
        stories.ROLL_OUT_42, "2026-10-09T08:00:00Z", "2026-10-16T08:00:00Z", n=18011, successes=702
    )
    more = {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [LABELS]}], "windows": [week_41]}
    await stories.record(store, more, when="2026-10-20T00:00:00Z")
    await stories.record(store, stories.retract(stories.CUSTOMERS_BEFORE), when="2026-10-21T00:00:00Z")
    again = stories.datasets(
        stories.CUSTOMERS_BEFORE, digest=stories.DIGEST, description="Told again.", occurredAt="2026-09-01T02:00:00Z"
    )
    await stories.record(store, again, when="2026-10-22T00:00:00Z")
    await rotate_key(store, log.key_file, SimulatedClock(stories.at("2026-10-23T00:00:00Z")))
    await stories.record(store, stories.roll_out(ROLL_OUT_43, "2026-10-30T08:00:00Z"), when="2026-10-30T09:00:00Z")
    await stories.record(
        store,
        stories.derived("dataset:other/thing@1", stories.CUSTOMERS, description="None of it."),
        when="2026-11-20T00:00:00Z",
    )
    return log
