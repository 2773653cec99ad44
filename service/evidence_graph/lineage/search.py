"""Finding artifacts by a text: words of their URNs and of their descriptions, with beginnings, parts of words and typos.

A text that is the URN of something on record finds that alone. Else each engine's full-text index gives bounded candidates: series by
their whole names, and when these do not fill the answer, series by words of their names and artifacts by their newest descriptions. They
are looked at again as known at the moment, and ranked by one rule, so that both engines answer alike and what was erased or superseded is
not found.
"""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import unquote

import msgspec

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage.artifact import ArtifactView, annotate, read_artifacts_by_urn
from evidence_graph.lineage.completeness import Completeness, completeness_of
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.search_index import Sought, fitting_descriptions, fitting_series
from evidence_graph.lineage.search_meanings import read_words_for
from evidence_graph.lineage.search_ranks import Rank, Searched, best_possible, rank, searched_words
from evidence_graph.record.search_words import (
    description_expressions,
    has_digit,
    name_expressions,
    whole_name_expression,
    words_in,
)
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import STORED_ARTIFACTS, StoredArtifacts
from graph_schema import KINDS

MOST_HITS = 100
LONGEST_TEXT = 1_024
MOST_VERSIONS = 2_000  # that are held against words with digits at once
EXACT, WHOLE_NAME = Rank(1.0, "URN"), Rank(1.0, "NAME")


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
    """A series that fits: the best rank its versions can have, and what they must hold ('' for anything)."""

    series: str
    best: Rank
    holding: str = ""


class _Asked(msgspec.Struct, frozen=True):
    """What is searched for."""

    text: str
    terms: list[str]
    kinds: list[str]
    moment: Moment

    @property
    def sought(self) -> Sought:
        return Sought(self.kinds, self.moment.position)


class _Found(msgspec.Struct, frozen=True):
    """Series, and artifacts beside their versions; whether versions of one series may differ in rank, and whether more fit than these."""

    named: list[_Named] = []
    others: list[_Candidate] = []
    by_version: bool = False
    cut: bool = False


async def read_search(
    store: GraphStore, text: str, moment: Moment, *, kinds: Sequence[str] = (), limit: int = 20
) -> SearchResult:
    """At most `limit` artifacts in which every word of the text is found; without kinds, of all of them.

    A text that is the URN of an artifact or a series on record finds that alone. The completeness is truncated when so many names,
    descriptions or versions fit that not all could be looked at. Raises InvalidInput.
    """
    terms = _terms(text)
    if not 1 <= limit <= MOST_HITS:
        raise InvalidInput(f"first is {limit}.", f"Ask for 1 to {MOST_HITS}.")
    asked = _Asked(text.strip(), terms, sorted(set(kinds) or {kind.name for kind in KINDS}), moment)
    by_urn = await _result(store, asked, await _of_urn(store, asked), limit)
    if by_urn.hits:
        return by_urn
    whole_names = await _of_whole_names(store, asked)
    by_name = await _result(store, asked, whole_names, limit)
    if len(by_name.hits) == limit and by_name.more:
        return by_name  # nothing else ranks as high
    return await _result(store, asked, await _of_words(store, asked, whole_names), limit)


async def _result(store: GraphStore, asked: _Asked, found: _Found, limit: int) -> SearchResult:
    hits, cut = await _hits(store, asked, found, limit + 1)
    completeness = completeness_of(asked.moment, (hit.artifact for hit in hits[:limit]), truncated=cut)
    return SearchResult(hits[:limit], len(hits) > limit or cut, completeness)


def _terms(text: str) -> list[str]:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"text has {len(text)} characters.", f"At most {LONGEST_TEXT} can be searched for.")
    terms = words_in(text)
    if not terms:
        raise InvalidInput("text holds no letter and no digit.", "Write a word of a name, a URN or a description.")
    return terms


async def _of_urn(store: GraphStore, asked: _Asked) -> _Found:
    """What the text is the URN of."""
    try:
        urn = parse_urn(asked.text)
    except InvalidInput:
        return _Found()
    if urn.kind not in asked.kinds:
        return _Found()
    return (
        _Found(others=await _candidates(store, {urn.text: EXACT})) if urn.version else _Found([_Named(urn.text, EXACT)])
    )


async def _of_whole_names(store: GraphStore, asked: _Asked) -> _Found:
    """Series whose names are the text."""
    expression = whole_name_expression(asked.terms)
    series, cut = await fitting_series(store, expression, asked.sought)
    return _Found([_Named(one, WHOLE_NAME) for one in series if _words_of(one).name == tuple(asked.terms)], cut=cut)


async def _of_words(store: GraphStore, asked: _Asked, whole_names: _Found) -> _Found:
    """Series in whose names, or versions, all terms may be found, best first, and artifacts whose descriptions hold some.

    Those with whole names are among them, however many others there are.
    """
    named = {one.series: one for one in whole_names.named}
    words, cut = await read_words_for(store, asked.terms)
    for expression in name_expressions(asked.terms, words):
        series, too_many = await fitting_series(store, expression, asked.sought)
        for one in series:
            possible = best_possible(asked.terms, _words_of(one))
            if possible is not None:
                named[one] = _Named(one, *possible)
        if not too_many:
            break  # what the next one would find is among them
        cut = True
    described, cut_descriptions = await _described(store, asked)
    best_first = sorted(named.values(), key=lambda one: (-one.best.score, one.series))
    return _Found(best_first, described, any(map(has_digit, asked.terms)), cut or cut_descriptions)


def _words_of(urn_text: str, description: str = "") -> Searched:
    urn = parse_urn(urn_text)
    return searched_words(urn.kind, unquote(urn.namespace), unquote(urn.name), unquote(urn.version), description)


async def _described(store: GraphStore, asked: _Asked) -> tuple[list[_Candidate], bool]:
    """Artifacts whose newest description known at the moment holds what their names do not; whether there are too many."""
    urns: set[str] = set()
    cut = False
    for expression in description_expressions(asked.terms):
        found, too_many = await fitting_descriptions(store, expression, asked.sought)
        urns.update(found)
        if not too_many:
            break  # what the next one would find is among them
        cut = True
    views = await read_artifacts_by_urn(store, urns, asked.moment)
    await annotate(store, list(views.values()), asked.moment)
    ranks = {}
    for urn, view in views.items():
        fits = rank(asked.terms, _words_of(urn, str(view.annotations.get("description") or "")))
        if fits is not None:
            ranks[urn] = fits
    return await _candidates(store, ranks), cut


async def _candidates(store: GraphStore, ranks: dict[str, Rank]) -> list[_Candidate]:
    rows = await store.ask(STORED_ARTIFACTS, StoredArtifacts(sorted(ranks))) if ranks else []
    return [_Candidate(row.urn, row.referred_at, ranks[row.urn]) for row in rows]


async def _hits(store: GraphStore, asked: _Asked, found: _Found, wanted: int) -> tuple[list[Hit], bool]:
    """The best `wanted` hits, and whether more fit than could be looked at.

    What turns out not to be on record at the moment leaves a gap, so that more must be looked at.
    """
    depth = wanted
    while True:
        best = await _best(store, asked, found, depth)
        order = sorted(best.candidates, key=lambda one: one.order, reverse=True)[:depth]
        views = await read_artifacts_by_urn(store, (one.urn for one in order), asked.moment)
        hits = [
            Hit(views[one.urn], one.rank.matched, one.rank.score)
            for one in order
            if one.urn in views and views[one.urn].existed(asked.moment)
        ]
        if len(hits) >= wanted or (not best.more and len(order) == len(best.candidates)):
            return hits[:wanted], found.cut or best.cut
        depth *= 4


class _Best(msgspec.Struct, frozen=True):
    """Candidates among which are the best of all, whether a greater depth gives more, and whether some can never be looked at."""

    candidates: list[_Candidate]
    more: bool
    cut: bool


async def _best(store: GraphStore, asked: _Asked, found: _Found, depth: int) -> _Best:
    """Candidates among which are the best `depth`: the versions of series, best names first, until no other can be among them."""
    best = {one.urn: one for one in found.others}
    more = cut = False
    for score, group in groupby(found.named, key=lambda one: one.best.score):
        if sum(one.rank.score > score for one in best.values()) >= depth:
            return _Best(list(best.values()), True, cut)
        most = MOST_VERSIONS if found.by_version else depth
        rows = await _versions(store, asked.moment, named := list(group), most)
        if found.by_version:
            cut = cut or len(rows) >= most
        else:
            more = more or len(rows) >= most
        ranks = {one.series: one.best for one in named}
        for row in rows:
            fits = rank(asked.terms, _words_of(row.urn)) if found.by_version else ranks[parse_urn(row.urn).series]
            if fits is not None and (row.urn not in best or best[row.urn].rank < fits):
                best[row.urn] = _Candidate(row.urn, row.referred_at, fits)
    return _Best(list(best.values()), more, cut)


async def _versions(store: GraphStore, moment: Moment, named: list[_Named], most: int) -> list[VersionRow]:
    """The newest versions of some series, all together at most `most`."""
    series = [one.series for one in named]
    holding = [one.holding if one.holding.isascii() else "" for one in named]
    return await store.ask(
        SEARCH_VERSIONS, VersionsOf(series, holding, moment.existing_at, moment.position, most, most)
    )
