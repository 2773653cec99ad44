"""Finding artifacts by a text."""

from random import Random

from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.search import read_search
from evidence_graph.store.graph_store import GraphStore
from graph_schema import KINDS
from tests import reference_search
from tests.histories import History
from tests.reference import Known
from tests.reference_search import Hit

ALL_KINDS = [kind.name for kind in KINDS]
TEXTS = [
    "table", "tabel", "ta", "able", "table1", "table1 3", "d table", "feature", "featrue 2", "model", "m model 1", "one slot",
    "slot", "kpi", "deployment", "window", "dataset", "dataset:d/table1@1", "dataset:d/table1", "note", "note pears", "apples pears",
    "aples", "plum",
    "crm", "slot 2026", "r1", "20260", "note 2", "pears 1", "3", "d 3", "table 1 apples", "tabel pears", "part", "scores x",
]  # fmt: skip


async def compare(store: GraphStore, history: History, moment: Moment, known: Known, valid_at: int | None) -> bool:
    """What is found, where, how well, and whether there is more."""
    text, kinds, limit = some_search(history.random)
    expected = reference_search.search(known, text, kinds or ALL_KINDS, valid_at)

    result = await read_search(store, text, moment, kinds=kinds, limit=limit)

    hits = [Hit(hit.artifact.urn, hit.matched, hit.score) for hit in result.hits]
    about = f"{text!r} {kinds} {limit} {moment}"
    assert hits == expected[:limit], about
    assert result.more == (len(expected) > limit), about
    return bool(expected)


def some_search(random: Random) -> tuple[str, list[str], int]:
    kinds = random.choice([[], [], [], random.sample(ALL_KINDS, 2)])
    return random.choice(TEXTS), kinds, random.choice([1, 3, 20, 100])
