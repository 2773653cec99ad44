"""Keys of log positions: each wider span holds all of the one before, and the newest are in the first."""

import re

from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.record.search_ages import LENGTHS, age_keys, spans_back_from
from evidence_graph.record.search_words import description_keys, name_keys

POSITIONS = st.integers(0, 2**34)


def holds(span: str, position: int) -> bool:
    """As an engine reads it."""
    return not span or not set(re.findall(r"\w+x\d+", span)).isdisjoint(age_keys(position).split())


@given(POSITIONS, st.data())
def test_spans_hold_what_is_newest_and_grow_until_they_hold_all(newest: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, newest))

    spans = list(spans_back_from(newest))

    assert spans[-1] == ""
    held = [holds(span, position) for span in spans]
    assert held == sorted(held)
    for length, span in zip(LENGTHS, spans[:-1], strict=False):
        assert holds(span, position) or newest - position >= 2**length
        assert not holds(span, position) or newest - position < 2 ** (length + 1)


@given(POSITIONS)
def test_a_key_of_a_position_is_no_key_of_a_word(position: int) -> None:
    words = {*name_keys("dataset:a10x0/a10x1").keys.split(), *description_keys("dataset:a/b@1", "a10x0 a10x1").split()}

    assert words.isdisjoint(age_keys(position).split())
    assert age_keys(position).replace(" ", "").isalnum()
