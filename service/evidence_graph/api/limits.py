"""What a document may be, checked before anything of it is validated or run. Documents that passed are kept, so that it is done once."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)
from strawberry.extensions import SchemaExtension

from evidence_graph.errors import EvidenceError, InvalidInput, TooComplex

MOST_TOKENS = 2_000
MOST_OPERATIONS = 10
DEEPEST_SELECTION = 16
MOST_ALIASES = 30
MOST_FIELDS = 500
MOST_DIRECTIVES = 50
DEEPEST_VARIABLES = 64
LONGEST_KEPT_DOCUMENT, MOST_KEPT_DOCUMENTS = 20_000, 256


class _Size(NamedTuple):
    """Of selections with their fragments written out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0


class Known:
    """A document within the limits; `errors` are what validation found, None before it ran."""

    def __init__(self, document: DocumentNode) -> None:
        self.document = document
        self.errors: list[GraphQLError] | None = None


class WithinLimits(SchemaExtension):
    """Takes the place of parsing and, for documents seen before, of validation."""

    def on_parse(self) -> Iterator[None]:
        """Parse within the limits, or find the document among those kept."""
        self._known = known_document(self.execution_context.query or "")
        self.execution_context.graphql_document = self._known.document
        yield

    def on_validate(self) -> Iterator[None]:
        """What validation found the first time counts."""
        self.execution_context.pre_execution_errors = self._known.errors
        yield
        self._known.errors = self.execution_context.pre_execution_errors or []


def known_document(text: str) -> Known:
    """The parsed document. Raises GraphQLError for a syntax error or a limit passed."""
    return _kept(text) if len(text) <= LONGEST_KEPT_DOCUMENT else _read(text)


def _read(text: str) -> Known:
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
        _check(document)
    except EvidenceError as refused:
        raise GraphQLError(str(refused), original_error=refused) from None
    return Known(document)


_kept = lru_cache(maxsize=MOST_KEPT_DOCUMENTS)(_read)


def _check(document: DocumentNode) -> None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    _at_most(len(operations), MOST_OPERATIONS, "operations", "Send them one by one.")
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    measured: dict[str, _Size] = {}
    sizes = [_measure(node.selection_set, fragments, measured) for node in operations]
    _at_most(max((size.depth for size in sizes), default=0), DEEPEST_SELECTION, "levels", "Select less deeply.")
    _at_most(sum(size.aliases for size in sizes), MOST_ALIASES, "aliases", "Ask in several requests.")
    _at_most(sum(size.fields for size in sizes), MOST_FIELDS, "fields", "Select fewer fields.")
    _at_most(sum(size.directives for size in sizes), MOST_DIRECTIVES, "directives", "Use fewer.")


def _at_most(found: int, limit: int, what: str, next_step: str) -> None:
    if found > limit:
        raise TooComplex(f"The document has {found:,} {what}; at most {limit:,} are allowed.", next_step)


def _measure(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], measured: dict[str, _Size]
) -> _Size:
    """Each fragment is measured once, however often it is spread; one that is inside itself counts nothing there."""
    depth = fields = aliases = directives = 0
    for node in selections.selections:
        directives += len(node.directives or ())
        inner = _inside(node, fragments, measured)
        here = 1 if isinstance(node, FieldNode) else 0
        depth = max(depth, here + inner.depth)
        fields += here + inner.fields
        aliases += inner.aliases + (1 if isinstance(node, FieldNode) and node.alias else 0)
        directives += inner.directives
    return _Size(depth, fields, aliases, directives)


def _inside(node: SelectionNode, fragments: dict[str, FragmentDefinitionNode], measured: dict[str, _Size]) -> _Size:
    if isinstance(node, FragmentSpreadNode):
        return _of_fragment(node.name.value, fragments, measured)
    assert isinstance(node, FieldNode | InlineFragmentNode)
    return _measure(node.selection_set, fragments, measured) if node.selection_set else _Size()


def _of_fragment(name: str, fragments: dict[str, FragmentDefinitionNode], measured: dict[str, _Size]) -> _Size:
    if name not in measured:
        measured[name] = _Size()
        if name in fragments:
            measured[name] = _measure(fragments[name].selection_set, fragments, measured)
    return measured[name]


def check_variables(variables: Mapping[str, object]) -> None:
    """Raises InvalidInput when they are nested too deeply."""
    level: list[object] = [variables]
    for _ in range(DEEPEST_VARIABLES):
        parts = (part for one in level for part in (one.values() if isinstance(one, dict) else _elements(one)))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise InvalidInput("The variables are nested too deeply.", f"At most {DEEPEST_VARIABLES} levels are read.")


def _elements(value: object) -> list[object]:
    return value if isinstance(value, list) else []
