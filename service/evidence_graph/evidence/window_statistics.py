"""Which sufficient statistics a KPI window must state for each type of aggregate, and what can be told about them at the door."""

from evidence_graph.errors import InvalidInput
from evidence_graph.record.json_values import JsonObject

STATISTICS = {
    "PROPORTION": ("n", "successes"),
    "MEAN": ("n", "mean", "variance"),
    "RATIO": ("n", "sums"),
    "COUNT": ("events", "exposure"),
    "ESTIMATE": ("n", "value"),
}
_ALL = ("successes", "mean", "variance", "sums", "events", "exposure", "value", "standardError")


def check_statistics(fields: JsonObject, path: str) -> None:
    """Raises InvalidInput unless the numbers are those of exactly one aggregate, and possible."""
    if aggregate_of(fields) is None:
        raise InvalidInput(
            f"{path} does not hold the statistics of one aggregate.",
            "State n with successes, or n with mean and variance, or n with sums, or events with exposure, or n with value.",
        )
    n, successes, variance = fields.get("n"), fields.get("successes"), fields.get("variance")
    if isinstance(n, int) and isinstance(successes, int) and successes > n:
        raise InvalidInput(
            f"{path} has more successes ({successes}) than observations ({n}).", "successes is at most n."
        )
    for name, number in (
        ("variance", variance),
        ("exposure", fields.get("exposure")),
        ("standardError", fields.get("standardError")),
    ):
        if isinstance(number, int | float) and number < 0:
            raise InvalidInput(f"{path}.{name} is negative.", "It is 0 or more.")
    sums = fields.get("sums")
    if isinstance(sums, dict) and len(sums) != 5:
        raise InvalidInput(f"{path}.sums is incomplete.", "State x, y, xx, yy and xy.")


def aggregate_of(fields: JsonObject) -> str | None:
    """The aggregate whose statistics a window states, if they are exactly one's."""
    stated = {name for name in _ALL if name in fields}
    for aggregate, names in STATISTICS.items():
        optional = {"standardError"} if aggregate == "ESTIMATE" else set()
        needed = {name for name in names if name != "n"}
        if stated - optional == needed and all(name in fields for name in names):
            return aggregate
    return None
