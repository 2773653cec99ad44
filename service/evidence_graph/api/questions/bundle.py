"""The evidence bundle of one artifact: what an outsider needs to check it without trusting this service."""

from typing import Annotated

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, to_completeness
from evidence_graph.api.artifacts import described
from evidence_graph.api.context import Info, question
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt
from evidence_graph.api.scalars import DateTime, Long, Urn, read_artifact_urn, read_instant, read_long
from evidence_graph.interop.bundle_export import Exported, export_bundle
from evidence_graph.lineage.chain import HIGHEST_LIMIT

WITNESSES = "Take a checkpoint that so many witnesses have cosigned; unless a moment is given, the newest position that such a one covers."


@strawberry.type(
    description="A claim about one artifact with everything that an outsider needs to check it offline: `evidence verify` does, and "
    "docs/bundle.md says how others can."
)
class Bundle:
    """Made of an `interop.bundle_export.Exported`."""

    of: Urn = strawberry.field(description="URN of the artifact.")
    position: Long = strawberry.field(description="Log position the claim was computed at.")
    known_at: DateTime = strawberry.field(description="When that position was recorded.")
    valid_at: DateTime | None = described("The instant of valid time asked about; null when valid time did not filter.")
    checkpoint_size: Long = strawberry.field(description="Number of entries that its checkpoint covers.")
    entry_count: int = strawberry.field(description="How many entries of the log it holds.")
    completeness: Completeness = strawberry.field(description="How complete the chain in it is.")
    document: str = strawberry.field(
        description="The bundle: canonical JSON (RFC 8785) under the signature of the log. Keep its bytes as they are; by custom in "
        "a file whose name ends in .evidence.json."
    )


@strawberry.type
class BundleQuestion:
    """What can be taken away."""

    @question(
        "The evidence bundle of an artifact: its whole chain, for a KPI window the verdict on its stream (at validAt, else when the "
        "position was recorded), the entries both rest on with their proofs, and the log's signature. As of the newest signed "
        "position unless another moment is asked for."
    )
    async def bundle(
        self,
        info: Info,
        of: Annotated[Urn, argument(description="URN of the artifact.")],
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
        witnesses: Annotated[int, argument(description=WITNESSES)] = 0,
    ) -> Bundle | None:
        context = info.context
        context.pinned = False  # its checkpoint is that of today
        context.spend(HIGHEST_LIMIT)
        root = read_artifact_urn(of, "of")
        instants = read_instant(valid_at, "validAt"), read_instant(known_at, "knownAt")
        position = read_long(at_position, "atPosition")
        await context.ready()
        key = context.signing_key()
        found = await export_bundle(context.store, key, root, *instants, position, witnesses=witnesses)
        context.saw(found.moment.position)
        return _bundle(root, found)


def _bundle(root: str, found: Exported) -> Bundle:
    moment = found.moment
    return Bundle(
        of=Urn(root),
        position=Long(moment.position),
        known_at=DateTime(moment.known_at),
        valid_at=None if moment.valid_at is None else DateTime(moment.valid_at),
        checkpoint_size=Long(found.size),
        entry_count=found.entry_count,
        completeness=to_completeness(found.claim.chain.completeness),
        document=found.data.decode(),
    )
