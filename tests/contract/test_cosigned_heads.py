"""What witnesses have cosigned: which lines are taken, what is kept of them, and which checkpoint vouches best for an entry."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import EvidenceError, HeadContradicted, NotRecorded, ProofFailed, WitnessUnknown
from evidence_graph.evidence.clock import SimulatedClock
from evidence_graph.evidence.cosigning import SECONDS_AHEAD, keep_cosignatures
from evidence_graph.evidence.key_file import key_at
from evidence_graph.evidence.key_rotation import rotate_key
from evidence_graph.evidence.log import begin_log
from evidence_graph.evidence.signed_head import HeadSigner
from evidence_graph.evidence.store_audit import audit_store
from evidence_graph.lineage.cosigned_heads import read_cosigned, read_cosigned_heads
from evidence_graph.lineage.key_changes import read_key_changes
from evidence_graph.lineage.log_proofs import read_signed_head
from evidence_graph.lineage.moment import read_head
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from evidence_graph.proof.cosignature import cosign, verify_cosignatures
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, parse_verifier_key
from evidence_graph.record.rows import CosignedHeadPut
from evidence_graph.store.graph_store import GraphStore, NoParameters, Transaction
from evidence_graph.store.sqlite import SqliteStore
from evidence_graph.store.stored import COSIGNED_HEADS
from tests import stories
from tests.stories import record

TIME = 1_790_000_000
NAMES = ("a.example/w", "b.example/w", "c.example/w")
SECRETS = {name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n, name in enumerate(NAMES, 1)}
KEYS = {name: VerifierKey.of(name, key, SignatureType.COSIGNATURE_V1) for name, key in SECRETS.items()}
A, B, C = NAMES


class WitnessedLog:
    """A log that grows, is signed, and is cosigned by some of three witnesses."""

    def __init__(self, store: GraphStore, key_file: Path) -> None:
        self.store, self.key_file = store, key_file

    async def grow(self) -> SignedNote:
        """One more entry, and the signed head over it."""
        size = (await read_head(self.store)).size
        await record(self.store, stories.datasets(f"dataset:many/things@{size}"))
        return await self.signed()

    async def signed(self) -> SignedNote:
        """The head as it stands, signed."""
        await HeadSigner(self.store, self.key_file).sign(leaving=True)
        found = await read_signed_head(self.store)
        assert found is not None
        return parse_note(found.note)

    async def cosign(self, note: SignedNote, *names: str, time: int = TIME) -> None:
        """Each of them in a request of its own."""
        for name in names:
            await self.take(by(note, name, time=time))

    async def take(self, note: SignedNote, *known: str) -> None:
        """What a service does that knows these witnesses, or all."""
        await keep_cosignatures(self.store, note, [KEYS[name] for name in known or NAMES], TIME)

    async def kept(self) -> list[tuple[int, str]]:
        """Size and witnesses of what is kept, newest first."""
        return [(one.head.size, letters(one.witnesses)) for one in await read_cosigned_heads(self.store)]


def by(note: SignedNote, name: str, *, time: int = TIME) -> SignedNote:
    return note.signed_also_by(cosign(note.text, name, SECRETS[name], time))


def letters(witnesses: frozenset[tuple[str, bytes]]) -> str:
    return "".join(sorted(name[0] for name, _ in witnesses))


@pytest.fixture
async def log(empty_store: GraphStore, tmp_path: Path) -> WitnessedLog:
    key_file = tmp_path / "log.key"
    await begin_log(empty_store, stories.ORIGIN, key_at(key_file), SimulatedClock(stories.at(stories.GENESIS)))
    return WitnessedLog(empty_store, key_file)


async def test_the_lines_of_all_witnesses_of_a_checkpoint_stand_under_it(log: WitnessedLog) -> None:
    """One note that verifies under the log's key and theirs, whichever of them came first."""
    note = await log.grow()
    await log.cosign(note, B, A)

    found = await read_cosigned(log.store, 1)

    assert found is not None
    passed_on = parse_note(found.note.document)
    key = parse_verifier_key((await read_head(log.store)).key_text)
    assert verify_checkpoint(passed_on, [key]) == found.head
    assert [one.witness.name for one in verify_cosignatures(passed_on, KEYS.values())] == [A, B]
    assert found.head.size == 2
    assert await read_cosigned(log.store, 2) is None, "no tree of it holds this position"


async def test_a_newer_checkpoint_displaces_no_older_one_that_more_witnesses_signed(log: WitnessedLog) -> None:
    """For every number of witnesses the newest checkpoint with so many stays, and of every witness its newest."""
    sizes = [await log.grow() for _ in range(5)]
    await log.cosign(sizes[0], A, B, C)
    await log.cosign(sizes[1], A, B)
    await log.cosign(sizes[2], B)
    await log.cosign(sizes[3], A)

    assert await log.kept() == [(5, "a"), (4, "b"), (3, "ab"), (2, "abc")]
    best = await read_cosigned(log.store, 2)
    assert best is not None
    assert (best.head.size, letters(best.witnesses)) == (3, "ab")
    assert [one.head.size if (one := await read_cosigned(log.store, place)) else None for place in range(6)] == [
        2, 2, 3, 5, 5, None,
    ]  # fmt: skip
    await log.cosign(sizes[4], C, A, B)
    assert await log.kept() == [(6, "abc")]


async def test_what_is_kept_is_bounded_however_long_they_go_on(log: WitnessedLog) -> None:
    """At most two checkpoints for each witness, also when one of them has not been heard of for long."""
    await log.cosign(await log.grow(), *NAMES)
    for number in range(6):
        await log.cosign(await log.grow(), NAMES[number % 2])

    assert len(await log.store.ask(COSIGNED_HEADS, NoParameters())) <= 2 * len(NAMES)
    assert await log.kept() == [(8, "b"), (7, "a"), (2, "abc")]


async def test_the_same_line_again_changes_nothing_and_the_earlier_time_stays(log: WitnessedLog) -> None:
    """A witness that died before it heard the answer sends it again, perhaps with a later time."""
    note = await log.grow()
    await log.cosign(note, A)
    rows = await log.store.ask(COSIGNED_HEADS, NoParameters())

    await log.cosign(note, A)
    await log.cosign(note, A, time=TIME + 60)

    assert await log.store.ask(COSIGNED_HEADS, NoParameters()) == rows
    await log.cosign(note, A, time=TIME - 60)
    (found,) = await read_cosigned_heads(log.store)
    assert [one.time for one in verify_cosignatures(found.note, KEYS.values())] == [TIME - 60]


async def test_cosignatures_that_come_at_once_are_all_kept(log: WitnessedLog) -> None:
    note = await log.grow()

    await asyncio.gather(*(log.take(by(note, name)) for _ in range(3) for name in NAMES))

    assert await log.kept() == [(2, "abc")]


async def refusal(log: WitnessedLog, note: SignedNote, *known: str) -> EvidenceError:
    """Why it is not taken; nothing is kept of it."""
    before = await log.store.ask(COSIGNED_HEADS, NoParameters())
    with pytest.raises(EvidenceError) as refused:
        await log.take(note, *known)
    assert await log.store.ask(COSIGNED_HEADS, NoParameters()) == before
    return refused.value


async def test_only_witnesses_that_were_named_are_taken(log: WitnessedLog) -> None:
    """Their lines; those of others are left out, and alone they are refused."""
    note = await log.grow()

    assert isinstance(await refusal(log, by(note, A), B, C), WitnessUnknown)
    assert isinstance(await refusal(log, note), WitnessUnknown)
    await log.take(by(by(note, A), B), B)
    assert await log.kept() == [(2, "b")]


async def test_a_signature_that_does_not_hold_is_refused(log: WitnessedLog) -> None:
    """Of the witness over another head, from the future, and of the log."""
    note, later = await log.grow(), await log.grow()
    wrong = note.signed_also_by(cosign(later.text, A, SECRETS[A], TIME))
    unsigned = by(SignedNote(note.text, later.signatures), A)
    nobody = SignedNote(note.text, (cosign(note.text, A, SECRETS[A], TIME),))
    future = by(note, A, time=TIME + SECONDS_AHEAD + 1)

    for bad in (wrong, unsigned, nobody, future):
        assert type(await refusal(log, bad)) is ProofFailed


async def test_a_checkpoint_of_another_log_is_refused(log: WitnessedLog) -> None:
    """Also when it is of the same size and root."""
    head = await read_head(log.store)
    other = sign_checkpoint(Checkpoint("other.example/log", head.size, bytes.fromhex(head.root)), key_at(log.key_file))

    assert isinstance(await refusal(log, by(other, A)), NotRecorded)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_head_that_the_log_has_signed_and_does_not_continue_is_told(log: WitnessedLog, size: int) -> None:
    """Smaller, equal and beyond: whoever signed it has the log's key, so the checkpoint is proof of a second history."""
    await log.grow()
    forged = sign_checkpoint(Checkpoint(stories.ORIGIN, size, bytes(32)), key_at(log.key_file))

    assert isinstance(await refusal(log, by(forged, A)), HeadContradicted)


async def test_after_a_change_of_keys_only_what_the_new_key_signed_is_read(log: WitnessedLog) -> None:
    """Until it is cosigned there is nothing that a verifier of the new key could check; the old one is not lost."""
    before = await log.grow()
    await log.cosign(before, A, B)
    await rotate_key(log.store, log.key_file, SimulatedClock(stories.at(stories.GENESIS)))

    assert await read_cosigned(log.store, 0) is None
    assert type(await refusal(log, by(before, C))) is ProofFailed
    await log.cosign(await log.signed(), A)
    assert await log.kept() == [(3, "a")]
    assert len(await log.store.ask(COSIGNED_HEADS, NoParameters())) == 2


async def test_the_changes_of_keys_are_read_in_their_order(log: WitnessedLog) -> None:
    """Those behind a position; genesis is none."""
    clock = SimulatedClock(stories.at(stories.GENESIS))
    for _ in range(2):
        await log.grow()
        await rotate_key(log.store, log.key_file, clock)

    assert [one.position for one in await read_key_changes(log.store, -1)] == [2, 4]
    assert [one.position for one in await read_key_changes(log.store, 2)] == [4]
    assert await read_key_changes(log.store, 4) == []


async def test_what_somebody_wrote_beside_the_log_is_not_read_and_an_audit_finds_it(
    log: WitnessedLog, tmp_path: Path
) -> None:
    """No checkpoint at all, one that somebody else signed, and one of entries that are not there."""
    await log.cosign(await log.grow(), A)
    stranger = by(sign_checkpoint(Checkpoint(stories.ORIGIN, 1, bytes(32)), SECRETS[B]), A)
    beyond = by(sign_checkpoint(Checkpoint(stories.ORIGIN, 9, bytes(32)), key_at(log.key_file)), A)

    async def edit(transaction: Transaction) -> None:
        rows = [(1, stranger.document), (9, beyond.document), (7, "no note")]
        await transaction.put([CosignedHeadPut(size, bytes(32).hex(), note) for size, note in rows])

    await log.store.write(edit)

    assert await log.kept() == [(2, "a")]
    empty = SqliteStore(tmp_path / "replay.db")
    await empty.open()
    found = await audit_store(log.store, empty, None)
    await empty.close()
    assert sorted((one.what, one.where) for one in found.findings) == [
        ("cosigned head", "1 entries"), ("cosigned head", "7 entries"), ("cosigned head", "9 entries"),
    ]  # fmt: skip
