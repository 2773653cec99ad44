"""How far what is bad has spread, and by which steps: pure functions over what was walked.

What a deployment learned (its model was made from what is bad) is bad for as long as it is live. What enters by its own READS is bad
only while the data is: a deployment that reads, and was not live in that time, was not touched, and passes nothing on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

import msgspec

from evidence_graph.lineage.chain_parts import Step
from evidence_graph.lineage.exposure_parts import Span
from evidence_graph.lineage.exposure_walk import Walked

READS, SERVES, MEASURES = "READS", "SERVES", "MEASURES"


class Way(msgspec.Struct, frozen=True):
    """The last step of the shortest way to an artifact, and the artifact before."""

    step: Step
    before: str


class Spread(msgspec.Struct, frozen=True):
    """Each artifact reached, with its number of steps from what is bad, and the way it was reached; what is bad has none."""

    distances: dict[str, int]
    ways: dict[str, Way]

    def witness(self, urn: str) -> list[Step]:
        """The shortest way from what is bad to the artifact; of several, step by step back, the one by the smallest URN."""
        steps: list[Step] = []
        while urn in self.ways:
            steps.append(self.ways[urn].step)
            urn = self.ways[urn].before
        return steps[::-1]


def spread_of(bad: Iterable[str], walked: Walked, live: Mapping[str, Span], bad_time: Span) -> Spread:
    """Everything that was made from what is bad, without what deployments only read outside the bad time."""

    def onward(urn: str) -> Iterator[tuple[Step, str]]:
        for step in sorted(walked.steps.get(urn, ()), key=attrgetter("relation", "source")):
            if step.relation != READS or reads_in(step.source, live, bad_time) is not None:
                yield step, step.source

    return spread(dict.fromkeys(bad, 0), onward)


def reads_in(deployment: str, live: Mapping[str, Span], bad_time: Span) -> Span | None:
    """When a deployment was live while what it reads was bad."""
    return live[deployment].meet(bad_time) if deployment in live else None


def spread(starts: Mapping[str, int], onward: Callable[[str], Iterable[tuple[Step, str]]]) -> Spread:
    """Breadth first from starts at their distances; nothing is reached twice, and a start never."""
    found = Spread(dict(starts), {})
    waiting: dict[int, set[str]] = {}
    for urn, distance in starts.items():
        waiting.setdefault(distance, set()).add(urn)
    while waiting:
        distance = min(waiting)
        for urn in sorted(waiting.pop(distance)):
            for step, beyond in onward(urn):
                if beyond not in found.distances:
                    found.distances[beyond] = distance + 1
                    found.ways[beyond] = Way(step, urn)
                    waiting.setdefault(distance + 1, set()).add(beyond)
    return found
