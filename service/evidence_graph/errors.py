"""Everything that can go wrong, and what the caller can do about it.

EvidenceError                 code, message, next_step
├── InvalidInput              BAD_USER_INPUT        names the field and what would be accepted
├── NotRecorded               NOT_FOUND             nothing under this URN at this position
├── TooComplex                QUERY_TOO_COMPLEX     says the limit, and which argument to lower
├── ClockRefused              BACKEND_UNAVAILABLE   this machine's clock cannot follow the record's
├── StoreUnavailable          BACKEND_UNAVAILABLE   the engine did not answer in time; try again
│   ├── OutcomeUnknown        BACKEND_UNAVAILABLE   recorded or not; repeat with the same key
│   └── StoreRebuilding       BACKEND_UNAVAILABLE   its graph is being made anew from the log; try again
├── StoreRefused              INTERNAL              the store's format is not one this version can serve
│   ├── StoreUnfinished       BACKEND_UNAVAILABLE   a log is being restored into it, or that was interrupted
│   ├── StoreOlder            INTERNAL              an older version made it; a rebuild brings it forward
│   └── LogExists             CONFLICT              a log may only be restored into a store without one
├── RecordDamaged             INTERNAL              entries and tree head disagree; names the position
├── ProofFailed               PROOF_FAILED          what was presented as evidence does not verify; names the place (exit 7)
├── KeyMissing                INTERNAL              the signing key of this log is not where it should be
├── NewOriginNeeded           BAD_USER_INPUT        the log cannot go on as the one it was
├── WitnessUnknown            FORBIDDEN             no witness that the operator named has signed this checkpoint
└── HeadContradicted          CONFLICT              this log has signed a head that it does not continue any more

A refused write is no error: `decide` returns a Rejection, the API shows it among `userErrors`.
"""


class EvidenceError(Exception):
    """Something the caller should hear about, in words that may leave the service."""

    code = "INTERNAL"

    def __init__(self, message: str, next_step: str = "") -> None:
        self.message = message
        self.next_step = next_step
        super().__init__(f"{message} {next_step}".strip())


class InvalidInput(EvidenceError):
    """A value cannot be understood."""

    code = "BAD_USER_INPUT"


class NotRecorded(EvidenceError):
    """Nothing is on record under this name at this position."""

    code = "NOT_FOUND"


class TooComplex(EvidenceError):
    """The request asks for more than one answer may hold."""

    code = "QUERY_TOO_COMPLEX"


class ClockRefused(EvidenceError):
    """The clock handed to the recorder cannot follow the times already on record."""

    code = "BACKEND_UNAVAILABLE"


class StoreUnavailable(EvidenceError):
    """The engine did not answer in time, or cannot be reached."""

    code = "BACKEND_UNAVAILABLE"

    def __init__(self, message: str = "The store did not answer.", next_step: str = "Try again in a moment.") -> None:
        super().__init__(message, next_step)


class OutcomeUnknown(StoreUnavailable):
    """The connection was lost after COMMIT was sent: the write is on record, or it is not."""

    def __init__(self, idempotency_key: str | None = None) -> None:
        self.idempotency_key = idempotency_key
        again = f" with idempotencyKey {idempotency_key!r}" if idempotency_key else ""
        super().__init__(
            "The store did not confirm the write.", f"Send it again{again}; it will not be recorded twice."
        )


class StoreRebuilding(StoreUnavailable):
    """The graph of the store is being made anew from its log, and holds only a part of it."""

    def __init__(self) -> None:
        super().__init__(
            "The graph of this store is being rebuilt from its log.",
            "Try again in a moment. If the rebuild was interrupted, run `evidence rebuild` again.",
        )


class StoreRefused(EvidenceError):
    """The store holds a format this version must not touch."""


class StoreUnfinished(StoreRefused):
    """The store holds the first `entries` of a log that is being restored."""

    code = "BACKEND_UNAVAILABLE"

    def __init__(self, entries: int) -> None:
        super().__init__(
            f"A log is being restored into this store; {entries:,} entries are there so far.",
            "Wait for it to end. If it was interrupted, run `evidence restore` again with the same file.",
        )


class StoreOlder(StoreRefused):
    """The store keeps its graph as an older version did, and its log as this one does."""


class LogExists(StoreRefused):
    """The store has a log, and a log is never written over."""

    code = "CONFLICT"

    def __init__(self, message: str = "The store has a log already.") -> None:
        super().__init__(message, "Name an empty store in EVIDENCE_STORE.")


class RecordDamaged(EvidenceError):
    """What is stored and what the tree head commits to are not the same."""


class ProofFailed(EvidenceError):
    """What was presented as evidence is malformed or not what was signed; only verifiers raise it, no API answer does.

    `place` says where in a document, such as `entries[3].proof`; '' for the whole.
    """

    code = "PROOF_FAILED"

    def __init__(
        self, message: str, next_step: str = "Do not rely on it; ask for the original.", place: str = ""
    ) -> None:
        self.place = place
        super().__init__(message, next_step)


class KeyMissing(EvidenceError):
    """The private key that belongs to the log is not where the settings say."""


class NewOriginNeeded(EvidenceError):
    """The log cannot be signed any further as the one it was: its key is not here, or it would contradict what was signed."""

    code = "BAD_USER_INPUT"


class WitnessUnknown(EvidenceError):
    """Whoever cosigned is no witness that the operator of the log has named."""

    code = "FORBIDDEN"

    def __init__(self) -> None:
        super().__init__(
            "No witness that this log knows has cosigned the checkpoint.",
            "Let the operator of the log add the witness's verifier key to EVIDENCE_WITNESS_KEYS.",
        )


class HeadContradicted(EvidenceError):
    """A head that this log has signed is not the beginning of what it holds now: entries were lost or changed."""

    code = "CONFLICT"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"This log does not continue its own checkpoint of {size:,} entries: entries were lost or changed since.",
            "Keep that checkpoint, and ask the operator of the log: it is proof of it.",
        )
