"""The twelve relations: each points from a thing to the evidence it rests on."""

from dataclasses import dataclass
from enum import Enum

from graph_schema.kinds import DATASET, DEPLOYMENT, FEATURE, KPI_WINDOW, MODEL, Kind


class RelationClass(Enum):
    """Which questions walk the relation."""

    MADE_FROM = "made from"
    JUDGED_ON = "judged on"
    SUCCESSION = "succession"


@dataclass(frozen=True)
class Relation:
    """One row of the table of relations: one name may stand in several rows, for different ends."""

    name: str
    source: Kind
    targets: tuple[Kind, ...]
    relation_class: RelationClass
    field: str
    description: str
    growing: bool = False
    single: bool = False


MADE_FROM, JUDGED_ON, SUCCESSION = RelationClass
RELATIONS = (
    Relation(
        "DERIVED_FROM", DATASET, (DATASET, FEATURE, MODEL, DEPLOYMENT), MADE_FROM, "derivedFrom",
        "The dataset was computed from this: other data, a feature definition, or the predictions of a model or deployment.",
    ),
    Relation(
        "COMPUTED_FROM", FEATURE, (DATASET, FEATURE), MADE_FROM, "computedFrom",
        "The definition was fitted on this data or built on this definition.",
    ),
    Relation(
        "COMPUTED_FROM", KPI_WINDOW, (DATASET,), JUDGED_ON, "computedFrom",
        "The window's statistics were computed from these labels or predictions.",
    ),
    Relation(
        "TRAINED_ON", MODEL, (DATASET, FEATURE), MADE_FROM, "trainedOn",
        "The model was fitted to exactly this version.",
    ),
    Relation(
        "BUILT_FROM", MODEL, (MODEL,), MADE_FROM, "builtFrom",
        "The model was fine-tuned, distilled, converted, ensembled or prompted from this model.",
    ),
    Relation(
        "SERVES", DEPLOYMENT, (MODEL,), MADE_FROM, "serves",
        "The deployment answers requests with this model version.", single=True,
    ),
    Relation(
        "READS", DEPLOYMENT, (FEATURE, DATASET), MADE_FROM, "reads",
        "The deployment reads these online features or this index while it answers.",
    ),
    Relation(
        "MEASURES", KPI_WINDOW, (DEPLOYMENT,), MADE_FROM, "deployment",
        "The window measures this deployment while it was live.", single=True,
    ),
    Relation(
        "MEASURES", KPI_WINDOW, (MODEL,), MADE_FROM, "model",
        "The window measures this model offline: an evaluation or a backtest.", single=True,
    ),
    Relation(
        "EVALUATED_ON", MODEL, (DATASET,), JUDGED_ON, "evaluatedOn",
        "The model was evaluated on this data; evaluations may be added later.", growing=True,
    ),
    Relation(
        "COMPARED_WITH", KPI_WINDOW, (KPI_WINDOW, DATASET), JUDGED_ON, "comparedWith",
        "The benchmark of the window was established on this.",
    ),
    Relation(
        "REPLACES", DEPLOYMENT, (DEPLOYMENT,), SUCCESSION, "replaces",
        "The roll-out took over from this one.",
    ),
    *(
        Relation("REVISES", kind, (kind,), SUCCESSION, "revises", "This version corrects that one.")
        for kind in (DATASET, FEATURE, MODEL, DEPLOYMENT, KPI_WINDOW)
    ),
)  # fmt: skip
RELATIONS_BY_NAME = {
    name: tuple(r for r in RELATIONS if r.name == name) for name in dict.fromkeys(r.name for r in RELATIONS)
}


def relations_of(kind: Kind) -> tuple[Relation, ...]:
    """The relations an artifact of this kind may state, in the order of the table."""
    return tuple(relation for relation in RELATIONS if relation.source is kind)


def relation_for(name: str, source: Kind, target: Kind) -> Relation | None:
    """The row of the table that allows `name` between these kinds, if any."""
    for relation in RELATIONS_BY_NAME.get(name, ()):
        if relation.source is source and target in relation.targets:
            return relation
    return None


def names_of(*classes: RelationClass) -> frozenset[str]:
    """Names of all relations of these classes."""
    return frozenset(relation.name for relation in RELATIONS if relation.relation_class in classes)
