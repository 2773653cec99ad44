"""Both KPIs in three versions, each held against something else: what the lab promised, weeks gone by, the model before."""

from collections.abc import Iterator, Mapping

from examples.flights.evidence import Item, deployment_urn, interval, model_urn, window, window_urn
from examples.flights.new_york import written
from examples.flights.plot import (
    CONTROL_SLOT,
    CONTROLLED_FROM,
    JUDGED_BY_CONTROL_AT,
    JUDGED_BY_REFERENCE_AT,
    PLANS,
    REFERENCE_WEEKS,
    ROLL_OUTS,
    SCIENTIST,
)
from examples.flights.scoring import BRIER, HIT_RATE, WARN_AT
from examples.flights.telling import Telling, manifest

ALWAYS: Mapping[str, Item] = {
    BRIER: {
        "aggregate": "MEAN",
        "direction": "LOWER_IS_BETTER",
        "smallestRelevantChange": {"absolute": 0.01},
        "description": "Mean squared distance between the probability given and what happened, over flights that departed.",
    },
    HIT_RATE: {
        "aggregate": "PROPORTION",
        "direction": "HIGHER_IS_BETTER",
        "smallestRelevantChange": {"absolute": 0.05},
        "description": f"Of the flights that came late, the share with a warning (a probability of at least {WARN_AT}).",
    },
}
EVERY_WEEK: Item = {"labelHorizon": "P3D", "cadence": "P7D", "segments": ["origin"]}
IN_PRODUCTION = next(roll_out for roll_out in ROLL_OUTS if not roll_out.is_shadow)  # the first


def benchmark_urn(kpi: str) -> str:
    """The window of the first version's benchmark: the first model on its held-out flights, in total."""
    return window_urn(window(model_urn(PLANS[0]), kpi, PLANS[0].held_out, None, {}))


def held_against_evaluation() -> list[Item]:
    """Version 1: what the first model reached on its held-out flights. Told with that model."""
    return [_version("1", kpi, {"benchmark": {"evaluation": benchmark_urn(kpi)}}) for kpi in ALWAYS]


def tell_versions() -> Iterator[Telling]:
    """The versions that follow, each with what it took to see that the one before does not help."""
    weeks: Item = {"benchmark": {"windows": {"of": deployment_urn(IN_PRODUCTION), **interval(REFERENCE_WEEKS)}}}
    begun: Item = {"from": written(REFERENCE_WEEKS.end), **weeks}
    items = [_version("2", kpi, begun) for kpi in ALWAYS]
    yield Telling(JUDGED_BY_REFERENCE_AT, "KPIs held against twelve weeks", manifest(kpis=items), SCIENTIST)
    control: Item = {"benchmark": {"against": f"slot:{CONTROL_SLOT}", "mode": "SHADOW"}}
    begun = {"from": written(CONTROLLED_FROM), **control}
    items = [_version("3", kpi, begun) for kpi in ALWAYS]
    yield Telling(JUDGED_BY_CONTROL_AT, "KPIs held against the model before", manifest(kpis=items), SCIENTIST)


def _version(version: str, kpi: str, own: Item) -> Item:
    return {"name": kpi, "version": version, **own, **ALWAYS[kpi], **EVERY_WEEK}
