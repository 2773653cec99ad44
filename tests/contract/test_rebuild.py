"""The graph made anew from the log: what was changed in it is repaired, nothing of the log is lost, nobody takes a part for the whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from string import Template

import msgspec
import pytest

from evidence_graph.errors import (
    EvidenceError,
    RecordDamaged,
    StoreOlder,
    StoreRebuilding,
    StoreRefused,
    StoreUnavailable,
)
from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.log_file import ENTRIES_AT_ONCE, Report
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.rebuild import Rebuilt, open_for_rebuild, rebuild_graph
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.evidence.store_audit import audit_store, read_tables
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.lineage.search import read_search
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.store.graph_store import HEAD, STORE_LAYOUT, GraphStore, NoParameters
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ANNOTATIONS, AnnotationsOf
from graph_schema.constraints import LAYOUT
from tests import stories
from tests.conftest import Engine
from tests.contract.test_store_audit import EDITS, NAMES, edit, signed_story
from tests.histories import random_history

OF_THE_LOG = ("an entry appended", "the head", "a column of an entry", "an entry removed", "an entry")
OF_THE_GRAPH = [what for what in EDITS if what not in (*OF_THE_LOG, "two entries swapped", "the signed head")]
WORDS_GONE = (
    "DELETE FROM series_words; DELETE FROM description_words",
    "MATCH (n:SeriesWords|DescriptionWords) DELETE n",
)
PUT_BACK = (
    "UPDATE annotation SET salt = '$salt', value = '$value' WHERE position = $position",
    "MATCH (n:Annotation {position: $position}) SET n.salt = '$salt', n.value = '$value'",
)
MANY = ENTRIES_AT_ONCE + 100


class Died(Exception):
    """What happens to a process."""


class InParts(SqliteStore):
    """The embedded engine as if it could not hold so much in one transaction, as the shared one."""

    @property
    def takes_any_write(self) -> bool:
        return False


@pytest.fixture
async def in_parts(engine: Engine, tmp_path: Path) -> AsyncIterator[GraphStore]:
    """An opened store without a log, on which a rebuild takes many transactions."""
    async with AsyncExitStack() as closed_at_the_end:
        store = InParts(tmp_path / "evidence.db") if engine.name == "sqlite" else engine.another()
        closed_at_the_end.push_async_callback(store.close)
        await store.open()
        yield store


async def rebuilt(store: GraphStore) -> Rebuilt:
    """Rebuilt where nobody else looks."""
    return await rebuild_graph(store, unnoticed=0)


def insider(engine: Engine, folder: Path, what: str) -> None:
    """One of the edits that an audit finds."""
    sql, cypher, _ = EDITS[what]
    edit(engine, folder, Template(sql).substitute(NAMES), Template(cypher).substitute(NAMES))


async def digest(store: GraphStore) -> str:
    """Of the graph as it is known now."""
    return await read_graph_digest(store, await stories.now(store))


async def found_by(store: GraphStore, text: str) -> list[str]:
    """What a search finds."""
    return [hit.artifact.urn for hit in (await read_search(store, text, await stories.now(store))).hits]


async def test_what_an_insider_changed_in_the_graph_is_repaired(
    engine: Engine, empty_store: GraphStore, empty: GraphStore, tmp_path: Path
) -> None:
    """All kinds of edit at once, those of the words too. A value that does not open its seal is counted; an audit goes on missing it."""
    await signed_story(empty_store, tmp_path)
    before, head = await digest(empty_store), await empty_store.ask(HEAD, NoParameters())
    for what in sorted(OF_THE_GRAPH, key=lambda what: what == "a relation removed"):
        insider(engine, tmp_path, what)
    edit(engine, tmp_path, *WORDS_GONE)
    assert await digest(empty_store) != before

    found = await rebuilt(empty_store)

    assert found == Rebuilt(head[0], lost=1)
    assert await digest(empty_store) == before
    left = (await audit_store(empty_store, empty, None)).findings
    assert [(one.what, one.how) for one in left] == [("annotation", "emptied: no entry erased it")]
    assert stories.TRAINING in await found_by(empty_store, "training")


async def test_a_damaged_log_is_refused_with_its_position_and_the_graph_stays(
    engine: Engine, empty_store: GraphStore, tmp_path: Path
) -> None:
    """Whatever is wrong with the log, it is found before anything is thrown away."""
    await signed_story(empty_store, tmp_path)
    before = await digest(empty_store)
    words = ("Position 20: 21 entries", "Position 19: .* root", "Position 4: the columns", "Position 3", "Position 2")
    for what, how in zip(OF_THE_LOG, words, strict=True):
        insider(engine, tmp_path, what)

        with pytest.raises(RecordDamaged, match=how):
            await rebuilt(empty_store)
        assert await digest(empty_store) == before


@pytest.mark.runs(20)
async def test_a_sound_graph_is_the_same_afterwards(store: GraphStore, empty: GraphStore, run: int) -> None:
    """Random histories: every row that follows from the log, values and salts, and what is found by its words."""
    await random_history(store, run)
    before, known, kept = await digest(store), await found_by(store, "one"), await rows(store)

    found = await rebuilt(store)

    assert found.lost == 0
    assert (await digest(store), await found_by(store, "one")) == (before, known)
    assert await rows(store) == kept
    assert (await audit_store(store, empty, None)).findings == []


async def rows(store: GraphStore) -> dict[str, list[str]]:
    """All that is beside the entries, by table; an engine gives the rows in any order."""
    return {table.name: sorted(map(repr, table.rows)) for table in await read_tables(store, None)}


async def test_the_log_goes_on_after_a_rebuild(store: GraphStore, tmp_path: Path) -> None:
    """Recorded, signed and backed up as before, with every value that is not erased."""
    await stories.record(store, stories.churn())
    before = await stories.now(store)

    await rebuilt(store)
    await stories.record(store, stories.derived("dataset:a/b@1", stories.CUSTOMERS))
    await write_log_file(store, tmp_path / "backup.gz")
    copy = SqliteStore(tmp_path / "copy.db")
    await copy.open()
    await load_log_file(copy, tmp_path / "backup.gz")

    assert (await stories.now(store)).position == before.position + 1
    assert await digest(copy) == await digest(store)
    assert await found_by(copy, "customer") == await found_by(store, "customer") != []
    await copy.close()


async def test_what_was_erased_stays_away(engine: Engine, store: GraphStore, empty: GraphStore, tmp_path: Path) -> None:
    """Also when somebody has put the value back, with the very salt that opens its seal."""
    position = (
        await stories.record(store, stories.datasets("dataset:a/b@1", description="Kept by Quartermaine."))
    ).position
    assert position is not None
    (kept,) = await store.ask(ANNOTATIONS, AnnotationsOf(["dataset:a/b@1"], position))
    await stories.record(store, stories.erase("dataset:a/b@1"))
    edit(engine, tmp_path, *(Template(text).substitute(msgspec.structs.asdict(kept)) for text in PUT_BACK))
    assert (await audit_store(store, empty, None)).findings

    assert (await rebuilt(store)).lost == 0

    again = SqliteStore(tmp_path / "again.db")
    await again.open()
    assert (await audit_store(store, again, None)).findings == []
    await again.close()
    assert await found_by(store, "quartermaine") == []


async def test_an_interrupted_rebuild_says_so_and_is_run_again(
    engine: Engine, in_parts: GraphStore, tmp_path: Path
) -> None:
    """A part of a graph is never taken for the whole: nobody opens it, begins a log, records, signs or restores until it is whole again."""
    await begin_log(in_parts, stories.ORIGIN, key_at(tmp_path / "key"), SystemClock())
    recorder = Recorder(in_parts, SystemClock())
    many = [f"dataset:many/things@{number}" for number in range(MANY)]
    await recorder.record(stories.command(stories.datasets(*many, description="One of many.")))
    await write_log_file(in_parts, tmp_path / "backup.gz")
    before = await digest(in_parts)

    with pytest.raises(Died):
        await rebuild_graph(in_parts, die_at(MANY + ENTRIES_AT_ONCE), unnoticed=0)

    for attempt in (
        engine.another().open(),
        begin_log(in_parts, "own", new_private_key(), SystemClock()),
        recorder.record(stories.command(stories.datasets("dataset:a/b@1"))),
        HeadSigner(in_parts, tmp_path / "key").sign(),
    ):
        with pytest.raises(StoreRebuilding, match="run `evidence rebuild` again"):
            await attempt
    with pytest.raises(EvidenceError):
        await load_log_file(in_parts, tmp_path / "backup.gz")

    after = engine.another()
    await open_for_rebuild(after)
    assert (await rebuilt(after)).lost == 0
    whole = engine.another()
    await whole.open()
    assert await digest(whole) == before


def die_at(position: int) -> Report:
    """Something that hears of the progress and does not live to see the end."""

    def die(done: int, total: int) -> None:
        if done >= position:
            raise Died

    return die


async def test_a_rebuild_in_one_transaction_that_dies_has_changed_nothing(tmp_path: Path) -> None:
    """The embedded engine takes it back; whoever reads meanwhile sees the graph as it was."""
    store = SqliteStore(tmp_path / "evidence.db")
    await store.open()
    await stories.begin(store)
    await stories.record(store, stories.datasets(*(f"dataset:many/things@{number}" for number in range(MANY))))
    before = await digest(store)

    with pytest.raises(Died):
        await rebuild_graph(store, die_at(MANY + ENTRIES_AT_ONCE))

    assert await digest(store) == before
    await stories.record(store, stories.datasets("dataset:a/b@1"))
    await store.close()


async def test_of_two_rebuilds_the_later_one_goes_on(engine: Engine, in_parts: GraphStore, empty: GraphStore) -> None:
    """The other one ends when it sees that: no graph is made of both."""
    await stories.begin(in_parts)
    await stories.record(in_parts, stories.churn())
    before = await digest(in_parts)

    ended = await asyncio.gather(*(rebuild_graph(in_parts, unnoticed=0.1) for _ in range(3)), return_exceptions=True)

    assert any(isinstance(one, Rebuilt) for one in ended)
    assert all(isinstance(one, Rebuilt | StoreUnavailable) for one in ended), ended
    assert await digest(in_parts) == before
    assert (await audit_store(in_parts, empty, None)).findings == []


async def test_a_store_of_an_older_layout_is_brought_forward(
    engine: Engine, store: GraphStore, empty: GraphStore, tmp_path: Path
) -> None:
    """It is refused with what to do; what the older version did not have is made. Layouts that cannot be read stay refused."""
    await stories.record(store, stories.churn())
    before = await digest(store)
    await engine.kept_as(1)
    with pytest.raises(StoreRefused, match="register the manifests again"):
        await open_for_rebuild(engine.another())
    await engine.kept_as(LAYOUT - 1)
    edit(engine, tmp_path, "DROP TABLE cosigned_head", "DROP CONSTRAINT cosigned_head_size")
    older = engine.another()
    with pytest.raises(StoreOlder, match="run `evidence rebuild`"):
        await older.open()

    await open_for_rebuild(older)
    await rebuilt(older)

    now = engine.another()
    await now.open()
    assert [row.layout for row in await now.ask(STORE_LAYOUT, NoParameters())] == [LAYOUT]
    assert await digest(now) == before
    assert (await audit_store(now, empty, None)).findings == []
    await stories.record(now, stories.datasets("dataset:a/b@1"))


async def test_a_store_without_a_log_has_nothing_to_rebuild(empty_store: GraphStore) -> None:
    """It says so."""
    with pytest.raises(StoreUnavailable, match="has not begun"):
        await rebuilt(empty_store)
