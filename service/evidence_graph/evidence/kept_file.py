"""Small files that decide what may be signed: replaced whole, on the disk before anything follows from them, locked by one process."""

import fcntl
import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from evidence_graph.errors import StoreUnavailable
from evidence_graph.evidence.key_file import OWNER_ONLY, sync_folder


def replace_file(path: Path, content: bytes) -> None:
    """Put the content in the place of what was there; when this returns, it outlives a power cut. Raises OSError."""
    draft = path.with_name(f"{path.name}.draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path)


@contextmanager
def held(path: Path, faults: Callable[[], AbstractContextManager[None]], taken: StoreUnavailable) -> Generator[None]:
    """While held, no other process has this lock file, not even after a crash of this one. Raises `taken` when one has.

    The lock is taken inside `faults()`; what is done while it is held is not.
    """
    with faults():
        try:
            descriptor = _take_lock(path)
        except BlockingIOError:
            raise taken from None
    try:
        yield
    finally:
        os.close(descriptor)


def _take_lock(path: Path) -> int:
    """Lock a file until the returned descriptor is closed, or the process dies. Raises BlockingIOError when it is taken, OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
