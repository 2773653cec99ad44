"""CSV files as rows: read as they come, one after the other, with file and line of each row."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from evidence_graph.cli.manifest_file import STDIN
from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.plain_values import nearest
from evidence_graph.kpi.counting.tallies import BadCell

Hear = Callable[[int, int | None], None]  # bytes read since the last call, bytes in all


class CsvRows:
    """The cells in certain columns of some CSV files, each under a header of its own; `-` is standard input."""

    def __init__(self, files: Sequence[str], columns: Sequence[str], delimiter: str, hear: Hear) -> None:
        self._files, self._columns, self._delimiter, self._hear = files, columns, delimiter, hear
        self._name, self._line = "", 0

    @property
    def place(self) -> str:
        """Where the last row begins, such as `flights.csv:17`."""
        return f"{self._name}:{self._line}"

    def __iter__(self) -> Iterator[Sequence[str] | BadCell]:
        """Rows in the order of the files. Raises InvalidInput with file and line for what is no CSV or lacks a column."""
        total = _size(self._files)
        for file in self._files:
            self._name, self._line = "<stdin>" if file == STDIN else file, 1
            with _opened(file) as raw:
                heard = _Heard(raw, lambda new: self._hear(new, total))
                text = io.TextIOWrapper(io.BufferedReader(heard, 1 << 18), "utf-8-sig", newline="")
                yield from self._rows_of(text)

    def _rows_of(self, text: TextIO) -> Iterator[Sequence[str] | BadCell]:
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        try:
            header: list[str] = next(reader, [])
            places = [self._place_of(column, header) for column in self._columns]
            while True:
                self._line = reader.line_num + 1
                row = next(reader, None)
                if row is None:
                    return
                if len(row) == len(header):
                    yield [row[place] for place in places]
                elif row:  # an empty line is no row
                    yield BadCell(
                        "with a wrong number of cells", "", f"The row has {len(row)} cells, the header {len(header)}."
                    )
        except csv.Error as error:
            raise InvalidInput(f"{self.place}: {error}.", "Correct the CSV there, or name its --delimiter.") from None
        except UnicodeDecodeError:
            raise InvalidInput(f"{self.place}: the file is not UTF-8 from there on.", "Save it as UTF-8.") from None

    def _place_of(self, column: str, header: Sequence[str]) -> int:
        if header.count(column) == 1:
            return header.index(column)
        if column in header:
            raise InvalidInput(f"{self.place}: the column {column!r} stands there twice.", "Rename one of them.")
        known = nearest(column, header) if header else "The file is empty."
        raise InvalidInput(f"{self.place}: there is no column {column!r}.", known)


class _Heard(io.RawIOBase):
    """A file whose reader is heard: every read says how many bytes came."""

    def __init__(self, raw: BinaryIO, hear: Callable[[int], None]) -> None:
        self._raw, self._hear_new = raw, hear

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        content = self._raw.read(len(buffer))
        buffer[: len(content)] = content
        self._hear_new(len(content))
        return len(content)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as opened:
            yield opened
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "no such name"
        raise InvalidInput(f"{file} cannot be read: {reason}.", "Name a CSV file, or - for standard input.") from None


def _size(files: Sequence[str]) -> int | None:
    """Bytes of all files; None when one of them has no size, such as standard input or a pipe."""
    paths = [Path(file) for file in files]
    return sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None
