"""A verifier key says which key is meant, and one that was changed on its way is refused."""

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput
from evidence_graph.proof.signing_key import new_private_key, verifier_key
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, made_by, parse_verifier_key

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TEXT = verifier_key("log.example/evidence", KEY)


def test_a_key_is_read_back_as_it_was_published() -> None:
    """And checks what its private half signed."""
    key = parse_verifier_key(TEXT)

    assert key == VerifierKey.of("log.example/evidence", KEY)
    assert key.text == TEXT
    assert key.signed(b"message", KEY.sign(b"message"))
    assert not key.signed(b"another", KEY.sign(b"message"))


def test_a_key_may_hold_a_plus_in_its_base64() -> None:
    """Only the first two divide the parts."""
    keys = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(256))
    text = next(text for text in (verifier_key("log", key) for key in keys) if text.count("+") > 2)

    assert parse_verifier_key(text).text == text


def test_one_key_has_two_ids_for_two_uses() -> None:
    """So a log's signature cannot pass for a witness's."""
    log, witness = (VerifierKey.of("a", KEY, one) for one in SignatureType)

    assert log.public == witness.public
    assert log.key_id != witness.key_id
    assert parse_verifier_key(witness.text) == witness


def test_any_changed_character_is_refused() -> None:
    """In the name, in the key id, in the key."""
    for place, old in enumerate(TEXT):
        for new in {"A", "b", "0", "+", "=", " "} - {old}:
            with pytest.raises(InvalidInput):
                parse_verifier_key(TEXT[:place] + new + TEXT[place + 1 :])


def key_text(encoded: bytes, name: str = "a") -> str:
    """A text whose key id is right whatever it holds."""
    key_id = sha256(name.encode() + b"\n" + encoded).digest()[:4]
    return f"{name}+{key_id.hex()}+{b64encode(encoded).decode()}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "three parts"),
        ("a", "three parts"),
        ("a+00000000", "three parts"),
        (key_text(b""), "type we do not know"),
        (key_text(b"\x02" + bytes(32)), "type we do not know"),
        (key_text(b"\x06" + bytes(1312)), "type we do not know"),
        (key_text(b"\x01" + bytes(31)), "31 bytes long"),
        (key_text(b"\x01" + bytes(33)), "33 bytes long"),
        (key_text(b"\x01" + bytes(32), name=""), "cannot be the name"),
        (key_text(b"\x01" + bytes(32), name="a b"), "cannot be the name"),
        (key_text(b"\x01" + bytes(32), name="a\u2003b"), "cannot be the name"),
        (key_text(b"\x01" + bytes(32), name="a\n"), "cannot be the name"),
        ("\udcff+00000000+" + key_text(b"\x01" + bytes(32)).split("+")[2], "cannot be the name"),
        (key_text(b"\x01" + bytes(32)).replace("AAAA", "AA AA"), "not base64"),
        (key_text(b"\x01" + bytes(32)).upper(), "key id|base64"),
        ("a+" + key_text(b"\x01" + bytes(32)), "base64"),
    ],
)
def test_what_is_no_key_is_the_asker_s_mistake(text: str, why: str) -> None:
    """With a next step."""
    with pytest.raises(InvalidInput, match=why) as refused:
        parse_verifier_key(text)
    assert refused.value.next_step


@pytest.mark.parametrize("public", [bytes(31), b"", b"\xff" * 32])
def test_what_is_no_public_key_has_signed_nothing(public: bytes) -> None:
    """Bytes that are no point of the curve, or too few."""
    assert not made_by(public, b"message", new_private_key().sign(b"message"))
