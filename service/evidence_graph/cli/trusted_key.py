"""Which key of the log somebody trusts who verifies a bundle: one that was known before, never one that the bundle itself brings."""

import asyncio
from pathlib import Path
from typing import NamedTuple

from evidence_graph.cli.failures import Failed
from evidence_graph.errors import EvidenceError, InvalidInput
from evidence_graph.proof.verifier_key import SignatureType, VerifierKey, parse_verifier_key
from evidence_graph.settings import Settings

LONGEST_KEY_FILE = 10_000  # bytes


class TrustedKey(NamedTuple):
    """The key, and where it was taken from."""

    key: VerifierKey
    source: str


def trusted_key(option: str | None, settings: Settings) -> TrustedKey:
    """`--key`, else EVIDENCE_PUBLIC_KEY, else the key of the local store's log. Raises Failed when there is none, or it is no such key."""
    if option is not None:
        return TrustedKey(_read(option, "--key"), "--key")
    if settings.public_key is not None:
        return TrustedKey(_read(settings.public_key, "EVIDENCE_PUBLIC_KEY"), "EVIDENCE_PUBLIC_KEY")
    local = _local(settings)
    if local is None:
        raise Failed(
            "USAGE",
            "There is no key to trust. Give the log's verifier key with --key or EVIDENCE_PUBLIC_KEY, as its operator published it.",
        )
    return TrustedKey(_parsed(local, "The key of the local store"), f"the local store {settings.store}")


def _local(settings: Settings) -> str | None:
    """The key of the log in a store file that is there already; nothing is made, and no server is asked."""
    if not settings.store.lower().startswith("sqlite:"):
        return None
    from evidence_graph.cli.log_keys import local_log  # loads the engines: only for who trusts their own store

    try:
        found = asyncio.run(local_log(settings))
    except (EvidenceError, TimeoutError):
        return None
    return None if found is None else found.public_key


def _read(text: str, what: str) -> VerifierKey:
    """A verifier key, or the file that holds one."""
    try:
        path = Path(text)
        if path.is_file():
            text = path.read_bytes()[:LONGEST_KEY_FILE].decode().strip()
    except (OSError, ValueError):  # no such name of a file can be: then it is a key, or nothing
        pass
    return _parsed(text, what)


def _parsed(text: str, what: str) -> VerifierKey:
    try:
        key = parse_verifier_key(text)
    except InvalidInput as wrong:
        raise Failed("USAGE", f"{what} is no verifier key, nor a file with one. {wrong}") from None
    if key.signature_type is not SignatureType.ED25519:
        raise Failed("USAGE", f"{what} is the key of a witness. Give that of the log, and witnesses with --witness.")
    return key
