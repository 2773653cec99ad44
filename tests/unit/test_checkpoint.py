"""A checkpoint states one head of one log, signed by that log."""

from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.checkpoint import (
    EMPTY_ROOT,
    Checkpoint,
    parse_checkpoint,
    parse_number,
    sign_checkpoint,
    verify_checkpoint,
)
from evidence_graph.proof.signed_note import sign_note
from evidence_graph.proof.verifier_key import VerifierKey

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
HEAD = Checkpoint("log.example/evidence", 20_852_163, bytes(range(32)))
LOG = VerifierKey.of(HEAD.origin, KEY)
ROOT = b64encode(HEAD.root).decode()


def test_a_head_is_signed_and_read_back() -> None:
    """As a note of three lines."""
    note = sign_checkpoint(HEAD, KEY)

    assert note.text == f"log.example/evidence\n20852163\n{ROOT}\n"
    assert verify_checkpoint(note.document, [LOG]) == HEAD
    assert verify_checkpoint(note, [LOG]) == verify_checkpoint(note.document.encode(), [LOG]) == HEAD


@given(
    st.builds(
        Checkpoint,
        origin=st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1),
        size=st.integers(1, 2**64 - 1),
        root=st.binary(min_size=32, max_size=32),
        extensions=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=2).map(tuple),
    )
)
def test_every_head_comes_back_from_its_text(head: Checkpoint) -> None:
    """Extension lines of others included."""
    assert parse_checkpoint(head.text) == head
    assert verify_checkpoint(sign_checkpoint(head, KEY).document, [VerifierKey.of(head.origin, KEY)]) == head


@given(st.data())
def test_no_changed_byte_is_accepted(data: st.DataObject) -> None:
    """Neither in the head nor in the signature."""
    document = bytearray(sign_checkpoint(HEAD, KEY).document.encode())
    document[data.draw(st.integers(0, len(document) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(ProofFailed):
        verify_checkpoint(bytes(document), [LOG])


def test_a_key_speaks_for_its_own_log_only() -> None:
    """A trusted key's good signature over the head of a log of another name is refused."""
    foreign = sign_note(replace(HEAD, origin="other.example").text, LOG.name, KEY)

    with pytest.raises(ProofFailed, match=r"other\.example is signed by log\.example/evidence only"):
        verify_checkpoint(foreign, [LOG])


def test_after_a_change_of_keys_either_may_have_signed() -> None:
    """Both bear the log's name; a key nobody trusts does not help."""
    new = VerifierKey.of(HEAD.origin, OTHER)

    assert verify_checkpoint(sign_checkpoint(HEAD, OTHER), [LOG, new]) == HEAD
    with pytest.raises(ProofFailed, match="No trusted key"):
        verify_checkpoint(sign_checkpoint(HEAD, OTHER), [LOG])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"a\n1\n{ROOT}",
        f"a\n1\n{ROOT}\nmore",
        f"a\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"a\n1\n{ROOT}\n\n",
        f"a\n1\n{ROOT}\n\nx\n",
        f"a\n\n1\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n1_0\n{ROOT}\n",
        f"a\n 1\n{ROOT}\n",
        f"a\n١\n{ROOT}\n",
        f"a\n1.0\n{ROOT}\n",
        f"a\n18446744073709551616\n{ROOT}\n",
        f"a\n{'9' * 5000}\n{ROOT}\n",
        f"a\n1\n{ROOT[:-1]}\n",
        f"a\n1\n{ROOT} \n",
        f"a\n1\n{b64encode(bytes(31)).decode()}\n",
        f"a\n1\n{b64encode(bytes(33)).decode()}\n",
        f"a\n0\n{ROOT}\n",
    ],
)
def test_the_form_is_exact(text: str) -> None:
    """Signed or not, what is not written as the specification wants is refused."""
    with pytest.raises(ProofFailed):
        parse_checkpoint(text)


def test_an_empty_log_has_the_root_of_nothing() -> None:
    """SHA-256 of no bytes, and size 0."""
    empty = Checkpoint("a", 0, EMPTY_ROOT)

    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert parse_checkpoint(empty.text) == empty


def test_what_is_no_head_is_not_signed() -> None:
    """An empty root, an empty log with entries, an origin that no key can bear."""
    for head in (replace(HEAD, root=b""), replace(HEAD, size=0), replace(HEAD, size=2**64), replace(HEAD, origin="")):
        with pytest.raises(ProofFailed):
            sign_checkpoint(head, KEY)
    with pytest.raises(InvalidInput, match="name of a key"):
        sign_checkpoint(replace(HEAD, origin="Moon Log"), KEY)


def test_numbers_have_one_spelling() -> None:
    """From 0 to 2^64 - 1."""
    assert [parse_number(text, "x") for text in ("0", "7", "10", str(2**64 - 1))] == [0, 7, 10, 2**64 - 1]
    with pytest.raises(ProofFailed, match=r"^The size is not a whole number"):
        parse_number("00", "The size")
