"""Finding artifacts the slow way: every artifact on record is held against the text by plain rules, and only then sorted."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tests.reference import Known

SCORES = {"NAME": 0.15, "NAMESPACE": 0.1, "URN": 0.05, "DESCRIPTION": 0.0}


@dataclass(frozen=True)
class Hit:
    """What was found, where, and how well."""

    urn: str
    matched: str
    score: float


def search(known: Known, text: str, kinds: Sequence[str], valid_at: int | None) -> list[Hit]:
    """Every hit, best first, then what was named last, then by URN from its end; what the text is the URN of hides all others."""
    there = [
        urn
        for urn in known.named
        if known.on_record(urn) and known.existed(urn, valid_at) and urn.partition(":")[0] in kinds
    ]
    found = [Hit(urn, "URN", 1.0) for urn in there if text in (urn, urn.partition("@")[0])]
    for urn in there if not found else ():
        hit = best(urn, known.described.get(urn) or "", text)
        if hit is not None:
            found.append(hit)
    return sorted(found, key=lambda hit: (hit.score, known.named[hit.urn], hit.urn), reverse=True)


def words(text: str) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).casefold()
    return list(dict.fromkeys(re.findall(r"[^\W_]+", plain)))


def best(urn: str, description: str, text: str) -> Hit | None:
    kind, _, rest = urn.partition(":")
    namespace, _, named = rest.partition("/")
    name, _, version = named.rpartition("@")
    terms, in_name, in_namespace = words(text), words(unquote(name)), words(unquote(namespace))
    everywhere = words(kind) + in_namespace + in_name
    if terms == in_name:
        return Hit(urn, "NAME", 1.0)
    of_urn = [max(fits(term, everywhere, True), in_version(term, words(unquote(version)))) for term in terms]
    of_description = [fits(term, words(description), False) for term in terms]
    anywhere = words(description) + everywhere
    found = {
        "NAME": min(fits(term, in_name, True) for term in terms),
        "NAMESPACE": min(fits(term, in_namespace, True) for term in terms),
        "URN": min(of_urn) if any(fits(term, everywhere, True) for term in terms) else 0,
        "DESCRIPTION": min(map(max, zip(of_urn, of_description, strict=True))) if any(of_description) else 0,
    }
    if not all(fits(term, anywhere, False) for term in terms if not any(map(str.isdigit, term))):
        found["DESCRIPTION"] = 0
    scores = {where: round(0.2 * step + SCORES[where], 2) for where, step in found.items() if step}
    if not scores:
        return None
    matched = max(scores, key=lambda where: scores[where])
    return Hit(urn, matched, scores[matched])


def in_version(term: str, version: list[str]) -> int:
    return fits(term, version, False) if any(map(str.isdigit, term)) else 0


def fits(term: str, some: Sequence[str], rough: bool) -> int:
    """4 the word, 3 its beginning, 2 inside it, 1 with one typo, 0 not at all."""
    steps = [0]
    for word in some:
        if word == term:
            steps.append(4)
        elif word.startswith(term):
            steps.append(3)
        elif rough and len(term) >= 3 and term in word:
            steps.append(2)
        elif rough and len(term) >= 4 and len(word) >= 4 and distance(term, word) == 1:
            steps.append(1)
    return max(steps)


def distance(one: str, other: str) -> int:
    """Letters put in, left out, replaced, and neighbours exchanged (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        rows.append([i])
        for j, b in enumerate(other, start=1):
            least = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                least = min(least, rows[i - 2][j - 2] + 1)
            rows[i].append(least)
    return rows[-1][-1]
