"""The words something is found by, and how a search is put to a full-text index. Pure; the write side and the read side share it.

A name is kept as *keys*, one word each of letters and digits: `w` and a word of it, `t` and three letters in a row, `d` and a word with
one letter left out. What begins a word or stands inside it shares its `t` keys, a short beginning is a prefix of its `w` key, and a word
with one typo shares a `d` key. A description is kept as `w` keys alone. An expression holds keys, AND, OR, parentheses and `*` after a
key: the syntax both engines have in common. Nothing a user wrote but letters and digits comes into it, and a key is never an operator,
because it begins in lower case.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from urllib.parse import unquote

from evidence_graph.record.urn import parse_urn

LONGEST_WORD = 60
LONGEST_WITH_TYPO = 24
SHORTEST_WITH_TYPO = 4
INSIDE = 3  # letters in a row: what is shorter is only found where words begin
MOST_WORDS_DESCRIBED = 2_000
MOST_TERMS_ASKED = 16  # more narrow nothing down; the ranks look at all of them
MOST_INSIDE_ASKED = 8
_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> list[str]:
    """Its words, each once, in order: runs of letters and digits, without case and accents."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(plain.casefold())))


def has_digit(word: str) -> bool:
    """Whether it may be (part of) a version."""
    return any(one.isdigit() for one in word)


@lru_cache(maxsize=16_384)
def name_words(series: str) -> tuple[str, ...]:
    """The words of the URN of a series: kind, namespace and name."""
    urn = parse_urn(series)
    return tuple(words_in(f"{urn.kind} {unquote(urn.namespace)} {unquote(urn.name)}"))


@lru_cache(maxsize=16_384)
def name_keys(series: str) -> str:
    """The keys of a series."""
    keys = [key for word in name_words(series) for key in (f"w{word}", *_inside(word), *_with_typo(word))]
    return " ".join(dict.fromkeys(keys))


def description_keys(urn: str, description: str) -> str:
    """The keys of a description, and of the name of what it describes: a search may take words from both."""
    described = words_in(description)[:MOST_WORDS_DESCRIBED]
    return " ".join(f"w{word}" for word in dict.fromkeys([*described, *name_words(parse_urn(urn).series)]))


def name_expressions(terms: Sequence[str]) -> list[str]:
    """Find every name that all terms may be found in; the second one leaves out the terms that may be found in a version."""
    return _expressions(terms, lambda term: _any_of([_in_a_word(term), *_with_typo(term)]))


def description_expressions(terms: Sequence[str]) -> list[str]:
    """Find every description in which, with its name, words begin with each of the terms; the second one leaves out versions, too."""
    return _expressions(terms, lambda term: f"w{term}*")


def _expressions(terms: Sequence[str], finds: Callable[[str], str]) -> list[str]:
    """All terms; then only those without a digit, or any when each has one: a version alone finds nothing."""
    parts = {term: finds(term) for term in terms[:MOST_TERMS_ASKED]}
    plain = [part for term, part in parts.items() if not has_digit(term)]
    return list(dict.fromkeys([_all_of(parts.values()), _all_of(plain) if plain else _any_of(parts.values())]))


def _in_a_word(term: str) -> str:
    """At its beginning or anywhere inside; what is shorter than INSIDE only at its beginning. To read a beginning's keys costs more."""
    return _all_of(_inside(term)[:MOST_INSIDE_ASKED]) or f"w{term}*"


def _inside(word: str) -> list[str]:
    return [f"t{word[at : at + INSIDE]}" for at in range(len(word) - INSIDE + 1)]


def _with_typo(word: str) -> list[str]:
    """The word, and each way to leave one letter out: two words with one typo between them have one of these in common."""
    if not SHORTEST_WITH_TYPO <= len(word) <= LONGEST_WITH_TYPO:
        return []
    return [f"d{word}", *(f"d{word[:at]}{word[at + 1 :]}" for at in range(len(word)))]


def _all_of(parts: Iterable[str]) -> str:
    return " AND ".join(dict.fromkeys(parts))


def _any_of(parts: Iterable[str]) -> str:
    alternatives = [f"({part})" if " AND " in part else part for part in dict.fromkeys(parts) if part]
    return f"({' OR '.join(alternatives)})" if len(alternatives) > 1 else alternatives[0]
