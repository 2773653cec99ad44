"""Which of several processes signs: the one whose lease is in the store, until it lets go or is not heard of any more.

Safety does not rest on it, nor on any clock: a head is signed inside a write transaction, of which there is one at a time. The lease only
keeps signing with one process, and hands it on when that process has died.
"""

import secrets
import time
from collections.abc import Callable

from evidence_graph.record.instants import SECOND
from evidence_graph.record.rows import SigningLeasePut
from evidence_graph.store.stored import Signing

LEASE = 3 * SECOND
FARTHEST = 60 * SECOND  # a lease that ends later than this from now was not written by the clock as it goes now


class SigningLease:
    """One process's view of the lease. `clock` gives µs since 1970-01-01 UTC and may jump; `watch` gives seconds and does not."""

    def __init__(
        self,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000,
        watch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._me = secrets.token_hex(8)
        self._clock, self._watch = clock, watch
        self._seen: tuple[str, int] = ("", 0)
        self._seen_since = watch()

    def is_free(self, found: Signing) -> bool:
        """Whether this process may sign: it holds the lease, nobody does, it has ended, or nobody has renewed it while one lasts."""
        if found.holder in ("", self._me):
            return True
        if (found.holder, found.until) != self._seen:
            self._seen, self._seen_since = (found.holder, found.until), self._watch()
        now = self._clock()
        return not now < found.until <= now + FARTHEST or (self._watch() - self._seen_since) * SECOND > LEASE

    def is_mine(self, found: Signing) -> bool:
        """Whether this process holds it."""
        return found.holder == self._me

    def renewed(self) -> SigningLeasePut:
        """The lease of this process, from now on."""
        return SigningLeasePut(self._me, self._clock() + LEASE)

    def given_up(self) -> SigningLeasePut:
        """Nobody's lease."""
        return SigningLeasePut("", 0)
