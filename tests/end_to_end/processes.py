"""The command `evidence` as a process of its own, and the service as one that is there as long as a test needs it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EVIDENCE = str(Path(sys.executable).with_name("evidence"))


class Ended:
    """A process that has ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class CommandLine:
    """Runs `evidence` in a folder with a store of its own; `more` is set in its environment."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")}
        self.environment = {**kept, "EVIDENCE_STORE": "sqlite:///evidence.db", **more}

    def __call__(self, *arguments: str, told: str | None = None) -> Ended:
        """Run it to its end; `told` is its standard input."""
        done = subprocess.run(
            [EVIDENCE, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=told,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout
        return Ended(done.returncode, done.stdout, done.stderr)

    def with_environment(self, **more: str) -> "CommandLine":
        """The same with more in its environment."""
        changed = CommandLine(self.folder)
        changed.environment = self.environment | more
        return changed

    def write(self, document: Mapping[str, Any], name: str = "manifest.json") -> str:
        """A manifest file."""
        (self.folder / name).write_text(json.dumps(document))
        return name


class Running:
    """A process that serves; `shown` is what it printed until it did."""

    def __init__(self, process: "subprocess.Popen[str]", address: str, shown: str) -> None:
        self.process, self.address, self.shown = process, address, shown

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and the code it ended with."""
        self.process.send_signal(by)
        return self.process.wait(timeout=30)


@contextmanager
def serving(command_line: CommandLine, *arguments: str) -> Iterator[Running]:
    """`evidence …` as soon as it says where GraphQL is; it is gone at the end."""
    process = subprocess.Popen(
        [EVIDENCE, *arguments],
        cwd=command_line.folder,
        env=command_line.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            yield _ready(process)
        finally:
            if process.poll() is None:
                process.kill()


def _ready(process: "subprocess.Popen[str]") -> Running:
    assert process.stdout is not None
    shown = ""
    for line in process.stdout:
        shown += line
        if line.startswith("GraphQL is at "):
            return Running(process, line.split()[3].removesuffix("."), shown)
    raise AssertionError(f"it ended with {process.wait()} before it served: {shown}")
