"""The benchmarks of the questions run on a small graph, and ask what they say: answers that stay the same in any graph and on any clock."""

import pytest

from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests.benchmarks import shop
from tests.benchmarks.questions_asked import QUESTIONS
from tests.benchmarks.questions_in_store import measure_clocks, measure_questions
from tests.benchmarks.telling import tell
from tests.conftest import Engine

TRUNCATED = "search, a word of many names"  # has another answer as long as only few names hold the word


async def test_what_others_do_is_in_no_answer_about_the_shop(store: GraphStore) -> None:
    """Else the benchmark would compare answers of different sizes."""
    await tell(store, shop.story(), clock="SIMULATED")
    alone = {one.name: await one.asked(store)() for one in QUESTIONS if one.name != TRUNCATED}

    relations = await tell(store, shop.others(0, shop.WEEKS_OF_A_SLOT))

    assert relations > 500
    assert {name: await one.asked(store)() for one in QUESTIONS if (name := one.name) in alone} == alone
    assert all(alone.values())


async def test_corrections_are_behind_the_moment_that_the_clocks_name(store: GraphStore) -> None:
    """As of the story's end nothing of them is known, and the same answers come."""
    await tell(store, shop.story(), clock="SIMULATED")
    told = await read_head(store)
    before = {one.name: await one.asked(store, shop.NOW, told.recorded_at)() for one in QUESTIONS}

    await tell(store, shop.corrections(), clock="SIMULATED")

    assert (await read_head(store)).position > told.position
    assert {one.name: await one.asked(store, shop.NOW, told.recorded_at)() for one in QUESTIONS} == before


@pytest.mark.parametrize("name", ["questions", "clocks"])
async def test_the_benchmark_runs(engine: Engine, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On two tiny graphs, once; the table names every question."""
    if name == "questions":
        await measure_questions((1_500, 2_500), rounds=1, engines=[engine.name])
    else:
        await measure_clocks(2_500, rounds=1, engines=[engine.name])

    printed = capsys.readouterr().out
    assert [one.name for one in QUESTIONS if one.name not in printed] == []
