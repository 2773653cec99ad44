"""Finding artifacts by a text."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, to_completeness
from evidence_graph.api.artifacts import Artifact, to_artifacts
from evidence_graph.api.context import Info, question
from evidence_graph.api.enums import Kind, MatchedField
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt
from evidence_graph.api.selection import selected
from evidence_graph.evidence.plain_values import read_text
from evidence_graph.lineage.search import MOST_HITS, read_search
from evidence_graph.lineage.search_index import MOST_SERIES

HITS = 20


@strawberry.type(description="An artifact that a search found.")
class SearchHit:
    """One hit."""

    artifact: Artifact = strawberry.field(description="The artifact.")
    matched: MatchedField = strawberry.field(description="Where the text was found.")
    score: float = strawberry.field(
        description="How well it was found, above 0 and at most 1: words before beginnings, parts of words and typos; the name "
        "before the namespace, the rest of the URN and the description."
    )


@strawberry.type(description="What a search found, best first; among equals what came on record last.")
class SearchResult:
    """A list with an end; a better text finds more."""

    hits: list[SearchHit] = strawberry.field(description="The best hits, best first.")
    more: bool = strawberry.field(description="Whether there are more hits than these.")
    completeness: Completeness = strawberry.field(
        description=f"How complete the answer is; truncated when the text fits more than {MOST_SERIES} names and only the "
        "newest were looked at."
    )


@strawberry.type
class SearchQuestion:
    """For search boxes."""

    @question(
        "Artifacts in which every word of a text is found: in the URN as a word, a beginning, a part or with one typo; in the newest "
        "description as a word or a beginning. A word with a digit may be part of the version. A text that is the URN of an artifact or a "
        "series on record finds that alone."
    )
    async def search(
        self,
        info: Info,
        text: Annotated[str, argument(description="Some words, or a URN. Case, accents and signs do not count.")],
        kinds: Annotated[list[Kind] | None, argument(description="Only artifacts of these kinds.")] = UNSET,
        first: Annotated[int | None, argument(description=f"At most this many, from 1 to {MOST_HITS}.")] = HITS,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> SearchResult | None:
        context = info.context
        limit = HITS if first is None else first
        context.spend(limit)
        moment = await context.moment(valid_at, known_at, at_position)
        chosen = [str(kind) for kind in kinds or ()]
        found = await read_search(context.store, read_text(text, "text"), moment, kinds=chosen, limit=limit)
        shown = await to_artifacts(context.store, (hit.artifact for hit in found.hits), moment, selected(info))
        return SearchResult(
            hits=[
                SearchHit(artifact=shown[hit.artifact.urn], matched=hit.matched, score=hit.score) for hit in found.hits
            ],
            more=found.more,
            completeness=to_completeness(found.completeness),
        )
