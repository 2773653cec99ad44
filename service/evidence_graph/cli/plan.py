"""What a registration did, would do or could not do, item by item: `+` recorded, `=` on record already, `!` refused."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from rich.text import Text

from evidence_graph.cli.manifest_file import ManifestFile
from evidence_graph.cli.prepared import Outcome, UserError
from evidence_graph.cli.terminal import say, say_error, shown


class Registration(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a manifest, as the API gives it."""

    position: int | None
    outcomes: Sequence[Outcome]
    user_errors: Sequence[UserError]


_UNCHANGED = "UNCHANGED"
_MEANINGS = {
    "CREATED": "created",
    "COMPLETED": "completed: it had only been referred to",
    "EXTENDED": "extended",
    "REVISED": "revised: it supersedes an earlier revision",
    _UNCHANGED: "unchanged",
}


def show_plan(registration: Registration, file: ManifestFile, *, dry_run: bool) -> None:
    """The plan, and a last line that says what happened."""
    if registration.user_errors:
        show_faults(registration.user_errors, file)
        say_error(
            f"{_counted(len(registration.user_errors), 'fault')}: nothing was recorded. Correct the file and register it again."
        )
        return
    for outcome in registration.outcomes:
        say(_line(outcome))
        if outcome.left_out:
            fields = shown(", ".join(name.lower() for name in outcome.left_out))
            say(f"    stays erased: {fields}. Take it out of the file, or record it anew with --restate-erased.")
    say(_summary(registration, dry_run=dry_run))


def show_faults(faults: Sequence[UserError], file: ManifestFile) -> None:
    """Every fault with its place in the file."""
    for fault in faults:
        colour = "yellow" if fault.code == "CONFLICT" else "red"
        head = f"{shown(file.place(fault.field))}: {fault.code} {shown(fault.field)}"
        say(Text.assemble(("! ", f"bold {colour}"), (head, colour)))
        say(f"    {shown(fault.message)}")


def _line(outcome: Outcome) -> Text:
    unchanged = outcome.outcome == _UNCHANGED
    mark, colour = ("= ", "dim") if unchanged else ("+ ", "green")
    meaning = _MEANINGS.get(outcome.outcome, outcome.outcome.lower())
    return Text.assemble(
        (mark, f"bold {colour}"), (shown(outcome.urn), "" if not unchanged else "dim"), (f"  {meaning}", "dim")
    )


def _summary(registration: Registration, *, dry_run: bool) -> str:
    counts = Counter(outcome.outcome.lower() for outcome in registration.outcomes)
    parts = ", ".join(f"{number} {outcome}" for outcome, number in counts.items()) or "nothing to record"
    start = f"{_counted(len(registration.outcomes), 'item')}: {parts}."
    if dry_run:
        return f"{start} Dry run: nothing was recorded."
    if set(counts) <= {_UNCHANGED.lower()}:
        return f"{start} All of it was on record at position {registration.position}."
    return f"{start} Recorded up to log position {registration.position}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
