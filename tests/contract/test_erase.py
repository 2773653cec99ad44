"""What is erased is gone at every position, for everybody, and stays gone; what was proven of it stays proven."""

import asyncio
import gzip
from pathlib import Path

import pytest

from evidence_graph.evidence.clock import SystemClock
from evidence_graph.evidence.commands import Receipt
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.evidence.recorder import Recorder
from evidence_graph.lineage.artifact import annotate, read_artifact
from evidence_graph.lineage.graph_digest import read_graph_digest
from evidence_graph.lineage.moment import Moment, read_head
from evidence_graph.lineage.search import read_search
from evidence_graph.record.entry import decode_entry
from evidence_graph.record.events import Erased
from evidence_graph.record.sealing import Sealed
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ANNOTATIONS, ENTRIES, AnnotationsOf, EntriesBetween
from tests import stories
from tests.conftest import Engine
from tests.stories import attempt, outcomes, record

THING = "dataset:a/b@1"
NAME = "Quartermaine"
DESCRIBED = {"description": f"Kept by {NAME}.", "uri": f"s3://{NAME}/b", "properties": {"by": NAME}}


async def described(store: GraphStore, moment: Moment, urn: str = THING) -> tuple[dict[str, object], list[str]]:
    """What is told of an artifact beside the log, and what is said to be erased."""
    view = await read_artifact(store, urn, moment)
    assert view is not None
    await annotate(store, [view], moment)
    told = {name: value for name, value in view.annotations.items() if value is not None and name != "erasureReason"}
    return told, view.erased


async def kept(store: GraphStore, urn: str = THING) -> list[Sealed]:
    """Every value that was ever sealed for it, as it stands there now."""
    rows = await store.ask(ANNOTATIONS, AnnotationsOf([urn], (await read_head(store)).position))
    return [row.sealed() for row in rows if row.commitment]


def erased(receipt: Receipt) -> dict[str, int]:
    (outcome,) = receipt.outcomes
    return outcome.erased


async def test_every_value_is_gone_at_every_position_and_the_commitments_stay(store: GraphStore) -> None:
    """The newest and the older ones: who asks as of a time before the erasure is not told either, but that there was something."""
    first = await record(store, stories.datasets(THING, **DESCRIBED))
    await record(store, stories.datasets(THING, description=f"Not by {NAME} any more."))
    before = await kept(store)

    done = await record(store, stories.erase(THING))

    assert outcomes(done) == ["ERASED"]
    assert erased(done) == {"description": 2, "properties": 1, "uri": 1}
    for moment in (await stories.as_of(store, first.position), await stories.now(store)):
        assert await described(store, moment) == ({}, ["description", "properties", "uri"])
    after = [one for one in await kept(store) if one.erased]
    assert [one.commitment for one in after] == [one.commitment for one in before]
    assert {(one.salt, one.value) for one in after} == {(None, None)}


async def test_the_entry_says_who_erased_what_and_holds_nothing_of_it(store: GraphStore) -> None:
    """Fields and numbers; the reason is sealed like all free text."""
    await record(store, stories.datasets(THING, **DESCRIBED))

    done = await record(store, stories.erase(THING, "uri", reason="Asked for by post."), actor="ben")

    (row,) = await store.ask(ENTRIES, EntriesBetween(done.position or 0, done.position or 0))
    entry = decode_entry(row.body.encode())
    assert isinstance(entry.event, Erased)
    assert (entry.actor, entry.event.urn, entry.event.values) == ("ben", THING, {"uri": 1})
    assert set(entry.event.annotations) == {"erasureReason"}
    assert NAME not in row.body
    assert "post" not in row.body


async def test_only_the_fields_that_are_named_are_erased(store: GraphStore) -> None:
    """And only where there is something."""
    await record(store, stories.datasets(THING, description="This.", uri="s3://b"))

    assert erased(await record(store, stories.erase(THING, "description", "properties"))) == {"description": 1}
    assert await described(store, await stories.now(store)) == ({"uri": "s3://b"}, ["description"])


async def test_erasing_again_changes_nothing_and_what_was_never_recorded_cannot_be_erased(store: GraphStore) -> None:
    """The reason of an erasure is erased only where it is named, so that it comes to an end."""
    await record(store, stories.datasets(THING, "dataset:a/plain@1", description="This."))
    await record(store, stories.erase(THING))
    head = await read_head(store)

    assert outcomes(await record(store, stories.erase(THING))) == ["UNCHANGED"]
    assert outcomes(await record(store, stories.erase(THING, "uri"))) == ["UNCHANGED"]
    for unknown in ("dataset:a/none@1", "kpi:churn/conversion@9"):
        (fault,) = (await attempt(store, stories.erase(unknown))).faults
        assert (fault.code, fault.field, "not on record" in fault.message) == ("INVALID", "erase.urn", True)
    assert await read_head(store) == head


async def test_the_reason_of_an_erasure_can_be_erased(store: GraphStore) -> None:
    """It may have held what it should not."""
    await record(store, stories.datasets(THING, description="This."))
    await record(store, stories.erase(THING, reason=f"{NAME} asked."))

    done = await record(store, stories.erase(THING, "erasureReason", reason="Ticket 7."))

    assert erased(done) == {"erasureReason": 1}
    assert [one.value for one in await kept(store) if not one.erased] == ["Ticket 7."]


async def test_stubs_retracted_things_definitions_and_reasons_are_erased_too(store: GraphStore) -> None:
    """Whatever stands beside the log, whether or not what it speaks of is declared."""
    stub = {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [THING], "description": NAME}]}
    await record(store, stub, stories.datasets(THING, description=NAME), {"kpis": [stories.kpi(description=NAME)]})
    await record(store, stories.retract(THING, reason=NAME))
    kpi = f"kpi:{stories.CONVERSION}@1"

    assert erased(await record(store, stories.erase(stories.MODEL_7))) == {"description": 1}
    assert erased(await record(store, stories.erase(THING))) == {"description": 1, "reason": 1}
    assert erased(await record(store, stories.erase(kpi))) == {"description": 1}
    for urn in (stories.MODEL_7, THING, kpi):
        assert NAME not in [one.value for one in await kept(store, urn)]


async def test_sensitivity_is_no_free_text_and_stays(store: GraphStore) -> None:
    """It decides who may see a thing."""
    await record(store, stories.datasets(THING, description="This.", sensitivity="PERSONAL"))

    await record(store, stories.erase(THING))

    told, gone = await described(store, await stories.now(store))
    assert (told["sensitivity"], gone) == ("PERSONAL", ["description"])


async def test_an_erased_description_is_not_found_by_its_words(store: GraphStore) -> None:
    """Nor as of a time before; the one of another thing is."""
    first = await record(store, stories.datasets(THING, "dataset:a/c@1", description=f"Kept by {NAME}."))
    await record(store, stories.erase(THING))

    for moment in (await stories.as_of(store, first.position), await stories.now(store)):
        found = await read_search(store, NAME.lower(), moment)
        assert [hit.artifact.urn for hit in found.hits] == ["dataset:a/c@1"]


async def test_a_dry_run_says_what_would_be_gone_and_erases_nothing(store: GraphStore) -> None:
    """The very numbers of the real thing."""
    await record(store, stories.datasets(THING, **DESCRIBED))
    head, before = await read_head(store), await kept(store)

    planned = await record(store, stories.erase(THING), dry_run=True)

    assert (planned.position, erased(planned)) == (None, {"description": 1, "properties": 1, "uri": 1})
    assert (await read_head(store), await kept(store)) == (head, before)


async def test_a_repetition_by_key_gives_the_first_answer_and_brings_nothing_back(store: GraphStore) -> None:
    """An erased value counts as equal, also after it was stated anew; the erasure itself can be repeated, too."""
    told = stories.datasets(THING, **DESCRIBED)
    first = await record(store, told, key="k-1")
    erasing = await record(store, stories.erase(THING), key="k-2")

    assert await record(store, told, key="k-1") == first
    assert await record(store, stories.erase(THING), key="k-2") == erasing
    assert [one.value for one in await kept(store) if not one.erased] == ["It was asked for."]
    await record(store, told, restates_erased=True)
    assert await record(store, told, key="k-1") == first
    refused = await attempt(store, stories.datasets(THING, digest=stories.DIGEST, **DESCRIBED), key="k-1")
    assert [fault.code for fault in refused.faults] == ["CONFLICT"]


async def test_what_was_erased_does_not_come_back_with_the_next_run_of_a_pipeline(store: GraphStore) -> None:
    """Nobody can tell whether it is the same text: it is left out, and the outcome says so, until somebody insists."""
    await record(store, stories.datasets(THING, description=f"Kept by {NAME}."))
    await record(store, stories.erase(THING))

    again = await record(store, stories.datasets(THING, description=f"Kept by {NAME}.", uri="s3://new"))

    assert [(one.outcome, one.left_out) for one in again.outcomes] == [("EXTENDED", ("description",))]
    told, gone = await described(store, await stories.now(store))
    assert (told["uri"], gone) == ("s3://new", ["description"])

    anew = await record(store, stories.datasets(THING, description="Kept."), restates_erased=True)

    assert [(one.outcome, one.left_out) for one in anew.outcomes] == [("EXTENDED", ())]
    told, gone = await described(store, await stories.now(store))
    assert (told["description"], gone) == ("Kept.", [])
    assert outcomes(await record(store, stories.datasets(THING, description="Kept."))) == ["UNCHANGED"]


async def test_what_is_told_in_the_same_breath_is_erased_or_not_by_its_place(store: GraphStore) -> None:
    """Commands that share a transaction are decided in their order, whatever the order their rows are stored in."""
    recorder = Recorder(store, SystemClock())
    told = [
        stories.command(stories.datasets(THING, description="One.")),
        stories.command(stories.erase(THING)),
        stories.command(stories.datasets(THING, description="Two."), restates_erased=True),
        stories.command(stories.erase("dataset:a/c@1")),
        stories.command(stories.datasets("dataset:a/c@1", description="Three.")),
    ]

    receipts = await asyncio.gather(*(recorder.record(command) for command in told))

    assert [[one.outcome for one in receipt.outcomes] for receipt in receipts] == [
        ["CREATED"], ["ERASED"], ["EXTENDED"], ["INVALID"], ["CREATED"],
    ]  # fmt: skip
    assert sorted(str(one.value) for one in await kept(store)) == ["It was asked for.", "None", "Two."]


async def test_many_who_write_and_read_meanwhile_are_never_told_what_is_erased(store: GraphStore) -> None:
    """Each erasure counts from the moment it is acknowledged."""
    names = [f"dataset:a/n@{number}" for number in range(12)]
    recorder = Recorder(store, SystemClock())

    async def tell_and_erase(urn: str) -> None:
        assert not (await recorder.record(stories.command(stories.datasets(urn, description=f"By {NAME}.")))).faults
        assert not (await recorder.record(stories.command(stories.erase(urn)))).faults
        assert (await described(store, await stories.now(store), urn))[1] == ["description"]

    await asyncio.gather(*map(tell_and_erase, names))

    values = [one.value for urn in names for one in await kept(store, urn)]
    assert sorted(map(str, values)) == ["It was asked for."] * 12 + ["None"] * 12


@pytest.mark.parametrize("back", [False, True])
async def test_a_backup_made_after_it_holds_nothing_of_it(
    empty_store: GraphStore, tmp_path: Path, engine: Engine, back: bool
) -> None:
    """Onto either engine, with the same root and the same graph; a backup made before it still holds it."""
    other = SqliteStore(tmp_path / "other.db")
    await other.open()
    source, target = (other, empty_store) if back else (empty_store, other)
    await stories.begin(source)
    await record(source, stories.churn(), stories.datasets(THING, **DESCRIBED))
    await write_log_file(source, tmp_path / "before.gz")
    await record(source, stories.erase(THING))

    await write_log_file(source, tmp_path / "after.gz")
    await load_log_file(target, tmp_path / "after.gz")

    assert NAME.encode() in gzip.decompress((tmp_path / "before.gz").read_bytes())
    assert NAME.encode() not in gzip.decompress((tmp_path / "after.gz").read_bytes())
    heads = [await read_head(one) for one in (source, target)]
    assert heads[0] == heads[1]
    assert await kept(target) == await kept(source)
    digests = [await read_graph_digest(one, await stories.now(one)) for one in (source, target)]
    assert digests[0] == digests[1]
    assert outcomes(await record(target, stories.erase(THING))) == ["UNCHANGED"]
    await other.close()
