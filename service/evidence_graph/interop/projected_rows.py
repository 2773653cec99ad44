"""The rows of a graph in memory, put and closed as an engine does it: one state of the record, without its past."""

import msgspec

from evidence_graph.lineage.chain_parts import StepRow
from evidence_graph.record.rows import (
    AnnotationErased,
    AnnotationPut,
    ArtifactDeclaredRow,
    ArtifactReferred,
    ArtifactUndeclared,
    DefinitionPut,
    RelationClosed,
    RelationPut,
    RollOutChangeClosed,
    RollOutChangePut,
    Row,
)
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.stored import AnnotationRow, ArtifactRow, DefinitionRow, RollOutRow
from graph_schema import BEGINNING, OPEN_END


class ProjectedRows:
    """Tables by what their rows are found by; closed relations and roll-outs are gone.

    `steps` has an artifact's own relations by relation and target, `resting` who points to it as (relation, source), `roll_outs` the
    changes of each deployment of a slot by kind and instant, `annotations` the values of each subject by field and log position.
    """

    def __init__(self) -> None:
        self.artifacts: dict[str, ArtifactRow] = {}
        self.steps: dict[str, dict[tuple[str, str], StepRow]] = {}
        self.resting: dict[str, set[tuple[str, str]]] = {}
        self.roll_outs: dict[str, dict[str, dict[tuple[str, int], RollOutRow]]] = {}
        self.definitions: dict[tuple[str, str], DefinitionRow] = {}
        self.annotations: dict[str, dict[tuple[str, int], AnnotationRow]] = {}

    def take(self, row: Row) -> None:
        """The next row, as `record/project.py` makes it."""
        match row:
            case ArtifactReferred():
                self.artifacts.setdefault(row.urn, _stub(row))
            case ArtifactDeclaredRow():
                self._declare(row)
            case ArtifactUndeclared():
                self._change(row.urn, declared_to=row.position)
            case RelationPut():
                step = StepRow(row.relation, row.target, row.position, row.recorded_at, row.actor)
                self.steps.setdefault(row.source, {})[row.relation, row.target] = step
                self.resting.setdefault(row.target, set()).add((row.relation, row.source))
            case RelationClosed():
                self.steps.get(row.source, {}).pop((row.relation, row.target), None)
                self.resting.get(row.target, set()).discard((row.relation, row.source))
            case _:
                self._take_state(row)

    def _take_state(self, row: Row) -> None:
        match row:
            case RollOutChangePut():
                change = RollOutRow(row.slot, row.deployment, row.change, row.at, row.mode, row.traffic)
                self._changes(row.slot, row.deployment)[row.change, row.at] = change
            case RollOutChangeClosed():
                self._close(row)
            case DefinitionPut():
                self.definitions[row.name, row.version] = DefinitionRow(
                    row.name, row.version, row.applies_from, row.content, row.fields, row.position, row.recorded_at
                )
            case AnnotationPut():
                value = AnnotationRow(row.urn, row.field, row.position, row.commitment, row.salt, row.value)
                self.annotations.setdefault(row.urn, {})[row.field, row.position] = value
            case AnnotationErased():
                self._erase(row)

    def _declare(self, row: ArtifactDeclaredRow) -> None:
        self._change(
            row.urn,
            first_declared=min(self.artifacts[row.urn].first_declared, row.position),
            declared_from=row.position,
            declared_to=OPEN_END,
            declared_on=row.recorded_at,
            exists_from=row.exists_from,
            actor=row.actor,
            content=row.content,
            fields=row.fields,
            told_by=row.told_by,
        )

    def _change(self, urn: str, **values: object) -> None:
        if urn in self.artifacts:
            self.artifacts[urn] = msgspec.structs.replace(self.artifacts[urn], **values)

    def _erase(self, row: AnnotationErased) -> None:
        values = self.annotations.get(row.urn, {})
        for key, value in values.items():
            if key[0] == row.field and value.position < row.position:
                values[key] = msgspec.structs.replace(value, salt="", value="")

    def _changes(self, slot: str, deployment: str) -> dict[tuple[str, int], RollOutRow]:
        return self.roll_outs.setdefault(slot, {}).setdefault(deployment, {})

    def _close(self, row: RollOutChangeClosed) -> None:
        changes = self.roll_outs.get(parse_urn(row.deployment).slot, {}).get(row.deployment, {})
        for change, at in list(changes):
            if change == row.change and row.first_at <= at <= row.last_at:
                del changes[change, at]


def _stub(row: ArtifactReferred) -> ArtifactRow:
    """An artifact that nobody has declared yet."""
    return ArtifactRow(
        urn=row.urn,
        kind=row.kind,
        window=row.window,
        referred_at=row.position,
        referred_on=row.recorded_at,
        first_declared=OPEN_END,
        declared_from=OPEN_END,
        declared_to=OPEN_END,
        declared_on=0,
        exists_from=BEGINNING,
        actor="",
        content="",
        fields="",
        told_by="",
    )
