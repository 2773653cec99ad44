"""A progress bar for hashing, on a terminal and only when it takes long."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from evidence_graph.cli.terminal import errors

PATIENCE = 1.0  # seconds without a bar


class HashingProgress:
    """Counts bytes; the bar appears on standard error once a second has passed."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._done = 0
        self._bar: Progress | None = None
        self._console = errors()

    def __enter__(self) -> "HashingProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def hashed(self, new: int, total: int) -> None:
        """So many more bytes are hashed, of so many in all."""
        self._done += new
        if self._bar is None and self._console.is_terminal and time.monotonic() - self._started > PATIENCE:
            self._bar = _bar(total, self._console)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)


def _bar(total: int, console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    bar.add_task("Hashing", total=total)
    bar.start()
    return bar
