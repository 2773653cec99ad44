"""What a question selects of artifacts: some of their fields cost another read, which is saved when nobody asks for them."""

from collections.abc import Iterable, Iterator

from strawberry.types.nodes import SelectedField, Selection

from evidence_graph.api.context import Info
from graph_schema import ARTIFACT_FIELDS
from graph_schema.fields import Change

BESIDE_THE_LOG = frozenset(
    field.name for field in ARTIFACT_FIELDS if field.change in (Change.ANNOTATION, Change.RAISED)
) | {"erased"}
ROLL_OUT = frozenset({"to", "until", "live"})
HOLD_ARTIFACTS = frozenset(
    {
        "after",
        "artifact",
        "artifacts",
        "before",
        "deployment",
        "model",
        "node",
        "nodes",
        "onlyLeft",
        "onlyRight",
        "roots",
        "shared",
        "versions",
        "window",
        "windows",
    }
)


def selected(info: Info) -> frozenset[str]:
    """Names of the fields of artifacts that the question at hand selects, wherever in its answer the artifacts stand."""
    pairs = _pairs("", info.selected_fields)
    return frozenset(name for parent, name in pairs if parent in HOLD_ARTIFACTS)


def _pairs(parent: str, selections: Iterable[Selection]) -> Iterator[tuple[str, str]]:
    """Every field with the name of the field it stands in; fragments count as written out."""
    for selection in selections:
        if isinstance(selection, SelectedField):
            yield parent, selection.name
            yield from _pairs(selection.name, selection.selections)
        else:
            yield from _pairs(parent, selection.selections)
