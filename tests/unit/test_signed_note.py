"""A note is accepted only as its signers signed it."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput, ProofFailed
from evidence_graph.proof.signed_note import (
    MOST_SIGNATURES,
    NoteSignature,
    SignedNote,
    parse_note,
    sign_note,
    verify_note,
)
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey

ANNA, BERT = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
ANNAS, BERTS = VerifierKey.of("anna.example/log", ANNA), VerifierKey.of("bert.example", BERT)
TEXT = "What was live in March?\n\nThe seventh version.\n"
NOTE = sign_note(TEXT, ANNAS.name, ANNA)


def signed_by_both() -> SignedNote:
    return NOTE.signed_also_by(*sign_note(TEXT, BERTS.name, BERT).signatures)


def test_a_note_is_read_back_as_it_was_signed() -> None:
    """From text or bytes, empty lines in the text included."""
    for document in (NOTE.document, NOTE.document.encode()):
        read = parse_note(document)

        assert read == NOTE
        assert read.text == TEXT
        assert verify_note(read, [ANNAS]) == (ANNAS,)


def test_signatures_of_strangers_are_passed_over() -> None:
    """Also when they share the name or the key id with a key that is trusted, but not both."""
    strange = [
        NoteSignature(ANNAS.name, BERTS.key_id, bytes(64)),
        NoteSignature(BERTS.name, ANNAS.key_id, bytes(64)),
        NoteSignature("somebody.example", b"1234", b"x" * 3000),
    ]

    assert verify_note(NOTE.signed_also_by(*strange), [ANNAS]) == (ANNAS,)
    with pytest.raises(ProofFailed, match=r"No trusted key .* anna\.example/log"):
        verify_note(NOTE.signed_also_by(*strange), [BERTS])
    with pytest.raises(ProofFailed, match="No trusted key"):
        verify_note(NOTE, [])


def test_a_bad_signature_of_a_trusted_key_spoils_the_note() -> None:
    """Even beside good ones, of the same key or of another."""
    both = signed_by_both()
    assert verify_note(both, [ANNAS, BERTS]) == (ANNAS, BERTS)

    for key in (ANNAS, BERTS):
        forged = both.signed_also_by(NoteSignature(key.name, key.key_id, bytes(64)))
        with pytest.raises(ProofFailed, match=f"signature of {key.name}"):
            verify_note(forged, [ANNAS, BERTS])


def test_a_key_counts_once_however_often_it_signed_or_is_named() -> None:
    """Repeating a good signature adds nobody."""
    assert verify_note(NOTE.signed_also_by(*NOTE.signatures), [ANNAS, ANNAS]) == (ANNAS,)


def test_a_witness_key_signs_no_note() -> None:
    """A cosignature is made over other bytes."""
    with pytest.raises(InvalidInput, match="not for notes"):
        verify_note(NOTE, [VerifierKey.of("w", BERT, SignatureType.COSIGNATURE_V1)])


@given(st.data())
def test_no_changed_byte_is_accepted(data: st.DataObject) -> None:
    """Wherever it is."""
    document = bytearray(NOTE.document.encode())
    document[data.draw(st.integers(0, len(document) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(ProofFailed):
        verify_note(parse_note(bytes(document)), [ANNAS])


LINE = NOTE.signatures[0].line


@pytest.mark.parametrize(
    "document",
    [
        "",
        "\n",
        TEXT,
        TEXT + "\n",
        TEXT + LINE,  # no blank line of its own
        f"{TEXT}\n{LINE}"[:-1],
        f"{TEXT}\n{LINE}\n",
        f"{TEXT}\n{LINE}x\n",
        f"{TEXT}\n {LINE}",
        f"{TEXT}\n{LINE.removeprefix('— ')}",
        f"{TEXT}\n{LINE.replace('—', '-')}",
        f"{TEXT}\n{LINE.replace(' ', '  ', 1)}",
        f"{TEXT}\n{LINE.replace(' ', '  ')}",
        f"{TEXT}\n{LINE[:-1]} \n",
        f"{TEXT}\n{LINE[:-1]}\r\n",
        f"{TEXT}\n{LINE.replace('anna', 'an+na')}",
        TEXT + "\n" + LINE.replace("anna", "an\u2028na"),
        f"{TEXT}\n— AAAAAAAA\n",
        f"{TEXT}\n— anna.example/log\n",
        f"{TEXT}\n— anna.example/log AAAA\n",
        f"{TEXT}\n— anna.example/log AAAAAA==\n",  # a key id and no signature
        f"{TEXT}\n— anna.example/log {LINE.split()[2].rstrip('=')}\n",
        TEXT.replace(" ", "\t") + "\n" + LINE,
        TEXT.replace(" ", "\x00") + "\n" + LINE,
        TEXT.replace("\n", "\r\n") + "\r\n" + LINE,
        TEXT + "\ud800\n\n" + LINE,
        TEXT.encode() + b"\xff\n\n" + LINE.encode(),
    ],
)
def test_the_form_is_exact(document: str | bytes) -> None:
    """What another reader might read otherwise is refused before anything is verified."""
    with pytest.raises(ProofFailed):
        parse_note(document)


def test_sixteen_signatures_are_read_and_there_is_a_limit() -> None:
    """The specification demands both."""
    stranger = NoteSignature("x", b"1234", b"5")

    assert verify_note(parse_note(NOTE.signed_also_by(*[stranger] * 15).document), [ANNAS]) == (ANNAS,)
    assert len(parse_note(NOTE.signed_also_by(*[stranger] * (MOST_SIGNATURES - 1)).document).signatures) == 100
    with pytest.raises(ProofFailed, match="more than 100"):
        parse_note(NOTE.signed_also_by(*[stranger] * MOST_SIGNATURES).document)


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_nothing_breaks_the_reader(document: str | bytes) -> None:
    """Any text or bytes are a note or are refused as one."""
    with suppress(ProofFailed):
        assert parse_note(document).document == (document if isinstance(document, str) else document.decode())


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")).map(lambda text: f"{text}\n"),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1),
)
def test_every_text_of_lines_can_be_signed(text: str, name: str) -> None:
    """Texts that look like notes or signature lines among them."""
    note = sign_note(text, name, ANNA)

    read = parse_note(note.document)

    assert read == note
    assert [key.name for key in verify_note(read, [VerifierKey.of(name, ANNA)])] == [name]


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "half \udc00\n", "\r\n"])
def test_what_cannot_stand_in_a_note_is_not_signed(text: str) -> None:
    """Nobody could read it back."""
    with pytest.raises(InvalidInput) as refused:
        sign_note(text, ANNAS.name, ANNA)
    assert refused.value.next_step
    with pytest.raises(InvalidInput):
        sign_note(TEXT, "a name", ANNA)
