"""Which statements of the shared store's schema are still to be run, so that opening a store that has all of it costs one question."""

import re
from collections.abc import Sequence, Set
from typing import LiteralString

_CREATED = re.compile(r"\bCREATE (?:FULLTEXT )?(?:INDEX|CONSTRAINT) (\w+) IF NOT EXISTS\b")


def lacking(statements: Sequence[LiteralString], there: Set[str], has_head: bool) -> list[LiteralString]:
    """Those that create what is not `there` by its name; and with them, or where the log's head has no node, those that create nothing."""
    named = [(statement, _CREATED.search(statement)) for statement in statements]
    lacks = not has_head or any(created and created[1] not in there for _, created in named)
    return [statement for statement, created in named if (created[1] not in there if created else lacks)]
