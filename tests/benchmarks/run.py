"""Run the benchmarks and print their tables: `python tests/benchmarks/run.py [NAME…] [--quick]`."""

import asyncio
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bundles import QUICK_SIZES as QUICK_BUNDLES
from tests.benchmarks.bundles import measure_bundles
from tests.benchmarks.chain_in_store import SIZES, measure_growth, measure_many_paths
from tests.benchmarks.chain_memory import measure_chain_memory
from tests.benchmarks.hubs import CONSUMERS, FEWER, measure_hubs
from tests.benchmarks.over_http import measure_over_http
from tests.benchmarks.portfolio import measure_portfolio
from tests.benchmarks.proofs import measure_proofs
from tests.benchmarks.proofs_in_store import QUICK_SIZES, measure_proofs_in_store
from tests.benchmarks.questions_in_store import RELATIONS_WITH_CLOCKS, measure_clocks, measure_questions
from tests.benchmarks.registration import measure_registration
from tests.benchmarks.service_memory import measure_service_memory
from tests.benchmarks.signing import measure_signing


async def measure_kpi(quick: bool) -> None:
    """False alarms and detection of the verdicts; imported late, because the worlds are made with numpy and scipy."""
    from tests.benchmarks import kpi_detection, kpi_false_alarms, kpi_speed

    runs = kpi_false_alarms.QUICK_RUNS if quick else kpi_false_alarms.RUNS
    await kpi_speed.measure_speed()
    await kpi_detection.measure_detection(runs)
    await kpi_false_alarms.measure_false_alarms(runs)


async def _proofs(quick: bool) -> None:
    """In memory, then from the store."""
    await measure_proofs()
    await (measure_proofs_in_store(QUICK_SIZES) if quick else measure_proofs_in_store())


async def main(names: list[str], quick: bool) -> None:
    """Every benchmark, or the named ones; `quick` leaves out the largest graphs."""
    print(f"Python {platform.python_version()}, {platform.machine()}, medians of 30 rounds measured in turns")
    benchmarks = {
        "growth": lambda: measure_growth(SIZES[:2] if quick else SIZES),
        "paths": measure_many_paths,
        "questions": lambda: measure_questions(SIZES[:2] if quick else SIZES),
        "clocks": lambda: measure_clocks(SIZES[0] if quick else RELATIONS_WITH_CLOCKS),
        "memory": measure_chain_memory,
        "service-memory": measure_service_memory,
        "hubs": lambda: measure_hubs(FEWER if quick else CONSUMERS),
        "registration": measure_registration,
        "signing": measure_signing,
        "http": measure_over_http,
        "bundles": lambda: measure_bundles(QUICK_BUNDLES) if quick else measure_bundles(),
        "proofs": lambda: _proofs(quick),
        "kpi": lambda: measure_kpi(quick),
        "portfolio": measure_portfolio,
    }
    for name in names or benchmarks:
        await benchmarks[name]()


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    asyncio.run(main(arguments, "--quick" in sys.argv))
