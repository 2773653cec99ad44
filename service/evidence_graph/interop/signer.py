"""Which key vouches for a bundle: the trusted one, or one that it has handed the log on to, rotation by rotation."""

from collections.abc import Sequence

import msgspec

from evidence_graph.errors import ProofFailed
from evidence_graph.interop.entries_graph import KnownEntry
from evidence_graph.proof.verifier_key import VerifierKey
from evidence_graph.record.events import LogContinued, LogCreated, LogKeyChanged
from evidence_graph.record.log_keys import LogKeys


class Signer(msgspec.Struct, frozen=True):
    """The key that signs, and the log positions of the entries that led to it from the trusted one; none when it is that."""

    key: VerifierKey
    rotations: list[int]


def find_signer(entries: Sequence[KnownEntry], trusted: VerifierKey) -> Signer:
    """The log's last key before the checkpoint, when the trusted key is it or vouches for it. Raises ProofFailed.

    A log that goes on under another origin is vouched for by its new key alone, so no trust leads beyond that entry (`record/log_keys.py`).
    """
    keys, reached, rotations = LogKeys(), False, list[int]()
    if not entries or entries[0].position != 0 or not isinstance(entries[0].entry.event, LogCreated):
        raise ProofFailed("The bundle does not begin with the first entry of a log.")
    for one in entries:
        event = one.entry.event
        if isinstance(event, LogCreated) and one.position:
            raise ProofFailed(f"Entry {one.position} says that the log begins there.")
        keys.follow(event)
        if isinstance(event, LogKeyChanged) and reached:
            rotations.append(one.position)
        elif isinstance(event, LogCreated | LogContinued | LogKeyChanged):
            reached, rotations = keys.current == trusted, []
    if keys.current is None or not reached:
        raise ProofFailed(
            f"The trusted key {trusted.name[:80]}+{trusted.key_id.hex()} is not the one that signs this log, nor one that handed it on.",
            "Check that it is the key of the log that the bundle is from, and not a newer one than the bundle.",
        )
    return Signer(keys.current, rotations)
