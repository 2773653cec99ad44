"""Which deployments ran on bad data, features or models."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET, argument

from evidence_graph.api.answers import Completeness, Step, to_completeness
from evidence_graph.api.artifacts import Artifact, Deployment, KpiWindow, Model, made, to_artifacts
from evidence_graph.api.context import Info, question
from evidence_graph.api.questions.arguments import AtPosition, KnownAt, ValidAt
from evidence_graph.api.scalars import DateTime, Urn, read_instant, read_urn
from evidence_graph.api.selection import selected
from evidence_graph.lineage import exposure_parts as lineage
from evidence_graph.lineage.exposure import HIGHEST_LIMIT, read_exposure
from evidence_graph.lineage.exposure_parts import MOST_WINDOWS_SHOWN, Span
from graph_schema import BEGINNING, OPEN_END

EXPOSURE_LIMIT = 1_000
Side = DateTime | None


@strawberry.type(description="A deployment that what is bad has reached, and when.")
class ExposedDeployment:
    """Attributes are those of `lineage.exposure_parts.ExposedDeployment`, with artifacts as the API shows them."""

    slot: Urn = strawberry.field(description="URN of the slot.")
    deployment: Deployment = strawberry.field(description="The deployment.")
    model: Model | None = strawberry.field(description="The model it serves; null when that relation was retracted.")
    begin: DateTime = strawberry.field(
        name="from",
        description="Since when it was touched: since it was live, or since it read what was bad. Only judged: since it was live.",
    )
    until: DateTime | None = strawberry.field(
        description="Until when it was touched, exclusive; null while that is open. Only judged: until it was live."
    )
    still_live: bool = strawberry.field(description="Whether it is live at validAt, touched still or not.")
    learned: bool = strawberry.field(
        description="Whether it came into its model, so that it is bad as long as it lives, and not only by what the "
        "deployment itself reads."
    )
    witness: list[Step] = strawberry.field(
        description="The shortest way from what is bad to the deployment, step by step; of several the one by the smallest URNs."
    )
    windows: list[KpiWindow] = strawberry.field(
        description="Its KPI windows in the time it was touched, by their beginning, each in its highest known revision; at most "
        f"{MOST_WINDOWS_SHOWN}. Only judged: the windows in which it was judged on what is bad."
    )
    window_count: int = strawberry.field(description="How many windows there are, also those that are not shown.")


@strawberry.type(description="What an exposure comes to in numbers, also where its lists are shortened.")
class ExposureTotals:
    """Attributes are those of `lineage.exposure_parts.ExposureTotals`."""

    deployments: int = strawberry.field(description="Deployments touched.")
    still_live: int = strawberry.field(description="How many of them are live at validAt.")
    windows: int = strawberry.field(description="KPI windows of those deployments in the time they were touched.")
    judged_on: int = strawberry.field(description="Deployments that were only judged on what is bad.")
    artifacts: int = strawberry.field(
        description="Artifacts touched, deployments among them, what is bad itself and KPI windows not."
    )
    bad: int = strawberry.field(description="Artifacts that are bad: those named, and the versions selected.")
    without_covers: int = strawberry.field(
        description="How many versions were selected although nobody said what time their rows cover."
    )
    at_least: bool = strawberry.field(
        description="Whether the answer was cut. Then these numbers, what is bad apart, are lower bounds, and what counts as only judged "
        "may have been touched in a way that was not walked."
    )


@strawberry.type(description="Which deployments ran on bad data, features or models, and when.")
class Exposure:
    """Deployments stand by the beginning of the time they were touched, then by URN."""

    deployments: list[ExposedDeployment] = strawberry.field(description="Deployments touched, by `from` and URN.")
    judged_on: list[ExposedDeployment] = strawberry.field(
        description="Deployments that were not touched and only judged on what is bad, by `from` and URN: their model was evaluated "
        "on it, or a KPI window computed from it or compared with it."
    )
    bad: list[Urn] = strawberry.field(description="What counts as bad: the artifacts named, and the versions selected.")
    totals: ExposureTotals = strawberry.field(description="The answer in numbers.")
    summary: str = strawberry.field(description="The answer in one line.")
    completeness: Completeness = strawberry.field(
        description="How complete the answer is, over everything touched and everything shown."
    )


@strawberry.type
class ExposureQuestion:
    """Where something bad went."""

    @question(
        "Which deployments ran on bad data, features or models: since when, until when, and which of their KPI windows lie in that "
        "time. What came into a model is bad as long as the deployment lives; what a deployment only reads, while the data is bad."
    )
    async def exposure(
        self,
        info: Info,
        to: Annotated[
            list[Urn],
            argument(description="What is bad: datasets, features or models, or a series for those of its versions."),
        ],
        bad_from: Annotated[
            Side,
            argument(
                description="Since when the data is bad: of a series, versions that cover nothing later are left out; what is only "
                "read is bad from then on."
            ),
        ] = UNSET,
        bad_to: Annotated[Side, argument(description="Until when the data is bad, exclusive.")] = UNSET,
        live_from: Annotated[
            Side, argument(description="Only deployments that were live at this instant or later.")
        ] = UNSET,
        live_to: Annotated[Side, argument(description="Only deployments that were live before this instant.")] = UNSET,
        limit: Annotated[
            int | None,
            argument(
                description=f"Walk into at most this many artifacts, up to {HIGHEST_LIMIT:,}. Where there are more, each step of the "
                "walk takes at most half of the room that is left, deployments first, then models, features and datasets."
            ),
        ] = EXPOSURE_LIMIT,
        valid_at: ValidAt = UNSET,
        known_at: KnownAt = UNSET,
        at_position: AtPosition = UNSET,
    ) -> Exposure | None:
        context = info.context
        limit = EXPOSURE_LIMIT if limit is None else limit
        context.spend(limit)
        bad = [read_urn(urn, f"to[{index}]") for index, urn in enumerate(to)]
        times = _span(bad_from, "badFrom", bad_to, "badTo"), _span(live_from, "liveFrom", live_to, "liveTo")
        moment = await context.moment_now(valid_at, known_at, at_position)
        found = await read_exposure(context.store, bad, moment, bad_time=times[0], live_time=times[1], limit=limit)
        listed = [*found.deployments, *found.judged_on]
        views = [view for one in listed for view in (one.deployment, one.model, *one.windows) if view is not None]
        context.spend(len(views))
        shown = await to_artifacts(context.store, views, moment, selected(info))
        return Exposure(
            deployments=[_to_exposed(one, shown) for one in found.deployments],
            judged_on=[_to_exposed(one, shown) for one in found.judged_on],
            bad=cast(list[Urn], found.bad),
            totals=cast(ExposureTotals, found.totals),
            summary=found.summary,
            completeness=to_completeness(found.completeness),
        )


def _span(begin: object, begin_name: str, end: object, end_name: str) -> Span:
    start, stop = read_instant(begin, begin_name), read_instant(end, end_name)
    return Span(BEGINNING if start is None else start, OPEN_END if stop is None else stop)


def _to_exposed(one: lineage.ExposedDeployment, shown: dict[str, Artifact]) -> ExposedDeployment:
    values: dict[str, object] = {name: getattr(one, name) for name in one.__struct_fields__}
    values["deployment"] = shown[one.deployment.urn]
    values["model"] = shown[one.model.urn] if one.model is not None else None
    values["windows"] = [shown[view.urn] for view in one.windows]
    return made(ExposedDeployment, values)
