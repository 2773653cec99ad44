"""What is bad: artifacts named one by one, and the versions of a series whose rows speak of the bad time."""

from collections.abc import Sequence

import msgspec

from evidence_graph.errors import InvalidInput, NotRecorded, TooComplex
from evidence_graph.lineage.artifact import ArtifactView, read_artifacts_by_urn, read_series
from evidence_graph.lineage.exposure_parts import ALWAYS, Span
from evidence_graph.lineage.moment import Moment
from evidence_graph.record.instants import parse_instant
from evidence_graph.record.urn import Urn
from evidence_graph.store.graph_store import GraphStore
from graph_schema import BEGINNING, OPEN_END

KINDS = ("dataset", "feature", "model")
MOST_NAMED = 1_000
MOST_SERIES = 50


class Bad(msgspec.Struct, frozen=True):
    """The bad artifacts by URN; how many of them were selected although they say nothing of the time they cover."""

    artifacts: dict[str, ArtifactView]
    without_covers: int


async def read_bad(store: GraphStore, to: Sequence[Urn], moment: Moment, time: Span, limit: int) -> Bad:
    """At most `limit` bad artifacts, in the order of their URNs. `time` selects among the versions of a series.

    Raises InvalidInput for what cannot be bad, NotRecorded for what is not on record, TooComplex when too many are selected.
    """
    _check(to)
    pinned = sorted({urn.text for urn in to if urn.version})
    found = await read_artifacts_by_urn(store, pinned, moment) if pinned else {}
    _require(pinned, found, moment)
    without = set()
    for series in sorted({urn.text for urn in to if not urn.version}):
        versions = await read_series(store, series, msgspec.structs.replace(moment, valid_at=None))
        _require([series], versions, moment)
        for view in (view for view in versions if view.existed(moment)):
            covered = covers(view)
            if time == ALWAYS or covered is None or covered.meet(time) is not None:
                found[view.urn] = view
            if time != ALWAYS and covered is None and view.urn not in pinned:
                without.add(view.urn)
    if len(found) > limit:
        raise TooComplex(
            f"{len(found):,} artifacts are bad; at most {limit:,} are walked from.",
            "Narrow badFrom and badTo, name fewer, or raise limit.",
        )
    return Bad(dict(sorted(found.items())), len(without))


def covers(view: ArtifactView) -> Span | None:
    """The time the artifact's rows speak of; None when it says nothing."""
    stated = view.fields.get("covers")
    if not isinstance(stated, dict):
        return None
    begin, end = stated.get("from"), stated.get("to")
    return Span(
        BEGINNING if begin is None else parse_instant(str(begin), "covers.from"),
        OPEN_END if end is None else parse_instant(str(end), "covers.to"),
    )


def _check(to: Sequence[Urn]) -> None:
    if not to:
        raise InvalidInput("`to` is empty.", "Name at least one artifact or series that is bad.")
    series = sum(not urn.version for urn in to)
    if len(to) > MOST_NAMED or series > MOST_SERIES:
        raise InvalidInput(
            f"`to` names {len(to)} URNs, {series} of them series.",
            f"At most {MOST_NAMED:,} are taken at once, and {MOST_SERIES} series among them.",
        )
    for index, urn in enumerate(to):
        if urn.kind not in KINDS:
            raise InvalidInput(
                f"to[{index}] names a {urn.kind}.",
                "What is bad is data, a feature or a model: name one, or its series.",
            )


def _require(wanted: Sequence[str], found: object, moment: Moment) -> None:
    missing = [urn for urn in wanted if not (urn in found if isinstance(found, dict) else found)]
    if missing:
        raise NotRecorded(
            f"{', '.join(missing[:3])} is not on record at position {moment.position}.",
            "Check the URN, or ask as of a later moment.",
        )
