"""Keys of the log positions things are found under, so that the newest of very many are found without a look at all others. Pure.

A position has a key for the span it lies in, in spans of 2^10 positions, of 2^12 and so on. Who looks for the newest asks for the two
newest spans of one length, then for those of the next, until enough is found or everything was asked for: each time four times as much,
so that what is read follows what is wanted. A key holds letters and digits, as those in `search_words` do; none of those begins with `a`.
"""

from collections.abc import Iterator

LENGTHS = range(10, 31, 2)  # of spans, as powers of two; who goes further back asks for everything


def age_keys(position: int) -> str:
    """The keys of a log position."""
    return " ".join(_key(length, position >> length) for length in LENGTHS)


def spans_back_from(position: int) -> Iterator[str]:
    """Expressions that narrow another one down to what is newest at a log position, each wider than the one before; the last is empty."""
    for length in LENGTHS:
        newest = position >> length
        if newest <= 1:
            break
        yield f"({_key(length, newest)} OR {_key(length, newest - 1)})"
    yield ""


def _key(length: int, number: int) -> str:
    return f"a{length}x{number}"
