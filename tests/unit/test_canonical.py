"""Canonical JSON is RFC 8785 byte for byte, and what cannot be written so is refused at the door."""

import json
import math
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import InvalidInput
from evidence_graph.record.canonical import canonical_bytes, canonical_digest
from evidence_graph.record.json_values import LARGEST_INTEGER, settled

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.external
@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_json_gives_the_published_bytes(shared_data: Path, name: str) -> None:
    """Vectors of cyberphone/json-canonicalization."""
    source, expected = (shared_data / "jcs" / side / f"{name}.json" for side in ("input", "output"))

    value = json.loads(source.read_bytes())

    assert canonical_bytes(value) == expected.read_bytes()


@given(VALUES)
def test_the_fast_way_writes_what_the_library_of_the_standard_writes(value: object) -> None:
    """Whichever library writes a value, the bytes are those of RFC 8785."""
    once = settled(value, "properties")

    assert canonical_bytes(once) == rfc8785.dumps(once)


def test_every_character_is_escaped_as_the_standard_wants() -> None:
    """All of Unicode, one by one: only quotes, backslashes and control characters are escaped."""
    for start in range(0, 0x110000, 0x400):
        text = "".join(map(chr, range(start, start + 0x400)))
        if not any("\ud800" <= character <= "\udfff" for character in text):
            assert canonical_bytes({"a": text}) == rfc8785.dumps({"a": text})


@given(VALUES)
def test_settled_values_are_written_and_read_back(value: object) -> None:
    """Settling is idempotent, and the bytes say what the value was."""
    once = settled(value, "properties")

    assert settled(once, "properties") == once
    assert json.loads(canonical_bytes(once), parse_int=number) == once


def number(text: str) -> int | float:
    """Floats from 2^53 to 10^21 are written without point or exponent."""
    return int(text) if abs(int(text)) <= LARGEST_INTEGER else float(text)


def test_equal_numbers_have_equal_bytes() -> None:
    """Whole floats are integers, minus zero is zero."""
    assert canonical_bytes(settled([1.0, -0.0, 1e2], "x")) == b"[1,0,100]"
    assert canonical_digest({"a": 1, "b": 2}) == canonical_digest({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (math.nan, "x"),
        ([0, math.inf], r"x\[1\]"),
        ({"a": {"b": -math.inf}}, r"x\.a\.b"),
        (2**53, "x"),
        (-(2**53), "x"),
        (["\ud800"], r"x\[0\]"),
        ({"\udfff": 1}, "x"),
        ({1: 1}, "x"),
        (object(), "x"),
        (b"bytes", "x"),
        ({"a": {1, 2}}, r"x\.a"),
    ],
)
def test_what_json_cannot_say_exactly_is_refused_by_name(value: object, where: str) -> None:
    """NaN, infinities, integers from 2^53, half characters, foreign types."""
    with pytest.raises(InvalidInput, match=f"^{where} ") as refused:
        settled(value, "x")
    assert refused.value.next_step


def test_nesting_has_an_end() -> None:
    """Before Python's own stack does."""
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(InvalidInput, match="nested too deeply"):
        settled(deep, "x")
