"""Looking at a log once, or again and again, and saying what was seen."""

import asyncio
import time
from pathlib import Path

from rich.text import Text

from evidence_graph.cli.connection import read_settings
from evidence_graph.cli.failures import Failed
from evidence_graph.cli.terminal import Output, errors, print_json, say, say_error, shown
from evidence_graph.cli.witness_rounds import Seen, Witness
from evidence_graph.cli.words import number
from evidence_graph.durations import SECOND, parse_duration
from evidence_graph.errors import EvidenceError, InvalidInput, KeyMissing
from evidence_graph.evidence.witness_memory import WitnessMemory
from evidence_graph.evidence.witnessing import Forked
from evidence_graph.proof.checkpoint import Checkpoint
from evidence_graph.proof.verifier_key import VerifierKey, parse_verifier_key
from evidence_graph.record.json_values import Json

# what may be over at the next look: the service fails, or does not know this witness yet
_TRIED_AGAIN = {"BACKEND_UNAVAILABLE", "RATE_LIMITED", "FORBIDDEN", "UNAUTHENTICATED", "BAD_USER_INPUT", "INTERNAL"}


def opened(url: str, key_file: Path, name: str, log_key: str | None) -> "Watch":
    """The witness of a key file, made at the first start. Raises Failed."""
    settings, memory = read_settings().model_copy(update={"url": url}), WitnessMemory(key_file)
    try:
        trusted = parse_verifier_key(log_key) if log_key else None
        found = Witness(name, memory.key(), memory, trusted, settings, _warn_of_first_use)
        return Watch(found, found.verifier_key.text)
    except (InvalidInput, KeyMissing) as error:
        raise Failed("USAGE", str(error)) from None


class Watch:
    """One witness at work, known to others by its verifier key. While it is, no other process of this machine is it."""

    def __init__(self, witness: Witness, verifier_key: str) -> None:
        self._witness, self._verifier_key = witness, verifier_key

    def look_once(self, output: Output) -> None:
        """Raises Failed, EvidenceError."""
        if output is Output.HUMAN:
            self._introduce()
        with self._witness.memory.held():
            seen = self._looked()
        if output is Output.JSON:
            print_json(self._document(seen))
            return
        _show(seen)
        if not seen.cosigned:
            say(f"Nothing new: {_entries(seen.head)}.")

    def go_on(self, every: str) -> None:
        """Look again after each `every`, until somebody ends it, or the log is found to be false. Raises Failed, EvidenceError."""
        pause = _pause(every)
        with self._witness.memory.held():
            self._introduce()
            while True:
                self._look_and_go_on(pause)
                time.sleep(pause)

    def _look_and_go_on(self, pause: float) -> None:
        try:
            _show(self._looked())
        except (Failed, EvidenceError) as error:
            failed = Failed.of(error) if isinstance(error, EvidenceError) else error
            if failed.code not in _TRIED_AGAIN:
                raise failed from None
            say_error(f"{failed.message} Looking again in {number(pause)} s.")

    def _looked(self) -> Seen:
        """One look. A fork is kept in a file first."""
        try:
            return asyncio.run(self._witness.look())
        except Failed as failed:
            whose = f" This witness is {self._verifier_key}" if failed.code == "FORBIDDEN" else ""
            raise Failed(failed.code, failed.message.replace("EVIDENCE_URL", "the URL") + whose) from None
        except Forked as fork:
            kept = self._witness.memory.keep_fork(fork.cosigned, fork.served, fork.why)
            raise Failed(
                "PROOF_FAILED",
                f"{fork.message} The log signed both: they are kept in {kept}. Nothing was cosigned; "
                "show that file to everybody who relies on this log.",
            ) from None
        except (KeyMissing, InvalidInput) as error:
            raise Failed("USAGE", str(error)) from None

    def _introduce(self) -> None:
        say(f"This witness is {shown(self._verifier_key)}")
        say("The log's operator names it in EVIDENCE_WITNESS_KEYS; whoever verifies evidence trusts it by that key.")

    def _document(self, seen: Seen) -> Json:
        head: Json = {"origin": seen.head.origin, "size": seen.head.size, "rootHash": seen.head.root.hex()}
        cosigned: Json = [one.size for one in seen.cosigned]
        return {
            "witness": self._verifier_key,
            "head": head,
            "logKey": seen.key.text,
            "cosigned": cosigned,
            "trustedOnFirstUse": seen.trusted_on_first_use,
        }


def _pause(every: str) -> float:
    """Seconds between two looks."""
    try:
        pause = parse_duration(every, "--every")
    except InvalidInput as error:
        raise Failed("USAGE", str(error)) from None
    if pause < SECOND:
        raise Failed("USAGE", "--every is shorter than a second.")
    return pause / SECOND


def _warn_of_first_use(key: VerifierKey) -> None:
    text = (
        f"The log {key.name} is trusted as it was seen first, signed by {key.text}. Compare that key with the one its operator "
        "publishes (`evidence config` there), or begin with --log-key."
    )
    errors().print(Text.assemble(("warning: ", "bold yellow"), shown(text)))


def _show(seen: Seen) -> None:
    if seen.key_changed:
        say(f"The log's key was changed, and the old one vouches for it: {shown(seen.key.text)}")
    for head in seen.cosigned:
        say(f"Cosigned {_entries(head)}, root {head.root.hex()}.")


def _entries(head: Checkpoint) -> str:
    return f"{head.size:,} {'entry' if head.size == 1 else 'entries'} of {shown(head.origin)}"
