"""What each question costs in graphs of 10^4, 10^5 and 10^6 relations at an equal answer, and what two clocks add to it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack

from rich.console import Console
from rich.table import Table

from evidence_graph.lineage.moment import read_head
from evidence_graph.store.graph_store import GraphStore
from tests.benchmarks import shop
from tests.benchmarks.chain_in_store import SIZES
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.measuring import Figure, medians, show
from tests.benchmarks.questions_asked import QUESTIONS
from tests.benchmarks.telling import Saying, tell

ROUNDS = 30
ROUNDS_TO_WARM_UP = 20  # of all questions: Neo4j compiles plans, and then itself
RELATIONS_WITH_CLOCKS = 100_000
Graph = tuple[int, GraphStore]


async def measure_questions(
    sizes: Sequence[int] = SIZES, *, rounds: int = ROUNDS, engines: Sequence[str] = ()
) -> dict[str, list[float]]:
    """Median seconds of every question in each graph, last against first (limit 1.5); the last engine's are given back."""
    found: dict[str, list[float]] = {}
    for engine in engines or engine_names():
        found, answers = {one.name: [] for one in QUESTIONS}, {one.name: set[int]() for one in QUESTIONS}
        relations: list[int] = []
        async for graphs in _graphs(engine, sizes):
            relations += [number for number, _ in graphs]
            await _warm_up([store for _, store in graphs], rounds)
            for question in QUESTIONS:
                asked = [question.asked(store) for _, store in graphs]
                answers[question.name] |= {await ask() for ask in asked}  # type: ignore[misc]
                found[question.name] += await medians(*asked, rounds=rounds, warm=1)
        _show_growth(engine, relations, found, answers)
    return found


async def measure_clocks(
    relations: int = RELATIONS_WITH_CLOCKS, *, rounds: int = ROUNDS, engines: Sequence[str] = ()
) -> None:
    """Every question as of two instants, with corrections and a tenth more evidence behind them, against the same without (limit 1.3)."""
    for engine in engines or engine_names():
        async with fresh_store(engine) as store:
            known_at = await _tell_what_was_corrected_later(store, relations)
            await _warm_up([store], rounds, known_at)
            figures = []
            for question in QUESTIONS:
                plain, clocked = question.asked(store), question.asked(store, shop.NOW, known_at)
                size = await plain()
                assert await clocked() == size, question.name
                without, with_clocks = await medians(plain, clocked, rounds=rounds, warm=1)
                figures.append(Figure(question.name, with_clocks, without, "≤ 1.3", f"answer of {size}"))
        show(f"Two clocks against none, {relations:,} relations, {engine}", figures)


async def _graphs(engine: str, sizes: Sequence[int]) -> AsyncIterator[list[Graph]]:
    """Graphs that can be asked in turns: all of them where each has a file of its own, else one after the other in one that grows."""
    async with AsyncExitStack() as open_stores:
        if engine == "sqlite":
            stores = [await open_stores.enter_async_context(fresh_store(engine)) for _ in sizes]
            told = [await _tell_from_start(store) for store in stores]
            yield [
                (relations + await tell(store, _others(relations, size)), store)
                for relations, size, store in zip(told, sizes, stores, strict=True)
            ]
            return
        store = await open_stores.enter_async_context(fresh_store(engine))
        relations = start = await _tell_from_start(store)
        for size in sizes:
            relations += await tell(store, _others(start, size, relations))
            yield [(relations, store)]


async def _tell_from_start(store: GraphStore) -> int:
    return await tell(store, shop.story()) + await tell(store, shop.corrections())


async def _tell_what_was_corrected_later(store: GraphStore, size: int) -> int:
    """The instant (µs) after the story and nine tenths of the rest."""
    relations = await tell(store, shop.story())
    await tell(store, _others(relations, size * 9 // 10))
    known_at = (await read_head(store)).recorded_at
    await tell(store, shop.corrections())
    await tell(store, _others(relations, size, size * 9 // 10))
    return known_at


def _others(start: int, size: int, told: int | None = None) -> Iterator[Saying]:
    """What makes a graph of `size` relations of one that has `told`, if the others' part of it began at `start` relations."""
    return shop.others(_team_weeks(start if told is None else told, start), _team_weeks(size, start))


def _team_weeks(relations: int, start: int) -> int:
    """So many that no slot of others stays live."""
    return -(-max(relations - start, 0) // (shop.RELATIONS_A_TEAM_WEEK * shop.WEEKS_OF_A_SLOT)) * shop.WEEKS_OF_A_SLOT


async def _warm_up(stores: Sequence[GraphStore], rounds: int, known_at: int | None = None) -> None:
    for _ in range(min(rounds, ROUNDS_TO_WARM_UP)):
        for question in QUESTIONS:
            for store in stores:
                await question.asked(store)()
                if known_at is not None:
                    await question.asked(store, shop.NOW, known_at)()


def _show_growth(
    engine: str, relations: Sequence[int], found: dict[str, list[float]], answers: dict[str, set[int]]
) -> None:
    table = Table(title=f"Questions, {engine}: ms by the number of relations", title_justify="left")
    table.add_column("question")
    for column in ("answer", *(f"{number:,}" for number in relations), "ratio", "limit"):
        table.add_column(column, justify="right")
    for question in QUESTIONS:
        times, sizes = found[question.name], answers[question.name]
        assert len(sizes) == 1, f"{question.name}: the answers are of {sorted(sizes)}"
        ratio = f"{times[-1] / times[0]:.2f}"
        table.add_row(question.name, str(*sizes), *(f"{one * 1e3:.2f}" for one in times), ratio, question.limit)
    Console(width=140).print(table)
