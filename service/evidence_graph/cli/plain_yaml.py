"""YAML as plain data: the core schema of YAML 1.2, with the place of every value, and nothing that could surprise.

Times and dates stay text, and so do `yes`, `NO` and `12:30` (YAML 1.1 made booleans and numbers of them). A key may stand once, a file
holds one document, aliases may not multiply what it says beyond reason.
"""

import re
from typing import NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MOST_VALUES = 1_000_000  # with every alias written out
_TAG = "tag:yaml.org,2002:"
_RESOLVERS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
)


class Place(NamedTuple):
    """Line and column, from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class YamlRefused(Exception):
    """What is wrong, where, and what to do."""

    def __init__(self, place: Place, what: str, advice: str) -> None:
        super().__init__(what)
        self.place, self.what, self.advice = place, what, advice


try:
    from yaml import CSafeLoader as _AnyLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _AnyLoader  # type: ignore[assignment]


class _Loader(_AnyLoader):
    """Composes nodes under the core schema of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), _first)


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


class PlainYaml:
    """One text; `places` fills while the document is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: set[int] = set()
        self._sizes: dict[int, int] = {}
        self.places: dict[str, Place] = {}

    def document(self) -> object:
        """The one document of the text. Raises YamlRefused."""
        root = self._composed()
        if root is None:
            raise YamlRefused(Place(1, 1), "The file is empty.", "Write at least one section, such as datasets.")
        if self._size(root) > MOST_VALUES:
            raise YamlRefused(Place(1, 1), "Its aliases make it too large.", "Write out what they stand for.")
        return self._value(root, "")

    def _composed(self) -> Node | None:
        try:
            loader = _Loader(self._text)
            root = loader.get_node() if loader.check_node() else None
            second = loader.get_node() if root is not None and loader.check_node() else None
            if second is not None:
                raise YamlRefused(_place(second), "A second document begins.", "Keep one manifest in a file.")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
            raise YamlRefused(place, f"{error.problem or error.context}.", "Correct the YAML there.") from None
        except yaml.reader.ReaderError as error:
            line = self._text.count("\n", 0, error.position) + 1
            raise YamlRefused(Place(line, 1), f"{error.reason}.", "Remove the character.") from None
        except yaml.YAMLError:
            raise YamlRefused(Place(1, 1), "The YAML cannot be read.", "Correct it.") from None
        return root

    def _size(self, node: Node) -> int:
        """Number of values below a node with every alias written out; what holds itself is refused."""
        if isinstance(node, ScalarNode):
            return 1
        if id(node) in self._open:
            raise YamlRefused(_place(node), "An alias refers to what it stands in.", "Write out what it stands for.")
        if id(node) not in self._sizes:
            self._open.add(id(node))
            parts = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
            self._sizes[id(node)] = 1 + sum(self._size(part) for part in parts)
            self._open.discard(id(node))
        return self._sizes[id(node)]

    def _value(self, node: Node, path: str) -> object:
        self.places.setdefault(path, _place(node))
        match node:
            case ScalarNode():
                return _scalar(node)
            case SequenceNode() if node.tag == f"{_TAG}seq":
                return [self._value(part, f"{path}[{index}]") for index, part in enumerate(node.value)]
            case MappingNode() if node.tag == f"{_TAG}map":
                return self._mapping(node, path)
        raise _unknown_tag(node)

    def _mapping(self, node: MappingNode, path: str) -> dict[str, object]:
        found: dict[str, object] = {}
        merged: list[MappingNode] = []
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                merged += _merged(value)
                continue
            name = _key(key)
            if name in found:
                raise YamlRefused(_place(key), f"The key {name[:60]!r} stands here twice.", "Keep one of them.")
            found[name] = self._value(value, f"{path}.{name}" if path else name)
        for other in merged:
            found = {**self._mapping(other, path), **found}
        return found


def _merged(node: Node) -> list[MappingNode]:
    """What `<<` brings in: one mapping or several, the first one counting most."""
    parts = node.value if isinstance(node, SequenceNode) else [node]
    for part in parts:
        if not isinstance(part, MappingNode):
            raise YamlRefused(_place(part), "<< wants an object to merge.", "Name an alias of an object.")
    return [part for part in parts if isinstance(part, MappingNode)]


def _key(node: Node) -> str:
    if not isinstance(node, ScalarNode) or node.tag == f"{_TAG}null":
        raise YamlRefused(_place(node), "A key is no text.", "Write a name before the colon.")
    return str(node.value)


def _scalar(node: ScalarNode) -> object:
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "str" | "merge":
            return text
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _whole(node, text)
        case "float":
            return _number(node, text)
    raise _unknown_tag(node)


def _whole(node: Node, text: str) -> int:
    try:
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    except ValueError:
        raise YamlRefused(
            _place(node), f"{text[:40]!r} is no number this reads.", "Put it in quotes if it is text."
        ) from None


def _number(node: Node, text: str) -> float:
    try:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        raise YamlRefused(_place(node), f"{text[:40]!r} is no number.", "Put it in quotes if it is text.") from None


def _unknown_tag(node: Node) -> YamlRefused:
    tag = str(node.tag).replace(_TAG, "!!")
    return YamlRefused(_place(node), f"The tag {tag[:60]} is not known here.", "Remove it.")
