"""What must be in the log, held against what is: whatever was acknowledged, once and where it was said to be, and nothing by halves.

The tree over the entries is computed anew from their bytes, so that every checkpoint ever handed out can be held against it.
"""

from itertools import groupby

import httpx2

from evidence_graph.proof.checkpoint import verify_checkpoint
from evidence_graph.proof.consistency import verify_consistency
from evidence_graph.proof.merkle import append, leaf_hash, root_hash, tree_root
from evidence_graph.proof.verifier_key import parse_verifier_key
from evidence_graph.record.entry import Entry, glance_at_entry
from evidence_graph.store.graph_store import HEAD, GraphStore, Head, NoParameters
from evidence_graph.store.stored import ENTRIES, EntriesBetween, EntryRow
from tests.end_to_end.tellers import Answer, Tellers, ask_until_told, new_client

Recorded = dict[str, tuple[str, int]]  # of one manifest: outcome and log position by the path of the item


class Ledger:
    """The log as far as it has been read, and what the tellers were told that has been found in it."""

    def __init__(self, store: GraphStore, tellers: Tellers) -> None:
        self._store, self._tellers = store, tellers
        self.recorded: dict[int, Recorded] = {}
        self._commands: set[str] = set()
        self._frontier: tuple[bytes, ...] = ()
        self._roots = [root_hash(())]  # of every size
        self._last_recorded_at = 0
        self._held = 0  # answers that were held against the log
        self._proven: set[str] = set()  # checkpoints that the newest one was proven to continue
        self.newest = ""

    @property
    def size(self) -> int:
        """Entries that have been read."""
        return len(self._roots) - 1

    async def check(self, address: str, *, every_checkpoint: bool = False) -> None:
        """Everything that was answered until now, and what was recorded without an answer; proofs come from the service."""
        answers, checkpoints = self._tellers.answers[self._held :], list(self._tellers.checkpoints)
        head = await self._read_on()
        for answer in answers:
            self._hold(answer)
        self._held += len(answers)
        if every_checkpoint:
            self._proven.clear()
        async with new_client() as client:
            for note in checkpoints:
                if note not in self._proven or note == self.newest:
                    await self._prove(client, address, note, head)
        self._proven.update(checkpoints)
        self.newest = checkpoints[-1] if checkpoints else ""

    async def check_all_again(self) -> None:
        """The whole log once more from its beginning: nothing in it was changed since it was read."""
        head = await self._head()
        rows = await self._store.ask(ENTRIES, EntriesBetween(0, head.size))
        assert tree_root(row.body.encode() for row in rows).hex() == head.root
        assert [row.position for row in rows] == list(range(head.size))
        assert head.size == self.size

    async def _head(self) -> Head:
        return (await self._store.ask(HEAD, NoParameters()))[0]

    async def _read_on(self) -> Head:
        head = await self._head()
        begin = self.size
        assert begin <= head.size, f"the log had {begin} entries and has {head.size}"
        rows = await self._store.ask(ENTRIES, EntriesBetween(begin, head.size - 1))
        assert [row.position for row in rows] == list(range(begin, head.size))
        for row in rows:
            self._grow(row)
        assert self._roots[-1].hex() == head.root
        entries = [(row.position, glance_at_entry(row.body)) for row in rows]
        for command, parts in groupby(entries, lambda one: one[1].command):
            self._take(command, list(parts))
        return head

    def _grow(self, row: EntryRow) -> None:
        leaf = leaf_hash(row.body.encode())
        assert row.leaf == leaf.hex()
        self._frontier = append(self._frontier, row.position, leaf)
        self._roots.append(root_hash(self._frontier))

    def _take(self, command: str, entries: list[tuple[int, Entry]]) -> None:
        """The entries of one command stand side by side, are of one instant, and are there whole and once."""
        instants = {entry.recorded_at for _, entry in entries}
        assert len(instants) == 1
        assert self._last_recorded_at <= min(instants)
        self._last_recorded_at = min(instants)
        assert command not in self._commands, f"command {command} is recorded twice"
        self._commands.add(command)
        source = entries[0][1].source
        if source is None:
            return  # about the log itself
        number = int(str(source["run"]))
        recorded = {entry.item: (entry.outcome, position) for position, entry in entries}
        assert number not in self.recorded, f"manifest {number} is recorded twice"
        assert len(recorded) == len(entries)
        assert recorded.keys() == self._tellers.sent[number].items, f"manifest {number} is recorded by halves"
        self.recorded[number] = recorded

    def _hold(self, answer: Answer) -> None:
        """It is in the log, with the outcomes and at the positions that the client was told."""
        recorded = self.recorded.get(answer.manifest.number)
        assert recorded is not None, f"manifest {answer.manifest.number} was acknowledged, and is lost"
        told = {one["item"]: (one["outcome"], one["position"]) for one in answer.told["outcomes"]}
        assert told.keys() == recorded.keys()
        if answer.again and answer.manifest.key is None and {outcome for outcome, _ in told.values()} == {"UNCHANGED"}:
            return  # without a key, content decides
        assert told == recorded
        assert answer.told["position"] == max(position for _, position in recorded.values())

    async def _prove(self, client: httpx2.AsyncClient, address: str, note: str, head: Head) -> None:
        """The log as it stands continues what a checkpoint committed to."""
        signed = verify_checkpoint(note, [parse_verifier_key(head.key_text)])
        assert signed.size <= head.size, f"{signed.size} entries were signed, and there are {head.size}"
        assert signed.root == self._roots[signed.size]
        told = await ask_until_told(client, address, "consistency_proof", **{"from": signed.size, "to": head.size})
        hashes = [bytes.fromhex(one) for one in told["log"]["consistencyProof"]["hashes"]]
        verify_consistency(signed.size, head.size, hashes, signed.root, bytes.fromhex(head.root))
