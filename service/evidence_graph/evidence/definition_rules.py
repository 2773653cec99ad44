"""How the fields of a KPI's definition fit together: what cannot be meant, each with its field."""

from collections.abc import Iterator

from evidence_graph.evidence.commands import Fault
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.urn import parse_urn, window_name

IN_BAND = "IN_BAND"
_LOWEST = {"PROPORTION": 0, "COUNT": 0}
_HIGHEST = {"PROPORTION": 1}


def check_definition(name: str, fields: JsonObject) -> Iterator[Fault]:
    """What is wrong with a definition whose single fields are right; `field` is relative to the definition."""
    yield from _band(fields)
    yield from _values(fields)
    yield from _relevant_change(fields)
    yield from _evaluation(name, _object(fields.get("benchmark")))


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _band(fields: JsonObject) -> Iterator[Fault]:
    """A band is the target of a KPI that is better neither higher nor lower, and stands in the benchmark's place."""
    if fields.get("direction") != IN_BAND:
        if "band" in fields:
            yield _fault(
                "A band is stated, but not that the KPI should stay in it.", "band", "State direction: IN_BAND."
            )
        return
    if "band" not in fields:
        yield _fault("The KPI should stay in a band that is not stated.", "band", "State band: {from, to}.")
    if "benchmark" in fields:
        yield _fault("A benchmark is stated beside a band.", "benchmark", "Keep the band, or state another direction.")


def _values(fields: JsonObject) -> Iterator[Fault]:
    """No benchmark and no band lies where the KPI cannot be."""
    aggregate = str(fields["aggregate"])
    low, high = _LOWEST.get(aggregate, float("-inf")), _HIGHEST.get(aggregate, float("inf"))
    stated = {"benchmark.mean": _object(fields.get("benchmark")).get("mean")}
    stated |= {f"band.{end}": value for end, value in _object(fields.get("band")).items()}
    for field, value in stated.items():
        if isinstance(value, int | float) and not low <= value <= high:
            possible = f"from {low} to {high}" if high == 1 else f"{low} or more"
            yield _fault(f"A {aggregate} is never {value}.", field, f"It is {possible}.")


def _relevant_change(fields: JsonObject) -> Iterator[Fault]:
    change, benchmark = _object(fields.get("smallestRelevantChange")), _object(fields.get("benchmark"))
    absolute = change.get("absolute")
    if "relative" in change and (fields.get("direction") == IN_BAND or benchmark.get("mean") == 0):
        yield _fault(
            "A relative change needs a benchmark other than 0 that it is a share of.",
            "smallestRelevantChange.relative",
            "State it as absolute, in the unit of the KPI.",
        )
    if fields["aggregate"] == "PROPORTION" and isinstance(absolute, int | float) and absolute >= 1:
        yield _fault(
            f"No proportion changes by {absolute}.",
            "smallestRelevantChange.absolute",
            "Write five percentage points as 0.05.",
        )


def _evaluation(name: str, benchmark: JsonObject) -> Iterator[Fault]:
    evaluation = benchmark.get("evaluation")
    window = window_name(parse_urn(evaluation)) if isinstance(evaluation, str) else None
    if window is not None and window.kpi != name:
        yield _fault(f"That window is one of {window.kpi}.", "benchmark.evaluation", f"Name a window of {name}.")


def _fault(message: str, field: str, next_step: str) -> Fault:
    return Fault(Fault.INVALID, message, field, next_step)
