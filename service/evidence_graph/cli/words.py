"""Facts in few words: instants, digests, what a window measured, how complete an answer is."""

from collections.abc import Sequence

from evidence_graph.cli.answers import Artifact, Completeness
from evidence_graph.cli.terminal import shown

DIGEST_SHOWN = 12
MOST_NAMED = 5


def instant(text: str | None) -> str:
    """`2013-07-15 06:00Z`: to the second, and no finer than it needs to be."""
    if text is None:
        return "open"
    day, _, rest = text.removesuffix("Z").partition("T")
    clock = rest.partition(".")[0]
    return day if clock == "00:00:00" else f"{day} {clock.removesuffix(':00')}Z"


def number(value: float) -> str:
    """Thousands apart for whole numbers, four digits for others."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:.4g}"


def counted(count: int, noun: str) -> str:
    """`1 artifact`, `2 artifacts`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def key_facts(artifact: Artifact) -> str:
    """What tells one artifact from another of its kind."""
    tell = {"KPI_WINDOW": _window, "DEPLOYMENT": _deployment}.get(artifact.kind, _made_thing)
    return shown(", ".join(tell(artifact)))


def _made_thing(artifact: Artifact) -> list[str]:
    found = [short_digest(artifact.digest)] if artifact.digest else []
    covers = artifact.covers
    return [*found, f"covers {instant(covers.begin)} to {instant(covers.end)}"] if covers else found


def short_digest(digest: str) -> str:
    """Enough of a digest to tell it from others."""
    kind, _, digits = digest.partition(":")
    return f"{kind}:{digits[:DIGEST_SHOWN]}…"


def _deployment(artifact: Artifact) -> list[str]:
    found = [artifact.mode.lower()] if artifact.mode else []
    if artifact.begin:
        found.append(f"{instant(artifact.begin)} to {instant(artifact.until)}")
    if artifact.live is not None:
        found.append("live then" if artifact.live else "not live then")
    return found


def _window(artifact: Artifact) -> list[str]:
    found = [f"{key}={value}" for key, value in sorted((artifact.segment or {}).items())]
    if artifact.start and artifact.end:
        found.append(f"{instant(artifact.start)} to {instant(artifact.end)}")
    statistics = statistics_in_words(artifact)
    return [*found, statistics] if statistics else found


def statistics_in_words(window: Artifact) -> str:
    """What a window measured, with the number of observations."""
    of = f" of {number(window.n)}" if window.n is not None else ""
    if window.successes is not None and window.n:
        return f"{number(window.successes)}{of} = {window.successes / window.n:.1%}"
    if window.mean is not None:
        return f"mean {number(window.mean)}{of}"
    if window.sums:
        x, y = window.sums.get("x"), window.sums.get("y")
        return f"ratio {number(y / x)}{of}" if x and y is not None else ""
    if window.events is not None:
        return f"{number(window.events)} events in {number(window.exposure or 0)}"
    if window.value is not None:
        error = f" ± {number(window.standard_error)}" if window.standard_error is not None else ""
        return f"estimate {number(window.value)}{error}"
    return ""


def completeness_in_words(found: Completeness, what: str, uncut: str = "ask with a higher --limit") -> str:
    """One line: what the answer stands on and what it lacks; `uncut` is what to do about a cut."""
    at = f" As of {instant(found.valid_at)}," if found.valid_at else " As"
    known = f"{at} known on {instant(found.known_at)} (log position {found.position})."
    return f"{what}.{known} {' '.join(_lacks(found, uncut))}"


def _lacks(found: Completeness, uncut: str) -> list[str]:
    lacks = []
    if found.truncated:
        lacks.append(f"It was cut at its limit{_behind(found.truncated_at)}: {uncut}.")
    if found.unresolved:
        lacks.append(f"{counted(len(found.unresolved), 'artifact')} nobody declared: {_listed(found.unresolved)}.")
    if found.hidden:
        lacks.append(f"{counted(found.hidden, 'artifact')} you may not see.")
    said = ["Nothing is missing." if found.complete else f"Not complete. {' '.join(lacks)}"]
    if found.undated:
        said.append(f"{counted(found.undated, 'artifact')} without a date count as having existed always.")
    if found.simulated:
        said.append("Recorded under a simulated clock.")
    return said


def _behind(urns: Sequence[str]) -> str:
    return f" behind {_listed(urns)}" if urns else ""


def _listed(urns: Sequence[str]) -> str:
    more = f" and {len(urns) - MOST_NAMED} more" if len(urns) > MOST_NAMED else ""
    return shown(", ".join(urns[:MOST_NAMED]) + more)
