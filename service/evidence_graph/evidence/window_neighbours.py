"""The KPI windows on record beside those that come: where in the index of URNs they stand, and loading them.

The windows of a stream (one deployment or model, one KPI, one segment) have URNs that differ from the start on, so they are one range of
the index, in the order of their starts. No two windows of a stream overlap, so a new one can only overlap the last that begins before
it, or one that begins inside it: a few looks into the index for each stream, however long it is. Logs older than this rule may hold
windows that overlap; there, the nearest ones are looked at.

One thing breaks the order: `…080000Z` comes after `…080000.5Z` in the index, and before it in time. Ranges are cut so that inside
each the order is that of time, save where a window is shorter than its second.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from evidence_graph.evidence.commands import Declaration, Item
from evidence_graph.evidence.state import State, known_artifact
from evidence_graph.evidence.window_spans import Span, span_of
from evidence_graph.record.urn import stream_of
from evidence_graph.store.graph_store import Transaction
from evidence_graph.store.named_queries import Question
from evidence_graph.store.stored import ArtifactRow

Range = list[str]  # URNs after the first and before the second


class UrnRanges(msgspec.Struct, frozen=True):
    """Pairs of URNs, in each the one after which and the one before which something is looked for."""

    ranges: list[Range]


WINDOW_NEIGHBOURS = Question("window_neighbours", UrnRanges, ArtifactRow)


async def load_neighbours(transaction: Transaction, items: Iterable[Item], state: State) -> None:
    """What the new windows among the items could overlap: at most three questions, however many windows there are."""
    streams = _new_spans(items, state)
    whole = {stream: _whole(spans) for stream, spans in streams.items()}
    found = await _look(transaction, [look for stream in streams for look in _around(stream, whole[stream])], state)
    inside = [stream_of(span.window) for span in found if span.start > whole[stream_of(span.window)].start]
    crowded = {stream: streams[stream] for stream in sorted(set(inside)) if len(streams[stream]) > 1}
    looks = [look for stream, spans in crowded.items() for span in spans for look in _around(stream, span)]
    found += await _look(transaction, looks, state)
    await _look(transaction, [_rest_of_second(span) for span in found if _is_shorter_than_its_second(span)], state)


def _new_spans(items: Iterable[Item], state: State) -> dict[str, list[Span]]:
    """Windows by stream; without those on record that are as long already, which overlap nothing."""
    streams: dict[str, list[Span]] = {}
    for item in items:
        if isinstance(item, Declaration) and item.kind == "kpi_window":
            span = Span(item.urn, str(item.fields["start"]), str(item.fields["end"]))
            if not any(known.end >= span.end for known in state.spans_of(span.window)):
                streams.setdefault(stream_of(span.window), []).append(span)
    return streams


def _whole(spans: Sequence[Span]) -> Span:
    """From the first beginning to the last end."""
    first = min(spans, key=lambda span: span.start)
    return Span(first.urn, first.start, max(span.end for span in spans))


async def _look(transaction: Transaction, looks: list[Range], state: State) -> list[Span]:
    """The last declared window of each range, known to `state` from now on."""
    if not looks:
        return []
    found = []
    for row in await transaction.ask(WINDOW_NEIGHBOURS, UrnRanges(looks)):
        known = known_artifact(row)
        if known.declared:
            state.artifacts.setdefault(row.urn, known)
            state.revisions.setdefault(row.window, {})[row.urn] = None
            found.append(span_of(row.urn, row.fields))
            state.add_window(found[-1].start, row.window)
    return found


def _around(stream: str, span: Span) -> Iterator[Range]:
    """Where the windows stand that begin before `span`, and those that begin inside it."""
    yield [f"{stream},", _second(stream, span.start)]
    yield from _in_second(stream, span.start)
    yield from _inside(stream, span)


def _inside(stream: str, span: Span) -> Iterator[Range]:
    """Where the windows stand that begin after the start of `span` and before its end."""
    first, last = _second(stream, span.start), _second(stream, span.end)
    after = f"{first}.{_fraction(span.start)}Z-" if _fraction(span.start) else f"{first}."
    if first == last:
        yield [after, f"{first}.{_fraction(span.end)}"]
        return
    yield [after, f"{first}/"]  # later in the same second; "/" is what follows "."
    yield [f"{first}[", last]  # "[" is what follows "Z"
    yield from _in_second(stream, span.end)


def _in_second(stream: str, instant: str) -> Iterator[Range]:
    """Where the windows stand that begin in the second of an instant and before it."""
    if _fraction(instant):
        second = _second(stream, instant)
        yield [f"{second}Z,", f"{second}Z-"]
        yield [f"{second}.", f"{second}.{_fraction(instant)}"]


def _rest_of_second(span: Span) -> Range:
    """Where the windows stand that begin later in the second in which `span` begins and ends."""
    second = _second(stream_of(span.window), span.start)
    return [f"{second}.", f"{second}/"]


def _is_shorter_than_its_second(span: Span) -> bool:
    return not _fraction(span.start) and span.start[:19] == span.end[:19]


def _second(stream: str, instant: str) -> str:
    """What the URNs of windows that begin in the second of an instant begin with."""
    return f"{stream},{instant[:19].replace('-', '').replace(':', '')}"


def _fraction(instant: str) -> str:
    """The six digits after the second, '' when all are 0."""
    return instant[20:26].rstrip("0") and instant[20:26]
