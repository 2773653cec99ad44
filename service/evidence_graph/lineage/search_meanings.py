"""Which words of names a term of a search may mean: those that hold it, and those with one typo between them.

Only words of letters alone are asked for. They are few, and one may stand in very many names, so that names are then found by the word
itself. Both engines give the same words, and at most so many that the expression made of them stays bounded.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from evidence_graph.lineage.search_ranks import one_typo_apart
from evidence_graph.record.search_words import (
    MOST_TERMS_ASKED,
    MOST_WORDS_ASKED,
    MOST_WORDS_HOLDING,
    WordsFor,
    keys_of_words,
)
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question


class KeysOfWords(msgspec.Struct, frozen=True):
    """Keys, each with what its words must hold ('' for anything), and how many words for each at most."""

    keys: list[str]
    holding: list[str]
    limit: int


class WordRow(msgspec.Struct, frozen=True):
    """A word that has one of the keys; `part` is that key's place."""

    part: int
    word: str


NAME_WORDS = Question("name_words", KeysOfWords, WordRow)


async def read_words_for(store: GraphStore, terms: Sequence[str]) -> tuple[dict[str, WordsFor], bool]:
    """What each of the first MOST_TERMS_ASKED terms may mean, and whether some term may mean too many words to ask for all."""
    asked = terms[:MOST_TERMS_ASKED]
    wanted = [(term, *key) for term in asked for key in keys_of_words(term)]
    parameters = KeysOfWords([key for _, key, _ in wanted], [held for _, _, held in wanted], MOST_WORDS_ASKED + 1)
    rows = await store.ask(NAME_WORDS, parameters) if wanted else []
    words: dict[str, set[str]] = {term: set() for term in asked}
    for row in rows:
        words[wanted[row.part][0]].add(row.word)
    most = MOST_WORDS_ASKED // len(asked)
    meant = {term: _meant(term, words[term], most) for term in asked}
    full = [wanted[part] for part, number in Counter(row.part for row in rows).items() if number > MOST_WORDS_ASKED]
    cut = any(not held for _, _, held in full) or any(len(one.misspelt) == most for one in meant.values())
    return meant, cut


def _meant(term: str, words: set[str], most: int) -> WordsFor:
    """What it holds of them is exact; of those with a typo only the first."""
    holding = sorted(word for word in words if term in word)
    misspelt = sorted(word for word in words if term not in word and one_typo_apart(term, word))
    return WordsFor(holding if len(holding) <= min(MOST_WORDS_HOLDING, most // 2) else None, misspelt[:most])
