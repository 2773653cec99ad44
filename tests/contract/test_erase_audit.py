"""An audit and a backup tell what an entry erased from what somebody emptied, and find a value that came back."""

from pathlib import Path

from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.store_audit import audit_store
from evidence_graph.record.rows import AnnotationErased, AnnotationPut, AnnotationRemoved, ErasurePut, Row
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.stored import ANNOTATIONS, AnnotationRow, AnnotationsOf
from tests import stories
from tests.stories import record

THING, OTHER = "dataset:a/b@1", "dataset:a/c@1"


async def put(store: GraphStore, row: Row) -> None:
    """What somebody with access to the store may do to it."""

    async def behind_our_back(transaction: Transaction) -> None:
        await transaction.lock_head()
        await transaction.put([row])

    await store.write(behind_our_back)


async def sealed(store: GraphStore, urn: str) -> AnnotationRow:
    """The description of an artifact as it is stored."""
    rows = await store.ask(ANNOTATIONS, AnnotationsOf([urn], 99))
    return next(row for row in rows if row.field == "description")


async def test_what_was_erased_is_no_difference(store: GraphStore, empty: GraphStore) -> None:
    """Reasons, too, and what was stated anew since."""
    told = stories.datasets(THING, description="This.")
    await record(store, told)
    await record(store, stories.erase(THING))
    await record(store, told, restates_erased=True)
    await record(store, stories.erase(THING, "erasureReason"))

    assert (await audit_store(store, empty, None)).findings == []


async def test_a_value_that_somebody_emptied_is_found(store: GraphStore, empty: GraphStore, tmp_path: Path) -> None:
    """No entry says that it was erased, and one about another field or another thing does not count; a backup names it."""
    await record(store, stories.datasets(THING, OTHER, description="This.", uri="s3://b"))
    await record(store, stories.erase(THING, "uri"))
    await record(store, stories.erase(OTHER))
    await put(store, AnnotationErased(THING, "description", 99))

    found = (await audit_store(store, empty, None)).findings
    named: list[AnnotationRow] = []
    await write_log_file(store, tmp_path / "backup.gz", missing=named.append)

    assert [(one.what, one.where, one.how) for one in found] == [
        ("annotation", f"{THING} description 1", "emptied: no entry erased it")
    ]
    assert [(row.urn, row.field, row.position) for row in named] == [(THING, "description", 1)]


async def test_a_value_that_came_back_is_found(store: GraphStore, empty: GraphStore) -> None:
    """Salt and all, from a backup made before."""
    await record(store, stories.datasets(THING, description="This."))
    before = await sealed(store, THING)
    await record(store, stories.erase(THING))
    await put(store, AnnotationRemoved(THING, "description", before.position))
    await put(store, AnnotationPut(THING, "description", before.position, before.commitment, before.salt, before.value))

    found = (await audit_store(store, empty, None)).findings

    assert [(one.where, one.how) for one in found] == [(f"{THING} description 1", "still there: an entry erased it")]


async def test_an_erasure_that_no_entry_tells_of_is_found(store: GraphStore, empty: GraphStore) -> None:
    """It would hide that somebody emptied the value."""
    await record(store, stories.datasets(THING, description="This."))
    await put(store, AnnotationErased(THING, "description", 99))
    await put(store, ErasurePut(THING, "description", 99))

    found = (await audit_store(store, empty, None)).findings

    assert {(one.what, one.where) for one in found} == {
        ("annotation", f"{THING} description 1"),
        ("erasure", f"{THING} description 99"),
        ("number of rows", "erasure"),
    }
