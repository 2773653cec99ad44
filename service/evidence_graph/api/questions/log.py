"""The log itself."""

import strawberry

from evidence_graph.api.answers import Log
from evidence_graph.api.context import Info, question
from evidence_graph.api.scalars import Long
from evidence_graph.lineage.moment import read_head


@strawberry.type
class LogQuestion:
    """What everything else is a projection of."""

    @question("The head of the log.")
    async def log(self, info: Info) -> Log | None:
        info.context.pinned = False
        await info.context.ready()
        head = await read_head(info.context.store)
        info.context.saw(head.position)
        return Log(size=Long(head.size), root_hash=head.root)
