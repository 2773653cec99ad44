"""Manifest files: YAML, JSON and TOML to plain lists and objects, with the line and column of everything that may be found wrong."""

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

import msgspec

from evidence_graph.cli.plain_yaml import Place, PlainYaml, YamlRefused
from evidence_graph.errors import InvalidInput

STDIN = "-"
_TOML_PLACE = re.compile(r"(?P<what>.*?) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)
_LAST_PART = re.compile(r"(\.[^.\[\]]+|\[\d+\])$")

_NOWHERE = Place(0, 0)


class _Faulty(Exception):
    """A fault of the file's form; `place` is `:line:column` or nothing."""

    def __init__(self, place: str, what: str, advice: str) -> None:
        super().__init__(what)
        self.place, self.what, self.advice = place, what, advice


class _Twice(_Faulty):
    """A key stands twice in one object."""


class ManifestFile(msgspec.Struct, frozen=True):
    """What a file says: `document` as plain lists and objects, `folder` its relative paths start from.

    `places` holds line and column by path, such as `datasets[3]`.
    """

    name: str
    folder: Path
    document: object
    places: dict[str, Place]

    def place(self, path: str) -> str:
        """Where a path of the manifest stands: `manifest.yaml:7:12`, of the nearest thing around it when it is not there itself."""
        place = self.order(path)
        return f"{self.name}:{place}" if place != _NOWHERE else self.name

    def order(self, path: str) -> Place:
        """The place of a path for sorting; what has none comes first."""
        while path and path not in self.places:
            path = _LAST_PART.sub("", path) if _LAST_PART.search(path) else ""
        return self.places[path] if path else _NOWHERE


def read_manifest_file(source: str) -> ManifestFile:
    """The manifest of a file, or of standard input for `-`. Raises InvalidInput with line and column when it cannot be read."""
    name = "<stdin>" if source == STDIN else source
    text = _decoded(_bytes_of(source), name)
    folder = Path.cwd() if source == STDIN else Path(source).parent
    document, places = _parse(text, name, _form(source, text))
    return ManifestFile(name, folder, document, places)


def _bytes_of(source: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except FileNotFoundError:
        raise InvalidInput(f"{source} does not exist.", "Name a manifest file, or - for standard input.") from None
    except IsADirectoryError:
        raise InvalidInput(f"{source} is a folder.", "Name one manifest file in it.") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "no such name"
        raise InvalidInput(f"{source} cannot be read: {reason}.", "Check its rights.") from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"{name}:{line}: the file is not UTF-8.", "Save it as UTF-8.") from None


def _form(source: str, text: str) -> str:
    ending = Path(source).suffix.lower()
    if source == STDIN:
        return "json" if text.lstrip().startswith("{") and _is_json(text) else "yaml"
    forms = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}
    if ending not in forms:
        raise InvalidInput(f"{source} ends in {ending or 'nothing'}.", f"A manifest ends in {', '.join(forms)}.")
    return forms[ending]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _parse(text: str, name: str, form: str) -> tuple[object, dict[str, Place]]:
    try:
        return {"yaml": _yaml, "json": _json, "toml": _toml}[form](text)
    except _Faulty as fault:
        raise InvalidInput(f"{name}{fault.place}: {fault.what}", fault.advice) from None
    except YamlRefused as refused:
        raise InvalidInput(f"{name}:{refused.place}: {refused.what}", refused.advice) from None
    except RecursionError:
        raise InvalidInput(f"{name} is nested too deeply.", "A manifest needs only a few levels.") from None


def _yaml(text: str) -> tuple[object, dict[str, Place]]:
    reader = PlainYaml(text)
    return reader.document(), reader.places


def _json(text: str) -> tuple[object, dict[str, Place]]:
    as_yaml = PlainYaml(text.replace("\t", " "))  # JSON's tabs are all between its values
    try:
        document = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _Faulty(f":{error.lineno}:{error.colno}", f"{error.msg}.", "Correct the JSON there.") from None
    except _Twice:
        as_yaml.document()  # says the same, and where
        raise
    except ValueError:  # an integer of more digits than Python reads
        raise _Faulty("", "A number has too many digits.", "Write it as text.") from None
    return document, _places(as_yaml)


def _places(as_yaml: PlainYaml) -> dict[str, Place]:
    """Where everything in a JSON text stands; nothing when YAML is at odds with it (a key of more than 1,024 characters)."""
    try:
        as_yaml.document()
    except YamlRefused:
        return {}
    return as_yaml.places


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice("", f"An object has the key {twice[:60]!r} twice.", "Keep one of them.")
    return found


def _no_constant(text: str) -> object:
    raise _Faulty("", f"{text} is no JSON number.", "NaN and infinities cannot be kept.")


def _toml(text: str) -> tuple[object, dict[str, Place]]:
    try:
        return _texts(tomllib.loads(text)), {}
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.fullmatch(str(error))
        what = place["what"] if place else str(error)
        at = f":{place['line']}:{place['column']}" if place else f":{text.count(chr(10)) + 1}"
        raise _Faulty(at, f"{what}.", "Correct the TOML there.") from None
    except ValueError:
        raise _Faulty("", "A number has too many digits.", "Write it as text.") from None


def _texts(value: object) -> object:
    """TOML's own dates and times as text: what they mean is decided where every manifest's times are read."""
    match value:
        case Mapping():
            return {key: _texts(part) for key, part in value.items()}
        case list():
            return [_texts(part) for part in value]
        case date() | time():
            return value.isoformat()
    return value
