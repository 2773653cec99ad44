"""Whom the command line asks: the service at EVIDENCE_URL, or the store itself through the same service in this process.

Either way it runs the documents of `queries/graphql` and reads the same JSON.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, cast

import httpx2
import orjson
from pydantic import ValidationError

from evidence_graph.cli.failures import Failed
from evidence_graph.errors import EvidenceError, InvalidInput
from evidence_graph.record.json_values import Json, JsonObject
from evidence_graph.resources import query_text
from evidence_graph.settings import PREFIX, Settings

CONNECT_WITHIN, ANSWER_WITHIN = 5.0, 60.0  # seconds
_NOT_NOW = {429, 502, 503, 504}


class Asked(Protocol):
    """Somebody who runs a GraphQL document."""

    async def execute(self, document: str, variables: dict[str, object], operation_name: str) -> dict[str, object]:
        """The response of GraphQL: `data`, `errors`."""


def read_settings() -> Settings:
    """What EVIDENCE_* says. Raises Failed naming the variables that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"{PREFIX}{fault['loc'][0]}".upper() + f": {fault['msg']}" for fault in error.errors())
        raise Failed("USAGE", f"{faults}. See `evidence config`.") from None


@asynccontextmanager
async def connected(settings: Settings, *, begins: bool = False) -> AsyncIterator[Asked]:
    """The service that the settings name. Raises Failed when there is none; who `begins` a record makes the store that is missing."""
    try:
        if settings.url:
            async with _over_http(settings.url, settings.token.get_secret_value()) as asked:
                yield asked
        else:
            from evidence_graph.app import open_service  # loading the service takes long: only for who has none running
            from evidence_graph.cli.local_store import store_to_ask

            store = None if begins else store_to_ask(settings)
            async with open_service(settings, store=store) as service:
                yield service
    except InvalidInput as error:
        raise Failed(
            "USAGE", str(error)
        ) from error  # only settings are read here: what is asked is judged in the answer
    except EvidenceError as error:
        raise Failed.of(error) from error


async def answer(asked: Asked, stem: str, variables: JsonObject, root: str) -> Json:
    """The value of the document's root field. Raises Failed for GraphQL errors."""
    stated: dict[str, object] = {name: value for name, value in variables.items() if value is not None}
    operation = "".join(word.capitalize() for word in stem.split("_"))
    response = await asked.execute(query_text("graphql", stem), stated, operation)
    errors = response.get("errors")
    if errors:
        raise _failed(errors)
    data = response.get("data")
    if not isinstance(data, dict) or root not in data:
        raise Failed("INTERNAL", "The service gave no answer that this version understands. Update one of the two.")
    return cast(Json, data[root])


def _failed(errors: object) -> Failed:
    first = errors[0] if isinstance(errors, list) else None
    error = first if isinstance(first, Mapping) else {}
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return Failed(str(code or "BAD_USER_INPUT"), str(error.get("message", "The service refused.")))


class _OverHttp:
    def __init__(self, client: httpx2.AsyncClient, url: str) -> None:
        self._client, self._url = client, url

    async def execute(self, document: str, variables: dict[str, object], operation_name: str) -> dict[str, object]:
        body = orjson.dumps({"query": document, "variables": variables, "operationName": operation_name})
        try:
            response = await self._client.post(self._url, content=body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise Failed(
                "BACKEND_UNAVAILABLE", f"Nothing answers at {self._url}. Start the service or correct EVIDENCE_URL."
            ) from None
        except httpx2.TransportError as error:
            raise Failed(
                "BACKEND_UNAVAILABLE",
                f"The connection to {self._url} broke ({type(error).__name__}). Run the command again: "
                "what was recorded already will be unchanged.",
            ) from None
        return _read(response, self._url)


@asynccontextmanager
async def _over_http(url: str, token: str) -> AsyncIterator[Asked]:
    endpoint = url.rstrip("/").removesuffix("/graphql") + "/graphql"
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json, application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    timeout = httpx2.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
    try:
        client = httpx2.AsyncClient(headers=headers, timeout=timeout)
        if httpx2.URL(endpoint).scheme not in ("http", "https"):
            raise httpx2.InvalidURL("no web address")
    except (httpx2.InvalidURL, UnicodeError):
        raise Failed("USAGE", "EVIDENCE_URL or EVIDENCE_TOKEN cannot be used. Write http://host:8000.") from None
    async with client:
        yield _OverHttp(client, endpoint)


def _read(response: httpx2.Response, url: str) -> dict[str, object]:
    """The GraphQL response, whatever status it comes with; another kind of answer is judged by its status."""
    try:
        content = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        content = None
    if isinstance(content, dict) and ("data" in content or "errors" in content):
        return content
    if response.status_code in (401, 403):
        raise Failed("FORBIDDEN", f"{url} does not let you in. Set EVIDENCE_TOKEN to a token that may.")
    if response.status_code in _NOT_NOW:
        raise Failed("BACKEND_UNAVAILABLE", f"{url} cannot answer now ({response.status_code}). Try again in a moment.")
    if response.status_code == 413:
        raise Failed("BAD_USER_INPUT", "The manifest is too large for one request. Register it in several parts.")
    raise Failed("USAGE", f"{url} is no evidence service (status {response.status_code}). Correct EVIDENCE_URL.")
