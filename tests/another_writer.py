"""Another process that is writing to an embedded store for as long as a test needs it."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def another_writer(store: Path) -> Generator[None]:
    """Holds the writer's lock of the store in this file."""
    lock = os.open(f"{store}-writer", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
