"""A telling: what somebody put on record at one instant of the story."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from examples.flights.evidence import Item, Manifest
from examples.flights.plot import PIPELINE


@dataclass(frozen=True)
class Retraction:
    """A declaration that no longer holds, and why."""

    urn: str
    reason: str


@dataclass(frozen=True)
class Telling:
    """Retractions, if any, and then a manifest, told by `actor` at `recorded_at` (UTC)."""

    recorded_at: datetime
    about: str
    manifest: Manifest
    actor: str = PIPELINE
    retractions: tuple[Retraction, ...] = field(default=())

    @property
    def items(self) -> list[Item]:
        """The items of all sections."""
        return [item for section in self.manifest.values() if isinstance(section, list) for item in section]


def named(told: Iterable[Telling]) -> dict[str, Telling]:
    """Tellings by a name such as `047-2013-08-06-correction-of-training-sets`, numbered in the order they come."""
    return {
        f"{number:03}-{one.recorded_at:%Y-%m-%d}-{one.about.replace(' ', '-')}": one for number, one in enumerate(told)
    }


def manifest(**sections: list[Item]) -> Manifest:
    """The manifest with these sections; empty ones are left out."""
    told: Manifest = {"apiVersion": "evidence/v1", "source": {"tool": "examples.flights"}}
    return told | {name: items for name, items in sections.items() if items}
