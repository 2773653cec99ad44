"""A seal commits to a value without telling it, and can be opened only with value and salt."""

import secrets
from hashlib import sha256

from evidence_graph.evidence.commands import Command
from evidence_graph.evidence.manifest import read_manifest
from evidence_graph.evidence.seals import command_digest, sealed_items
from evidence_graph.evidence.state import State
from evidence_graph.record.sealing import Sealed, commitment, opens, seal, sealed_form
from tests import stories

SALT = bytes(range(32))


def test_a_commitment_is_sha256_over_salt_and_canonical_value() -> None:
    """As anybody with the value and the salt can recompute it."""
    sealed = seal({"b": 1, "a": "ä"}, SALT)

    assert sealed.commitment == sha256(SALT + '{"a":"ä","b":1}'.encode()).hexdigest()
    assert sealed.commitment == commitment({"a": "ä", "b": 1}, SALT)
    assert sealed_form(sealed) == {"sealed": sealed.commitment}


def test_a_seal_opens_to_its_value_only() -> None:
    """Once erased, nobody can tell any more."""
    sealed = seal("text", SALT)

    assert opens(sealed, "text")
    assert not opens(sealed, "texts")
    assert not opens(Sealed(sealed.commitment, secrets.token_hex(32), "text"), "text")
    assert not opens(Sealed(sealed.commitment, None, None), "text")
    assert Sealed(sealed.commitment, None, None).erased


def test_the_digest_of_a_command_hides_its_text_and_knows_its_seal() -> None:
    """Under the same salt the same command has the same digest; nothing guessable is in it."""
    items = tuple(read_manifest(stories.churn()).items)

    def digest(salt: bytes) -> str:
        return command_digest(sealed_items(Command(items, "ana", "TEST"), State(), lambda: salt), None)

    assert digest(SALT) == digest(SALT)
    assert digest(SALT) != digest(SALT[::-1])


def test_what_one_command_says_twice_shares_a_seal() -> None:
    """Other subjects, fields and values get their own."""
    told = stories.together(
        stories.datasets("dataset:a/b@1", description="x", uri="x"),
        stories.datasets("dataset:a/b@1", description="x", uri="y"),
        stories.datasets("dataset:a/c@1", description="x"),
    )

    first, second, third = sealed_items(
        Command(tuple(read_manifest(told).items), "ana", "TEST"), State(), lambda: secrets.token_bytes(32)
    )

    assert first.sealed["description"] == second.sealed["description"] != third.sealed["description"]
    assert len({first.sealed["description"], first.sealed["uri"], second.sealed["uri"]}) == 3
