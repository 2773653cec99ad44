"""A manifest file made ready to be sent: digests for paths, every fault of form, and the part that has none."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from evidence_graph.cli.byte_progress import ByteProgress
from evidence_graph.cli.manifest_file import ManifestFile, read_manifest_file
from evidence_graph.cli.path_digests import PathDigests
from evidence_graph.evidence.commands import Fault
from evidence_graph.evidence.manifest import SECTIONS, read_manifest
from evidence_graph.record.json_values import JsonObject

_ITEM = re.compile(r"\w+\[\d+\]")


class UserError(msgspec.Struct, frozen=True):
    """A fault as the API words it: `message` says what to do next, `field` is a path of the manifest."""

    code: str
    message: str
    field: str

    @classmethod
    def of(cls, fault: Fault) -> "UserError":
        """A fault of form, found before anything was sent."""
        return cls(fault.code, f"{fault.message} {fault.next_step}".strip(), fault.field)


class Outcome(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What became of one item; `left_out` names the fields that stay erased whatever the file says of them."""

    item: str
    urn: str
    outcome: str
    position: int | None
    left_out: tuple[str, ...] = ()


class Prepared(msgspec.Struct, frozen=True):
    """A file's manifest with its faults of form, in the order of the file; `items` counts what it speaks of."""

    file: ManifestFile
    document: object
    faults: Sequence[Fault]
    items: int

    @property
    def user_errors(self) -> list[UserError]:
        """The faults as the API words them."""
        return [UserError.of(fault) for fault in self.faults]

    @property
    def refused(self) -> list[Outcome]:
        """What became of the faulty items."""
        return [Outcome(fault.path, fault.urn, fault.code, None) for fault in self.faults]

    def manifest_input(self) -> JsonObject:
        """What the API takes: without `apiVersion`, which stands in files only. Only for a manifest without faults."""
        assert isinstance(self.document, Mapping)
        return cast(JsonObject, {name: part for name, part in self.document.items() if name != "apiVersion"})

    def sound_part(self) -> tuple[JsonObject, dict[str, str]]:
        """The items without faults, and by their path in it the path they have in the file."""
        if not isinstance(self.document, Mapping):
            return {}, {}
        faulty = {found[0] for fault in self.faults if (found := _ITEM.match(fault.field))}
        sound: JsonObject = {}
        places: dict[str, str] = {}
        for section in SECTIONS:
            kept = [
                (f"{section}[{index}]", item)
                for index, item in enumerate(_items(self.document.get(section)))
                if f"{section}[{index}]" not in faulty
            ]
            places |= {f"{section}[{index}]": path for index, (path, _) in enumerate(kept)}
            sound[section] = cast("list[object]", [item for _, item in kept])  # type: ignore[assignment]
        return sound, places


def prepare(source: str) -> Prepared:
    """Read, hash and check a file; faults of form are listed, not raised. Raises InvalidInput when the file cannot be read."""
    file = read_manifest_file(source)
    with ByteProgress("Hashing") as progress:
        digests = PathDigests(file, progress.done)
        document = digests.document()
    manifest = read_manifest(document)
    faults = sorted([*digests.faults, *manifest.faults], key=lambda fault: file.order(fault.field))
    items = sum(len(_items(document.get(name))) for name in SECTIONS) if isinstance(document, Mapping) else 0
    return Prepared(file, document, faults, items)


def _items(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
