"""Forged bundles: whatever is changed in one, and whoever signs it again, is refused with the reason and the place."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import ProofFailed
from evidence_graph.interop.bundle_verification import verify_bundle
from evidence_graph.lineage.log_proofs import read_inclusion
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint
from evidence_graph.proof.cosignature import cosign
from evidence_graph.proof.signed_note import parse_note
from evidence_graph.proof.signing_key import new_private_key, verifier_key
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey
from evidence_graph.record.entry import subject_digest
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import ENTRIES, EntriesBetween
from tests import bundles, stories
from tests.bundles import Document, edited, entry_about, hashes_of, put_hashes, resigned, rewritten, tidied, unsigned

WINDOW = stories.WEEK_40
Edit = Callable[[Document], object]
Place = tuple[str | int, ...]  # of a value in a document


class Forgeable(NamedTuple):
    """A good bundle, the log's key, and an entry of the log that is not in it, with its proof."""

    document: Document
    key: Ed25519PrivateKey
    before: VerifierKey
    foreign: Document

    @property
    def trusted(self) -> VerifierKey:
        return VerifierKey.of(stories.ORIGIN, self.key)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Forgeable:
    """The bundle of a KPI window of the rich story, whose log has changed its key."""
    return asyncio.run(forgeable(tmp_path_factory.mktemp("log")))


async def forgeable(folder: Path) -> Forgeable:
    store = SqliteStore(folder / "evidence.db")
    await store.open()
    log = await bundles.rich_log(store, folder)
    exported = await log.export(WINDOW, at_position=16)
    document = bundles.document_of(exported.data)
    foreign = await proven(log, document, exported.size - 1)
    before = VerifierKey.of(stories.ORIGIN, log.key_before)
    await store.close()
    return Forgeable(document, log.key, before, foreign)


async def proven(log: bundles.SignedLog, document: Document, position: int) -> Document:
    """The entry at a position as it would stand in the bundle; its hashes are added to the document that is given."""
    (row,) = await log.store.ask(ENTRIES, EntriesBetween(position, position))
    size = int(document["checkpoint"].split("\n")[1])
    path = (await read_inclusion(log.store, position, size)).hashes
    return {"position": position, "entry": bundles.document_of(row.body.encode()), "proof": path, "opened": {}}


def refused(data: bytes, trusted: VerifierKey, **how: Any) -> ProofFailed:
    """How a bundle is refused."""
    with pytest.raises(ProofFailed) as caught:
        verify_bundle(data, trusted, **how)
    return caught.value


def test_the_bundle_that_is_forged_is_a_good_one(bundle: Forgeable) -> None:
    """Else everything below would be refused for nothing; canonical form and signature are a matter of the bytes alone."""
    data = resigned(bundle.document, bundle.key)

    assert data == unsigned(bundle.document)
    assert verify_bundle(data, bundle.trusted).signer.rotations == []
    assert verify_bundle(data, bundle.before).signer.rotations == [15]


def set_at(*path: Any, to: Any) -> Edit:
    """Puts a value in a place."""

    def edit(document: Document) -> None:
        place: Any = document
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to

    return edit


def drop(*path: Any) -> Edit:
    """Takes what is in a place away."""

    def edit(document: Document) -> None:
        place: Any = document
        for part in path[:-1]:
            place = place[part]
        del place[path[-1]]

    return edit


def swap(name: str, one: int, other: int) -> Edit:
    """Two entries change places, or only what is under a name of them."""

    def edit(document: Document) -> None:
        entries = document["entries"]
        if name:
            entries[one][name], entries[other][name] = entries[other][name], entries[one][name]
        else:
            entries[one], entries[other] = entries[other], entries[one]

    return edit


def on_entry(subject: str, edit: Edit, event: str = "artifact-declared/v1") -> Edit:
    """An edit of the first entry about a URN."""
    return lambda document: edit(entry_about(document, subject, event))


def drop_entry(subject: str, event: str) -> Edit:
    """An entry, and the hashes that only its proof needs."""

    def edit(document: Document) -> None:
        document["entries"].remove(entry_about(document, subject, event))
        tidied(document)

    return edit


def on_claim(urn: str, edit: Edit) -> Edit:
    """An edit of an artifact in the claim."""
    return lambda document: edit(next(one for one in document["claim"]["artifacts"] if one["urn"] == urn))


def on_hashes(change: Callable[[list[bytes]], list[bytes]]) -> Edit:
    """Other hashes for the proofs to point into."""
    return lambda document: put_hashes(document, change(hashes_of(document)))


def leave_out(urn: str) -> Edit:
    """An artifact, out of the claim."""

    def edit(document: Document) -> None:
        claim = document["claim"]
        claim["artifacts"] = [one for one in claim["artifacts"] if one["urn"] != urn]

    return edit


def more_numbers(document: Document) -> None:
    """More successes than were recorded, under the subject digest that belongs to them."""
    entry = entry_about(document, WINDOW)["entry"]
    entry["predicate"]["payload"]["fields"]["successes"] = 902
    entry["subject"][0]["digest"]["sha256"] = subject_digest(entry["predicate"]["payload"])


# name: (the edit, a part of the reason, a part of the place); everything is signed again with the log's own key
FORGERIES: dict[str, tuple[Edit, str, str]] = {
    "an unknown key in the document": (set_at("note", to="trust me"), "unknown field `note`", ""),
    "an unknown key in an entry": (set_at("entries", 0, "note", to=1), "unknown field `note`", "entries[0]"),
    "a missing key": (drop("validAt"), "missing required field `validAt`", ""),
    "another type": (set_at("entries", 1, "position", to="1"), "Expected `int`", "entries[1].position"),
    "another format": (set_at("format", to="urn:evidence-graph:bundle/v2"), "has the format", "format"),
    "a dropped genesis": (drop("entries", 0), "does not begin with the first entry", "entries"),
    "a dropped declaration": (drop_entry(stories.TRAINING, "artifact-declared/v1"), "", "claim"),
    "a dropped extension": (
        drop_entry(stories.MODEL_7, "artifact-extended/v1"),
        "no entry leads to",
        "claim.artifacts",
    ),
    "a dropped retraction": (drop_entry(stories.CUSTOMERS_BEFORE, "retracted/v1"), "", "claim"),
    "a dropped definition": (drop_entry("kpi:churn/conversion@1", "kpi-defined/v1"), "", "claim"),
    "a dropped window of the stream": (drop("entries", -3), "", ""),
    "entries that change places": (swap("", 2, 3), "stands behind", "entries[3]"),
    "an entry twice": (
        lambda document: document["entries"].insert(2, document["entries"][1]),
        "stands behind",
        "entries[2]",
    ),
    "proofs that change places": (swap("proof", 2, 3), "does not lead to the root", "entries[2].proof"),
    "positions that change places": (swap("position", 2, 3), "stands behind", "entries[3]"),
    "entries under each other's position": (swap("entry", 2, 3), "", ""),
    "a truncated proof": (drop("entries", 4, "proof", -1), "too few hashes", "entries[4].proof"),
    "an empty proof": (set_at("entries", 4, "proof", to=[]), "too few hashes", "entries[4].proof"),
    "a proof that is too long": (
        lambda document: document["entries"][4]["proof"].append(0),
        "too many hashes",
        "entries[4].proof",
    ),
    "a hash that is none": (set_at("entries", 4, "proof", 0, to=10_000), "not in the bundle", "entries[4].proof"),
    "a hash counted from the end": (set_at("entries", 4, "proof", 0, to=-1), "not in the bundle", "entries[4].proof"),
    "a short hash": (on_hashes(lambda hashes: [*hashes[:-1], hashes[-1][:-1]]), "not 32 bytes long", "hashes"),
    "a hash for nothing": (on_hashes(lambda hashes: [*hashes, b"\x01" * 32]), "part of no proof", "hashes["),
    "a hash twice": (on_hashes(lambda hashes: [*hashes, hashes[0]]), "twice", "hashes"),
    "hashes that are none": (set_at("hashes", to="?"), "not base64", "hashes"),
    "other numbers": (more_numbers, "does not lead to the root", "entries["),
    "another actor": (
        on_entry(stories.TRAINING, set_at("entry", "predicate", "actor", to="bo")),
        "does not lead",
        "proof",
    ),
    "another clock": (
        on_entry(stories.TRAINING, set_at("entry", "predicate", "clock", to="SYSTEM")),
        "simulated clock",
        "entries[",
    ),
    "another subject digest": (
        on_entry(stories.TRAINING, set_at("entry", "subject", 0, "digest", "sha256", to="0" * 64)),
        "not in its canonical form",
        "entries[",
    ),
    "an entry that is none": (on_entry(stories.TRAINING, set_at("entry", to={"a": 1})), "cannot be read", "entries["),
    "an opened value": (
        on_entry(stories.CUSTOMERS, set_at("opened", "description", "value", to="Few.")),
        "not the one",
        "opened",
    ),
    "an opened salt": (
        on_entry(stories.CUSTOMERS, set_at("opened", "description", "salt", to="0" * 64)),
        "not the one",
        "opened",
    ),
    "a salt that is none": (
        on_entry(stories.CUSTOMERS, set_at("opened", "description", "salt", to="0")),
        "not 32 bytes",
        "opened",
    ),
    "a value that nothing seals": (
        on_entry(stories.TRAINING, set_at("opened", "uri", to={"salt": "0" * 64, "value": "x"})),
        "no sealed field",
        "opened",
    ),
    "a value shown as erased": (
        on_entry(stories.CUSTOMERS, set_at("opened", to={})),
        "not what follows",
        "claim.artifacts",
    ),
    "another state": (set_at("claim", "verdict", "state", to="IMPROVED"), "not what follows", "claim.verdict.state"),
    "the last digit of a number": (
        lambda document: set_at("claim", "verdict", "change", to=document["claim"]["verdict"]["change"] * (1 + 2e-16))(
            document
        ),
        "not what follows",
        "claim.verdict.change",
    ),
    "no verdict": (set_at("claim", "verdict", to=None), "not what follows", "claim.verdict"),
    "an artifact left out": (leave_out(stories.TENURE), "leaves out feature:churn/tenure", "claim.artifacts"),
    "an artifact made up": (
        lambda document: document["claim"]["artifacts"].append({"urn": "dataset:a/b@1"}),
        "no entry leads to",
        "claim.artifacts[",
    ),
    "a step left out": (drop("claim", "steps", 0), "not what follows", "claim.steps"),
    "another relation": (
        set_at("claim", "steps", 0, "relation", to="READS"),
        "not what follows",
        "claim.steps[0].relation",
    ),
    "a stub that is not listed": (
        set_at("claim", "completeness", "unresolved", to=[]),
        "not listed as unresolved",
        "claim.completeness.unresolved",
    ),
    "a stub that is declared": (
        on_claim(bundles.LABELS, set_at("declared", to=True)),
        "not what follows",
        "claim.artifacts",
    ),
    "complete": (
        set_at("claim", "completeness", "complete", to=True),
        "not what follows",
        "claim.completeness.complete",
    ),
    "no simulated clock": (
        set_at("claim", "completeness", "simulated", to=False),
        "not what follows",
        "claim.completeness",
    ),
    "a longer life": (
        on_claim(stories.ROLL_OUT_42, set_at("live", "until", to=None)),
        "not what follows",
        "claim.artifacts",
    ),
    "more in the claim": (set_at("claim", "remark", to="It is fine."), "not what follows", "claim.remark"),
    "another artifact": (set_at("of", to=stories.MODEL_7), "", "claim"),
    "another spelling": (set_at("of", to=WINDOW.replace("churn/eu", "chur%6E/eu")), "not the canonical form", "of"),
    "an earlier position": (set_at("position", to=12), "", ""),
    "a later position": (set_at("position", to=17), "", ""),
    "a position beyond the checkpoint": (set_at("position", to=99), "covers 18 entries", "position"),
    "another time of recording": (set_at("knownAt", to="2026-10-31T00:00:00.000000Z"), "at another time", "knownAt"),
    "another instant": (set_at("validAt", to="2026-10-05T00:00:00.000000Z"), "", ""),
    "a loose instant": (set_at("validAt", to="2026-12-05T00:00:00Z"), "canonical form", "validAt"),
    "a dropped change of keys": (
        drop_entry(f"log:{stories.ORIGIN}", "log-key-changed/v1"),
        "not the one that signs",
        "entries",
    ),
    "no checkpoint": (set_at("checkpoint", to=""), "no whole signature line", "checkpoint"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_changed_is_refused_even_when_the_logs_key_signs_it(bundle: Forgeable, name: str) -> None:
    """With the reason, and the place where it is off."""
    edit, reason, place = FORGERIES[name]
    forged = edited(bundle.document, edit)

    refusal = refused(resigned(forged, bundle.key), bundle.trusted)

    assert reason in refusal.message
    assert place in refusal.place


def test_without_the_logs_key_nothing_can_be_changed_at_all(bundle: Forgeable) -> None:
    """Neither under the old signature nor under a stranger's; that includes what only the operator could leave out."""
    for edit, _, _ in FORGERIES.values():
        forged = edited(bundle.document, edit)

        refused(unsigned(forged), bundle.trusted)
        refused(resigned(forged, new_private_key()), bundle.trusted)


def test_an_entry_that_bears_on_nothing_is_refused(bundle: Forgeable) -> None:
    """It is in the log and proven, and nothing in the claim needs it: nothing is smuggled in under the signature."""
    forged = edited(bundle.document, lambda document: None)
    hashes = hashes_of(forged)
    hashes += [value for value in bundle.foreign["proof"] if value not in hashes]
    put_hashes(forged, hashes)
    forged["entries"].append({**bundle.foreign, "proof": [hashes.index(value) for value in bundle.foreign["proof"]]})

    refusal = refused(resigned(forged, bundle.key), bundle.trusted)

    assert "bears on nothing" in refusal.message
    assert refusal.place == f"entries[{len(forged['entries']) - 1}]"


def test_a_stranger_cannot_make_a_log_of_his_own(bundle: Forgeable) -> None:
    """All of it signed and proven, under a key that the log itself names; the trusted key is not the bundle's own."""
    stranger = new_private_key()
    forged = edited(bundle.document, lambda document: None)
    genesis = forged["entries"][0]["entry"]["predicate"]["payload"]
    genesis["key"] = verifier_key(stories.ORIGIN, stranger)
    del forged["entries"][bundles.place_of(forged, 15)]

    refusal = refused(rewritten(forged, stranger), bundle.trusted)

    assert "entries" in refusal.place


@pytest.mark.parametrize(
    ("checkpoint", "reason"),
    [
        (Checkpoint(stories.ORIGIN, 10, b"\x07" * 32), "covers 10 entries"),
        (Checkpoint(stories.ORIGIN, 18, b"\x07" * 32), "does not lead to the root"),
        (Checkpoint("another.example/log", 18, b"\x07" * 32), "No trusted key has signed"),
    ],
    ids=["an older one", "another root", "another log"],
)
def test_another_checkpoint_is_refused(bundle: Forgeable, checkpoint: Checkpoint, reason: str) -> None:
    """Whatever the log's key has signed elsewhere."""
    note = sign_checkpoint(checkpoint, bundle.key).document
    forged = edited(bundle.document, set_at("checkpoint", to=note))

    refusal = refused(resigned(forged, bundle.key), bundle.trusted)

    assert reason in refusal.message


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda data: data + b"\n",
        lambda data: data.replace(b'"position":16', b'"position": 16'),
        lambda data: data.replace(b'"position":16', b'"position":16,"position":16'),
        lambda data: data.replace(b'"claim":{', b'"claim":{"artifacts":[],', 1),
        lambda data: data[:-1],
        lambda data: data[1:],
        lambda data: b"[" * 100_000,
        lambda data: b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        lambda data: b"",
        lambda data: b"null",
        lambda data: b"\xff" + data,
        lambda data: data.replace(b'"position":16', b'"position":1e999'),
        lambda data: data.replace(b'"position":16', b'"position":' + b"9" * 5_000),
    ],
)
def test_what_is_no_canonical_document_is_refused(bundle: Forgeable, spoilt: Callable[[bytes], bytes]) -> None:
    """There is one text for one bundle; keys that stand twice, and depths and numbers out of all bounds, crash nothing."""
    refused(spoilt(resigned(bundle.document, bundle.key)), bundle.trusted)


def test_a_key_that_stands_twice_is_named(bundle: Forgeable) -> None:
    """Parsers differ in which of two values counts: no bundle has one."""
    data = resigned(bundle.document, bundle.key).replace(b'"position":16', b'"position":16,"position":16')

    assert "'position' twice" in refused(data, bundle.trusted).message


def test_whoever_has_the_key_can_write_another_history_unless_witnesses_are_asked_for(bundle: Forgeable) -> None:
    """All is consistent, so it verifies; the checkpoint that a witness has cosigned is another one."""
    witness = new_private_key()
    name = VerifierKey.of("witness.example/w", witness, SignatureType.COSIGNATURE_V1)
    honest = parse_note(bundle.document["checkpoint"])
    cosigned = honest.signed_also_by(cosign(honest.text, name.name, witness, 1_800_000_000))
    good = edited(bundle.document, set_at("checkpoint", to=cosigned.document))
    forged = edited(bundle.document, lambda document: None)
    entry_about(forged, stories.TRAINING)["entry"]["predicate"]["actor"] = "bo"

    found = verify_bundle(resigned(good, bundle.key), bundle.trusted, [name], 1)
    verify_bundle(rewritten(forged, bundle.key), bundle.trusted)
    refusal = refused(rewritten(forged, bundle.key), bundle.trusted, witnesses=[name], required=1)

    assert [one.time for one in found.witnesses] == [1_800_000_000]
    assert (refusal.place, "needed: 1" in refusal.message) == ("checkpoint", True)


@pytest.mark.runs(100)
def test_bytes_changed_at_random_are_refused(bundle: Forgeable, run: int) -> None:
    """One byte to another, anywhere in the file, fifty times a run: all are refused, none crashes."""
    chance, data = Random(6962 + run), resigned(bundle.document, bundle.key)
    for _ in range(50):
        spoilt, place = bytearray(data), chance.randrange(len(data))
        spoilt[place] ^= chance.randrange(1, 256)
        refused(bytes(spoilt), bundle.trusted)


@pytest.mark.runs(100)
def test_values_changed_at_random_are_refused_even_when_the_logs_key_signs_them(bundle: Forgeable, run: int) -> None:
    """One value anywhere in the document, ten times a run: the bundle's own signature is good, so each is refused by what it says."""
    chance = Random(9162 + run)
    places = sorted(places_in(bundle.document), key=str)
    for _ in range(10):
        place = chance.choice(places)

        def change(document: Document, place: Place = place) -> None:
            holder: Any = document
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = another(holder[place[-1]], chance)

        refused(resigned(edited(bundle.document, change), bundle.key), bundle.trusted)


def places_in(value: Any, place: Place = ()) -> list[Place]:
    """Where single values stand, the signature aside, which is made anew."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [one for name, part in inside for one in places_in(part, (*place, name)) if one[0] != "signature"]
    return found if isinstance(value, dict | list) else [place]


def another(value: Any, chance: Random) -> Any:
    """A value of the same kind that is another one."""
    match value:
        case bool() | None:
            return not value
        case int() | float():
            return value + chance.choice((-1, 1))
        case "":
            return "x"
        case str():
            at = chance.randrange(len(value))
            return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    raise TypeError(f"no single value: {type(value).__name__}")
