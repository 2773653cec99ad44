"""How the command line ends: exit codes, and what is said when something could not be done.

0 done · 1 defect · 2 usage · 3 manifest unreadable or something invalid · 4 not allowed · 5 conflicts only ·
6 a KPI is worse than its benchmark, or overdue · 7 verification failed · 75 temporary.
"""

import itertools
import sys
import tempfile
import traceback
from collections.abc import Sequence
from enum import IntEnum

import orjson
import typer
from typer.exceptions import TyperException

from evidence_graph.cli.terminal import Output, print_json, say_error
from evidence_graph.errors import EvidenceError
from evidence_graph.record.json_values import Json


class Exit(IntEnum):
    """The exit codes."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    INVALID = 3
    NOT_ALLOWED = 4
    CONFLICT = 5
    BREACH = 6
    UNVERIFIED = 7
    TEMPORARY = 75


_BY_CODE = {
    "USAGE": Exit.USAGE,
    "UNAUTHENTICATED": Exit.NOT_ALLOWED,
    "FORBIDDEN": Exit.NOT_ALLOWED,
    "BAD_USER_INPUT": Exit.INVALID,
    "NOT_FOUND": Exit.INVALID,
    "QUERY_TOO_COMPLEX": Exit.INVALID,
    "INVALID": Exit.INVALID,
    "CONFLICT": Exit.CONFLICT,
    "PROOF_FAILED": Exit.UNVERIFIED,
    "RATE_LIMITED": Exit.TEMPORARY,
    "BACKEND_UNAVAILABLE": Exit.TEMPORARY,
}


class Failed(Exception):
    """A command that cannot be done; `code` is that of the API, `message` holds what to do next."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field

    @property
    def exit(self) -> Exit:
        """The exit code it leads to."""
        return _BY_CODE.get(self.code, Exit.DEFECT)

    @classmethod
    def of(cls, error: EvidenceError) -> "Failed":
        """The same failure in the command line's terms."""
        return cls(error.code, str(error))


def exit_of(codes: Sequence[str]) -> Exit:
    """The exit code for the faults of a refused manifest: conflicts count only when there is nothing else."""
    if not codes:
        return Exit.DONE
    return Exit.CONFLICT if set(codes) == {"CONFLICT"} else Exit.INVALID


def end_of_question(failed: Failed, output: Output) -> typer.Exit:
    """Say why a question has no answer; with `-o json` also as the GraphQL errors it would be."""
    say_error(failed.message)
    if output is Output.JSON:
        print_json({"errors": [{"message": failed.message, "extensions": {"code": failed.code}}]})
    return typer.Exit(failed.exit)


def end_of_registration(failed: Failed, output: Output) -> typer.Exit:
    """Say why nothing could be registered; with `-o json` also in the form of a refused registration."""
    say_error(failed.message)
    if output is Output.JSON:
        fault: Json = {"code": failed.code, "message": failed.message, "field": failed.field}
        print_json({"position": None, "outcomes": [], "userErrors": [fault]})
    return typer.Exit(failed.exit)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the arguments ask for JSON, as far as can be told when they could not be understood."""
    pairs = itertools.pairwise(arguments)
    return any(pair in (("-o", "json"), ("--output", "json")) for pair in pairs) or not {
        "-ojson",
        "--output=json",
    }.isdisjoint(arguments)


def usage_as_json(error: BaseException | None) -> None:
    """One JSON document about arguments that were not understood; the words for people are on standard error already."""
    if isinstance(error, TyperException):
        print_json({"errors": [{"message": error.format_message(), "extensions": {"code": "USAGE"}}]})


def report_defect(error: Exception, arguments: Sequence[str]) -> None:
    """Something that must not happen: the traceback goes to a file for a report, not to the user."""
    with tempfile.NamedTemporaryFile("w", prefix="evidence-defect-", suffix=".txt", delete=False) as file:
        traceback.print_exception(error, file=file)
    say_error(f"Something went wrong inside evidence ({type(error).__name__}). Please report it with {file.name}.")
    if wants_json(arguments):
        failure = {"errors": [{"message": "A defect.", "extensions": {"code": "INTERNAL"}}]}
        sys.stdout.write(orjson.dumps(failure).decode() + "\n")
