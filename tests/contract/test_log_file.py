"""A log in a file: written from any engine and loaded into a store without one, it is the same log and gives the same graph."""

import gzip
import os
from pathlib import Path

import msgspec
import pytest

from evidence_graph.errors import RecordDamaged, StoreRefused, StoreUnavailable
from evidence_graph.evidence.clock import SimulatedClock, SystemClock
from evidence_graph.evidence.log import Tree, begin_log, continue_log
from evidence_graph.evidence.log_file import ENTRIES_AT_ONCE
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.lineage.artifact import annotate, read_artifact
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.stored import ENTRIES, EntriesBetween
from tests import stories
from tests.stories import now, record


@pytest.fixture
def elsewhere(empty: GraphStore) -> GraphStore:
    """Where a log is brought to; it has none yet."""
    return empty


async def whole_story(store: GraphStore) -> None:
    """Every type of event: declarations, extensions, adjustments, ends, retractions, a definition, and a change of keys."""
    await record(store, stories.churn())
    await record(store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": ["dataset:x/y@1"], "description": "New."}]})
    await record(store, stories.adjust(stories.ROLL_OUT_42, "2026-10-12T08:00:00Z", "CANARY", 0.25))
    await record(store, stories.end(stories.ROLL_OUT_42, "2026-10-20T08:00:00Z"))
    await record(store, stories.retract(stories.WEEK_40))
    await continue_log(
        store, "elsewhere.example/log", new_private_key(), SimulatedClock((await read_head(store)).recorded_at)
    )


async def test_a_log_comes_back_from_its_file(store: GraphStore, elsewhere: GraphStore, tmp_path: Path) -> None:
    """Head, entries, graph and what lies beside the log are the same; the file says what it holds."""
    await whole_story(store)

    header = await write_log_file(store, tmp_path / "log.gz")
    assert await load_log_file(elsewhere, tmp_path / "log.gz") == header

    assert await read_head(elsewhere) == await read_head(store)
    everything = EntriesBetween(0, header.size)
    assert await elsewhere.ask(ENTRIES, everything) == await store.ask(ENTRIES, everything)
    assert await read_graph_digest(elsewhere, await now(elsewhere)) == await read_graph_digest(store, await now(store))
    assert await described(elsewhere) == await described(store) == "New."
    assert not any(name.startswith(".") for name in os.listdir(tmp_path)), "no unfinished file is left"


async def described(store: GraphStore) -> object:
    """The newest description of the model."""
    moment = await now(store)
    artifact = await read_artifact(store, stories.MODEL_7, moment)
    assert artifact is not None
    await annotate(store, [artifact], moment)
    return artifact.annotations["description"]


async def test_a_loaded_log_goes_on_and_is_written_again(
    empty_store: GraphStore, elsewhere: GraphStore, tmp_path: Path
) -> None:
    """Loaded into any engine, under a key of its own and a real clock; many transactions long."""
    await begin_log(elsewhere, stories.ORIGIN, new_private_key(), SimulatedClock(stories.at(stories.GENESIS)))
    many = [f"dataset:many/things@{number}" for number in range(ENTRIES_AT_ONCE + 10)]
    await record(elsewhere, stories.datasets(*many, description="One of many."))
    reported: list[tuple[int, int]] = []
    await write_log_file(elsewhere, tmp_path / "log.gz")

    header = await load_log_file(empty_store, tmp_path / "log.gz", lambda done, total: reported.append((done, total)))
    assert reported == [(ENTRIES_AT_ONCE, header.size), (header.size, header.size)]
    moved = await continue_log(empty_store, "new.example/log", new_private_key(), SystemClock())
    assert (moved.size, moved.simulated, moved.origin) == (header.size + 1, header.size, "new.example/log")
    again = await write_log_file(empty_store, tmp_path / "again.gz")
    assert (again.size, again.root, again.origin) == (moved.size, moved.root, "new.example/log")


async def test_a_store_with_a_log_is_left_alone(store: GraphStore, tmp_path: Path) -> None:
    """Loading is for stores without one."""
    await write_log_file(store, tmp_path / "log.gz")
    before = await read_head(store)

    with pytest.raises(StoreRefused, match="has a log already"):
        await load_log_file(store, tmp_path / "log.gz")
    assert await read_head(store) == before


async def test_a_store_without_a_log_has_nothing_to_write(empty_store: GraphStore, tmp_path: Path) -> None:
    """No file appears."""
    with pytest.raises(StoreUnavailable):
        await write_log_file(empty_store, tmp_path / "log.gz")
    assert not (tmp_path / "log.gz").exists()


async def test_a_store_whose_head_is_another_is_not_written(store: GraphStore, tmp_path: Path) -> None:
    """A backup of a damaged store would be found out only when it is needed."""
    await record(store, stories.churn())

    async def forge(transaction: Transaction) -> None:
        head = await transaction.lock_head()
        await transaction.put(
            [msgspec.structs.replace(Tree(head).moved(head.recorded_at), root="ab" * 32)] if head else []
        )

    await store.write(forge)

    with pytest.raises(RecordDamaged, match="do not have the root"):
        await write_log_file(store, tmp_path / "log.gz")
    assert not any("log.gz" in name for name in os.listdir(tmp_path))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda lines: lines[:-1], "ends after position"),
        (lambda lines: lines[:3] + lines[4:], "Position 14: the entries before it are not those"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "Position 15: the entries before it are not those"),
        (lambda lines: [*lines, lines[-1]], "Position 16: the entries before it are not those"),
        (lambda lines: [lines[0], *lines[2:]], "Position 0: this entry cannot follow"),
        (lambda lines: [*lines[:4], b"{}", *lines[5:]], "Position 3: the line cannot be read"),
        (lambda lines: [b'{"format":"evidence-log/1","logFormat":1}', *lines[1:]], "header cannot be read"),
        (lambda lines: [b"what", *lines[1:]], "does not begin like a log file"),
    ],
)  # fmt: skip
async def test_a_damaged_file_is_refused_before_anything_is_stored(
    store: GraphStore, elsewhere: GraphStore, tmp_path: Path, damage: object, words: str
) -> None:
    """Whatever happened to it; the words say where, as far as that can be told."""
    await whole_story(store)
    await write_log_file(store, tmp_path / "log.gz")
    lines = gzip.decompress((tmp_path / "log.gz").read_bytes()).splitlines()
    assert callable(damage)
    damaged = gzip.compress(b"\n".join(damage(lines)) + b"\n", 1)

    with pytest.raises(RecordDamaged, match=words):
        await load_log_file(elsewhere, damaged)
    assert await begin_log(elsewhere, "own", new_private_key(), SystemClock()), "the store is still without a log"


@pytest.mark.parametrize("cut", [0, 5, 100, -9])
async def test_a_file_that_is_cut_off_is_refused(
    store: GraphStore, elsewhere: GraphStore, tmp_path: Path, cut: int
) -> None:
    """As happens when a disk is full."""
    await whole_story(store)
    await write_log_file(store, tmp_path / "log.gz")
    (tmp_path / "cut.gz").write_bytes((tmp_path / "log.gz").read_bytes()[:cut])

    with pytest.raises(RecordDamaged):
        await load_log_file(elsewhere, tmp_path / "cut.gz")


async def test_a_newer_format_is_refused(elsewhere: GraphStore) -> None:
    """The words say that a newer version reads it."""
    for header in (b'{"format":"evidence-log/2"}', b'{"format":"evidence-log/1","logFormat":99}'):
        with pytest.raises(StoreRefused, match="newer"):
            await load_log_file(elsewhere, gzip.compress(header + b"\n"))
