"""How complete an answer is: what it stands on, what was cut, what nobody declared, what cannot be dated."""

from collections.abc import Iterable, Sequence

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.moment import Moment


class Completeness(msgspec.Struct, frozen=True):
    """`known_at` is the recording time of `position`, `valid_at` as resolved (µs, UTC).

    `truncated_at` names artifacts of the answer behind which something was cut; `unresolved` are stubs; `undated` counts
    declared artifacts that exist always because nobody said since when; `simulated` says that an entry it rests on was recorded
    under a handed-in clock.
    """

    position: int
    known_at: int
    valid_at: int | None
    complete: bool
    truncated: bool
    truncated_at: tuple[str, ...]
    unresolved: tuple[str, ...]
    undated: int
    hidden: int
    simulated: bool


def completeness_of(
    moment: Moment,
    artifacts: Iterable[ArtifactView],
    *,
    truncated: bool = False,
    truncated_at: Sequence[str] = (),
    positions: Iterable[int] = (),
    missing: Iterable[str] = (),
) -> Completeness:
    """The completeness of an answer made of these artifacts, and of entries at `positions` beside them; `missing` are stubs beside them."""
    views = list(artifacts)
    unresolved = tuple(sorted({*(view.urn for view in views if not view.declared), *missing}))
    return Completeness(
        position=moment.position,
        known_at=moment.known_at,
        valid_at=moment.valid_at,
        complete=not truncated and not unresolved,
        truncated=truncated,
        truncated_at=tuple(truncated_at),
        unresolved=unresolved,
        undated=sum(view.declared and view.exists_from is None for view in views),
        hidden=0,
        simulated=any(at < moment.simulated for at in [*(view.position for view in views), *positions]),
    )
