"""The log: positions without a gap, a tree that commits to every byte, entries that say who said what, and nothing in clear."""

import asyncio
import json
from hashlib import sha256

import msgspec
import pytest

from evidence_graph.errors import StoreRefused
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.log import begin_log, continue_log
from evidence_graph.lineage.artifact import annotate, read_artifact
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.merkle import leaf_hash, tree_root
from evidence_graph.proof.signing_key import new_private_key, verifier_key
from evidence_graph.record.canonical import canonical_bytes
from evidence_graph.record.entry import FORMAT, decode_entry, encode_entry
from evidence_graph.record.events import LogContinued, LogCreated
from evidence_graph.record.rows import HeadMoved
from evidence_graph.record.sealing import commitment
from evidence_graph.store.graph_store import STORE_LAYOUT, GraphStore, NoParameters, Transaction
from evidence_graph.store.stored import ANNOTATIONS, ENTRIES, AnnotationsOf, EntriesBetween, EntryRow
from graph_schema.constraints import LAYOUT
from tests import stories
from tests.conftest import Engine
from tests.stories import now, record

SECRET = "Ana Example, ana@example.com"


async def entries(store: GraphStore) -> list[EntryRow]:
    return await store.ask(ENTRIES, EntriesBetween(0, (await read_head(store)).position))


async def whole_story(store: GraphStore) -> None:
    """Every type of event, with free text in each that takes some."""
    told = stories.churn()
    for section in ("datasets", "features", "models", "deployments", "windows", "kpis"):
        for item in told[section]:
            item["description"] = SECRET
    for item in told["datasets"]:
        item |= {"properties": {SECRET: [SECRET]}, "uri": f"s3://{SECRET}", "sensitivity": "PERSONAL"}
    await record(store, told)
    await record(
        store, {"models": [{"urn": stories.MODEL_7, "evaluatedOn": [stories.TRAINING], "description": SECRET * 2}]}
    )
    await record(store, stories.adjust(stories.ROLL_OUT_42, "2026-10-12T08:00:00Z", "CANARY", 0.25))
    await record(store, stories.end(stories.ROLL_OUT_42, "2026-10-20T08:00:00Z"))
    await record(store, stories.retract(stories.WEEK_40, reason=SECRET))
    await record(store, stories.retract(stories.MODEL_7, "EVALUATED_ON", reason=SECRET))
    await continue_log(
        store, "elsewhere.example/log", new_private_key(), SimulatedClock((await read_head(store)).recorded_at)
    )


async def test_positions_have_no_gap_and_the_tree_commits_to_every_entry(store: GraphStore) -> None:
    """Recomputed from the entries alone, RFC 6962, the root is the head's."""
    await whole_story(store)

    found = await entries(store)
    head = await read_head(store)

    assert [row.position for row in found] == list(range(head.size))
    assert tree_root(row.body.encode() for row in found).hex() == head.root
    assert [row.leaf for row in found] == [leaf_hash(row.body.encode()).hex() for row in found]
    assert [row.recorded_at for row in found] == sorted(row.recorded_at for row in found)
    assert found[-1].recorded_at == head.recorded_at
    assert head.format == FORMAT


async def test_every_entry_decodes_to_itself_and_is_canonical(store: GraphStore) -> None:
    """Its bytes are the JCS form of what it says, so anybody can check them."""
    await whole_story(store)

    for row in await entries(store):
        body = row.body.encode()
        entry = decode_entry(body)
        assert encode_entry(entry) == body
        assert canonical_bytes(json.loads(body)) == body
        assert entry.recorded_at == row.recorded_at


async def test_every_subject_has_a_digest(store: GraphStore) -> None:
    """The stated content digest, else that of the sealed declaration."""
    await whole_story(store)

    statements = [json.loads(row.body) for row in await entries(store)]
    for statement in statements:
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        (subject,) = statement["subject"]
        payload = statement["predicate"]["payload"]
        stated = payload.get("fields", {}).get("digest", "sha256:" + sha256(canonical_bytes(payload)).hexdigest())
        assert "sha256:" + subject["digest"]["sha256"] == stated
    named = {statement["subject"][0]["name"] for statement in statements}
    assert {stories.CUSTOMERS, stories.WEEK_40, "kpi:churn/conversion@1", f"log:{stories.ORIGIN}"} <= named
    digests = {s["subject"][0]["name"]: s["subject"][0]["digest"]["sha256"] for s in statements[:5]}
    assert "sha256:" + digests[stories.CUSTOMERS] == stories.DIGEST


async def test_no_free_text_stands_in_the_log_in_clear(store: GraphStore) -> None:
    """Entries hold SHA-256(salt ‖ JCS(value)); value and salt are kept beside them, and belong to what they seal."""
    await whole_story(store)

    for row in await entries(store):
        assert "ana@example" not in row.body
        assert "Ana" not in row.body
    kept = await store.ask(
        ANNOTATIONS, AnnotationsOf([stories.CUSTOMERS, stories.WEEK_40], (await read_head(store)).position)
    )
    sealed = [row for row in kept if row.field != "sensitivity"]
    assert {row.field for row in sealed} == {"description", "properties", "uri", "reason"}
    assert all(len(bytes.fromhex(row.salt)) == 32 for row in sealed)
    for row in sealed:
        assert commitment(json.loads(row.value), bytes.fromhex(row.salt)) == row.commitment
        assert any(row.commitment in entry.body for entry in await entries(store))


async def test_equal_texts_have_different_seals(store: GraphStore) -> None:
    """Otherwise whoever knows one knows the other."""
    await record(store, stories.datasets("dataset:a/b@1", "dataset:a/c@1", description=SECRET))

    kept = await store.ask(ANNOTATIONS, AnnotationsOf(["dataset:a/b@1", "dataset:a/c@1"], 2))

    assert len({row.commitment for row in kept}) == len({row.salt for row in kept}) == 2


async def test_an_entry_says_who_when_by_which_door_and_with_what_outcome(store: GraphStore) -> None:
    """Also which command and item it came from, and that its clock was simulated."""
    told = {**stories.datasets("dataset:a/b@1"), "source": {"run": "17"}}
    receipt = await record(store, told, when="2026-12-01T12:00:00.25Z", actor="ben", key="k-1")

    entry = decode_entry((await entries(store))[receipt.position or 0].body.encode())

    assert (entry.actor, entry.via, entry.command, entry.item, entry.outcome) == (
        "ben",
        "TEST",
        "k-1",
        "datasets[0]",
        "CREATED",
    )
    assert (entry.clock, entry.source) == ("SIMULATED", {"run": "17"})
    assert json.loads((await entries(store))[1].body)["predicate"]["recordedAt"] == "2026-12-01T12:00:00.250000Z"
    view = await read_artifact(store, "dataset:a/b@1", await now(store))
    assert view is not None
    assert (view.told_by, view.actor) == ({"run": "17"}, "ben")


async def test_whole_numbers_written_as_floats_decode_to_themselves(store: GraphStore) -> None:
    """JCS writes 2^53 as a float without a point; the entry must still read as what it was."""
    kpi = stories.kpi(aggregate="MEAN")
    numbers = {"mean": 2.0**53, "variance": 1e20, "n": 3.0, "successes": None}
    await record(store, {"kpis": [kpi], "windows": [stories.week_40(**numbers)]})

    found = await entries(store)

    for row in found:
        assert encode_entry(decode_entry(row.body.encode())) == row.body.encode()
    view = await read_artifact(store, stories.WEEK_40, await now(store))
    assert view is not None
    assert (view.fields["mean"], view.fields["variance"], view.fields["n"]) == (2.0**53, 1e20, 3)


async def test_genesis_names_format_origin_and_key(empty_store: GraphStore) -> None:
    """Position 0 says what the log is and who signs for it; beginning again changes nothing."""
    key = new_private_key()

    head = await begin_log(empty_store, "first.example/log", key, SimulatedClock(stories.at(stories.GENESIS)))
    again = await begin_log(empty_store, "second.example/log", new_private_key(), SimulatedClock(0))

    assert head == again
    (genesis,) = await entries(empty_store)
    event = decode_entry(genesis.body.encode()).event
    assert event == LogCreated(FORMAT, "first.example/log", verifier_key("first.example/log", key))
    assert (head.size, head.origin, head.key_text) == (1, "first.example/log", verifier_key("first.example/log", key))


async def test_two_that_begin_the_log_at_once_make_one_genesis(engine: Engine) -> None:
    """Two services started together agree on the first."""
    stores = [engine.another() for _ in range(3)]
    await asyncio.gather(*(store.open() for store in stores))

    heads = await asyncio.gather(*(stories.begin(store) for store in stores))

    assert len({head.root for head in heads}) == 1
    assert {head.size for head in heads} == {1}
    assert len(await entries(stores[0])) == 1


async def test_a_log_goes_on_under_a_new_origin_and_key(store: GraphStore) -> None:
    """The entry that says so is signed by the new key over what came before."""
    before, key = await read_head(store), new_private_key()

    head = await continue_log(store, "restored.example/log", key, SimulatedClock(before.recorded_at))

    event = decode_entry((await entries(store))[-1].body.encode()).event
    assert isinstance(event, LogContinued)
    assert (event.origin, event.size, event.root) == ("restored.example/log", before.size, before.root)
    assert (head.origin, head.key_text) == ("restored.example/log", verifier_key("restored.example/log", key))


async def test_a_store_of_a_newer_format_is_refused_and_left_alone(engine: Engine) -> None:
    """This version does not know what it would break."""
    store = engine.another()
    await store.open()
    head = await stories.begin(store)

    async def move(transaction: Transaction) -> None:
        await transaction.put([HeadMoved(**{**msgspec.structs.asdict(head), "format": FORMAT + 1})])

    await store.write(move)

    with pytest.raises(StoreRefused, match=f"format {FORMAT + 1}"):
        await engine.another().open()
    assert (await read_head(store)).format == FORMAT + 1


@pytest.mark.parametrize(("layout", "writer"), [(1, "an older"), (LAYOUT + 1, "a newer")])
async def test_a_store_with_another_layout_of_its_graph_is_refused(engine: Engine, layout: int, writer: str) -> None:
    """Its relations would be read by columns and indexes that are not there."""
    store = engine.another()
    await store.open()
    await stories.begin(store)
    assert [row.layout for row in await store.ask(STORE_LAYOUT, NoParameters())] == [LAYOUT]
    await engine.kept_as(layout)

    with pytest.raises(StoreRefused, match=f"made by {writer} version") as refused:
        await engine.another().open()
    assert refused.value.next_step


async def test_a_store_opens_again_as_it_was_left(engine: Engine) -> None:
    """Opening creates what is missing and changes nothing."""
    first = engine.another()
    await first.open()
    await stories.begin(first)
    await record(first, stories.churn())
    before = await read_head(first)
    await first.close()

    second = engine.another()
    await second.open()
    await second.open()

    assert await read_head(second) == before
    view = await read_artifact(second, stories.CUSTOMERS, await now(second))
    assert view is not None
    await annotate(second, [view], await now(second))
    assert view.annotations == {"description": "Every customer."}


async def test_work_that_fails_leaves_nothing_behind(store: GraphStore) -> None:
    """A transaction lands whole or not at all, whatever is raised inside."""
    before = await read_head(store)

    async def fail(transaction: Transaction) -> None:
        head = await transaction.lock_head()
        assert head is not None
        await transaction.put([HeadMoved(**{**msgspec.structs.asdict(head), "size": 99})])
        raise KeyError("in the middle")

    with pytest.raises(KeyError, match="in the middle"):
        await store.write(fail)

    assert await read_head(store) == before
    await record(store, stories.datasets("dataset:a/b@1"))
