"""What goes wrong between the driver and a Neo4j server: whether it may have committed, and what to say of it.

Codes are those of https://neo4j.com/docs/status-codes/current/errors/all-errors/. Importing this module loads the driver.
"""

from neo4j.exceptions import (
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    Neo4jError,
    UnsupportedServerProduct,
)

from evidence_graph.errors import EvidenceError, StoreRefused, StoreUnavailable

OUT_OF_MEMORY = "OutOfMemoryError"
TIMED_OUT = "Neo.ClientError.Transaction.TransactionTimedOut"
ENDED = ("Neo.ClientError.Transaction.Terminated", "Neo.ClientError.Transaction.LockClientStopped")
SERVER_FAILED = "Neo.DatabaseError."
FAULTS = (DriverError, Neo4jError, TimeoutError, OSError)
NO_ADDRESS = (
    "The address of the store is not one of a Neo4j server.",
    "Write it as neo4j://host:7687, or neo4j+s:// for TLS.",
)


def is_fault(error: Exception) -> bool:
    """Whether the driver, the server or the network failed; what the driver cannot read, it says in exceptions that have no public name."""
    return isinstance(error, FAULTS) or type(error).__module__.startswith("neo4j.")


def code_of(error: BaseException) -> str:
    """The server's code, empty when it was not the server that failed."""
    return (error.code or "") if isinstance(error, Neo4jError) else ""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the transaction was too large for the server: trying again does not help."""
    return code_of(error).endswith(OUT_OF_MEMORY)


def refused(error: BaseException) -> bool:
    """Whether the server said itself that it did not commit; one that is stopping, or has lost its leader, cannot know."""
    code = code_of(error)
    return code.startswith(("Neo.ClientError.", "Neo.TransientError.")) and not (
        ".Cluster." in code or code.endswith(".DatabaseUnavailable")
    )


def told(error: BaseException) -> EvidenceError:
    """What went wrong in words that may leave the service."""
    code = code_of(error)
    if is_out_of_memory(error):
        return StoreUnavailable(
            "The store has too little memory for so much at once.",
            "Send it in several parts, or raise db.memory.transaction.max of the server.",
        )
    if code.startswith("Neo.ClientError.Security."):
        return StoreUnavailable(
            "The store refused the credentials.",
            "Check EVIDENCE_NEO4J_USER and EVIDENCE_NEO4J_PASSWORD, and what the account may do.",
        )
    if code == "Neo.ClientError.Database.DatabaseNotFound":
        return StoreRefused("The server has no database of this name.", "Check EVIDENCE_NEO4J_DATABASE.")
    if code.startswith("Neo.ClientError.Schema."):
        return StoreRefused("The database holds data that is not of this program.", "Name an empty database.")
    if isinstance(error, UnsupportedServerProduct):
        return StoreUnavailable("What answers there is no Neo4j server.", "Check EVIDENCE_STORE, then try again.")
    if isinstance(error, ConfigurationError):
        return StoreRefused(*NO_ADDRESS)
    if isinstance(error, TimeoutError | ConnectionAcquisitionTimeoutError) or code.startswith(TIMED_OUT):
        return StoreUnavailable("The store did not answer in time.")
    if code in ENDED:
        return StoreUnavailable("The store ended the transaction before it was done.")
    if code.startswith(SERVER_FAILED):
        return StoreUnavailable("The store failed.", "Try again in a moment; if it goes on, look at the server's log.")
    if not isinstance(error, Neo4jError):
        return StoreUnavailable(
            "The store cannot be reached.", "Check that it runs where EVIDENCE_STORE says, then try again."
        )
    if error.is_retryable():
        return StoreUnavailable("The store is busy or not ready.")
    return EvidenceError(
        "The store could not do what it was asked.", "This is a defect: report it with the service's log."
    )
