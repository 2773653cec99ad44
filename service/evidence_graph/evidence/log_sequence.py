"""What may follow what in a log: it begins once, its time never runs back, and every key is vouched for."""

from evidence_graph.errors import ProofFailed, RecordDamaged
from evidence_graph.evidence.clock import SIMULATED
from evidence_graph.proof.merkle import append, root_hash
from evidence_graph.record.entry import Entry
from evidence_graph.record.events import LogContinued, LogCreated
from evidence_graph.record.log_keys import LogKeys

_ANOTHER_COPY = "Get another copy of the file."


class LogSequence:
    """The entries of a log, taken one after the other from position 0 on."""

    def __init__(self) -> None:
        self.size = 0
        self.keys = LogKeys()
        self._frontier: tuple[bytes, ...] = ()
        self._last: Entry | None = None

    @property
    def root(self) -> str:
        """Root of the tree over the entries so far, hexadecimal."""
        return root_hash(self._frontier).hex()

    def take(self, entry: Entry, leaf: bytes) -> None:
        """The next entry and its leaf hash. Raises RecordDamaged naming its position when it cannot stand there."""
        event = entry.event
        if isinstance(event, LogContinued) and (event.size, event.root) != (self.size, self.root):
            raise self._damaged("the entries before it are not those it goes on from.")
        if not self._may_follow(entry):
            raise self._damaged("this entry cannot follow the ones before it.")
        try:
            self.keys.follow(event)
        except ProofFailed as error:
            raise self._damaged(error.message) from error
        self._frontier = append(self._frontier, self.size, leaf)
        self.size, self._last = self.size + 1, entry

    def _may_follow(self, entry: Entry) -> bool:
        """A log begins once, its time never runs back, and a real clock is not followed by a simulated one."""
        if self._last is None:
            return isinstance(entry.event, LogCreated)
        backwards = entry.recorded_at < self._last.recorded_at
        return not (backwards or isinstance(entry.event, LogCreated) or (entry.clock == SIMULATED != self._last.clock))

    def _damaged(self, why: str) -> RecordDamaged:
        return RecordDamaged(f"Position {self.size}: {why}", _ANOTHER_COPY)
