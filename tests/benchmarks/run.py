"""Run the benchmarks and print their tables: `python tests/benchmarks/run.py [NAME…] [--quick]`."""

import asyncio
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.chain_in_store import SIZES, measure_growth, measure_many_paths
from tests.benchmarks.chain_memory import measure_chain_memory
from tests.benchmarks.hubs import CONSUMERS, FEWER, measure_hubs
from tests.benchmarks.over_http import measure_over_http
from tests.benchmarks.registration import measure_registration


async def main(names: list[str], quick: bool) -> None:
    """Every benchmark, or the named ones; `quick` leaves out the largest graphs."""
    print(f"Python {platform.python_version()}, {platform.machine()}, medians of 30 rounds measured in turns")
    benchmarks = {
        "growth": lambda: measure_growth(SIZES[:2] if quick else SIZES),
        "paths": measure_many_paths,
        "memory": measure_chain_memory,
        "hubs": lambda: measure_hubs(FEWER if quick else CONSUMERS),
        "registration": measure_registration,
        "http": measure_over_http,
    }
    for name in names or benchmarks:
        await benchmarks[name]()


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    asyncio.run(main(arguments, "--quick" in sys.argv))
