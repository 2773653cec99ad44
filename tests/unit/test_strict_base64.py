"""Base64 has one text for one value, or a signed document could be changed without changing what it says."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.strict_base64 import decode, decode_either, encode


@given(st.binary(max_size=40))
def test_what_is_written_is_read(data: bytes) -> None:
    """With either alphabet where both are allowed."""
    assert encode(data) == b64encode(data).decode()
    assert decode(encode(data), "x") == decode_either(encode(data), "x") == data
    assert decode_either(urlsafe_b64encode(data).decode(), "x") == data


@pytest.mark.parametrize("read", [decode, decode_either])
@pytest.mark.parametrize(
    "text",
    [
        "QQ",  # no padding
        "QQ=",
        "QQ===",
        "QR==",  # bits in the padding
        "QUJ=",
        "QUI=QUI=",
        "QUI=\n",
        "\nQUI=",
        "QU I",
        "QUJD=",
        "=",
        "====",
        "ä===",
        "QUI\u200b",
        "\ud800QUI",
        "QUI.",
        "-_-",
        "-_==-",
        "-R==",
        "+-A=",  # both alphabets
        "_\nAA",
    ],
)
def test_every_other_spelling_is_refused_by_name(read: Callable[[str, str], bytes], text: str) -> None:
    """The library would read many of them."""
    with pytest.raises(ProofFailed, match=r"^The text is not (canonical )?base64\."):
        read(text, "The text")


def test_the_alphabet_of_addresses_is_for_those_who_allow_it() -> None:
    """Notes and proofs use the standard one."""
    assert decode_either("-_-_", "x") == decode("+/+/", "x")
    with pytest.raises(ProofFailed):
        decode("-_-_", "x")
