"""The same chain over HTTP from one server process, against the bare query plus `json.dumps` of the answer, and where the time goes."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from evidence_graph.lineage.chain import CHAIN, ChainParameters, read_chain
from evidence_graph.resources import query_text
from evidence_graph.store.graph_store import GraphStore
from evidence_graph.store.sqlite import SqliteStore
from graph_schema import OPEN_END
from tests.benchmarks.bare import bare_query
from tests.benchmarks.chain_in_store import MOMENT
from tests.benchmarks.engines import NEO4J, engine_names, fresh_store
from tests.benchmarks.graphs import ROOT, chain_rows, fill
from tests.benchmarks.measuring import Figure, medians, show
from tests.end_to_end.processes import CommandLine, serving


async def measure_over_http() -> None:
    """One client, one worker, connections kept alive; every line is held against bare query plus `json.dumps`."""
    for engine in engine_names():
        async with fresh_store(engine) as store:
            await fill(store, chain_rows())
            parameters = ChainParameters([ROOT], OPEN_END, 0, 1_001)
            with _server(engine, store) as url:
                async with httpx2.AsyncClient() as client, bare_query(engine, store, "chain", parameters) as bare:
                    body = {"query": query_text("graphql", "chain"), "variables": {"of": [ROOT]}}

                    async def over_http(
                        client: httpx2.AsyncClient = client, url: str = url, body: object = body
                    ) -> httpx2.Response:
                        return await client.post(url, json=body)

                    async def live(client: httpx2.AsyncClient = client, url: str = url) -> httpx2.Response:
                        return await client.get(url.replace("/graphql", "/livez"))

                    answered = (await over_http()).json()
                    assert len(answered["data"]["chain"]["artifacts"]) == 793

                    async def bare_and_dumps(bare=bare, answered: object = answered) -> str:  # type: ignore[no-untyped-def]
                        await bare()
                        return json.dumps(answered)

                    held, whole, asked, assembled, empty = await medians(
                        bare_and_dumps,
                        over_http,
                        lambda store=store, p=parameters: store.ask(CHAIN, p),  # type: ignore[misc]
                        lambda store=store: read_chain(store, [ROOT], MOMENT),  # type: ignore[misc]
                        live,
                    )
        show(
            f"Chain of 793 artifacts over HTTP, one worker, {engine}",
            [
                Figure("the whole request", whole, held, "reported", "bare query + json.dumps"),
                Figure("of which the store", asked, held, "–", "rows typed"),
                Figure("of which assembling", assembled - asked, held, "–", "roots, walk, order, completeness"),
                Figure("of which HTTP with nothing in it", empty, held, "–", "GET /livez"),
                Figure(
                    "of which GraphQL and the rest",
                    whole - assembled - empty,
                    held,
                    "–",
                    "stock executor, JSON, log line",
                ),
            ],
        )


@contextmanager
def _server(engine: str, store: GraphStore) -> Iterator[str]:
    """`evidence serve` in a process of its own on the same store; the address of GraphQL."""
    address = f"sqlite:///{store.path}" if isinstance(store, SqliteStore) else os.environ[NEO4J[engine]]
    with tempfile.TemporaryDirectory() as folder:
        command_line = CommandLine(
            Path(folder),
            EVIDENCE_STORE=address,
            EVIDENCE_SIGNING_KEY=f"{folder}/log.key",
            EVIDENCE_NEO4J_USER=os.environ.get("EVIDENCE_TEST_NEO4J_USER", ""),
            EVIDENCE_NEO4J_PASSWORD=os.environ.get("EVIDENCE_TEST_NEO4J_PASSWORD", ""),
        )
        with serving(command_line, "serve", "--port", "0") as running:
            yield running.address
