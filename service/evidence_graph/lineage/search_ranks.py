"""How well a text is found in something: as a word, a beginning, inside a word, or with a typo. Pure; both engines' candidates end here."""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.record.search_words import (
    INSIDE,
    LONGEST_WITH_TYPO,
    SHORTEST_WITH_TYPO,
    has_digit,
    words_in,
)

MATCHED = {
    "NAME": "Every word was found in the name.",
    "NAMESPACE": "Every word was found in the namespace.",
    "URN": "Every word was found in the URN, not all of them in its name or its namespace.",
    "DESCRIPTION": "Some word was found in the description alone.",
}
ABSENT, TYPO, CONTAINED, BEGINNING, WORD = range(5)
_FIELD_COUNTS = {
    "NAME": 15,
    "NAMESPACE": 10,
    "URN": 5,
    "DESCRIPTION": 0,
}  # hundredths; 20 for each step from TYPO to WORD


class Searched(msgspec.Struct, frozen=True):
    """The words of an artifact, by where they stand; the version and the description are empty where they are not looked at."""

    kind: tuple[str, ...]
    namespace: tuple[str, ...]
    name: tuple[str, ...]
    version: tuple[str, ...] = ()
    description: tuple[str, ...] = ()

    @property
    def whole_name(self) -> tuple[str, ...]:
        """All words but those of version and description."""
        return (*self.kind, *self.namespace, *self.name)


class Rank(msgspec.Struct, frozen=True, order=True):
    """`score` above 0 and at most 1, and where the text was found."""

    score: float
    matched: str


def rank(terms: Sequence[str], searched: Searched) -> Rank | None:
    """The best way in which all terms are found; None when one is not. The term that is found worst decides, then where it is found."""
    if not terms:
        return None
    if tuple(terms) == searched.name:
        return Rank(1.0, "NAME")
    found = [
        _rank(field, [_found(term, words, rough=True) for term in terms])
        for field, words in (("NAME", searched.name), ("NAMESPACE", searched.namespace))
    ]
    in_name = [_found(term, searched.whole_name, rough=True) for term in terms]
    in_urn = [max(at, _in_version(term, searched.version)) for term, at in zip(terms, in_name, strict=True)]
    described = [_found(term, searched.description, rough=False) for term in terms]
    if any(in_name):  # a version alone finds nothing
        found.append(_rank("URN", in_urn))
    if any(described):
        found.append(_rank("DESCRIPTION", [max(both) for both in zip(in_urn, described, strict=True)]))
    return max((one for one in found if one is not None), default=None)


def best_possible(terms: Sequence[str], series: Searched) -> tuple[Rank, str] | None:
    """The best rank a version of a series can have, and the longest term that only the version can hold ('' for none).

    None when some term is not in the name and can be in no version.
    """
    hoped = rank(terms, msgspec.structs.replace(series, version=tuple(filter(has_digit, terms))))
    elsewhere = [term for term in terms if not _found(term, series.whole_name, rough=True)]
    return None if hoped is None else (hoped, max(elsewhere, key=len, default=""))


def _in_version(term: str, version: Sequence[str]) -> int:
    """Only terms with a digit; one with a typo would be another version."""
    return _found(term, version, rough=False) if has_digit(term) else ABSENT


def _rank(field: str, found: Sequence[int]) -> Rank | None:
    worst = min(found)
    return Rank((20 * worst + _FIELD_COUNTS[field]) / 100, field) if worst else None


def _found(term: str, words: Iterable[str], *, rough: bool) -> int:
    """How a term is found best among some words; `rough` looks inside words and past typos."""
    return max((_fits(term, word, rough=rough) for word in words), default=ABSENT)


def _fits(term: str, word: str, *, rough: bool) -> int:
    if word == term:
        return WORD
    if word.startswith(term):
        return BEGINNING
    if rough and len(term) >= INSIDE and term in word:
        return CONTAINED
    if rough and SHORTEST_WITH_TYPO <= len(term) <= LONGEST_WITH_TYPO and len(word) >= SHORTEST_WITH_TYPO:
        return TYPO if one_typo_apart(term, word) else ABSENT
    return ABSENT


def one_typo_apart(one: str, other: str) -> bool:
    """Whether a letter put in, left out or replaced, or two neighbours exchanged, makes one of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[at:], other[at:]
    if len(rest) != len(others):
        longer, shorter = (rest, others) if len(rest) > len(others) else (others, rest)
        return longer[1:] == shorter
    return rest[1:] == others[1:] or (rest[:2] == others[1::-1] and rest[2:] == others[2:])


def searched_words(kind: str, namespace: str, name: str, version: str = "", description: str = "") -> Searched:
    """The words of an artifact's plain texts."""
    return Searched(*(tuple(words_in(text)) for text in (kind, namespace, name, version, description)))
