"""An exposure in one line, for people who are on call."""

from collections.abc import Sequence

from evidence_graph.lineage.exposure_parts import ExposedDeployment, ExposureTotals
from evidence_graph.record.instants import format_instant

MOST_NAMED = 3


def summary_of(deployments: Sequence[ExposedDeployment], totals: ExposureTotals, cut_at: int | None) -> str:
    """Deployments touched, those still live by name, and the KPI windows in that time; then what else there is to know.

    `cut_at` is the limit where the walk was cut there.
    """
    said = [_touched(deployments, totals, "At least " if totals.at_least else "")]
    if totals.judged_on:
        said.append(f"{_counted(totals.judged_on, 'deployment')} only judged on it.")
    if totals.without_covers:
        versions = _counted(totals.without_covers, "version")
        said.append(f"{versions} counted as bad without saying what time their rows cover.")
    if cut_at is not None:
        said.append(
            f"More was made from it than the {cut_at:,} artifacts walked into: raise limit, or ask about some of what was made from it."
        )
    return " ".join(said)


def _touched(deployments: Sequence[ExposedDeployment], totals: ExposureTotals, at_least: str) -> str:
    if not totals.bad:
        return "No version covers the bad time, so nothing was touched."
    if not deployments:
        found = "No deployment found" if at_least else "No deployment touched"
        return f"{found}; {at_least.lower()}{_counted(totals.artifacts, 'artifact')} made from what is bad."
    touched = f"{_counted(totals.deployments, 'deployment')} touched"
    windows = f"{at_least.lower()}{_counted(totals.windows, 'KPI window')} in that time."
    return f"{at_least}{touched}, {_still_live(deployments, totals)}; {windows}"


def _still_live(deployments: Sequence[ExposedDeployment], totals: ExposureTotals) -> str:
    if not totals.still_live:
        return "none still live"
    live = [one for one in deployments if one.still_live]
    named = [f"{one.deployment.urn} {_time(one)}" for one in live[:MOST_NAMED]]
    more = [f"{len(live) - MOST_NAMED:,} more"] if len(live) > MOST_NAMED else []
    return f"{totals.still_live:,} still live: {', '.join([*named, *more])}"


def _time(one: ExposedDeployment) -> str:
    if one.until is None:
        return f"since {_instant(one.begin)}"
    return f"from {_instant(one.begin)} to {_instant(one.until)}"


def _instant(instant: int) -> str:
    return format_instant(instant).replace(".000000", "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
