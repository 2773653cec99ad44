"""Commands on their way to the recorder, in the order they came: bounded in number and in size, and taken in groups.

While the store does not answer, what is sent gathers here. So there is an end to it, and whoever comes later is told to come back.
"""

import asyncio
import secrets
from collections.abc import Sequence

import msgspec

from evidence_graph.errors import StoreUnavailable
from evidence_graph.evidence.commands import Command, Receipt, Retraction

MOST_COMMANDS, MOST_ITEMS = 256, 20_000  # in one transaction
MOST_WAITING, MOST_BYTES_WAITING = 4_096, 32 * 1024 * 1024


class WaitingCommand:
    """A command, who waits for its receipt, and the id it is recorded under: the caller's key, else one that is made here."""

    def __init__(self, command: Command, answer: "asyncio.Future[Receipt]", size: int) -> None:
        self.command, self.answer, self.size = command, answer, size
        self.id = command.key if command.key is not None else f"~{secrets.token_hex(16)}"


class CommandQueue:
    """Commands that no transaction has taken yet. One that is larger than all that may wait gets in when nothing else waits."""

    def __init__(self) -> None:
        self._waiting: list[WaitingCommand] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, command: Command) -> WaitingCommand:
        """Join the end. Raises StoreUnavailable when too much waits already."""
        size = len(msgspec.json.encode(command.items))
        if self._waiting and (len(self._waiting) >= MOST_WAITING or self._bytes + size > MOST_BYTES_WAITING):
            raise StoreUnavailable("Too many writes are waiting for the store.")
        waiting = WaitingCommand(command, asyncio.get_running_loop().create_future(), size)
        self._waiting.append(waiting)
        self._bytes += size
        return waiting

    def withdraw(self, waiting: WaitingCommand) -> bool:
        """Leave; False when a transaction has taken it."""
        if waiting not in self._waiting:
            return False
        self._waiting.remove(waiting)
        self._bytes -= waiting.size
        return True

    def next_group(self) -> Sequence[WaitingCommand]:
        """The commands that share the next transaction; they wait no more.

        A retraction is the last of its group: what reaches what is read once, and would still know the relations it ends.
        """
        size = items = 0
        for waiting in self._waiting[:MOST_COMMANDS]:
            items += len(waiting.command.items)
            if size and items > MOST_ITEMS:
                break
            size += 1
            if any(isinstance(item, Retraction) for item in waiting.command.items):
                break
        return self._taken(size)

    def drained(self) -> Sequence[WaitingCommand]:
        """All of them; none waits any more."""
        return self._taken(len(self._waiting))

    def _taken(self, size: int) -> Sequence[WaitingCommand]:
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        self._bytes -= sum(waiting.size for waiting in group)
        return group
