"""A chain in a few figures: how many artifacts of each kind, the oldest and the newest evidence, what nobody declared."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from evidence_graph.lineage.artifact import ArtifactView
from evidence_graph.lineage.chain_parts import Chain
from graph_schema import KINDS


class Dated(msgspec.Struct, frozen=True):
    """An artifact with its time (µs, UTC): since when it existed when `stated`, else when it was recorded."""

    at: int
    urn: str
    stated: bool


class KindCount(msgspec.Struct, frozen=True):
    """How many artifacts are of one kind."""

    kind: str
    count: int


class Summary(msgspec.Struct, frozen=True):
    """Figures of a whole chain; `oldest` and `newest` are those of what is declared, None when nothing is."""

    artifacts: int
    steps: int
    kinds: list[KindCount]
    farthest: int
    stubs: int
    oldest: Dated | None
    newest: Dated | None


def summary_of(chain: Chain) -> Summary:
    """Kinds in the order in which the schema declares them, those that occur."""
    counts = Counter(view.kind for view in chain.artifacts)
    oldest, newest = oldest_and_newest(chain.artifacts)
    return Summary(
        artifacts=len(chain.artifacts),
        steps=len(chain.steps),
        kinds=[KindCount(kind.name, counts[kind.name]) for kind in KINDS if kind.name in counts],
        farthest=max(chain.distances.values()),
        stubs=sum(not view.declared for view in chain.artifacts),
        oldest=oldest,
        newest=newest,
    )


def oldest_and_newest(views: Iterable[ArtifactView]) -> tuple[Dated | None, Dated | None]:
    """By time; among equals the first URN is the oldest and the last the newest."""
    dated = [_dated(view) for view in views if view.declared]
    if not dated:
        return None, None
    keys = [(one.at, one.urn) for one in dated]
    return dated[keys.index(min(keys))], dated[keys.index(max(keys))]


def _dated(view: ArtifactView) -> Dated:
    stated = view.exists_from is not None
    return Dated(view.exists_from if view.exists_from is not None else view.recorded_at, view.urn, stated)
