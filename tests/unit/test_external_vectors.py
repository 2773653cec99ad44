"""Merkle proofs, Ed25519, signed notes, checkpoints, proof texts, tiles and DSSE agree with the vectors others have published.

Vectors are read where they lie: tests marked `external` are left out where that folder is missing.
"""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.checkpoint import parse_checkpoint, verify_checkpoint
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.cosignature import cosigned_message
from evidence_graph.proof.dsse import parse_envelope, pre_authentication_encoding, verify_envelope
from evidence_graph.proof.inclusion import verify_inclusion
from evidence_graph.proof.signed_note import SignedNote, parse_note, sign_note, verify_note
from evidence_graph.proof.tiles import stored_count, tile_path
from evidence_graph.proof.tlog_proof import TlogProof, parse_tlog_proof, verify_tlog_proof
from evidence_graph.proof.verifier_key import (
    SignatureType,
    VerifierKey,
    key_id,
    made_by,
    parse_verifier_key,
)

pytestmark = pytest.mark.external


def vectors(shared_data: Path, name: str) -> Any:
    return json.loads((shared_data / name).read_text())


def accepted(call: Any, *arguments: Any) -> bool:
    """Whether a verifier accepts; it may refuse with ProofFailed and nothing else."""
    try:
        call(*arguments)
    except ProofFailed:
        return False
    return True


def test_inclusion_proofs(shared_data: Path) -> None:
    """All 98 of transparency-dev/merkle: 6 hold, 92 are damaged, up to position and size 2^64 - 1."""
    cases = vectors(shared_data, "merkle/inclusion.json")

    assert len(cases) == 98
    for case in cases:
        proof = [b64decode(node) for node in case["proof"] or []]
        leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
        holds = accepted(verify_inclusion, leaf, case["leafIdx"], case["treeSize"], proof, root)
        assert holds is not case["wantErr"], case["file"]


def test_consistency_proofs(shared_data: Path) -> None:
    """All 98 of transparency-dev/merkle: 6 hold, 92 are damaged or begin at size 0."""
    cases = vectors(shared_data, "merkle/consistency.json")

    assert len(cases) == 98
    for case in cases:
        proof = [b64decode(node) for node in case["proof"] or []]
        roots = [b64decode(case[name] or "") for name in ("root1", "root2")]
        holds = accepted(verify_consistency, case["size1"], case["size2"], proof, *roots)
        assert holds is not case["wantErr"], case["file"]


def test_ed25519_signatures(shared_data: Path) -> None:
    """All 151 of Wycheproof: 88 valid, 63 malleable, truncated or foreign."""
    groups = vectors(shared_data, "ed25519/ed25519_test.json")["testGroups"]
    cases = [(bytes.fromhex(group["publicKey"]["pk"]), case) for group in groups for case in group["tests"]]

    assert len(cases) == 151
    for public, case in cases:
        holds = made_by(public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
        assert holds is (case["result"] == "valid"), case["comment"]


def test_signed_notes(shared_data: Path) -> None:
    """Signers known and unknown: who is found, and whether the note is accepted."""
    for case in vectors(shared_data, "signed_note.json")["notes"]:
        note = parse_note(case["note"])
        trusted = [parse_verifier_key(line) for line in case["trusted_vkeys"]]
        expected = case["expected"]

        assert note.text == case["text"]
        assert note.document == case["note"]
        assert accepted(verify_note, note, trusted) is expected["accepted"], case["name"]
        verified = [key.name for key in verify_note(note, trusted)] if expected["accepted"] else []
        assert verified == expected.get("verified_signers", [])
        assert {one.name for one in note.signatures} - set(verified) == set(expected.get("unverified_signers", []))


def test_signing_a_note_gives_the_published_bytes(shared_data: Path) -> None:
    """Ed25519 signatures are deterministic."""
    for case in vectors(shared_data, "signed_note.json")["signing"]:
        _, _, name, _, encoded = case["signer_key"].split("+", 4)
        key = Ed25519PrivateKey.from_private_bytes(b64decode(encoded)[1:])

        assert sign_note(case["text"], name, key).document == case["expected_note"]


def test_verifier_keys(shared_data: Path) -> None:
    """Names, types, key ids and keys, those of a witness among them; each is written back as it was read."""
    for case in vectors(shared_data, "signed_note.json")["vkeys"]:
        key = parse_verifier_key(case["vkey"])

        assert (key.name, key.signature_type, key.public.hex()) == (
            case["name"],
            case["type_byte"],
            case["public_key_hex"],
        )
        assert key.key_id.hex() == case["key_id_hex"]
        assert key.text == case["vkey"]


def test_checkpoints(shared_data: Path) -> None:
    """Heads and signature lines of the printed examples, and the message a witness signs."""
    printed, cosigned, moon = vectors(shared_data, "tlog.json")["checkpoints"]
    for case in (printed, cosigned):
        note = parse_note(case["note"])
        head = parse_checkpoint(note.text)
        lines = [(one.name, one.key_id.hex()) for one in note.signatures]

        assert lines == [(one["key_name"], one["key_id_hex"]) for one in case["expected_parse"]["signatures"]]
        assert head.text == note.text
    expected = printed["expected_parse"]
    assert (head.origin, head.size, head.root.hex()) == (
        expected["origin"],
        expected["tree_size"],
        expected["root_hash_hex"],
    )
    stated = cosigned["expected_parse"]["signatures"][1]["timestamp"]
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == stated
    assert len(note.signatures[1].signature) == 8 + 64
    assert cosigned_message(note.text, stated).decode() == cosigned["expected_cosigned_message"]
    with pytest.raises(ProofFailed, match="root of the checkpoint is 16 bytes"):  # no SHA-256: not a log of ours
        parse_checkpoint(moon["text"])


def test_a_signature_made_over_another_origin_does_not_hold(shared_data: Path) -> None:
    """The printed checkpoint reuses the signature of a public log: good for that log's text, not for the one printed."""
    data = vectors(shared_data, "tlog.json")
    for case in data["raw_ed25519"]:
        public, signature = b64decode(case["public_key_base64"]), b64decode(case["signature_base64"])

        assert made_by(public, case["text"].encode(), signature) is case["expected"], case["name"]

    printed = parse_note(data["checkpoints"][0]["note"])
    (line,) = printed.signatures
    key = VerifierKey(line.name, SignatureType.ED25519, b64decode(data["raw_ed25519"][0]["public_key_base64"]))
    assert line.signature == b64decode(data["raw_ed25519"][0]["signature_base64"])
    assert not key.signed(printed.text.encode(), line.signature)
    relabelled = SignedNote(printed.text, (type(line)(key.name, key.key_id, line.signature),))
    with pytest.raises(ProofFailed, match="was not made over this text"):
        verify_checkpoint(relabelled, [key])


def test_proof_texts(shared_data: Path) -> None:
    """Written and read as others write them; the printed example is too short to prove anything."""
    printed, *built = vectors(shared_data, "tlog.json")["tlog_proofs"]
    for case in built:
        hashes = tuple(sha256(text.encode()).digest() for text in case["hashes_are_sha256_of"])
        proof = TlogProof(case["index"], hashes, case["checkpoint"], case.get("extra_utf8", "").encode())

        assert proof.text == case["expected_text"], case["name"]
        assert parse_tlog_proof(case["expected_text"]) == proof

    read = parse_tlog_proof(printed["text"])
    head = parse_checkpoint(read.checkpoint)
    expected = printed["expected"]
    assert read.text == printed["text"]
    assert (read.position, len(read.hashes)) == (expected["index"], expected["hash_count"])
    assert (head.origin, head.size) == (expected["checkpoint_origin"], expected["checkpoint_tree_size"])
    assert not accepted(verify_inclusion, sha256().digest(), read.position, head.size, read.hashes, head.root)
    assert not accepted(verify_tlog_proof, read, b"", [])


def test_tiles(shared_data: Path) -> None:
    """How many tiles a log has, how wide the last one is, and how a tile's number is spelled; the vectors are of height 8, ours is 4."""
    large, small, path = vectors(shared_data, "tlog.json")["tiles"]

    def shape(size: int, tile_level: int) -> tuple[int, int]:
        return divmod(stored_count(size, tile_level * 8), 2**8)

    for case in (large, small):
        expected = case["expected"]
        for tile_level in range(3):
            full, partial = shape(case["tree_size"], tile_level)
            assert full == expected.get(f"level{tile_level}_full", full)
            assert partial == expected.get(f"level{tile_level}_partial_width", partial)
    assert tile_path(path["tile_index"]) == path["expected_path"]


def test_dsse(shared_data: Path) -> None:
    """The published envelope: what is signed, that its signature holds, and that signing again gives the same signature."""
    case = vectors(shared_data, "dsse.json")
    body, kind = case["serialized_body_utf8"].encode(), case["payload_type"]
    public = load_pem_public_key(case["key"]["public_key_pem"].encode())
    assert isinstance(public, EllipticCurvePublicKey)
    envelope = parse_envelope(json.dumps(case["envelope"]))

    assert pre_authentication_encoding(kind, body).decode() == case["pae_utf8"]
    assert verify_envelope(envelope, kind, [public]) == body
    assert json.loads(envelope.json) == case["envelope"]

    private = derive_private_key(int(case["key"]["d_decimal"]), SECP256R1())
    assert private.public_key() == public
    signature = private.sign(case["pae_utf8"].encode(), ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    assert envelope.signatures[0].signature == r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_key_ids_are_the_hash_the_specification_states(shared_data: Path) -> None:
    """SHA-256(name ‖ 0x0A ‖ type ‖ key), the first four bytes."""
    for case in vectors(shared_data, "signed_note.json")["vkeys"]:
        public = bytes.fromhex(case["public_key_hex"])

        assert key_id(case["name"], case["type_byte"], public).hex() == case["key_id_hex"]
