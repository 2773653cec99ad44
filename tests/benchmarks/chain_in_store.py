"""A chain of about 800 artifacts with its steps, in graphs of 10^4, 10^5 and 10^6 relations, against the bare query."""

from evidence_graph.lineage.chain import CHAIN, ChainParameters, read_chain
from evidence_graph.lineage.moment import Moment
from graph_schema import OPEN_END
from tests.benchmarks.bare import bare_query
from tests.benchmarks.engines import engine_names, fresh_store
from tests.benchmarks.graphs import ROOT, chain_rows, fill, ladder_rows, layered_rows, other_rows, straight_rows
from tests.benchmarks.measuring import Figure, medians, show

SIZES = (10_000, 100_000, 1_000_000)
MOMENT = Moment(0, 1, None, 0)


async def measure_growth(sizes: tuple[int, ...] = SIZES) -> None:
    """Time in the store against the bare query (limit 1.5), and against the smallest graph (limit 1.5)."""
    for engine in engine_names():
        figures = []
        async with fresh_store(engine) as store:
            relations = await fill(store, chain_rows())
            smallest = 0.0
            for size in sizes:
                relations += await fill(store, other_rows(size - relations, size))
                parameters = ChainParameters([ROOT], OPEN_END, 0, 1_001)
                async with bare_query(engine, store, "chain", parameters) as bare:
                    asked, raw, whole = await medians(
                        lambda p=parameters: store.ask(CHAIN, p),  # type: ignore[misc]
                        bare,
                        lambda: read_chain(store, [ROOT], MOMENT),
                    )
                smallest = smallest or asked
                figures.append(Figure(f"{relations:,} relations: in the store", asked, raw, "≤ 1.5", "bare query"))
                figures.append(Figure(f"{relations:,} relations: growth", asked, smallest, "≤ 1.5", "smallest graph"))
                figures.append(
                    Figure(f"{relations:,} relations: whole answer", whole, raw, "–", "with assembly, bare query")
                )
        show(f"Chain of 793 artifacts, 1,576 steps, {engine}", figures)


async def measure_many_paths() -> None:
    """Graphs with astronomically many paths against chains of equal size without diamonds (limit 10)."""
    for engine in engine_names():
        figures = []
        async with fresh_store(engine) as store:
            for rows in (ladder_rows(), layered_rows(), straight_rows("ladder", 91), straight_rows("grid", 101)):
                await fill(store, rows)
            for name, root, straight in (
                ("ladder of 30 diamonds, 2^30 paths", "dataset:ladder/knot@0", "dataset:straight/ladder@0"),
                ("10 layers of 10, 10^10 paths", "dataset:grid/top@0", "dataset:straight/grid@0"),
            ):
                found = await read_chain(store, [root], MOMENT)
                equal = await read_chain(store, [straight], MOMENT)
                assert found.completeness.complete
                assert len(found.artifacts) == len(equal.artifacts)
                times = await medians(
                    lambda root=root: read_chain(store, [root], MOMENT),  # type: ignore[misc]
                    lambda straight=straight: read_chain(store, [straight], MOMENT),  # type: ignore[misc]
                )
                figures.append(Figure(name, *times, "≤ 10", f"{len(found.artifacts)} artifacts, complete"))
        show(f"Many paths, {engine}", figures)
