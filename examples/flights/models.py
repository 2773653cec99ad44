"""What is told of models: feature definitions, training and held-out sets, the fitted models, their evaluations and roll-outs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from sklearn.pipeline import Pipeline

from examples.flights import evidence, features
from examples.flights.data import File, Folder, World
from examples.flights.evidence import Item, dataset, dataset_urn, feature_urn, model_urn, urns, window
from examples.flights.kpis import benchmark_urn, held_against_evaluation
from examples.flights.new_york import Interval, month, months_of
from examples.flights.plot import CONTROLS, PLANS, REVIEWED_AT, ROLL_OUTS, Plan, follow_up_told_at, names_airports
from examples.flights.scoring import BRIER, HIT_RATE, by_segment, statistics
from examples.flights.telling import Telling, manifest
from examples.flights.training import PARAMETERS, RAREST, Examples, fit, probabilities, serialized


@dataclass(frozen=True)
class Trained:
    """A plan carried out: the model, its files, and the flights held out with its probabilities."""

    plan: Plan
    model: Pipeline
    files: Mapping[str, File]  # training, holdout, model
    held_out: pd.DataFrame


def train(plan: Plan, world: World, folder: Folder) -> Trained:
    """Fit the model and keep its sets and its file."""
    learns = Examples(world.flights, plan.learns, plan.definitions, world.references)
    held_out = Examples(world.flights, plan.held_out, plan.definitions, world.references)
    model = fit(learns)
    files = {
        "training": folder.keep_table(f"data/training-{plan.version}.csv", learns.table()),
        "holdout": folder.keep_table(f"data/holdout-{plan.version}.csv", held_out.table()),
        "model": folder.keep(f"models/delay-{plan.version}.joblib", serialized(model)),
    }
    return Trained(plan, model, files, scored(model, held_out))


def scored(model: Pipeline, examples: Examples) -> pd.DataFrame:
    """Flights with their outcome and the model's probability."""
    return examples.flights.assign(probability=probabilities(model, examples.values))


def tell_features(folder: Folder) -> Iterator[Telling]:
    """Definitions are reviewed before a model is trained on their values."""
    for definitions, reviewed_at in REVIEWED_AT.items():
        items = [
            evidence.feature(
                one, folder.keep(f"features/{features.name_of(one)}.py", features.text_of(one)), reviewed_at
            )
            for one in definitions
        ]
        yield Telling(reviewed_at + timedelta(hours=1), "feature definitions", manifest(features=items))


def tell_training(trained: Mapping[str, Trained]) -> Iterator[Telling]:
    """A model with its sets and offline evaluation; the benchmark is what the first model reached on its held-out flights."""
    for one in trained.values():
        told_at = one.plan.trained_at + timedelta(hours=3)
        yield Telling(
            told_at,
            f"model {one.plan.version}",
            manifest(
                kpis=held_against_evaluation() if one.plan is PLANS[0] else [],
                datasets=sets(one, told_at),
                models=[evidence.model(one.plan, one.files["model"], {**PARAMETERS, "rarestCategory": RAREST})],
                windows=evaluation(one),
            ),
        )


def sets(trained: Trained, told_at: datetime) -> list[Item]:
    """The training set and the held-out set, with all they rest on as far as it is known when they are told."""
    plan = trained.plan
    return [
        example_set(
            "training", plan, trained.files["training"], plan.learns, told_at, f"What the {plan.what} learned from"
        ),
        example_set(
            "holdout",
            plan,
            trained.files["holdout"],
            plan.held_out,
            told_at,
            f"What the {plan.what} was first judged on",
        ),
    ]


def example_set(name: str, plan: Plan, file: File, over: Interval, told_at: datetime, purpose: str) -> Item:
    months = months_of(over)
    rests_on = [
        *urns("schedule", months),
        *urns("labels", months),
        *(urns("weather", months) if reads_weather(plan) else []),
        *(urns("airports", ["2013"]) if names_airports(told_at) else []),
        *(feature_urn(definition) for definition in plan.definitions),
    ]
    return dataset(
        dataset_urn(name, plan.version),
        file,
        over,
        plan.trained_at - timedelta(hours=1),
        f"{purpose}: features and outcomes of the flights that departed.",
        derivedFrom=rests_on,
        source={"repo": evidence.REPOSITORY, "run": f"training-{plan.version}"},
    )


def reads_weather(plan: Plan) -> bool:
    return any("dataset:flights/weather" in definition.SOURCES for definition in plan.definitions)


def evaluation(trained: Trained) -> list[Item]:
    """Both KPIs on the held-out flights, in total and per airport."""
    plan = trained.plan
    against = {} if plan is PLANS[0] else {kpi: {"comparedWith": [benchmark_urn(kpi)]} for kpi in (BRIER, HIT_RATE)}
    return [
        window(
            model_urn(plan),
            kpi,
            plan.held_out,
            airport,
            numbers,
            computedFrom=urns("holdout", [plan.version]),
            **against.get(kpi, {}),
        )
        for airport, flights in by_segment(trained.held_out).items()
        for kpi, numbers in statistics(flights).items()
    ]


def tell_follow_ups(trained: Mapping[str, Trained], world: World) -> Iterator[Telling]:
    """Month after month in service, a model is judged on what it had never seen: its evaluation grows."""
    for one in trained.values():
        for name in one.plan.in_service:
            grown: Item = {"urn": model_urn(one.plan), "evaluatedOn": urns("labels", [name])}
            items = manifest(models=[grown], windows=follow_up(one, name, world))
            yield Telling(follow_up_told_at(name), f"model {one.plan.version} on {name}", items)


def follow_up(trained: Trained, name: str, world: World) -> list[Item]:
    """Both KPIs of a model over a whole month."""
    plan = trained.plan
    examples = Examples(world.flights, month(name), plan.definitions, world.references)
    rests_on = [
        *urns("labels", [name]),
        *urns("schedule", [name]),
        *(urns("weather", [name]) if reads_weather(plan) else []),
    ]
    return [
        window(
            model_urn(plan), kpi, month(name), None, numbers, computedFrom=rests_on, comparedWith=[benchmark_urn(kpi)]
        )
        for kpi, numbers in statistics(scored(trained.model, examples)).items()
    ]


def tell_roll_outs() -> Iterator[Telling]:
    """Roll-outs are told ten minutes after they begin; with one in production, what ended and what becomes its control."""
    for number, roll_out in enumerate(ROLL_OUTS):
        begin, end = [roll_out], [] if roll_out.is_shadow else [ROLL_OUTS[number - 1]]
        if not roll_out.is_shadow:
            begin += [control for control in CONTROLS if control.live.start == roll_out.live.start]
            end += [control for control in CONTROLS if control.live.end == roll_out.live.start]
        items = [*map(evidence.deployment, begin), *map(evidence.ending, end)]
        yield Telling(
            roll_out.live.start + timedelta(minutes=10), f"roll-out {roll_out.label}", manifest(deployments=items)
        )
