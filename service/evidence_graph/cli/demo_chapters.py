"""What the demo shows of a KPI that was held against several things: what rules cry that are not made for it, and what the verdict says."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from evidence_graph.cli.connection import Asked, answer
from evidence_graph.cli.listings import show_table
from evidence_graph.cli.questions.kpi_series import Series
from evidence_graph.cli.terminal import say
from evidence_graph.cli.verdicts import state_in_words
from evidence_graph.evidence.log_file import Chapter, Cries
from evidence_graph.record.json_values import JsonObject

MOST_WINDOWS = 1_000


class Row(msgspec.Struct, frozen=True):
    """One chapter with the state after each of its windows that counted."""

    chapter: Chapter
    states: Sequence[str]

    @property
    def cells(self) -> list[str]:
        """As in the table; what rules cried stands between how much the weeks differ and the verdicts."""
        chapter = self.chapter
        return [
            chapter.held_against,
            str(len(self.states)),
            _spread(chapter),
            *map(_cried, chapter.cries.values()),
            _counted(self.states),
        ]


def headings(rows: Sequence[Row]) -> list[str]:
    """Of the columns of `cells`."""
    return ["held against", "windows", "spread", *rows[0].chapter.cries, "verdict after each window"]


async def read_rows(asked: Asked, chapters: Sequence[Chapter]) -> list[Row]:
    """Each chapter as people saw it then. Raises Failed."""
    return [Row(chapter, await _read_states(asked, chapter)) for chapter in chapters]


def show_rows(rows: Sequence[Row]) -> None:
    """The table, and what its words mean."""
    show_table(headings(rows), [row.cells for row in rows])
    say()
    say(
        "Spread: standard deviation of the windows, and of their differences to the model beside. Of each rule, the windows found worse / "
        "better when it looks at every one as if it were the only one: z beyond 1.96 and σ beyond 3 errors of sampling, from the lab or "
        "from what the row is held against; SD: beyond 3 standard deviations of the weeks it is held against."
    )


def command(chapter: Chapter) -> str:
    """What follows `evidence ask`."""
    return f"kpi-series {chapter.of} {chapter.kpi} --valid-at {chapter.at} --known-at {chapter.at}"


async def _read_states(asked: Asked, chapter: Chapter) -> list[str]:
    variables: JsonObject = {"of": chapter.of, "kpi": chapter.kpi, "first": MOST_WINDOWS}
    at: JsonObject = {"validAt": chapter.at, "knownAt": chapter.at}
    found = msgspec.convert(await answer(asked, "kpi_series", variables | at, "kpiSeries"), Series)
    return [point.state for point in found.points if point.state]


def _spread(chapter: Chapter) -> str:
    """`0.0358, difference 0.0015 (÷ 23)`."""
    if not chapter.spread_of_change:
        return f"{chapter.spread:.4f}"
    return f"{chapter.spread:.4f}, difference {chapter.spread_of_change:.4f} (÷ {chapter.spread / chapter.spread_of_change:.2g})"


def _cried(cries: Cries | None) -> str:
    """`9 / 3`: worse, better."""
    return f"{cries.worse} / {cries.better}" if cries is not None else "–"


def _counted(states: Sequence[str]) -> str:
    """`1 degraded, 12 improved`."""
    return ", ".join(f"{count} {state_in_words(state)}" for state, count in sorted(Counter(states).items()))
