"""Clients that register without pause while what they talk to is killed, and that remember every answer they were given.

Every manifest has a number of its own, which its `source` carries into each of its entries. A manifest whose answer never came is sent
again, as it was, before the next one. Beside them, one client fetches the checkpoint of the log all the time.
"""

import asyncio
import ssl
from random import Random
from typing import Any, NamedTuple

import httpx2

from evidence_graph.record.instants import SECOND, format_instant, parse_instant
from evidence_graph.resources import query_text
from tests.stories import ManifestDocument, kpi

KPI = "kill/conversion"
HOUR = 3_600 * SECOND
FIRST_ROLL_OUT = parse_instant("2020-01-01T00:00:00Z", "from")
SECONDS_BETWEEN_CHECKPOINTS = 0.01
SECONDS_TO_TRY_AGAIN = 0.1
SECONDS_TO_ANSWER = 60.0
SECONDS_TO_GO_ON = 150.0
TRIES = 600
GONE = (httpx2.TransportError, httpx2.StreamError)
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them would take each client 0.1 s


def new_client() -> httpx2.AsyncClient:
    """With a connection of its own."""
    return httpx2.AsyncClient(timeout=SECONDS_TO_ANSWER, verify=_NO_CERTIFICATES)


class Manifest(NamedTuple):
    """What is sent, as often as it takes; `key` is its idempotency key, if any."""

    number: int
    key: str | None
    document: ManifestDocument

    @property
    def items(self) -> set[str]:
        """The paths of its items, as outcomes and entries name them."""
        return {
            f"{section}[{place}]"
            for section, items in self.document.items()
            if section != "source"
            for place in range(len(items))
        }


class Answer(NamedTuple):
    """What a client was told; `again` when it had sent the same before without an answer."""

    manifest: Manifest
    told: dict[str, Any]
    again: bool


def definition() -> Manifest:
    """The KPI that every window is of."""
    return _manifest(0, Random(0), {"kpis": [kpi(KPI)]})


def data(number: int, random: Random) -> Manifest:
    """Some datasets, each derived from the one before, the first from what another client tells, has told, or never will."""
    urns = [f"dataset:kill/step{step}@{number}" for step in range(random.randint(2, 6))]
    before = [f"dataset:kill/step0@{number - 1}", *urns]
    items = [
        {"urn": urn, "derivedFrom": [source], "description": f"step of {number}", "digest": f"sha256:{number:064x}"}
        for urn, source in zip(urns, before, strict=False)
    ]
    random.shuffle(items)
    seen = {"urn": f"model:kill/model@{number - random.randint(1, 9)}", "evaluatedOn": [urns[-1]]}
    return _manifest(number, random, {"datasets": items, "models": [seen]})


def roll_out(number: int, slot: int, random: Random) -> Manifest:
    """A model, its roll-out, and windows of its first hours; in its slot, a later number is a later roll-out."""
    model, deployment = f"model:kill/model@{number}", f"deployment:kill/slot{slot}@{number}"
    start = FIRST_ROLL_OUT + 8 * HOUR * number
    windows = [
        {
            "deployment": deployment,
            "kpi": KPI,
            "start": format_instant(start + hour * HOUR),
            "end": format_instant(start + (hour + 1) * HOUR),
            "n": 100,
            "successes": random.randint(1, 99),
        }
        for hour in range(random.randint(1, 4))
    ]
    sections: ManifestDocument = {
        "models": [{"urn": model, "trainedOn": [f"dataset:kill/step0@{number - 1}"]}],
        "deployments": [{"urn": deployment, "serves": model, "from": format_instant(start)}],
        "windows": windows,
    }
    return _manifest(number, random, sections)


def _manifest(number: int, random: Random, sections: ManifestDocument) -> Manifest:
    key = f"key of {number}" if random.random() < 0.5 else None
    return Manifest(number, key, {"source": {"run": str(number)}, **sections})


class Tellers:
    """All clients of one run. `answers` holds what they were told, `checkpoints` every one that was handed out."""

    def __init__(self, seed: str) -> None:
        self._seed, self._number = seed, 0
        self.sent: dict[int, Manifest] = {}
        self.unanswered: dict[int, Manifest] = {}  # by teller
        self.answers: list[Answer] = []
        self.checkpoints: dict[str, None] = {}
        self.not_now = 0  # answers that said: nothing was recorded, or nobody knows; try again
        self._goal, self._reached = 0, asyncio.Event()
        self._failure: Exception | None = None

    async def tell(self, teller: int, address: str, *, until_gone: bool = True) -> None:
        """Register one manifest after the other until the service is gone; or only what the teller has no answer to."""
        random = Random(f"{self._seed} {teller} {self._number}")
        async with new_client() as client:
            try:
                while until_gone or teller in self.unanswered:
                    await self._tell_one(client, address, teller, random)
            except GONE:
                return
            except Exception as failure:
                self._failure = failure
                self._reached.set()
                raise

    async def watch(self, address: str) -> None:
        """Fetch the checkpoint again and again until the service is gone."""
        async with new_client() as client:
            try:
                while True:
                    await self._fetch(client, address)
                    await asyncio.sleep(SECONDS_BETWEEN_CHECKPOINTS)
            except GONE:
                return

    async def signed(self, address: str, size: int) -> None:
        """Wait until the checkpoint covers so many entries."""
        async with new_client() as client:
            for _ in range(TRIES):
                note = await self._fetch(client, address)
                if note is not None and int(note.splitlines()[1]) >= size:
                    return
                await asyncio.sleep(SECONDS_TO_TRY_AGAIN)
        raise AssertionError("nobody signs")

    async def _fetch(self, client: httpx2.AsyncClient, address: str) -> str | None:
        answer = await client.get(f"{address}/log/checkpoint")
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 503:
            return None
        self.checkpoints[answer.text] = None
        return str(answer.text)

    async def answered(self, more: int) -> None:
        """Wait until so many more answers have come."""
        self._goal = len(self.answers) + more
        self._reached.clear()
        async with asyncio.timeout(SECONDS_TO_GO_ON):
            await self._reached.wait()
        if self._failure is not None:
            raise self._failure

    async def register(self, client: httpx2.AsyncClient, address: str, manifest: Manifest) -> dict[str, Any] | None:
        """What the service says; None when it asks to try again."""
        key = {} if manifest.key is None else {"idempotencyKey": manifest.key}
        told = await ask(client, address, "register_evidence", input={**manifest.document, **key})
        if told is None:
            self.not_now += 1
            return None
        found: dict[str, Any] = told["registerEvidence"]
        assert found["userErrors"] == [], found
        return found

    async def _tell_one(self, client: httpx2.AsyncClient, address: str, teller: int, random: Random) -> None:
        manifest = self.unanswered.get(teller)
        again = manifest is not None
        manifest = manifest or self._next(teller, random)
        self.unanswered[teller] = manifest
        told = await self.register(client, address, manifest)
        if told is None:
            await asyncio.sleep(SECONDS_TO_TRY_AGAIN)
            return
        del self.unanswered[teller]
        self._note(Answer(manifest, told, again))
        if random.random() < 0.1:
            await self._repeat(client, address, random.choice(self.answers))

    async def _repeat(self, client: httpx2.AsyncClient, address: str, before: Answer) -> None:
        """The same key gives the first answer again."""
        if before.manifest.key is not None:
            told = await self.register(client, address, before.manifest)
            assert told in (None, before.told)

    def _next(self, teller: int, random: Random) -> Manifest:
        self._number += 1
        number = self._number
        manifest = data(number, random) if random.random() < 0.6 else roll_out(number, teller, random)
        self.sent[number] = manifest
        return manifest

    def _note(self, answer: Answer) -> None:
        self.answers.append(answer)
        if len(self.answers) >= self._goal:
            self._reached.set()


async def ask(client: httpx2.AsyncClient, address: str, stem: str, **variables: Any) -> dict[str, Any] | None:
    """The data that a document of `queries/graphql` is answered with; None when the service asks to try again."""
    operation = {"query": query_text("graphql", stem), "variables": variables}
    body = (await client.post(f"{address}/graphql", json=operation)).json()
    if "errors" in body:
        assert {one["extensions"]["code"] for one in body["errors"]} == {"BACKEND_UNAVAILABLE"}, body
        return None
    data: dict[str, Any] = body["data"]
    return data


async def ask_until_told(client: httpx2.AsyncClient, address: str, stem: str, **variables: Any) -> dict[str, Any]:
    """The same, asked as often as the service wants it."""
    for _ in range(TRIES):
        data = await ask(client, address, stem, **variables)
        if data is not None:
            return data
        await asyncio.sleep(SECONDS_TO_TRY_AGAIN)
    raise AssertionError("it could not be had")
