"""Finding artifacts by a text: words of their URNs and of their descriptions, with beginnings, parts of words and typos.

Each engine's full-text index gives bounded candidates: series by their names, artifacts by their newest descriptions. They are looked at
again as known at the moment, and ranked by one rule, so that both engines answer alike and what was erased or superseded is not found.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from urllib.parse import unquote

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.artifact import ArtifactView, UrnRow, annotate, read_artifacts_by_urn
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.search_meanings import read_words_for
from evidence_graph.lineage.search_ranks import Rank, Searched, best_possible, rank, searched_words
from evidence_graph.record.search_words import (
    description_expressions,
    has_digit,
    name_expressions,
    words_in,
)
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import STORED_ARTIFACTS, StoredArtifacts
from graph_schema import KINDS

MOST_HITS = 100
LONGEST_TEXT = 1_024
MOST_SERIES = 500
MOST_DESCRIPTIONS = 200
MOST_VERSIONS = 2_000  # that are held against words with digits at once
EXACT = Rank(1.0, "URN")


class SearchParameters(msgspec.Struct, frozen=True):
    """An expression of keys (`record.search_words`), kinds, a position, and how many rows at most."""

    expression: str
    kinds: list[str]
    position: int
    limit: int


class SeriesRow(msgspec.Struct, frozen=True):
    """URN of a series."""

    series: str


class VersionsOf(msgspec.Struct, frozen=True):
    """Series with the text their versions must hold ('' for any), when they must exist (µs), a position, how many of each and of all."""

    series: list[str]
    holding: list[str]
    existing_at: int
    position: int
    limit: int
    most: int


class VersionRow(msgspec.Struct, frozen=True):
    """One artifact, and the log position it was first named at."""

    urn: str
    referred_at: int


SEARCH = Question("search", SearchParameters, SeriesRow)
SEARCH_DESCRIPTIONS = Question("search_descriptions", SearchParameters, UrnRow)
SEARCH_VERSIONS = Question("search_versions", VersionsOf, VersionRow)


class Hit(msgspec.Struct, frozen=True):
    """An artifact with where the text was found, and how well (above 0, at most 1)."""

    artifact: ArtifactView
    matched: str
    score: float


class SearchResult(msgspec.Struct, frozen=True):
    """The best hits, best first and the newest first among equals; whether there are more."""

    hits: list[Hit]
    more: bool
    completeness: Completeness


class _Candidate(msgspec.Struct, frozen=True):
    urn: str
    referred_at: int
    rank: Rank

    @property
    def order(self) -> tuple[float, int, str]:
        return self.rank.score, self.referred_at, self.urn


class _Named(msgspec.Struct, frozen=True):
    """A series that fits: the best score its versions can have, and what they must hold."""

    series: str
    words: Searched
    score: float
    holding: str


class _Search(msgspec.Struct, frozen=True):
    """What is searched for, and the candidates there are besides the versions of series."""

    terms: list[str]
    moment: Moment
    named: list[_Named]
    others: list[_Candidate]

    @property
    def by_version(self) -> bool:
        """Whether the versions of one series may differ in rank."""
        return any(map(has_digit, self.terms))


async def read_search(
    store: GraphStore, text: str, moment: Moment, *, kinds: Sequence[str] = (), limit: int = 20
) -> SearchResult:
    """At most `limit` artifacts in which every word of the text is found; without kinds, of all of them.

    The completeness is truncated when so many names, descriptions or versions fit that not all could be looked at. Raises InvalidInput.
    """
    terms = _terms(text)
    if not 1 <= limit <= MOST_HITS:
        raise InvalidInput(f"first is {limit}.", f"Ask for 1 to {MOST_HITS}.")
    chosen = sorted(set(kinds) or {kind.name for kind in KINDS})
    named, cut_names = await _named(store, terms, chosen, moment)
    described, cut_descriptions = await _described(store, terms, chosen, moment)
    others = [*described, *await _exact(store, text, chosen)]  # of one artifact, the exact one counts
    hits, cut_versions = await _hits(store, _Search(terms, moment, named, others), limit + 1)
    cut = cut_names or cut_descriptions or cut_versions
    completeness = completeness_of(moment, (hit.artifact for hit in hits[:limit]), truncated=cut)
    return SearchResult(hits[:limit], len(hits) > limit or cut, completeness)


def _terms(text: str) -> list[str]:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"text has {len(text)} characters.", f"At most {LONGEST_TEXT} can be searched for.")
    terms = words_in(text)
    if not terms:
        raise InvalidInput("text holds no letter and no digit.", "Write a word of a name, a URN or a description.")
    return terms


async def _named(store: GraphStore, terms: list[str], kinds: list[str], moment: Moment) -> tuple[list[_Named], bool]:
    """Series in whose names, or versions, all terms can be found, best first; and whether there are too many to look at."""
    found: dict[str, _Named] = {}
    words, cut = await read_words_for(store, terms)
    for expression in name_expressions(terms, words):
        rows = await store.ask(SEARCH, SearchParameters(expression, kinds, moment.position, MOST_SERIES + 1))
        for row in rows[:MOST_SERIES]:
            searched = _words_of(row.series)
            possible = best_possible(terms, searched)
            if possible is not None:
                found[row.series] = _Named(row.series, searched, *possible)
        if len(rows) <= MOST_SERIES:
            break  # what the next one would find is among them
        cut = True
    return sorted(found.values(), key=lambda one: (-one.score, one.series)), cut


def _words_of(urn_text: str, description: str = "") -> Searched:
    urn = parse_urn(urn_text)
    return searched_words(urn.kind, unquote(urn.namespace), unquote(urn.name), unquote(urn.version), description)


async def _described(
    store: GraphStore, terms: list[str], kinds: list[str], moment: Moment
) -> tuple[list[_Candidate], bool]:
    """Artifacts whose newest description known at the moment holds what their names do not; whether there are too many."""
    urns: set[str] = set()
    cut = False
    for expression in description_expressions(terms):
        parameters = SearchParameters(expression, kinds, moment.position, MOST_DESCRIPTIONS + 1)
        rows = await store.ask(SEARCH_DESCRIPTIONS, parameters)
        urns.update(row.urn for row in rows[:MOST_DESCRIPTIONS])
        if len(rows) <= MOST_DESCRIPTIONS:
            break  # what the next one would find is among them
        cut = True
    views = await read_artifacts_by_urn(store, urns, moment)
    await annotate(store, list(views.values()), moment)
    ranks = {}
    for urn, view in views.items():
        found = rank(terms, _words_of(urn, str(view.annotations.get("description") or "")))
        if found is not None:
            ranks[urn] = found
    return await _candidates(store, ranks), cut


async def _candidates(store: GraphStore, ranks: dict[str, Rank]) -> list[_Candidate]:
    rows = await store.ask(STORED_ARTIFACTS, StoredArtifacts(sorted(ranks)))
    return [_Candidate(row.urn, row.referred_at, ranks[row.urn]) for row in rows]


async def _exact(store: GraphStore, text: str, kinds: list[str]) -> list[_Candidate]:
    """The artifact whose URN the text is."""
    try:
        urn = parse_urn(text.strip())
    except InvalidInput:
        return []
    return await _candidates(store, {urn.text: EXACT}) if urn.version and urn.kind in kinds else []


async def _hits(store: GraphStore, search: _Search, wanted: int) -> tuple[list[Hit], bool]:
    """The best `wanted` hits, and whether there were too many versions to look at.

    What turns out not to be on record at the moment leaves a gap, so that more must be looked at.
    """
    depth = wanted
    while True:
        found = await _best(store, search, depth)
        order = sorted(found.candidates, key=lambda one: one.order, reverse=True)[:depth]
        views = await read_artifacts_by_urn(store, (one.urn for one in order), search.moment)
        hits = [
            Hit(views[one.urn], one.rank.matched, one.rank.score)
            for one in order
            if one.urn in views and views[one.urn].existed(search.moment)
        ]
        if len(hits) >= wanted or (not found.more and len(order) == len(found.candidates)):
            return hits[:wanted], found.cut
        depth *= 4


class _Best(msgspec.Struct, frozen=True):
    """Candidates among which are the best of all, whether a greater depth gives more, and whether some can never be looked at."""

    candidates: list[_Candidate]
    more: bool
    cut: bool


async def _best(store: GraphStore, search: _Search, depth: int) -> _Best:
    """Candidates among which are the best `depth`: the versions of series, best names first, until no other can be among them."""
    best = {one.urn: one for one in search.others}
    more = cut = False
    for score, group in groupby(search.named, key=lambda one: one.score):
        if sum(one.rank.score > score for one in best.values()) >= depth:
            return _Best(list(best.values()), True, cut)
        most = MOST_VERSIONS if search.by_version else depth
        rows = await _versions(store, search.moment, named := list(group), most)
        if search.by_version:
            cut = cut or len(rows) >= most
        else:
            more = more or len(rows) >= most
        for one in _ranked(search, named, rows):
            if one.urn not in best or best[one.urn].rank < one.rank:
                best[one.urn] = one
    return _Best(list(best.values()), more, cut)


async def _versions(store: GraphStore, moment: Moment, named: list[_Named], most: int) -> list[VersionRow]:
    """The newest versions of some series, all together at most `most`."""
    series = [one.series for one in named]
    holding = [one.holding if one.holding.isascii() else "" for one in named]
    return await store.ask(
        SEARCH_VERSIONS, VersionsOf(series, holding, moment.existing_at, moment.position, most, most)
    )


def _ranked(search: _Search, named: list[_Named], rows: Iterable[VersionRow]) -> Iterator[_Candidate]:
    of_series = {} if search.by_version else {one.series: rank(search.terms, one.words) for one in named}
    for row in rows:
        fits = rank(search.terms, _words_of(row.urn)) if search.by_version else of_series[parse_urn(row.urn).series]
        if fits is not None:
            yield _Candidate(row.urn, row.referred_at, fits)
