"""Evidence bundles: what is in them, at which moment, and that they verify; on every engine."""

from pathlib import Path

import pytest

from evidence_graph.errors import (
    InvalidInput,
    KeyMissing,
    NotRecorded,
    ProofFailed,
    RecordDamaged,
    StoreUnavailable,
    TooComplex,
)
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.log import continue_log
from evidence_graph.evidence.log_loading import load_log_file
from evidence_graph.evidence.log_writing import write_log_file
from evidence_graph.interop import needed_entries
from evidence_graph.interop.bundle_export import export_bundle
from evidence_graph.interop.bundle_verification import Verified, verify_bundle
from evidence_graph.lineage.kpi_windows import KpiStream
from evidence_graph.lineage.moment import read_head, read_moment
from evidence_graph.lineage.verdict import read_verdict
from evidence_graph.proof.cosignature import cosign
from evidence_graph.proof.signed_note import parse_note
from evidence_graph.proof.signing_key import new_private_key
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey
from evidence_graph.record.rows import CosignedHeadPut, RelationClosed
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore, NoParameters, Transaction
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import SIGNED_HEAD
from tests import bundles, stories
from tests.bundles import SignedLog
from tests.stories import record

BEFORE = "2026-09-05T00:00:00Z"


@pytest.fixture
async def log(empty_store: GraphStore, tmp_path: Path) -> SignedLog:
    """A log that has begun, and its key."""
    return await bundles.begin_signed_log(empty_store, tmp_path)


@pytest.fixture
async def rich(empty_store: GraphStore, tmp_path: Path) -> SignedLog:
    """The whole story, see tests/bundles.py."""
    return await bundles.rich_log(empty_store, tmp_path)


def subjects(found: Verified) -> list[str]:
    """What the entries of a bundle speak of, in the order of the log."""
    return [one.entry["subject"][0]["name"] for one in found.bundle.entries]  # type: ignore[index, call-overload]


def shown(found: Verified) -> list[str]:
    """The chain, nearest first."""
    return stories.urns(found.claim.chain.artifacts)


async def test_a_bundle_holds_what_was_ever_said_of_its_chain_and_nothing_else(rich: SignedLog) -> None:
    """Genesis and keys, the definition, every roll-out of the slot, extension and correction; not what rests on the chain."""
    found = await rich.verified(stories.WEEK_40)

    log = f"log:{stories.ORIGIN}"
    assert subjects(found) == [
        log,
        "kpi:churn/conversion@1",
        stories.CUSTOMERS,
        stories.CUSTOMERS_BEFORE,
        stories.TRAINING,
        stories.TENURE,
        stories.MODEL_7,
        stories.ROLL_OUT_41,
        stories.ROLL_OUT_42,
        stories.WEEK_40,
        stories.MODEL_7,
        stories.WEEK_40.replace("20261002", "20261009"),
        stories.CUSTOMERS_BEFORE,
        stories.CUSTOMERS_BEFORE,
        log,
        bundles.ROLL_OUT_43,
        "dataset:other/thing@1",  # dates the answer
    ]
    assert found.claim.chain.completeness.unresolved == (bundles.LABELS,)
    assert [one.field for one in found.erased] == []
    assert len(found.simulated) == len(found.bundle.entries)


async def test_the_claim_is_what_the_store_answers(rich: SignedLog) -> None:
    """Chain and verdict, every number of it; the verdict is that of the instant at which the position was recorded."""
    found = await rich.verified(stories.WEEK_40)

    moment = (await stories.now(rich.store)).at((await stories.now(rich.store)).known_at)
    stream = KpiStream(parse_urn(stories.ROLL_OUT_42), stories.CONVERSION, "")
    verdict = await read_verdict(rich.store, stream, moment)
    claimed = found.bundle.claim["verdict"]
    assert isinstance(claimed, dict)
    assert (claimed["state"], claimed["usedCount"]) == (verdict.state.value, 2)
    for name in ("n", "mean", "change", "lower", "upper", "benchmark"):
        assert claimed[name] == getattr(verdict, name)
    assert claimed["eValue"] == verdict.e_value


async def test_a_bundle_of_an_older_position_shows_what_was_known_then(rich: SignedLog) -> None:
    """Its checkpoint is a newer one; nothing recorded since is in it but what was said of the log's keys."""
    then = await rich.verified(stories.WEEK_40, at_position=10)
    asked_by_time = await rich.verified(stories.WEEK_40, known_at=stories.at("2026-10-12T00:00:00Z"))

    assert shown(then) == [urn for urn in shown(await rich.verified(stories.WEEK_40)) if urn != bundles.LABELS]
    assert [one.position for one in then.bundle.entries] == [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15]
    assert (then.head.size, then.bundle.position) == (18, 10)
    assert asked_by_time.bundle == then.bundle


async def test_a_valid_time_leaves_out_what_did_not_exist(rich: SignedLog) -> None:
    """What the chain rests on and did not exist then is proven by its declaration, and not part of the claim."""
    valid_at = stories.at("2026-10-01T06:00:00Z")

    found = await rich.verified(stories.MODEL_7, valid_at=valid_at)
    before = await rich.verified(stories.MODEL_7, valid_at=stories.at(BEFORE))

    assert stories.TRAINING in shown(found)
    assert shown(before) == [stories.MODEL_7, bundles.LABELS, stories.CUSTOMERS_BEFORE]
    assert stories.TRAINING in subjects(before)
    assert before.bundle.valid_at == "2026-09-05T00:00:00.000000Z"


async def test_the_next_roll_out_ends_the_one_before_it_in_the_claim(rich: SignedLog) -> None:
    """Nobody stated the end; the entries that it follows from are there."""
    found = await rich.verified(stories.ROLL_OUT_42)

    (claimed,) = [one for one in found.claim.json["artifacts"] if one["urn"] == stories.ROLL_OUT_42]  # type: ignore[union-attr, index, call-overload]
    assert claimed["live"] == {  # type: ignore[index, call-overload]
        "since": "2026-10-02T08:00:00.000000Z",
        "until": "2026-10-30T08:00:00.000000Z",
        "statedEnd": None,
    }
    assert bundles.ROLL_OUT_43 in subjects(found)
    assert bundles.ROLL_OUT_43 not in shown(found)


async def test_a_stub_comes_with_the_entry_that_first_named_it(rich: SignedLog) -> None:
    """Also when it is asked about itself, and when what named it is nothing the chain rests on."""
    inside = await rich.verified(stories.MODEL_7)
    itself = await rich.verified(bundles.LABELS)

    assert inside.claim.chain.completeness.unresolved == (bundles.LABELS,)
    assert shown(itself) == [bundles.LABELS]
    assert stories.MODEL_7 in subjects(itself)


async def test_what_was_retracted_is_on_record_while_something_rests_on_it(log: SignedLog) -> None:
    """One that does is in the bundle; when nothing does any more there is no bundle."""
    await record(log.store, stories.derived("dataset:a/b@1", "dataset:a/a@1"), stories.datasets("dataset:a/a@1"))
    await record(log.store, stories.retract("dataset:a/a@1"))

    found = await log.verified("dataset:a/a@1")
    await record(log.store, stories.retract("dataset:a/b@1"))

    assert found.claim.chain.completeness.unresolved == ("dataset:a/a@1",)
    assert subjects(found).count("dataset:a/a@1") == 2
    assert "dataset:a/b@1" in subjects(found)
    with pytest.raises(NotRecorded):
        await log.export("dataset:a/a@1")
    assert (await log.verified("dataset:a/a@1", at_position=3)).claim == found.claim


async def test_consumers_of_a_hub_are_not_in_the_bundle_of_what_rests_on_it(log: SignedLog) -> None:
    """Neither as entries nor as part of the claim."""
    await record(log.store, stories.datasets("dataset:a/hub@1", description="Read by all."))
    await record(log.store, *(stories.derived(f"dataset:a/consumer@{n}", "dataset:a/hub@1") for n in range(60)))

    found = await log.verified("dataset:a/consumer@7")

    assert subjects(found) == [
        f"log:{stories.ORIGIN}",
        "dataset:a/hub@1",
        "dataset:a/consumer@7",
        "dataset:a/consumer@59",
    ]
    assert found.bundle.entries[1].opened["description"].value == "Read by all."


@pytest.mark.parametrize(
    ("benchmark", "reference"),
    [
        ({"windows": {"of": stories.ROLL_OUT_41, "from": "2026-09-01T00:00:00Z", "to": "2026-10-02T00:00:00Z"}}, 1),
        ({"against": stories.ROLL_OUT_41}, 0),
        ({"against": stories.SLOT, "mode": "CANARY"}, 0),
        ({"evaluation": f"kpi_window:churn/churn,model,{stories.CONVERSION}@7,20260801T000000Z,r0"}, 1),
    ],
    ids=["reference windows", "a control", "a slot's canaries", "an evaluation"],
)
async def test_what_the_windows_are_held_against_is_in_the_bundle(
    log: SignedLog, benchmark: dict[str, object], reference: int
) -> None:
    """The verdict is recomputed from them, whoever they measure."""
    story = stories.churn()
    story["kpis"] = [stories.kpi(smallestRelevantChange={"relative": 0.05}, benchmark=benchmark)]
    canary = stories.roll_out("deployment:churn/eu-prod@canary", "2026-10-02T08:00:00Z", mode="CANARY", traffic=0.1)
    others = [
        stories.window(stories.ROLL_OUT_41, "2026-09-10T08:00:00Z", "2026-09-17T08:00:00Z", n=9000, successes=450),
        stories.week_40(n=1800, successes=99) | {"deployment": "deployment:churn/eu-prod@canary"},
        stories.window("", "2026-08-01T00:00:00Z", "2026-08-08T00:00:00Z", n=5000, successes=260),
    ]
    del others[2]["deployment"]
    others[2]["model"] = stories.MODEL_7
    await record(log.store, story, canary, {"windows": others}, when="2026-12-01T00:00:00Z")

    found = await log.verified(stories.WEEK_40)

    claimed = found.bundle.claim["verdict"]
    assert isinstance(claimed, dict)
    assert claimed["referenceCount"] == reference
    assert found.bundle.claim["noVerdictBecause"] is None
    moment = await stories.as_of(log.store, found.bundle.position, found.bundle.known_at)
    stream = KpiStream(parse_urn(stories.ROLL_OUT_42), stories.CONVERSION, "")
    assert claimed["state"] == (await read_verdict(log.store, stream, moment)).state.value


async def test_a_window_of_a_kpi_that_was_not_defined_then_says_why_it_has_no_verdict(log: SignedLog) -> None:
    """It is only named, by a window that is held against it."""
    named = "kpi_window:a/b,deployment,c/d@1,20261001T000000Z,r0"
    await record(log.store, stories.churn(), {"windows": [stories.week_40(revision=1, comparedWith=[named])]})

    found = await log.verified(named)

    assert found.bundle.claim["verdict"] is None
    assert "c/d is not defined" in str(found.bundle.claim["noVerdictBecause"])


async def test_an_erased_value_is_shown_as_erased(rich: SignedLog) -> None:
    """The entry keeps its seal, its proof holds, and the value is in no bundle made since; nobody can put it back."""
    before = await rich.export(stories.MODEL_7)
    await record(rich.store, stories.erase(stories.CUSTOMERS, "description"))

    exported = await rich.export(stories.MODEL_7)
    older = await rich.export(stories.MODEL_7, at_position=10)

    assert b"Every customer." in before.data
    assert b"Every customer." not in exported.data + older.data
    for data in (exported.data, older.data):
        found = verify_bundle(data, rich.public)
        assert [(one.position, one.urn, one.field) for one in found.erased] == [(2, stories.CUSTOMERS, "description")]
        claimed = {one["urn"]: one.get("erased") for one in found.bundle.claim["artifacts"]}  # type: ignore[union-attr, index, call-overload]
        assert claimed[stories.CUSTOMERS] == ["description"]
    document = bundles.document_of(exported.data)
    kept = bundles.entry_about(bundles.document_of(before.data), stories.CUSTOMERS)["opened"]
    bundles.entry_about(document, stories.CUSTOMERS)["opened"] = kept
    with pytest.raises(ProofFailed, match="was erased"):
        verify_bundle(bundles.resigned(document, rich.key), rich.public)


async def test_whoever_trusts_the_key_before_follows_its_change(rich: SignedLog) -> None:
    """Not the other way round, and not to the key of another log."""
    data = (await rich.export(stories.MODEL_7)).data
    old = VerifierKey.of(stories.ORIGIN, rich.key_before)

    found = verify_bundle(data, old)

    assert (found.trusted, found.signer.key, found.signer.rotations) == (old, rich.public, [15])
    for stranger in (VerifierKey.of(stories.ORIGIN, new_private_key()), VerifierKey.of("other/log", rich.key)):
        with pytest.raises(ProofFailed, match="is not the one that signs this log"):
            verify_bundle(data, stranger)


async def test_trust_does_not_lead_across_another_origin(log: SignedLog, tmp_path: Path) -> None:
    """A log that goes on as another one is vouched for by its new key alone."""
    await record(log.store, stories.churn())
    other = SignedLog(log.store, tmp_path / "other.key")
    head = await read_head(log.store)
    await continue_log(log.store, "other.example/log", other.key, SimulatedClock(head.recorded_at + 1))
    await other.sign()

    data = (await export_bundle(log.store, other.key, stories.MODEL_7)).data

    found = verify_bundle(data, VerifierKey.of("other.example/log", other.key))
    assert (found.head.origin, found.signer.rotations) == ("other.example/log", [])
    with pytest.raises(ProofFailed, match="is not the one that signs this log"):
        verify_bundle(data, log.public)


async def test_a_bundle_holds_so_many_entries_and_no_more(rich: SignedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What rests on more is refused, and it is said what to do."""
    monkeypatch.setattr(needed_entries, "MOST_ENTRIES", 17)
    assert (await rich.export(stories.WEEK_40)).entry_count == 17
    monkeypatch.setattr(needed_entries, "MOST_ENTRIES", 16)

    with pytest.raises(TooComplex, match="rests on 17 entries; a bundle holds at most 16"):
        await rich.export(stories.WEEK_40)


async def test_only_the_logs_own_key_exports(rich: SignedLog) -> None:
    """Without it, with another one, and after a change of keys with the one before it."""
    await rich.sign()
    for key in (None, new_private_key(), rich.key_before):
        with pytest.raises(KeyMissing):
            await export_bundle(rich.store, key, stories.MODEL_7)


async def test_nothing_is_exported_that_no_signed_head_covers(log: SignedLog) -> None:
    """Before the first one there is none; later the newest position it covers is taken unless another is asked for."""
    with pytest.raises(StoreUnavailable, match="No head of this log"):
        await export_bundle(log.store, log.key, stories.MODEL_7)
    await record(log.store, stories.churn())
    await log.sign()
    await record(log.store, stories.datasets("dataset:a/late@1"))

    assert (await export_bundle(log.store, log.key, stories.MODEL_7)).moment.position == 10
    with pytest.raises(StoreUnavailable, match="covers position 11"):
        await export_bundle(log.store, log.key, stories.MODEL_7, at_position=11)
    with pytest.raises(NotRecorded):
        await export_bundle(log.store, log.key, "dataset:a/late@1")


async def test_a_checkpoint_that_witnesses_have_cosigned_is_preferred(log: SignedLog) -> None:
    """Where it covers the position; an outsider who trusts the witness may demand it."""
    witness, name = new_private_key(), "witness.example/w"
    trusted = VerifierKey.of(name, witness, SignatureType.COSIGNATURE_V1)
    await record(log.store, stories.churn())
    await log.sign()
    (head,) = await log.store.ask(SIGNED_HEAD, NoParameters())
    note = parse_note(head.note)
    cosigned = note.signed_also_by(cosign(note.text, name, witness, 1_800_000_000)).document

    async def keep(transaction: Transaction) -> None:
        await transaction.lock_head()
        await transaction.put([CosignedHeadPut(head.size, head.root, cosigned)])

    await log.store.write(keep)
    await record(log.store, stories.datasets("dataset:a/late@1"))

    then = await log.export(stories.MODEL_7, at_position=10)
    now = await log.export(stories.MODEL_7)

    asked_for = await log.export(stories.MODEL_7, witnesses=1)

    found = verify_bundle(then.data, log.public, [trusted], 1)
    assert [(one.witness, one.time) for one in found.witnesses] == [(trusted, 1_800_000_000)]
    assert verify_bundle(asked_for.data, log.public, [trusted], 1).bundle.position == head.size - 1
    with pytest.raises(ProofFailed, match="needed: 1"):
        verify_bundle(now.data, log.public, [trusted], 1)
    with pytest.raises(InvalidInput, match="by 2 witnesses"):
        await log.export(stories.MODEL_7, witnesses=2)
    with pytest.raises(InvalidInput, match="covers position"):
        await log.export(stories.MODEL_7, at_position=head.size, witnesses=1)


async def test_a_store_that_was_edited_exports_nothing(rich: SignedLog) -> None:
    """What it would claim does not follow from its own log."""
    await rich.sign()

    async def edit(transaction: Transaction) -> None:
        await transaction.lock_head()
        await transaction.put([RelationClosed(stories.MODEL_7, "TRAINED_ON", stories.TRAINING, 12)])

    await rich.store.write(edit)

    with pytest.raises(RecordDamaged, match="leaves out"):
        await export_bundle(rich.store, rich.key, stories.WEEK_40)


async def test_equal_positions_give_equal_bytes_on_both_engines(rich: SignedLog, tmp_path: Path) -> None:
    """A bundle is a function of the log, its key, the checkpoint and the question."""
    elsewhere = SqliteStore(tmp_path / "elsewhere.db")
    await elsewhere.open()
    await rich.sign()
    await write_log_file(rich.store, tmp_path / "log.gz")
    await load_log_file(elsewhere, tmp_path / "log.gz")
    copy = SignedLog(elsewhere, rich.key_file)

    for of in (stories.WEEK_40, stories.MODEL_7, bundles.LABELS):
        here, there = await rich.export(of, at_position=14), await copy.export(of, at_position=14)
        assert here.data == there.data
    await elsewhere.close()


async def test_the_moment_of_a_bundle_is_stated_in_it(rich: SignedLog) -> None:
    """Whoever asks again at that moment gets the same claim."""
    first = await rich.verified(stories.WEEK_40, valid_at=stories.at("2026-11-15T00:00:00Z"))

    moment = await read_moment(rich.store, at_position=first.bundle.position)
    again = await rich.verified(
        stories.WEEK_40, valid_at=stories.at(str(first.bundle.valid_at)), at_position=first.bundle.position
    )

    assert again.bundle == first.bundle
    assert moment.known_at == stories.at(first.bundle.known_at)
