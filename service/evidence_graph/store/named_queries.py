"""Query files by name: a question or a write statement, its typed parameters and its typed rows.

Each file of `queries/sql` and `queries/cypher` opens with a sentence and says what it `takes` and `gives`; a test holds header,
parameters and columns of both dialects against the types here.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

import msgspec

from evidence_graph.resources import query_text

P = TypeVar("P", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)

_DIALECTS = {"sql": ("--", re.compile(r":([a-z_]\w*)")), "cypher": ("//", re.compile(r"\$([a-z_]\w*)"))}


@dataclass(frozen=True)
class Question(Generic[P, R]):
    """One question to the store: the stem of its query files, the type of its parameters, the type of its rows."""

    stem: str
    parameters: type[P]
    row: type[R]


@dataclass(frozen=True)
class NamedQuery:
    """One query file: its opening sentence, what its header declares, and the text an engine runs."""

    stem: str
    sentence: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    placeholders: frozenset[str]
    text: str

    @property
    def statements(self) -> list[str]:
        """Its text statement by statement, for an engine that runs one at a time."""
        return [statement for part in self.text.split(";") if (statement := part.strip())]


@cache
def named_query(dialect: str, stem: str) -> NamedQuery:
    """The query file `queries/<dialect>/<stem>.<dialect>`, read once. Raises ValueError when its header is not as agreed."""
    text = query_text(dialect, stem)
    comment, placeholder = _DIALECTS[dialect]
    header = [line.removeprefix(comment).strip() for line in text.splitlines() if line.startswith(comment)]
    body = "\n".join(line for line in text.splitlines() if not line.startswith(comment))
    if not header or not header[0].endswith("."):
        raise ValueError(f"{stem}.{dialect} does not open with a sentence")
    return NamedQuery(
        stem,
        header[0],
        _declared(header, "takes"),
        _declared(header, "gives"),
        frozenset(placeholder.findall(body)),
        body.strip(),
    )


def _declared(header: list[str], word: str) -> tuple[str, ...]:
    """Names in the header line `word: name TYPE (unit), …`, going on over lines that begin with a comma's continuation."""
    text = " ".join(header)
    found = re.search(rf"\b{word}: (.*?)(?=\b(?:takes|gives|why):|$)", text)
    stated = re.sub(r"\([^)]*\)", "", found.group(1)) if found else ""
    names = [part.split()[0] for part in stated.rstrip(". ").split(",") if part.split()]
    return tuple(name for name in names if name != "nothing")
