"""A log as a witness on another machine sees it: what its service answers, and where cosignatures are handed in."""

from typing import TypeVar

import httpx2
import msgspec

from evidence_graph.cli.connection import ANSWER_WITHIN, CONNECT_WITHIN, Asked, answer
from evidence_graph.cli.failures import Exit, Failed
from evidence_graph.errors import ProofFailed
from evidence_graph.evidence.witnessing import KeyChange
from evidence_graph.record.json_values import JsonObject
from evidence_graph.settings import Settings

A = TypeVar("A")
_ELSEWHERE = {Exit.TEMPORARY, Exit.NOT_ALLOWED}  # says nothing about the log


class CosignedCheckpoint(msgspec.Struct, frozen=True, rename="camel"):
    """A checkpoint that witnesses have cosigned."""

    size: int
    checkpoint: str


class ServedHead(msgspec.Struct, frozen=True, rename="camel"):
    """What the log says of itself."""

    public_key: str
    checkpoint: str | None
    cosigned_checkpoints: list[CosignedCheckpoint]


class _Hashes(msgspec.Struct, frozen=True):
    hashes: list[str]


class ServedLog:
    """A log behind a service, asked with the documents of `queries/graphql`. Raises Failed when the service does not answer."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    async def head(self) -> ServedHead:
        """The key, the last checkpoint, and those that are cosigned."""
        return _read(await answer(self._asked, "log", {}, "log"), ServedHead)

    async def key_changes(self, after: int) -> list[KeyChange]:
        found = await answer(self._asked, "key_changes", {"after": after}, "log")
        return _part(found, "keyChanges", list[KeyChange])

    async def inclusion(self, position: int, size: int) -> list[bytes]:
        return await self._proof("inclusion_proof", "inclusionProof", {"position": position, "size": size})

    async def consistency(self, first: int, second: int) -> list[bytes]:
        return await self._proof("consistency_proof", "consistencyProof", {"from": first, "to": second})

    async def _proof(self, stem: str, field: str, variables: JsonObject) -> list[bytes]:
        try:
            found = await answer(self._asked, stem, variables, "log")
        except Failed as failed:
            if failed.exit in _ELSEWHERE:
                raise
            raise ProofFailed(f"The log gives no proof: {failed.message}") from None
        try:
            return [bytes.fromhex(one) for one in _part(found, field, _Hashes).hashes]
        except ValueError:
            raise ProofFailed("The log's proof is not made of hashes.") from None


async def hand_in(settings: Settings, document: str) -> None:
    """Post a cosigned checkpoint. Raises Failed saying why it was not taken."""
    address = f"{str(settings.url).rstrip('/').removesuffix('/graphql')}/log/cosignatures"
    token, timeout = settings.token.get_secret_value(), httpx2.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
    headers = {"Content-Type": "text/plain; charset=utf-8"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        async with httpx2.AsyncClient(timeout=timeout) as client:
            response = await client.post(address, content=document.encode(), headers=headers)
    except httpx2.TransportError as error:
        raise Failed(
            "BACKEND_UNAVAILABLE", f"The cosignature did not get to {settings.url} ({type(error).__name__}). Try again."
        ) from None
    if response.status_code != 200:
        raise _not_taken(response, str(settings.url))


_CODES = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 409: "PROOF_FAILED", 400: "BAD_USER_INPUT", 422: "BAD_USER_INPUT"}


def _not_taken(response: httpx2.Response, url: str) -> Failed:
    said = response.text.strip()[:1_000]
    if response.status_code in _CODES:
        return Failed(_CODES[response.status_code], f"The cosignature was not taken: {said}")
    if response.status_code == 429 or response.status_code >= 500:
        return Failed(
            "BACKEND_UNAVAILABLE", f"{url} cannot take the cosignature now ({response.status_code}). Try again."
        )
    return Failed("USAGE", f"{url} takes no cosignatures (status {response.status_code}): {said}")


def _part(found: object, field: str, wanted: type[A]) -> A:
    return _read(found.get(field) if isinstance(found, dict) else None, wanted)


def _read(found: object, wanted: type[A]) -> A:
    try:
        return msgspec.convert(found, wanted)
    except msgspec.ValidationError:
        raise Failed(
            "INTERNAL", "The service gave no answer that this version understands. Update one of the two."
        ) from None
