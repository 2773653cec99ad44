"""A progress bar for many bytes or entries, on a terminal and only when it takes long."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from evidence_graph.cli.terminal import errors

PATIENCE = 1.0  # seconds without a bar


class ByteProgress:
    """Counts bytes; the bar appears on standard error once a second has passed, under the name of what is being done."""

    counted: type[ProgressColumn] = DownloadColumn

    def __init__(self, doing: str) -> None:
        self._doing, self._started = doing, time.monotonic()
        self._done = 0
        self._bar: Progress | None = None
        self._console = errors()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def done(self, new: int, total: int | None) -> None:
        """So many more bytes are done, of so many in all; None when nobody knows."""
        self._done += new
        if self._bar is None and self._console.is_terminal and time.monotonic() - self._started > PATIENCE:
            self._bar = _bar(self._doing, total, self._console, self.counted())
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)


class EntryProgress(ByteProgress):
    """The same for entries of a log."""

    counted = MofNCompleteColumn

    def reached(self, done: int, total: int) -> None:
        """So many entries are done by now, of so many in all."""
        self.done(done - self._done, total)


def _bar(doing: str, total: int | None, console: Console, counted: ProgressColumn) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), counted, TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    bar.add_task(doing, total=total)
    bar.start()
    return bar
