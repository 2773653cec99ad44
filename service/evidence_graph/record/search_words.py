"""The words something is found by, and how a search is put to a full-text index. Pure; the write side and the read side share it.

A name is kept as *keys*, one word each of letters and digits: `n` and all words of its last part, `w` and a word of it, `b` and its first
letter or two, `t` or `i` and three letters in a row, `d` and a word with one letter left out. What stands inside a word shares its `t` or
`i` keys, and a word with one typo shares a `d` key. Words with a digit are many, and each is in few names: these have their `t` and `d`
keys. Words of letters alone are few, and one may be in a very great many names. Their `t` and `d` keys are kept once for each word: a
search looks there for the words it may mean, and then in names only for their `w` keys, so that one list is read for a word and not one
for each of its keys. In names they have `i` keys, for parts of too many words.

A description is kept as `w` keys, and as `b` and each word without its last letter: a beginning is looked for among the longer words
only. An expression holds keys, AND, OR, parentheses and `*` after a key: the syntax both engines have in common. Nothing a user wrote
but letters and digits comes into it, and a key is never an operator, because it begins in lower case.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

import msgspec

from evidence_graph.record.urn import parse_urn

LONGEST_WORD = 60
LONGEST_WHOLE_NAME = 120  # that is kept as one key; of a longer name its beginning is
LONGEST_WITH_TYPO = 24
SHORTEST_WITH_TYPO = 4
INSIDE = 3  # letters in a row: what is shorter is only found where words begin
MOST_WORDS_DESCRIBED = 2_000
MOST_TERMS_ASKED = 16  # more narrow nothing down; the ranks look at all of them
MOST_INSIDE_ASKED = 8
MOST_WORDS_ASKED = 256  # of names, for all terms: the engines bound what an expression may hold
MOST_WORDS_HOLDING = 32  # a term; to read so many lists costs more than those of its `i` keys
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


class NameKeys(msgspec.Struct, frozen=True):
    """The keys of a name; its `letters` are those of its words that have keys of their own, in `spelled`."""

    keys: str
    letters: list[str]
    spelled: list[str]


@lru_cache(maxsize=16_384)
def name_keys(series: str) -> NameKeys:
    """The keys of a series."""
    words, whole = name_words(series), whole_name_expression(words_in(unquote(parse_urn(series).name)))
    letters = [word for word in words if len(word) >= SHORTEST_WITH_TYPO and not has_digit(word)]
    keys = [_keys_with_digit(word) if has_digit(word) else _keys_of_letters(word) for word in words]
    return NameKeys(" ".join([*keys, whole]), letters, [_word_keys(word) for word in letters])


def whole_name_expression(terms: Sequence[str]) -> str:
    """Finds every name whose last part has these words and no other; some that divide the same letters in another way, too."""
    return f"n{''.join(terms)[:LONGEST_WHOLE_NAME]}"


def _keys_with_digit(word: str) -> str:
    return " ".join([f"w{word}", f"b{word[:1]}", f"b{word[:2]}", *_inside(word), *_with_typo(word)])


@lru_cache(maxsize=16_384)
def _keys_of_letters(word: str) -> str:
    """In a name."""
    return " ".join([f"w{word}", f"b{word[:1]}", f"b{word[:2]}", *_inside(word, "i")])


@lru_cache(maxsize=16_384)
def _word_keys(word: str) -> str:
    """The keys a word of letters is found by; the first one is always of its beginning."""
    return " ".join(dict.fromkeys([*_inside(word), *_with_typo(word)]))


def description_keys(urn: str, description: str) -> str:
    """The keys of a description, and of the name of what it describes: a search may take words from both."""
    described = words_in(description)[:MOST_WORDS_DESCRIBED]
    words = dict.fromkeys([*described, *name_words(parse_urn(urn).series)])
    longer = dict.fromkeys(f"b{word[:-1]}" for word in words if len(word) > 1)
    return " ".join([*(f"w{word}" for word in words), *longer])


class WordsFor(msgspec.Struct, frozen=True):
    """Words of letters alone that a term may mean: that hold it, None when there are too many; and with one typo between them."""

    holding: list[str] | None
    misspelt: list[str]


def keys_of_words(term: str) -> list[tuple[str, str]]:
    """The keys of the words of letters that a term may mean, each with what such a word holds ('' for anything)."""
    inside = [(_inside(term)[0], term)] if len(term) > INSIDE and not has_digit(term) else []
    return [*inside, *((key, "") for key in _with_typo(term))]


def name_expressions(terms: Sequence[str], words: Mapping[str, WordsFor]) -> list[str]:
    """Find every name that all terms may be found in but for those that may be in a version; the second one wants these in the name too.

    `words` are those that each of the first MOST_TERMS_ASKED terms may mean.
    """
    return _expressions(terms, lambda term: _any_of(_ways(term, words[term])))


def _ways(term: str, words: WordsFor) -> list[str]:
    """How a term may stand in a name."""
    if len(term) < INSIDE:
        return [f"b{term}"]
    meant = [f"w{word}" for word in (*(words.holding or ()), *words.misspelt)]
    kinds = "ti" if words.holding is None or len(term) == INSIDE else "t"
    inside = [_all_of(_inside(term, kind)[:MOST_INSIDE_ASKED]) for kind in kinds]
    return [*meant, *inside, *_with_typo(term)]


def kind_expression(kinds: Iterable[str]) -> str:
    """Finds the names, and the descriptions, of artifacts of some kinds; and some others whose names have the words of these kinds."""
    return _any_of(_all_of(f"w{word}" for word in words_in(kind)) for kind in kinds)


def description_expressions(terms: Sequence[str]) -> list[str]:
    """Find every description in which, with its name, words begin with each of the terms; the first one leaves out versions, too."""
    return _expressions(terms, lambda term: f"(w{term} OR b{term}*)")


def _expressions(terms: Sequence[str], finds: Callable[[str], str]) -> list[str]:
    """Only terms without a digit, or any when each has one: a version alone finds nothing; then all terms, for when that finds too much."""
    parts = {term: finds(term) for term in terms[:MOST_TERMS_ASKED]}
    plain = [part for term, part in parts.items() if not has_digit(term)]
    return list(dict.fromkeys([_all_of(plain) if plain else _any_of(parts.values()), _all_of(parts.values())]))


def _inside(word: str, kind: str = "t") -> list[str]:
    return [f"{kind}{word[at : at + INSIDE]}" for at in range(len(word) - INSIDE + 1)]


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
