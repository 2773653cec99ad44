"""What a witness cosigns, and what it never does: held against logs that tell the truth, logs that forget, and logs that forge."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_graph.errors import InvalidInput, KeyMissing, ProofFailed, StoreUnavailable
from evidence_graph.evidence.witness_memory import Cosigned, WitnessMemory
from evidence_graph.evidence.witnessing import (
    Forked,
    KeyChange,
    keys_of_continued,
    keys_of_first_contact,
    require_known,
    unseen,
)
from evidence_graph.proof.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from evidence_graph.proof.cosignature import cosign
from evidence_graph.proof.merkle import leaf_hash
from evidence_graph.proof.signed_note import SignedNote, parse_note
from evidence_graph.proof.signing_key import signature, verifier_key
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.entry import Entry, encode_entry
from evidence_graph.record.events import Event, KpiDefined, LogContinued, LogCreated, LogKeyChanged
from evidence_graph.record.log_keys import message_to_sign
from tests.reference_merkle import ReferenceTree

ORIGIN = "log.example/a"
FIRST, SECOND, THIRD, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3, 4))


class Log:
    """A log in memory that proves what it has; `key` signs its heads."""

    def __init__(self, key: Ed25519PrivateKey = FIRST, origin: str = ORIGIN) -> None:
        self.key, self.origin = key, origin
        self.bodies: list[bytes] = []
        self.add(LogCreated(1, origin, verifier_key(origin, key)))

    def add(self, *events: Event) -> "Log":
        for event in events:
            instant = 1_790_000_000_000_000 + len(self.bodies)
            entry = Entry(event, instant, "SYSTEM", "ana", "TEST", "k", "ab" * 32, "item", "CREATED")
            self.bodies.append(encode_entry(entry))
        return self

    def grow(self, count: int, name: str = "a/b") -> "Log":
        return self.add(*(KpiDefined(name, str(len(self.bodies) + n)) for n in range(count)))

    def rotate(self, new: Ed25519PrivateKey) -> "Log":
        self.add(changed(self.key, new))
        self.key = new
        return self

    @property
    def tree(self) -> ReferenceTree:
        return ReferenceTree([leaf_hash(body) for body in self.bodies])

    def note(self, size: int | None = None, key: Ed25519PrivateKey | None = None) -> SignedNote:
        """The head of a size, as it stands unless given, signed."""
        size = len(self.bodies) if size is None else size
        return sign_checkpoint(Checkpoint(self.origin, size, self.tree.root(size)), key or self.key)

    async def key_changes(self, after: int) -> list[KeyChange]:
        found = [KeyChange(place, body.decode()) for place, body in enumerate(self.bodies) if place > after]
        return [one for one in found if "log-key-changed" in one.body]

    async def inclusion(self, position: int, size: int) -> list[bytes]:
        return self.tree.path(position, size)

    async def consistency(self, first: int, second: int) -> list[bytes]:
        if second > len(self.bodies):
            raise ProofFailed("The log gives no proof.")
        return self.tree.proof(first, second)


def changed(old: Ed25519PrivateKey, new: Ed25519PrivateKey, origin: str = ORIGIN) -> LogKeyChanged:
    """The old key vouches for the new one."""
    event = LogKeyChanged(verifier_key(origin, new), "")
    return msgspec.structs.replace(event, signature=signature(old, message_to_sign(event)))


def key(secret: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey.of(ORIGIN, secret)


def cosigned(note: SignedNote, *keys: Ed25519PrivateKey) -> Cosigned:
    """What a witness remembers."""
    line = cosign(note.text, "w.example/1", WITNESS, 1_790_000_000)
    return Cosigned(note.signed_also_by(line), tuple(map(key, keys or (FIRST,))))


async def test_a_head_that_continues_the_last_one_may_be_cosigned() -> None:
    """From every size to every later one, and the same head again."""
    log = Log().grow(12)

    for first in range(1, 14):
        for second in range(first, 14):
            assert await keys_of_continued(log, cosigned(log.note(first)), log.note(second)) == (key(FIRST),)


async def test_another_history_under_the_same_key_is_a_fork() -> None:
    """Rolled back, rewritten at the same size, or rewritten and longer: both checkpoints are handed on, each signed by the log."""
    log, other = Log().grow(6), Log().grow(3).grow(9, "a/other")
    last = cosigned(log.note())

    for served, words in (
        (log.note(3), "entries were lost"),
        (other.note(4), "entries were lost"),
        (other.note(7), "are not the ones they were"),
        (other.note(13), "still what they were"),
        (other.note(9), "still what they were"),
    ):
        with pytest.raises(Forked, match=words) as found:
            await keys_of_continued(other, last, served)
        assert found.value.served == served
        for note in (found.value.cosigned.note, found.value.served):
            assert verify_checkpoint(note, [key(FIRST)]).origin == ORIGIN


async def test_a_log_that_proves_nothing_is_a_fork_too() -> None:
    """It signed a head that it cannot derive from the one before."""

    class Silent(Log):
        async def consistency(self, first: int, second: int) -> list[bytes]:
            return []

    log = Silent().grow(6)
    with pytest.raises(Forked):
        await keys_of_continued(log, cosigned(log.note(3)), log.note(7))


async def test_a_head_that_the_log_did_not_sign_is_no_fork_and_is_not_cosigned() -> None:
    """Nobody could be accused with it."""
    log, last = Log().grow(6), cosigned(Log().grow(3).note())
    renamed = SignedNote(log.note().text, log.note(3).signatures)

    for note in (log.note(7, SECOND), renamed, log.note(2, SECOND)):
        with pytest.raises(ProofFailed) as refused:
            await keys_of_continued(log, last, note)
        assert not isinstance(refused.value, Forked)


async def test_a_log_under_a_new_origin_is_another_log() -> None:
    """Whoever trusted the old one need not trust that."""
    old = Log().grow(3)
    new = Log(SECOND, "log.example/b").grow(5)

    with pytest.raises(ProofFailed, match="another log"):
        await keys_of_continued(new, cosigned(old.note()), new.note())


async def test_a_changed_key_is_followed_from_entry_to_entry() -> None:
    """Several at once too, and from any of them that somebody trusts at first."""
    log = Log().grow(2)
    last = cosigned(log.note())
    log.rotate(SECOND).grow(3).rotate(THIRD).grow(1)

    assert await keys_of_continued(log, last, log.note()) == (key(FIRST), key(SECOND), key(THIRD))
    for trusted, known in ((FIRST, (FIRST, SECOND, THIRD)), (SECOND, (SECOND, THIRD)), (THIRD, (THIRD,))):
        assert await keys_of_first_contact(log, log.note(), key(trusted)) == tuple(map(key, known))


async def test_a_replaced_key_signs_no_more() -> None:
    """Whoever rolls the log back behind the change of keys, or kept the old key, is found out."""
    log = Log().grow(2).rotate(SECOND).grow(2)
    last = cosigned(log.note(), FIRST, SECOND)
    other = Log().grow(9, "a/other")

    for served in (other.note(), other.note(5), log.grow(3).note(None, FIRST)):
        with pytest.raises(Forked):
            await keys_of_continued(other, last, served)


@pytest.mark.parametrize(
    "entry",
    [
        changed(THIRD, SECOND),
        changed(SECOND, SECOND),
        changed(FIRST, SECOND, "log.example/b"),
        LogKeyChanged(verifier_key(ORIGIN, SECOND), ""),
        LogCreated(1, ORIGIN, verifier_key(ORIGIN, SECOND)),
        LogContinued(ORIGIN, verifier_key(ORIGIN, SECOND), 3, "ab" * 32, ""),
        KpiDefined("a/b", "1"),
    ],
)
async def test_a_key_that_the_present_one_has_not_vouched_for_is_not_taken(entry: Event) -> None:
    """Whatever entry names it, also one of a kind that begins a log: a server alone cannot make itself the log."""

    class Told(Log):
        async def key_changes(self, after: int) -> list[KeyChange]:
            return [KeyChange(place, body.decode()) for place, body in enumerate(self.bodies) if place > after]

    log = Told().grow(2)
    last = cosigned(log.note())
    log.add(entry).grow(1)

    with pytest.raises(ProofFailed) as refused:
        await keys_of_continued(log, last, log.note(None, SECOND))
    assert not isinstance(refused.value, Forked)
    with pytest.raises(ProofFailed):
        await keys_of_first_contact(log, log.note(None, SECOND), key(FIRST))


async def test_a_change_of_keys_that_is_not_in_the_tree_is_not_taken() -> None:
    """The old key signed it for another history: it must be an entry of this one."""

    class Elsewhere(Log):
        async def key_changes(self, after: int) -> list[KeyChange]:
            body = Log().grow(2).rotate(SECOND).bodies[-1]
            return [KeyChange(3, body.decode())] if after < 3 else []

    log = Elsewhere().grow(5)

    with pytest.raises(ProofFailed):
        await keys_of_continued(log, cosigned(log.note(2)), log.note(6, SECOND))


def test_what_others_have_cosigned_is_looked_at_in_order() -> None:
    """Only what lies ahead; each once."""
    log = Log().grow(6)

    ahead = unseen(cosigned(log.note(3)), [log.note(size) for size in (6, 2, 4, 6, 3)])

    assert [note.text for note in ahead] == [log.note(4).text, log.note(6).text]


def test_a_stated_key_must_be_one_the_log_has_had() -> None:
    last = cosigned(Log().note(), FIRST, SECOND)

    require_known(last, key(FIRST))
    with pytest.raises(InvalidInput, match="--log-key"):
        require_known(last, key(THIRD))


def test_a_witness_remembers_and_keeps_the_evidence_of_a_fork(tmp_path: Path) -> None:
    """Read back as it was; readable by its owner alone; a fork's file is named after it."""
    memory = WitnessMemory(tmp_path / "keys" / "w.key")
    memory.key()
    assert memory.read() is None
    last = cosigned(Log().grow(3).rotate(SECOND).note(), FIRST, SECOND)
    served = Log().grow(3, "a/other").note()

    memory.write(last)
    kept, again = memory.keep_fork(last, served, "because."), memory.keep_fork(last, served, "because.")

    assert memory.read() == last
    assert {oct(path.stat().st_mode & 0o777) for path in (memory.path, memory.key_file, kept)} == {"0o600"}
    assert kept == again
    told = msgspec.json.decode(kept.read_bytes())
    assert (parse_note(told["cosigned"]), parse_note(told["served"])) == (last.note, served)


def test_what_cannot_be_remembered_is_never_taken_for_a_first_contact(tmp_path: Path) -> None:
    """A damaged memory is refused; two witnesses with one key exclude each other."""
    memory = WitnessMemory(tmp_path / "w.key")
    memory.write(cosigned(Log().note()))
    whole = json.loads(memory.path.read_bytes())
    forged = cosigned(Log().note(None, SECOND)).note.document
    wrong: dict[str, list[Any]] = {"log_keys": [[], ["x"]], "cosigned": ["x", forged], "more": [1]}
    broken = [json.dumps(whole | {name: value}).encode() for name, values in wrong.items() for value in values]
    for content in (b"", b"{}", *broken):
        memory.path.write_bytes(content)
        with pytest.raises(KeyMissing, match=r"w\.key\.head"):
            memory.read()
    with memory.held(), pytest.raises(StoreUnavailable, match="Another process"), WitnessMemory(memory.key_file).held():
        pass
