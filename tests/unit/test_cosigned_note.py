"""Cosigned checkpoints are kept so that several witnesses, who look when they like, always have one in common before long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_graph.errors import ProofFailed
from evidence_graph.proof.checkpoint import Checkpoint
from evidence_graph.proof.cosigned_note import CosignedNote, parse_cosigned_note, worth_keeping
from evidence_graph.proof.signed_note import NoteSignature

LOGS_LINE = NoteSignature("log.example", b"logs", bytes(64))
WITNESSES = ("a", "b", "c", "d")


def line(name: str, time: int = 1) -> NoteSignature:
    return NoteSignature(name, name.encode() * 4, time.to_bytes(8, "big") + bytes(64))


def note(size: int, names: str) -> CosignedNote:
    return CosignedNote(Checkpoint("log.example", size, bytes(32)), LOGS_LINE).signed_also_by(map(line, names))


class Log:
    """Grows, and keeps what witnesses hand in."""

    def __init__(self) -> None:
        self.size, self.kept = 1, list[CosignedNote]()

    def take(self, size: int, name: str) -> None:
        same = next((one for one in self.kept if one.head.size == size), note(size, ""))
        others = [one for one in self.kept if one.head.size != size]
        self.kept = worth_keeping([same.signed_also_by([line(name)]), *others])

    def is_looked_at(self, name: str, last: int) -> int:
        """What others have cosigned lies ahead, oldest first; then the newest head. The last one it has cosigned."""
        for size in sorted({one.head.size for one in self.kept if one.head.size > last} | {self.size}):
            self.take(size, name)
        return self.size


@given(st.lists(st.tuples(st.sampled_from(WITNESSES), st.integers(0, 2)), max_size=40), st.permutations(WITNESSES))
def test_once_each_has_looked_a_head_has_the_lines_of_all(looks: list[tuple[str, int]], order: list[str]) -> None:
    """However often each has looked before, while the log grew: the head of before the last round, or a newer one."""
    log, last = Log(), dict.fromkeys(WITNESSES, 0)
    for name, growth in looks:
        log.size += growth
        last[name] = log.is_looked_at(name, last[name])
    before = log.size
    for name in order:
        last[name] = log.is_looked_at(name, last[name])
        log.size += 1

    assert max(one.head.size for one in log.kept if len(one.witnesses) == len(WITNESSES)) >= before
    assert len(log.kept) <= 2 * len(WITNESSES)


@given(st.lists(st.tuples(st.integers(1, 9), st.text("abcd", min_size=1)), max_size=12))
def test_for_every_number_of_witnesses_and_every_witness_the_newest_is_kept(stated: list[tuple[int, str]]) -> None:
    """And nothing else; the newest first, and again the same when nothing is added."""
    notes = [note(size, names) for size, names in dict(stated).items()]

    kept = worth_keeping(notes)

    for wanted in range(1, len(WITNESSES) + 1):
        sizes = [one.head.size for one in notes if len(one.witnesses) >= wanted]
        assert not sizes or any(one.head.size == max(sizes) for one in kept)
    for name in WITNESSES:
        sizes = [one.head.size for one in notes if name in {who for who, _ in one.witnesses}]
        assert not sizes or any(one.head.size == max(sizes) for one in kept)
    assert len(kept) <= 2 * len(WITNESSES)
    assert kept == worth_keeping(kept) == sorted(kept, key=lambda one: -one.head.size)


def test_a_witness_stands_once_under_a_note_with_its_earlier_time() -> None:
    """In the order of names, whatever the order they came in."""
    first = note(3, "ba").signed_also_by([line("a", 9), line("b", 0), line("c")])

    assert first.witness_lines == (line("a", 1), line("b", 0), line("c"))
    assert parse_cosigned_note(first.note.document) == first


def test_a_line_too_short_for_a_cosignature_is_none() -> None:
    short = NoteSignature("a", b"aaaa", bytes(8))

    with pytest.raises(ProofFailed):
        parse_cosigned_note(note(3, "b").note.signed_also_by(short).document)
