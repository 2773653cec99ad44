"""Answers that cannot change any more: every question in them is pinned to a log position. They carry an ETag and are kept.

A strong ETag (RFC 9110, section 8.8.3) is the digest of the very bytes of the answer, so it covers all they depend on, also what
the asker may see. Kept answers are found by what was asked and by whom; the least recently used go when they outgrow their room.

What is erased must not be told any more, by any process. So an answer is kept with the log position of the last erasure before it was
read, and is given again only as long as the store names no later one; the first request after an erasure lets go of all that is older.
"""

from collections import OrderedDict
from hashlib import sha256

import msgspec
import orjson

from evidence_graph.api.execution import Operation

ROOM = 64 * 1024 * 1024  # bytes
LARGEST_SHARE = 8  # no answer takes more than this part of the room
HEADERS = {"cache-control": "private, no-cache"}


class PinnedAnswer(msgspec.Struct, frozen=True):
    """The body as it is sent, its ETag, and the log position of the last erasure before it was read (-1 for none)."""

    body: bytes
    etag: str
    erased_at: int = -1

    def matches(self, if_none_match: str | None) -> bool:
        """Whether the asker has this answer already (RFC 9110, section 13.1.2: weak comparison)."""
        if if_none_match is None:
            return False
        known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return self.etag in known or "*" in known


class PinnedAnswers:
    """At most `room` bytes of answers, by what was asked and who asked."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._taken = room, 0
        self._erased_at = -1  # nothing older is kept
        self._kept: OrderedDict[bytes, PinnedAnswer] = OrderedDict()

    def find(self, operation: Operation, actor: str) -> PinnedAnswer | None:
        """The answer to the very same request."""
        key = _key(operation, actor)
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def forget_before(self, erased_at: int) -> None:
        """Let go of every answer that was read before the erasure at this log position."""
        if erased_at <= self._erased_at:
            return
        self._erased_at = erased_at
        for key in [key for key, answer in self._kept.items() if answer.erased_at < erased_at]:
            self._taken -= len(self._kept.pop(key).body)

    def keep(self, operation: Operation, actor: str, body: bytes, erased_at: int = -1) -> PinnedAnswer:
        """The answer with its ETag, kept when it is not too large."""
        answer = PinnedAnswer(body, f'"{sha256(body).hexdigest()}"', erased_at)
        key = _key(operation, actor)
        self.forget_before(erased_at)
        fits = len(body) <= self._room // LARGEST_SHARE
        if key not in self._kept and fits and erased_at == self._erased_at:
            self._kept[key] = answer
            self._taken += len(body)
            while self._taken > self._room:
                _, oldest = self._kept.popitem(last=False)
                self._taken -= len(oldest.body)
        return answer


def _key(operation: Operation, actor: str) -> bytes:
    """What tells requests apart; empty, and never kept, for variables nested too deeply to be answered at all."""
    asked = [operation.document, operation.variables or {}, operation.name, actor]
    try:
        return sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
    except orjson.JSONEncodeError:
        return b""
