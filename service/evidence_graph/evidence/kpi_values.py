"""Values that only definitions and windows of KPIs have: bands, benchmarks, relevant changes, sums of a ratio."""

from collections.abc import Callable

from evidence_graph.errors import InvalidInput
from evidence_graph.evidence.plain_values import (
    LONGEST_URN_TEXT,
    one_of,
    read_instant,
    read_number,
    read_object,
    read_text,
)
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.record.urn import SLOT, parse_artifact_urn, parse_urn, window_name
from graph_schema import DEPLOYMENT, KPI_WINDOW, MODEL

RATIO_SUMS = ("x", "y", "xx", "yy", "xy")
_MODE = one_of("PRODUCTION", "CANARY", "SHADOW")


def read_band(value: object, field: str) -> JsonObject:
    """`{from, to}` in the unit of the KPI, both inside the band."""
    found = _all_of(value, field, ("from", "to"))
    low, high = (read_number(found[name], f"{field}.{name}") for name in ("from", "to"))
    if low >= high:
        raise InvalidInput(f"{field} goes from {low} to {high}.", "`to` must be greater than `from`.")
    return {"from": low, "to": high}


def read_benchmark(value: object, field: str) -> JsonObject:
    """One of a stated mean, the windows of a reference interval, the evaluation of a model, and a control; {} when nothing is stated."""
    found = read_object(value, field, (*_BENCHMARKS, "mode"))
    stated = [name for name in _BENCHMARKS if name in found]
    if len(stated) > 1 or (found and not stated):
        raise InvalidInput(f"{field} must state exactly one of {', '.join(_BENCHMARKS)}.", "Keep one of them.")
    benchmark = {name: _BENCHMARKS[name](found[name], f"{field}.{name}") for name in stated}
    if "mode" in found:
        if not str(benchmark.get("against")).startswith(f"{SLOT}:"):
            raise InvalidInput(f"{field}.mode is stated without a slot.", "State it with against: slot:namespace/name.")
        benchmark["mode"] = _MODE(found["mode"], f"{field}.mode")
    return benchmark


def read_relevant_change(value: object, field: str) -> JsonObject:
    """`{relative}`, a share of the benchmark, or `{absolute}`, in the unit of the KPI; above zero."""
    found = read_object(value, field, ("relative", "absolute"))
    if len(found) != 1:
        raise InvalidInput(f"{field} must state exactly one of relative, absolute.", "Keep one of them.")
    ((name, part),) = found.items()
    number = read_number(part, f"{field}.{name}")
    if number <= 0:
        raise InvalidInput(f"{field}.{name} is {number}.", "A number above 0 is wanted here.")
    return {name: number}


def read_ratio_sums(value: object, field: str) -> JsonObject:
    """`{x, y, xx, yy, xy}`: all five sums over the observations of a ratio y/x."""
    found = _all_of(value, field, RATIO_SUMS)
    return {name: read_number(found[name], f"{field}.{name}") for name in RATIO_SUMS}


def _all_of(value: object, field: str, names: tuple[str, ...]) -> dict[str, object]:
    found = read_object(value, field, names)
    missing = [name for name in names if name not in found]
    if missing:
        raise InvalidInput(f"{field} has no {' and no '.join(missing)}.", f"State {', '.join(names)}.")
    return {**found}


def _reference_windows(value: object, field: str) -> JsonObject:
    found = _all_of(value, field, ("of", "from", "to"))
    where = f"{field}.of"
    of = parse_artifact_urn(read_text(found["of"], where, LONGEST_URN_TEXT), where)
    if of.kind not in (DEPLOYMENT.name, MODEL.name):
        raise InvalidInput(f"{where} is a {of.kind}.", "Windows measure a deployment or a model: name one of them.")
    start, end = (read_instant(found[name], f"{field}.{name}") for name in ("from", "to"))
    if end <= start:
        raise InvalidInput(f"{field} ends before it begins.", "`to` must be after `from`.")
    return {"of": of.text, "from": start, "to": end}


def _evaluation(value: object, field: str) -> str:
    """The URN of a window that measures a model."""
    urn = parse_artifact_urn(read_text(value, field, LONGEST_URN_TEXT), field, KPI_WINDOW.name)
    name = window_name(urn)
    if name is None or name.measured.kind != MODEL.name:
        raise InvalidInput(
            f"{field} is no window of a model: {urn.text[:80]!r}.",
            "Name an evaluation, or state the windows of a deployment as windows: {of, from, to}.",
        )
    return urn.text


def _control(value: object, field: str) -> str:
    """The URN of a deployment or of a slot."""
    urn = parse_urn(read_text(value, field, LONGEST_URN_TEXT), field)
    if urn.kind == SLOT and not urn.version:
        return urn.text
    return parse_artifact_urn(urn.text, field, DEPLOYMENT.name).text


_BENCHMARKS: dict[str, Callable[[object, str], Json]] = {
    "mean": read_number,
    "windows": _reference_windows,
    "evaluation": _evaluation,
    "against": _control,
}
