"""Everything that can go wrong, and what the caller can do about it.

EvidenceError                 code, message, next_step
├── InvalidInput              BAD_USER_INPUT        names the field and what would be accepted
├── NotRecorded               NOT_FOUND             nothing under this URN at this position
├── TooComplex                QUERY_TOO_COMPLEX     says the limit, and which argument to lower
├── ClockRefused              BACKEND_UNAVAILABLE   this machine's clock cannot follow the record's
├── StoreUnavailable          BACKEND_UNAVAILABLE   the engine did not answer in time; try again
│   └── OutcomeUnknown        BACKEND_UNAVAILABLE   recorded or not; repeat with the same key
├── StoreRefused              INTERNAL              the store's format is not one this version can serve
├── RecordDamaged             INTERNAL              entries and tree head disagree; names the position
└── KeyMissing                INTERNAL              the signing key of this log is not where it should be

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


class StoreRefused(EvidenceError):
    """The store holds a format this version must not touch."""


class RecordDamaged(EvidenceError):
    """What is stored and what the tree head commits to are not the same."""


class KeyMissing(EvidenceError):
    """The private key that belongs to the log is not where the settings say."""
