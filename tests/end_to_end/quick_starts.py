"""Service processes by the hundred: each is forked from one in which everything that `evidence serve` needs is loaded.

Starting Python and loading costs seconds of CPU, too much before every kill. Everything after that is the process's own: its store, what it
has to recover, its signer, its socket; and it is killed like any other.
"""

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from tests.end_to_end.processes import CommandLine

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.end_to_end.loaded"])
LOG_FILE = "service.log"


class QuickStart:
    """A process that begins to serve what the command line's environment names; it shows its log in the folder's `service.log`."""

    def __init__(self, command_line: CommandLine) -> None:
        self._shown, out = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(
            target=_serve, args=(str(command_line.folder), command_line.environment, out), daemon=True
        )
        self._process.start()
        out.close()

    def wait_until_ready(self) -> str:
        """Where it serves, without a path at the end."""
        with os.fdopen(os.dup(self._shown.fileno())) as lines:
            for line in lines:
                if line.startswith("GraphQL is at "):
                    return line.split()[3].removesuffix("/graphql.")
        raise AssertionError(f"it ended before it served; {LOG_FILE} says why")

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone; nothing when it is."""
        if not self._shown.closed:
            self._process.kill()
            self._gone()

    def end(self) -> int | None:
        """Ask it to end, and the code it ended with; killed unless it ends."""
        self._process.terminate()
        self._process.join(30)
        code = self._process.exitcode
        self.kill()
        return code

    def _gone(self) -> None:
        self._process.join()
        self._process.close()
        self._shown.close()


def service_log(folder: Path) -> str:
    """What all the processes of a folder logged."""
    file = folder / LOG_FILE
    return file.read_text() if file.exists() else ""


def _serve(folder: str, environment: dict[str, str], out: Connection) -> None:
    from evidence_graph.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(out.fileno(), 1)
    os.dup2(os.open(LOG_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")  # the old ones may believe in a file
    sys.argv = ["evidence", "serve", "--port", "0"]
    main()
