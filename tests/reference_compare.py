"""What a comparison of two models or deployments must answer, worked out the slow and obvious way over `tests/reference.py`."""

from tests.reference import Known
from tests.reference_path import Side

MADE_FROM = {
    "DERIVED_FROM",
    "COMPUTED_FROM",
    "TRAINED_ON",
    "BUILT_FROM",
    "SERVES",
    "READS",
    "MEASURES",
}  # no windows here


def leaks(left: Side, right: Side) -> set[tuple[str, str, str]]:
    """(model evaluated, data, model made from it) over the models of both sides, each inside what existed of its own chain."""
    known = left.known
    models = [
        (model, set(side.order)) for side in (left, right) for model in models_of(known, side.root, set(side.order))
    ]
    return {
        (evaluated, data, trained)
        for evaluated, side in models
        for source, relation, data in known.relations
        if source == evaluated and relation == "EVALUATED_ON" and data in side
        for trained, other in models
        if data in made_from(known, trained, other)
    }


def models_of(known: Known, urn: str, chain: set[str]) -> set[str]:
    if urn.startswith("model:"):
        return {urn}
    return {
        target
        for source, relation, target in known.relations
        if (source, relation) == (urn, "SERVES") and target in chain
    }


def made_from(known: Known, model: str, inside: set[str]) -> set[str]:
    """Everything the model was made from that existed, and whatever led there did too."""
    found = {model}
    while True:
        more = {
            target
            for source, relation, target in known.relations
            if source in found and relation in MADE_FROM and target in inside
        }
        if more <= found:
            return found - {model}
        found |= more


def windows(known: Known, measured: str, kpi: str, valid_at: int | None) -> list[str]:
    """The windows for all of the traffic, each in its highest revision, by start."""
    kind, _, rest = measured.partition(":")
    name, _, version = rest.rpartition("@")
    highest: dict[str, tuple[int, str]] = {}
    for urn in known.declared:
        if urn.startswith(f"kpi_window:{name},{kind},{kpi}@{version},") and known.existed(urn, valid_at):
            window, _, revision = urn.rpartition(",r")
            highest[window] = max(highest.get(window, (-1, "")), (int(revision), urn))
    return [highest[window][1] for window in sorted(highest)]


def same_series(left: set[str], right: set[str]) -> list[tuple[list[str], list[str]]]:
    """Versions of one series on both sides."""
    series = {urn.rpartition("@")[0] for urn in left} & {urn.rpartition("@")[0] for urn in right}
    of = {
        name: (
            sorted(u for u in left if u.startswith(f"{name}@")),
            sorted(u for u in right if u.startswith(f"{name}@")),
        )
        for name in series
    }
    return sorted(of.values())
