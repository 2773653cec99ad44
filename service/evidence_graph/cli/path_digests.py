"""`path:` entries of a manifest file: the bytes they name become the item's `digest`.

A file's digest is the SHA-256 of its bytes. A folder's is the SHA-256 of the listing of all files below it: a line
`<SHA-256 in hexadecimal>  <path relative to the folder, with />` for each, in the order of the paths' bytes, as this prints it:

    cd FOLDER && find -L . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
"""

import os
import stat
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from evidence_graph.cli.manifest_file import ManifestFile
from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.commands import Fault
from graph_schema import KINDS

CHUNK = 1 << 20
Hashed = Callable[[int, int], None]  # bytes hashed since the last call, bytes in all


class PathDigests:
    """Replaces the `path` of every artifact item by its digest; what cannot be read becomes a fault at its place."""

    def __init__(self, file: ManifestFile, hashed: Hashed = lambda new, total: None) -> None:
        self._file, self._hashed = file, hashed
        self._known: dict[Path, str] = {}
        self._total = 0
        self.faults: list[Fault] = []

    def document(self) -> object:
        """The manifest with digests for paths; what is not shaped like a manifest is left for its reader to refuse."""
        document = self._file.document
        if not isinstance(document, Mapping):
            return document
        self._total = sum(self._size(path) for path in self._paths(document))
        sections = {kind.section for kind in KINDS}
        return {name: self._section(name, part) if name in sections else part for name, part in document.items()}

    def _paths(self, document: Mapping[str, object]) -> set[Path]:
        found = set()
        for kind in KINDS:
            for item in _items(document.get(kind.section)):
                if isinstance(item, Mapping) and isinstance(item.get("path"), str):
                    found.add(self._file.folder / item["path"])
        return found

    def _size(self, path: Path) -> int:
        """Bytes to hash, as far as can be told: only for showing progress."""
        try:
            return sum(file.stat().st_size for _, file in _files_below(path)) if path.is_dir() else path.stat().st_size
        except (OSError, ValueError, InvalidInput):
            return 0

    def _section(self, section: str, value: object) -> object:
        return [self._item(f"{section}[{index}]", item) for index, item in enumerate(_items(value))]

    def _item(self, where: str, item: object) -> object:
        if not isinstance(item, Mapping) or item.get("path") is None:
            return item
        rest = {name: part for name, part in item.items() if name != "path"}
        try:
            digest = f"sha256:{self._digest(item['path'], f'{where}.path')}"
            stated = rest.setdefault("digest", digest)
            if isinstance(stated, str) and stated.lower() != digest:
                raise InvalidInput(
                    f"{where}.digest is not the digest of {item['path']}: {digest}.", "Leave one of the two out."
                )
        except InvalidInput as refused:
            urn = item.get("urn")
            named = urn[:200] if isinstance(urn, str) else ""
            self.faults.append(Fault(Fault.INVALID, refused.message, f"{where}.path", refused.next_step, where, named))
        return rest

    def _digest(self, stated: object, where: str) -> str:
        if not isinstance(stated, str) or not stated:
            raise InvalidInput(f"{where} is no text.", "Name a file or folder, relative to the manifest.")
        path = self._file.folder / stated
        if path not in self._known:
            self._known[path] = self._digest_of(path, stated, where)
        return self._known[path]

    def _digest_of(self, path: Path, stated: str, where: str) -> str:
        try:
            return self._folder(path) if path.is_dir() else self._bytes(path)
        except FileNotFoundError:
            raise InvalidInput(
                f"{where}: {stated} does not exist in {self._file.folder.resolve()}.",
                "Paths are relative to the manifest's folder.",
            ) from None
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "no such name"
            raise InvalidInput(f"{where}: {stated} cannot be read: {reason}.", "Check its rights.") from None

    def _bytes(self, path: Path) -> str:
        digest = sha256()
        if not stat.S_ISREG(path.stat().st_mode):
            raise InvalidInput(f"{path} is neither a file nor a folder.", "Name a file or a folder.")
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                self._hashed(len(chunk), self._total)
        return digest.hexdigest()

    def _folder(self, path: Path) -> str:
        listing = sha256()
        files = _files_below(path)
        if not files:
            raise InvalidInput(f"The folder {path} is empty.", "Name a folder with at least one file.")
        for name, file in files:
            listing.update(f"{self._bytes(file)}  ".encode() + name + b"\n")
        return listing.hexdigest()


def _items(value: object) -> list[object]:
    """As the manifest's reader sees a section: a single item counts as a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _files_below(folder: Path) -> list[tuple[bytes, Path]]:
    """Every file below a folder by the bytes of its relative path, in their order; links to files count as files."""
    found = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        if linked:
            raise InvalidInput(
                f"{os.path.join(parent, linked[0])} is a link to a folder.",
                "Copy its files, or name the folder itself.",
            )
        for name in names:
            file = Path(parent, name)
            relative = os.fsencode(file.relative_to(folder).as_posix())
            if b"\n" in relative or b"\\" in relative:
                raise InvalidInput(f"{file} has a line break or \\ in its name.", "Rename it.")
            found.append((relative, file))
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error
