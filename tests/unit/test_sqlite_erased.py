"""The bytes of what is erased are in no file of the embedded store, nor is anything of the words a search finds it by."""

import secrets
from pathlib import Path
from random import Random

import apsw
import pytest

from evidence_graph.evidence.purging import Purge, Purger
from evidence_graph.store.graph_store import NoParameters
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import PURGE_STATE, PurgeState
from tests import stories

THING = "dataset:a/b@1"


def left_in(folder: Path, words: list[str]) -> set[str]:
    """Files that hold something of the words. An index shares the beginnings of neighbours, so their ends are looked for."""
    ends = [word[-10:].encode() for word in words]
    return {file.name for file in folder.iterdir() if any(end in file.read_bytes() for end in ends)}


def some_words(number: int) -> list[str]:
    return [secrets.token_hex(8) for _ in range(number)]


async def opened(folder: Path) -> SqliteStore:
    store = SqliteStore(folder / "evidence.db")
    await store.open()
    return store


async def begun(folder: Path) -> SqliteStore:
    store = await opened(folder)
    await stories.begin(store)
    return store


async def test_nothing_is_left_in_any_file(tmp_path: Path) -> None:
    """Neither of the newest value nor of an older one, nor of a value so long that it has pages of its own."""
    store = await begun(tmp_path)
    words = some_words(700)
    await stories.record(store, stories.datasets(THING, description=" ".join(words[:5]), uri=words[5]))
    await stories.record(store, stories.datasets(THING, description=" ".join(words[6:])))
    assert left_in(tmp_path, words)

    await stories.record(store, stories.erase(THING))

    assert await Purger(store).purge() is Purge.DONE
    assert left_in(tmp_path, words) == set()
    assert await store.ask(PURGE_STATE, NoParameters()) == [PurgeState(3, 3)]
    await store.close()


@pytest.mark.parametrize("run", range(2))
async def test_nothing_is_left_among_what_stays(tmp_path: Path, run: int) -> None:
    """Rows that are put between others move them about, and copies stay in gaps; indexes of words are merged now and then."""
    random, store = Random(run), await begun(tmp_path)
    told: dict[str, list[str]] = {}
    for turn in range(12):
        urns = [f"dataset:a/n{random.randrange(10**6)}@{turn}" for _ in range(40)]
        told |= {urn: some_words(3) for urn in urns}
        lengths = {urn: random.choice([0, 1, 20, 150]) for urn in urns}
        texts = [{"urn": urn, "description": f"{' and so on ' * lengths[urn]} ".join(told[urn])} for urn in urns]
        await stories.record(store, {"datasets": texts})
    gone = random.sample(sorted(told), 60)

    await stories.record(store, *(stories.erase(urn) for urn in gone))

    assert await Purger(store).purge() is Purge.DONE
    assert left_in(tmp_path, [word for urn in gone for word in told[urn]]) == set()
    assert all(left_in(tmp_path, told[urn]) for urn in random.sample(sorted(told.keys() - set(gone)), 5))
    await store.close()


async def test_a_reader_that_began_before_holds_it_back_and_a_later_attempt_finishes(tmp_path: Path) -> None:
    """Nobody is told that it is gone before it is; who asks the store anew is not told the value meanwhile."""
    store, words = await begun(tmp_path), some_words(300)
    await stories.record(store, stories.datasets(THING, description=" ".join(words)))
    reader = apsw.Connection(str(store.path))
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM annotation").fetchall() == [(1,)]
    await stories.record(store, stories.erase(THING))
    purger = Purger(store)

    assert await purger.purge() is Purge.PENDING
    assert left_in(tmp_path, words)
    await purger.close()
    reader.close()

    assert await purger.purge() is Purge.DONE
    assert left_in(tmp_path, words) == set()
    await store.close()


async def test_the_next_to_open_the_store_finishes_what_was_begun(tmp_path: Path) -> None:
    """The store knows what is left to do, whatever became of the process that erased; what is done is not done again."""
    store, words = await begun(tmp_path), some_words(50)
    await stories.record(store, stories.datasets(THING, description=" ".join(words)))
    await stories.record(store, stories.erase(THING))
    await store.close()

    store = await opened(tmp_path)

    assert await store.ask(PURGE_STATE, NoParameters()) == [PurgeState(2, -1)]
    assert await Purger(store).purge() is Purge.DONE
    assert left_in(tmp_path, words) == set()
    written = (store.path.stat().st_mtime_ns, store.path.stat().st_size)
    assert await Purger(store).purge() is Purge.DONE
    assert (store.path.stat().st_mtime_ns, store.path.stat().st_size) == written
    await store.close()
