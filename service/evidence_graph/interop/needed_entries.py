"""Which entries of the log a claim rests on: exactly those make up a bundle, whoever works it out, from the store or from the bundle.

All entries, up to the position asked about, that speak of

* an artifact of the chain, or one it rests on that is left out because it did not exist at the valid time asked about,
* what an answer was computed from beside it: windows of the KPI and of what they are held against, versions of its definition, roll-outs of
  the slots, because the next one ends the one before it,
* whatever the entry at the position itself speaks of, because it dates the answer; and for what nobody declared, what was spoken of when it
  was first named, and one that still rests on it when it was asked about by name;

and all entries about the log itself before the checkpoint: they lead from its first key to the one that signs.

So of every URN that is spoken of all is there that was ever said of it. What others say, such as the 10^5 consumers of a dataset, is
neither read nor part of the bundle.
"""

import msgspec

from evidence_graph.errors import TooComplex
from evidence_graph.interop.asked_only import AskedOnly
from evidence_graph.interop.claim import Claim, read_claim
from evidence_graph.lineage.artifact import ENTRIES_ABOUT, EntriesAbout
from evidence_graph.lineage.kpi_windows import KPI_WINDOWS
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.events import kpi_urn
from evidence_graph.store.graph_store import GraphStore, P, R
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import (
    RELATIONS_FROM,
    WINDOW_REVISIONS,
    AnnotationRow,
    ArtifactRow,
    DefinitionRow,
    EntryRow,
    RelationsFrom,
    RollOutRow,
)
from graph_schema.relations import RelationClass, names_of

MOST_ENTRIES = 20_000
WALKED = names_of(RelationClass.MADE_FROM, RelationClass.JUDGED_ON)


class LogEntriesTo(msgspec.Struct, frozen=True):
    """The last log position that counts."""

    position: int


class EntriesAt(msgspec.Struct, frozen=True):
    """Log positions."""

    positions: list[int]


class SubjectRow(msgspec.Struct, frozen=True):
    """What the entry at a log position speaks of."""

    position: int
    subject: str


class RestingOn(msgspec.Struct, frozen=True):
    """Artifacts at a position."""

    urns: list[str]
    position: int


class RestingRow(msgspec.Struct, frozen=True):
    """An artifact, and one that points to it."""

    urn: str
    source: str


LOG_ENTRIES = Question("log_entries", LogEntriesTo, EntryRow)
ENTRY_SUBJECTS = Question("entry_subjects", EntriesAt, SubjectRow)
RESTING_ON = Question("resting_on", RestingOn, RestingRow)


class Noting(AskedOnly):
    """A store that notes what its answers spoke of beside the chain (windows, definitions, roll-outs of a slot), and the values it gave."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.subjects: set[str] = set()
        self.values: list[AnnotationRow] = []

    async def ask(self, question: Question[P, R], parameters: P) -> list[R]:
        """As GraphStore.ask."""
        rows = await self._store.ask(question, parameters)
        self.values += [row for row in rows if isinstance(row, AnnotationRow)]
        windows = question.stem in (KPI_WINDOWS.stem, WINDOW_REVISIONS.stem)
        self.subjects.update(subject for row in rows if (subject := _spoken_of(row, windows=windows)))
        return rows


def _spoken_of(row: msgspec.Struct, *, windows: bool) -> str | None:
    match row:
        case RollOutRow():
            return row.deployment
        case DefinitionRow():
            return kpi_urn(row.name, row.version)
        case ArtifactRow() if windows:
            return row.urn
    return None


class Needed(msgspec.Struct, frozen=True):
    """A claim, the entries it rests on in the order of the log, and the values beside the log that it shows."""

    claim: Claim
    entries: list[EntryRow]
    values: list[AnnotationRow]


async def read_needed(store: GraphStore, of: str, moment: Moment, size: int) -> Needed:
    """The claim about an artifact and what it rests on, for a checkpoint of `size` entries. Raises as `read_claim`, TooComplex."""
    noting = Noting(store)
    claim = await read_claim(noting, of, moment)
    subjects = {view.urn for view in claim.views} | noting.subjects | await _beside(store, claim, moment)
    subjects |= await _left_out(store, claim, moment) if moment.valid_at is not None else set()
    spoken = await store.ask(ENTRIES_ABOUT, EntriesAbout(sorted(subjects), moment.position))
    about_the_log = await store.ask(LOG_ENTRIES, LogEntriesTo(size - 1))
    rows = {row.position: row for row in (*spoken, *about_the_log)}
    if len(rows) > MOST_ENTRIES:
        raise TooComplex(
            f"The claim about {of} rests on {len(rows):,} entries; a bundle holds at most {MOST_ENTRIES:,}.",
            "Export the bundle of something nearer to its beginning.",
        )
    return Needed(claim, [rows[position] for position in sorted(rows)], noting.values)


async def _left_out(store: GraphStore, claim: Claim, moment: Moment) -> set[str]:
    """What artifacts of the chain rest on, whether it existed then or not."""
    sources = sorted(view.urn for view in claim.chain.artifacts)
    rows = await store.ask(RELATIONS_FROM, RelationsFrom(sources, moment.position))
    return {row.target for row in rows if row.relation in WALKED}


async def _beside(store: GraphStore, claim: Claim, moment: Moment) -> set[str]:
    """The subjects of single entries that are needed: the one at the position, those that first named a stub, those that rest on a root."""
    stubs = [view for view in claim.views if not view.declared]
    named = await store.ask(ENTRY_SUBJECTS, EntriesAt(sorted({moment.position, *(view.position for view in stubs)})))
    roots = sorted({view.urn for view in claim.roots if not view.declared})
    resting = await store.ask(RESTING_ON, RestingOn(roots, moment.position)) if roots else []
    return {row.subject for row in named} | {row.source for row in resting}
