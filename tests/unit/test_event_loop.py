"""Which event loop serves: the fastest there is, except where the driver of Neo4j cannot live with it."""

import asyncio

import pytest

from evidence_graph.cli.web_server import _loop_factory
from evidence_graph.settings import Settings


@pytest.mark.parametrize("address", ["neo4j://graph:7687", "bolt+s://graph:7687", "NEO4J://graph:7687"])
def test_beside_neo4j_it_is_that_of_asyncio(address: str) -> None:
    """Another one raises what the driver takes for a defect when the server has reset a connection."""
    with asyncio.Runner(loop_factory=_loop_factory(Settings(store=address))) as runner:
        assert type(runner.get_loop()).__module__.startswith("asyncio.")


def test_embedded_it_is_the_fastest() -> None:
    """Where uvloop can be installed, it is."""
    with asyncio.Runner(loop_factory=_loop_factory(Settings(store="sqlite:///evidence.db"))) as runner:
        assert type(runner.get_loop()).__module__.startswith("uvloop")
